"""Reads on indicators, with small numbers hidden."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Sum

from palier.common import clock
from palier.observatory.models import CommuneIndicator
from palier.territories.queries import setting


def indicators(**place: Any) -> list[dict[str, Any]]:
    """The last figures by commune, most wanted first; a count under the statistical secret is None."""
    last = CommuneIndicator.objects.aggregate(last=Max("on"))["last"]
    least = setting("small_numbers", on=clock.today())
    rows = (
        CommuneIndicator.objects.filter(on=last, **place)
        .select_related("commune__epci")
        .order_by("-demands", "commune")
    )
    return [
        {
            "commune": r.commune,
            "demands": r.demands if r.demands >= least else None,
            "allocations": r.allocations if r.allocations >= least else None,
            "wait_median": r.wait_median if r.allocations >= least else None,
            "wait_ninth_decile": r.wait_ninth_decile if r.allocations >= least else None,
        }
        for r in rows
    ]


def totals(**place: Any) -> dict[str, Any]:
    """Sums over a territory."""
    last = CommuneIndicator.objects.aggregate(last=Max("on"))["last"]
    found = CommuneIndicator.objects.filter(on=last, **place).aggregate(
        demands=Sum("first_choice"), allocations=Sum("allocations")
    )
    return {"on": last, "demands": found["demands"] or 0, "allocations": found["allocations"] or 0}
