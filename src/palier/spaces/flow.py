"""What the flow's pages share, at the landlord and at the holder: the year asked for, the chart."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from palier.common import clock
from palier.reservations.queries import Year, conventions_of


def years(request: HttpRequest) -> list[int]:
    """The years that have something to tell, the latest first: this one, then back to the first convention."""
    today = clock.today()
    first = conventions_of(request.actor).first()
    start = min(first.valid_from.year, today.year) if first else today.year
    return list(range(today.year, start - 1, -1))


def asked_year(request: HttpRequest) -> int:
    """The year of the address, this one when it is none of them."""
    wanted = request.GET.get("annee", "")
    held = years(request)
    return int(wanted) if wanted.isdecimal() and int(wanted) in held else held[0]


def chart(held: Year) -> dict[str, Any]:
    """Objective beside what was received and let, one group of bars for each line."""
    series = (("Objectif", "objective"), ("Reçus", "took"), ("Loués", "let"))
    return {
        "title": f"Flux {held.number} par réservataire", "kind": "hbar", "unit": "logements", "decimals": 0,
        "category_label": "Réservataire", "categories": [row.line.name for row in held.rows],
        "series": [{"name": name, "values": [getattr(row, field) for row in held.rows]} for name, field in series],
        "note": "Objectif : part des logements du flux depuis janvier. Un logement rendu est loué par le bailleur.",
    }  # fmt: skip
