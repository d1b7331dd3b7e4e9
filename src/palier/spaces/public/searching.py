"""The search as it is asked: its criteria, and its form written out.

Both follow from the address alone (the communes change only with `load_geography`), so that an address
asked again is not worked out again; the same goes for the card of an offer and what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from palier.homes.queries import OfferCard
from palier.spaces.public.forms import SearchForm

# Longer than any honest answer; what is typed beyond is not kept.
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """`criteria` is None when something typed cannot be understood; `place`: its name, when one is asked."""

    criteria: Mapping[str, Any] | None
    place: str
    filters: SafeString
    query: str


def asked(data: QueryDict) -> Asked:
    """The search of an address; what is no criterion is ignored."""
    kept = QueryDict(mutable=True)
    for name in SearchForm.base_fields:
        if values := [v[:LONGEST] for v in data.getlist(name) if v]:
            kept.setlist(name, values[:12])
    return _understood(kept.urlencode())


@lru_cache(maxsize=512)
def _understood(query: str) -> Asked:
    form = SearchForm(QueryDict(query))
    criteria = form.criteria if form.is_valid() else None
    return Asked(
        criteria=criteria,
        place=(criteria or {}).get("label", ""),
        filters=render_to_string("public/_filters.html", {"form": form, "count": _filled(form)}),
        query=query,
    )


def _filled(form: SearchForm) -> int:
    return sum(1 for name in form.fields if name != "tri" and form.data.get(name))


@lru_cache(maxsize=4096)
def card(shown: OfferCard, since: str, candidates: int | None, level: int) -> SafeString:
    """The card of an offer in a list; `since`: how long ago the landlord confirmed it; `level` of its heading."""
    context = {"card": shown, "since": since, "candidates": candidates, "level": level}
    return render_to_string("public/_card.html", context)
