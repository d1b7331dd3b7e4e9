"""Scores that follow the calendar and the grids by themselves, thousands at a time (docs/algorithms/refresh.md).

Two steps of the register's night, and one that the worker looks at every minute, hence right after midnight; each by
blocks, a transaction to a block, killed and started again without harm:

1. `outlines`: demands whose facts change today (a birthday, the end of a situation, a new year, a new figure of the law);
2. `points`: scores whose months of seniority reach a step of their grid;
3. `follow_grids`: every live demand of the territories whose grid takes over, ends or is withdrawn.

What `actions.rescore` would write is written: the same points, provisional points, exclusions, day of the next change,
standings and events. Demands with refused dwellings or joined documents are given to it one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.db import connection

from palier.common import bulk, clock, parallel
from palier.common.isolation import SYSTEM, acting
from palier.common.locks import locked_all
from palier.cotation import settling, standings
from palier.cotation.actions import rescore
from palier.cotation.models import Grid, Outline
from palier.cotation.queries import grids_in_force, refusal_sources
from palier.demands import facts
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demands.nights import Step
from palier.documents.models import Piece, Recognition
from palier.employers.models import JobAttestation
from palier.law.household import Household
from palier.territories.models import Commune

BLOCK = 20_000


def follow_grids(say: Callable[[int], None] = lambda done: None) -> int:
    """Have the scores follow grids whose day has come since the last time; nothing to do costs one small query.

    Killed, the next call goes on with those that do not follow yet.
    """
    day, done = clock.today(), 0
    with acting(SYSTEM):
        changed = _changed_grids(day)
        keys = _to_follow(changed, day) if changed else []
    for first in range(0, len(keys), BLOCK):
        done += _side_by_side(keys[first : first + BLOCK], day)
        say(done)
    with acting(SYSTEM):
        for grid in changed:
            Grid.objects.filter(pk=grid.pk).update(applied=not grid.applied)
    return done


def _to_outline(after: int, day: date) -> Sequence[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id FROM demands_demand d LEFT JOIN cotation_outline o ON o.demand_id = d.id"
            " WHERE d.state = 'active' AND d.id > %s AND (o.demand_id IS NULL OR o.until <= %s) ORDER BY d.id LIMIT 2000",
            [after, day],
        )
        return [key for (key,) in cursor.fetchall()]


def _outline(keys: Sequence[int], day: date) -> int:
    held = locked_all(Demand.objects.filter(pk__in=keys, state="active"))
    joined = _joined(held)
    alone = [d for d in held if d.pk not in joined]
    households = _declared(alone)
    former = dict(Outline.objects.filter(demand__in=households).order_by("demand").values_list("demand", "record"))
    standings.keep(households.items(), day)
    settling.settle(
        list(households), day, former={key: bytes(record) for key, record in former.items()}, everything=True
    )
    for demand in held:
        if demand.pk in joined:
            rescore(demand)
    return len(held)


def _joined(demands: Sequence[Demand]) -> set[int]:
    """Those whose household is more than its form: documents, situations, a job, refused dwellings, a sealed address."""
    keys = [d.pk for d in demands]
    joined = {d.pk for d in demands if d.sheltered}
    joined.update(Piece.objects.filter(demand__in=keys).order_by("demand").values_list("demand", flat=True))
    joined.update(Recognition.objects.filter(demand__in=keys).order_by("demand").values_list("demand", flat=True))
    working = set(
        JobAttestation.objects.filter(person__in={d.person_id for d in demands if d.person_id})
        .order_by("person")
        .values_list("person", flat=True)
    )
    joined.update(d.pk for d in demands if d.person_id in working)
    known = dict(Outline.objects.filter(demand__in=keys).order_by("demand").values_list("demand", "refused"))
    joined.update(d.pk for d in demands if known.get(d.pk) or d.pk not in known and _refused(d))
    return joined


def _refused(demand: Demand) -> bool:
    return any(True for source in refusal_sources for _ in source(demand))


def _declared(demands: Sequence[Demand]) -> dict[int, Household]:
    epci_of = dict(Commune.objects.exclude(epci=None).order_by("code").values_list("code", "epci"))
    households = {}
    for demand in demands:
        form = Form.from_json(demand.form)
        epcis = tuple(sorted({epci_of[code] for code in form.wish.communes if code in epci_of}))
        households[demand.pk] = facts.from_form(form, demand, epcis=epcis)
    return households


def _changed_grids(day: date) -> list[Grid]:
    """Grids in force whose territories have not followed yet, and those no more in force that they still follow."""
    grids = Grid.objects.prefetch_related("epcis").order_by("pk")
    return [
        grid
        for grid in grids
        if grid.applied
        != (grid.state == "published" and grid.valid_from <= day and (grid.valid_to is None or day < grid.valid_to))
    ]


def _to_follow(changed: Sequence[Grid], day: date) -> list[int]:
    """The live demands of their territories whose score is not of the grid in force."""
    epcis = sorted({epci.pk for grid in changed for epci in grid.epcis.all()})
    force = grids_in_force(day)
    found, _ = bulk.pulled(
        "SELECT DISTINCT w.demand_id AS demand"
        " FROM unnest(%(epcis)s::text[], %(grids)s::bigint[]) AS f (epci, grid)"
        " JOIN territories_commune c ON c.epci_id = f.epci"
        " JOIN demands_wish w ON w.commune_id = c.code JOIN demands_demand d ON d.id = w.demand_id"
        " LEFT JOIN cotation_score s ON s.demand_id = w.demand_id AND s.epci_id = c.epci_id"
        " WHERE d.state = 'active' AND s.grid_id IS DISTINCT FROM f.grid",
        {"epcis": epcis, "grids": [force[e].pk if e in force else None for e in epcis]},
    )
    return sorted(found["demand"].tolist())


def _due(after: int, day: date) -> Sequence[int]:
    """Found by the index of days alone: whoever settles them looks whether they still live."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT demand_id FROM cotation_score WHERE due_on <= %s AND demand_id > %s ORDER BY 1 LIMIT %s",
            [day, after, BLOCK],
        )
        return [key for (key,) in cursor.fetchall()]


def _side_by_side(keys: Sequence[int], day: date) -> int:
    """Settled twice is settled once: parts that committed before a crash are not due any more."""

    def settle(part: Sequence[int]) -> int:
        with acting(SYSTEM):
            return _settle(part, day)

    return parallel.each(keys, settle)


def _settle(keys: Sequence[int], day: date) -> int:
    # Without an outline there is nothing to read by columns; days of refusals are not in one.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, EXISTS (SELECT FROM cotation_outline o WHERE o.demand_id = d.id AND NOT o.refused)"
            " FROM demands_demand d WHERE d.id = ANY(%s::bigint[]) AND d.state = 'active' ORDER BY d.id"
            " FOR NO KEY UPDATE OF d",
            [bulk.listed(keys)],
        )
        held = cursor.fetchall()
    changed = settling.settle([key for key, quick in held if quick], day)
    alone = [key for key, quick in held if not quick]
    for demand in Demand.objects.filter(pk__in=alone).order_by("pk"):
        rescore(demand)
    return changed + len(alone)


STEPS = (
    Step("outlines", "Faits qui changent à cette date", _to_outline, _outline),
    Step("points", "Points que l’ancienneté change", _due, _side_by_side),
)
