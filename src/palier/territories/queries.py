"""Finding places, and the figure in force in a territory on a day."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from palier.territories.models import Commune, Setting


def search_key(text: str) -> str:
    """Lower case, no accents, single spaces: how names are compared and sorted in French."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def complete_commune(text: str, limit: int = 8) -> QuerySet[Commune]:
    """Communes whose name or postcode begins like `text`, the most populated first."""
    communes = Commune.objects.filter(successor=None, department__active=True).select_related("epci", "department")
    if text.strip().isdigit():
        prefix = text.strip()
        full = Q(postcodes__contains=[prefix]) if len(prefix) == 5 else Q(postcodes__0__startswith=prefix)
        found = communes.filter(full | Q(code=prefix))
    else:
        key = search_key(text)
        found = (
            communes.filter(Q(search_name__startswith=key) | Q(search_name__contains=" " + key)) if key else communes
        )
    return found.order_by("-population", "search_name")[:limit]


def current_commune(code: str) -> Commune | None:
    """The living commune behind an INSEE code, following mergers; None when unknown."""
    commune = Commune.objects.select_related("successor").filter(code=code).first()
    while commune is not None and commune.successor is not None:
        commune = commune.successor
    return commune


def living_communes(codes: Iterable[str]) -> dict[str, str]:
    """INSEE code → the living commune behind it, for those that are known; a question for each round of mergers."""
    found = {code: code for code in codes}
    left = set(found)
    known: dict[str, str | None] = {}
    while left:
        rows = dict(Commune.objects.filter(code__in=left).order_by("code").values_list("code", "successor_id"))
        known |= rows
        left = {after for after in rows.values() if after is not None} - set(known)
    for code in found:
        while known.get(found[code]) is not None:
            found[code] = known[found[code]]
    return {code: living for code, living in found.items() if code in known}


def commune_named(text: str) -> Commune | None:
    """The living commune of an exact name, whatever its accents, or the most populated one of a postcode."""
    named = Commune.objects.filter(search_name=search_key(text)).order_by("successor", "-population", "code")
    if text.isdigit() and len(text) == 5:
        named = Commune.objects.filter(postcodes__contains=[text], successor=None).order_by("-population", "code")
    found = named.first() if search_key(text) else None
    return current_commune(found.code) if found else None


def setting(key: str, *, on: date, territory: str = "") -> Any:
    """The figure in force on `on`, the territory's own before the general one.

    Raises LookupError when nothing is in force: a missing figure must never become a silent default.
    """
    row = (
        Setting.objects.filter(key=key, territory__in=["", territory], valid_from__lte=on)
        .filter(Q(valid_to=None) | Q(valid_to__gt=on))
        .order_by("-territory", "-valid_from")
        .values_list("value", flat=True)
        .first()
    )
    if row is None:
        raise LookupError(f"no setting {key!r} in force on {on}")
    return row


def settings(keys: Sequence[str], *, on: date, territory: str = "") -> dict[str, Any]:
    """The same for several figures, in one question. Raises LookupError when one of them is not in force."""
    rows = (
        Setting.objects.filter(key__in=keys, territory__in=["", territory], valid_from__lte=on)
        .filter(Q(valid_to=None) | Q(valid_to__gt=on))
        .order_by("territory", "valid_from")
        .values_list("key", "value")
    )
    found = dict(rows)
    if missing := sorted(set(keys) - set(found)):
        raise LookupError(f"no setting {missing} in force on {on}")
    return found


@lru_cache(maxsize=1024)
def neighbours(commune: Commune, most: int = 14) -> list[dict[str, Any]]:
    """The larger communes within some fifteen kilometres, for a map to make sense: `lat`, `lng`, `label`.

    Read once: places move only with `load_geography`, and so does the list below.
    """
    around = Commune.objects.filter(
        successor=None,
        latitude__range=(commune.latitude - 0.14, commune.latitude + 0.14),
        longitude__range=(commune.longitude - 0.2, commune.longitude + 0.2),
    )
    return _named(around, most)


@lru_cache
def principal_communes(most: int = 30) -> list[dict[str, Any]]:
    """The largest communes of the territory, to find one's way on a map."""
    return _named(Commune.objects.filter(successor=None, department__active=True, latitude__isnull=False), most)


def _named(communes: QuerySet[Commune], most: int) -> list[dict[str, Any]]:
    rows = communes.order_by("-population", "code").values_list("latitude", "longitude", "name")[:most]
    return [{"lat": lat, "lng": lng, "label": name} for lat, lng, name in rows]
