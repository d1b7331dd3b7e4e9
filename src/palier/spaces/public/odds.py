"""Where the chances and waits shown before applying come from: the method in words, its limits, the figures by department."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from palier.common import clock
from palier.common.pages import page
from palier.observatory.outlooks import by_department
from palier.spaces.access import public
from palier.territories.queries import setting


@public
def odds(request: HttpRequest) -> HttpResponse:
    least = setting("odds_least", on=clock.today())
    tables = [
        {
            "caption": f"{name} : logements non réservés de toutes tailles, au milieu du délai pour postuler",
            "rows": rows,
        }
        for name, rows in by_department(least)
    ]
    return page(request, "public/odds.html", {"least": least, "tables": tables})
