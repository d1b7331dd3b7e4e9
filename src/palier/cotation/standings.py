"""The ranking kept ready: one narrow row for each (live demand, place wished), written with what moves it.

`keep` writes what mass scoring and rankings read of a demand (`Outline`); `place` makes its standings say what its
wishes, its scores and its outline say; `move` does where points alone are new. They are called in the transaction of the
change, by whoever changes any of the three, one demand or thousands alike, and write nothing where nothing moved.
`followers` are told of the demands whose points or seniority may have moved: later apps keep them where they rank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from django.db import connection

from palier.common import bulk
from palier.cotation.models import Outline, Standing
from palier.law import records
from palier.law.household import Household
from palier.law.keys import keys
from palier.law.lasting import facts_until

followers: list[Callable[[Sequence[int]], None]] = []


def keep(households: Iterable[tuple[int, Household]], on: date) -> None:
    """The outlines of demands, by key, on a day."""
    rows = []
    for demand, household in households:
        held = keys(household, on)
        refused = any(r.adapted for r in household.refusals)
        rows.append(
            (demand, records.pack(household, on), refused, held.opens, held.surface, held.widened,
             facts_until(household, on))
        )  # fmt: skip
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cotation_outline (demand_id, record, refused, opens, surface, widened, until)"
            " SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::boolean[], %s::int[], %s::smallint[], %s::boolean[],"
            " %s::date[]) ON CONFLICT (demand_id) DO UPDATE SET record = excluded.record, refused = excluded.refused,"
            " opens = excluded.opens, surface = excluded.surface, widened = excluded.widened, until = excluded.until",
            [list(column) for column in zip(*rows, strict=True)],
        )


def place(demands: Sequence[int]) -> None:
    """Bring the standings of some demands to what is true of them now."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, {"demands": bulk.listed(demands)})
    _tell(demands)


def move(scored: str, demands: Sequence[int]) -> None:
    """Bring the standings of demands to new points, and to nothing else, from a table (demand, epci, now: hundredths)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE cotation_standing h SET hundredths = x.now FROM {scored} x WHERE h.demand_id = x.demand"
            " AND h.hundredths <> x.now AND lpad(x.epci::text, 9, '0')"
            " = coalesce((SELECT c.epci_id FROM territories_commune c WHERE c.code = h.place), h.place)"
        )
    _tell(demands)


def _tell(demands: Sequence[int]) -> None:
    if demands:
        for follow in followers:
            follow(demands)


def leave(demands: Sequence[int]) -> None:
    """They rank nowhere any more."""
    Standing.objects.filter(demand__in=demands).delete()
    Outline.objects.filter(demand__in=demands).delete()


# Whoever accepts the surroundings stands once in the whole EPCI, not in each of its communes.
_PLACE = """
    WITH told AS MATERIALIZED (
        SELECT DISTINCT ON (d.id, place) d.id AS demand_id,
               CASE WHEN o.widened THEN coalesce(c.epci_id, c.code) ELSE c.code END AS place,
               (coalesce(s.points, 0) * 100)::int AS hundredths, d.first_registered_on AS registered_on, o.opens, o.surface
        FROM demands_demand d
        JOIN cotation_outline o ON o.demand_id = d.id
        JOIN demands_wish w ON w.demand_id = d.id
        JOIN territories_commune c ON c.code = w.commune_id
        LEFT JOIN cotation_score s ON s.demand_id = d.id AND s.epci_id = c.epci_id
        WHERE d.id = ANY(%(demands)s::bigint[]) AND d.state = 'active'
        ORDER BY d.id, place
    ), gone AS (
        DELETE FROM cotation_standing h WHERE h.demand_id = ANY(%(demands)s::bigint[])
        AND NOT EXISTS (SELECT 1 FROM told t WHERE t.demand_id = h.demand_id AND t.place = h.place)
    )
    INSERT INTO cotation_standing AS h (demand_id, place, hundredths, registered_on, opens, surface)
    SELECT * FROM told
    ON CONFLICT (demand_id, place) DO UPDATE
    SET hundredths = excluded.hundredths, registered_on = excluded.registered_on, opens = excluded.opens,
        surface = excluded.surface
    WHERE (h.hundredths, h.registered_on, h.opens, h.surface)
          IS DISTINCT FROM (excluded.hundredths, excluded.registered_on, excluded.opens, excluded.surface)
"""
