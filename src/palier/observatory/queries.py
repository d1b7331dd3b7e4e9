"""Reads on indicators, with small numbers hidden; and what a household may know of comparable ones."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max, Sum

from palier.common import clock
from palier.demands.models import Demand
from palier.law import occupancy, waits
from palier.law.calendar import add_months
from palier.law.waits import Quarters, Waits
from palier.observatory.models import CommuneIndicator, PointsQuarters
from palier.territories.models import Epci
from palier.territories.queries import setting


@dataclass(frozen=True, slots=True)
class Comparison:
    """A demand and comparable ones, for a type of dwelling in a territory. None where too few are known to tell."""

    type: str
    waits: Waits | None
    since: date
    until: date
    quarters: Quarters | None
    among: int

    @property
    def label(self) -> str:
        return occupancy.words(self.type)


def compare(demand: Demand, epci: Epci, types: Sequence[str], points: Decimal | None, on: date) -> list[Comparison]:
    """What the law lets a household know of comparable demands, type by type (CCH L441-2-6)."""
    since = add_months(on, -setting("wait_months", on=on, territory=epci.pk))
    bounds = setting("comparable_incomes", on=on)
    own = -1 if demand.monthly_resources is None else bisect_right(bounds, demand.monthly_resources)
    parted = {q.type: q for q in PointsQuarters.objects.filter(epci=epci, type__in=types, band=own)}
    found = []
    for kind in types:
        quarter = parted.get(kind) if points is not None else None
        standing = waits.quarters(points, (quarter.low, quarter.middle, quarter.high)) if quarter else None
        among = quarter.demands if quarter else 0
        found.append(Comparison(kind, _waited(demand, epci, kind, since, on), since, on, standing, among))
    return found


def _waited(demand: Demand, epci: Epci, kind: str, since: date, on: date) -> Waits | None:
    low, beyond = waits.band(demand.people, setting("comparable_people", on=on, territory=epci.pk))
    department = demand.department
    groups = [
        (f"{epci.name}, {waits.people(low, beyond)}", epci.pk, low, beyond),
        (f"{epci.name}, ménages de toutes tailles", epci.pk, 0, None),
        (f"{department.name}, {waits.people(low, beyond)}", department.pk, low, beyond),
    ]
    least = setting("wait_least", on=on, territory=epci.pk)
    # The closest group that is large enough: the others are not even read.
    for scope, *asked in groups:
        with connection.cursor() as cursor:
            place, *sizes = asked
            cursor.execute("SELECT palier_waits(%s, %s, %s, %s, %s, %s)", [place, kind, *sizes, since, on])
            told = waits.waits([(scope, [days for (days,) in cursor.fetchall()])], least)
        if told is not None:
            return told
    return None


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
