"""The grids that order demands, for everybody: where, since when, in words, on made-up households, as the text itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from palier.common import clock
from palier.common.pages import page
from palier.cotation import drafting
from palier.cotation.models import Grid
from palier.cotation.queries import parsed, published_grids, versions_of
from palier.law.grid_difference import differences
from palier.law.grid_review import extent
from palier.law.grid_words import in_words
from palier.law.typical import tried
from palier.spaces.access import public


@public
def grids(request: HttpRequest) -> HttpResponse:
    """Which grid holds where, and which ones come next."""
    held, today = published_grids(), clock.today()
    return page(
        request,
        "public/grids.html",
        {"force": [g for g in held if g.in_force_in], "coming": [g for g in held if g.valid_from > today]},
    )


@public
def grid(request: HttpRequest, pk: int) -> HttpResponse:
    """A published version in words, what it changed, and what it gives to made-up households."""
    held = _published(pk)
    rules = parsed(held.source)
    before, today = drafting.before(held), clock.today()
    low, high = extent(rules)
    context = {
        "held": held, "rules": rules, "words": in_words(rules), "low": low, "high": high,
        "changes": differences(before, rules) if before else None,
        "households": [(one.label, score, None) for one, score in tried(rules, today)],
        "versions": [v for v in versions_of(held) if v.pk != held.pk],
        "places": list(held.epcis.order_by("name")),
    }  # fmt: skip
    return page(request, "public/grid.html", context)


@public
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """The very text that scores, to keep or to run elsewhere."""
    held = _published(pk)
    response = HttpResponse(held.source, content_type="application/toml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="grille-{held.key}-v{held.version}.toml"'
    return response


def _published(pk: int) -> Grid:
    return Grid.objects.get(pk=pk, state="published")
