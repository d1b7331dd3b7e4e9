"""What past offers and leases teach of the chance and of the wait, kept without identity and summed each night."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction

from palier.common.isolation import as_system
from palier.law import odds
from palier.law.calendar import add_months
from palier.observatory.models import Comparable
from palier.territories.queries import setting


def keep_past_offers() -> int:
    """Keep what each offer that has ended teaches, once; how many were new.

    It has ended when it is let or withdrawn and none of its applications is live. An application withdrawn by its
    household is left out: nobody knows what would have become of it. Where a landlord chooses, no place by points was told.
    """
    with as_system("places and outcomes of ended offers, kept without identity"), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO observatory_pastoffer (offer_id, ended_on, commune_id, type, reserved, stood, "left", proposed)
            SELECT o.id, (max(a.state_at) AT TIME ZONE 'Europe/Paris')::date, w.commune_id, w.type,
                   o.contingent <> 'none',
                   array_agg(least(30000, (a.told ->> 'position')::int) ORDER BY a.draw, a.id),
                   array_agg(greatest(0, least(100, round(100 * extract(epoch FROM o.closes_at - a.applied_at)
                       / greatest(1, extract(epoch FROM o.closes_at - o.published_at))))) ORDER BY a.draw, a.id),
                   array_agg(p.sent_at IS NOT NULL ORDER BY a.draw, a.id)
            FROM homes_offer o
            JOIN homes_dwelling w ON w.id = o.dwelling_id
            JOIN applications_application a ON a.offer_id = o.id AND a.state <> 'withdrawn' AND a.told ? 'position'
            LEFT JOIN allocations_proposal p ON p.application_id = a.id
            WHERE o.state IN ('let', 'withdrawn') AND o.product = 'social'
              AND NOT EXISTS (SELECT 1 FROM applications_application l
                              WHERE l.offer_id = o.id AND l.live_slot IS NOT NULL)
              AND NOT EXISTS (SELECT 1 FROM observatory_pastoffer k WHERE k.offer_id = o.id)
            GROUP BY o.id, w.id
            ON CONFLICT DO NOTHING
            """
        )
        return cursor.rowcount


def compare(on: date) -> int:
    """Make anew, from the years before `on`, the odds and waits of homes that compare; how many kinds of homes there are."""
    since = add_months(on, -12 * setting("odds_years", on=on))
    asked = {
        "on": on,
        "since": since,
        "sizes": [size for size, kinds in odds.SIZES.items() for _ in kinds],
        "types": [kind for kinds in odds.SIZES.values() for kind in kinds],
        # width_bucket takes first places where the law has last ones.
        "bands": [last + 1 for last in odds.PLACES],
        "thirds": odds.THIRDS,
    }
    with as_system("sums over the ended offers and leases of some years leave no identity"), transaction.atomic():
        waits = {tuple(row[:2]): row[2:] for row in _rows(_WAITS, asked)}
        offers = {tuple(row[:3]): row[3] for row in _rows(_OFFERS, asked)}
        tallies: dict[tuple[Any, ...], dict[odds.Cell, odds.Tally]] = {}
        for place, size, reserved, band, third, *found in _rows(_CELLS, asked):
            tallies.setdefault((place, size, reserved), {})[odds.Cell(band, third)] = odds.Tally(*found)
        kinds = sorted({*tallies, *((place, size, False) for place, size in waits)})
        Comparable.objects.all().delete()
        Comparable.objects.bulk_create(
            Comparable(
                on=on, since=since, place=place, size=size, reserved=reserved,
                offers=offers.get((place, size, reserved), 0), odds=_lines(tallies.get((place, size, reserved), {})),
                **dict(zip(("leases", "wait_median", "wait_ninth_decile"), waits.get((place, size), (0, None, None)), strict=True)),
            )
            for place, size, reserved in kinds
        )  # fmt: skip
    return len(kinds)


def _lines(tallies: dict[odds.Cell, odds.Tally]) -> list[list[float]]:
    return [
        [*at, round(o.chance, 4), round(o.low, 4), round(o.high, 4), o.applications, o.proposed]
        for at, o in odds.curve(tallies).items()
    ]


def _rows(query: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        return cursor.fetchall()


# Of an EPCI or a department, of a size or of all: the same rows counted at each breadth.
_KINDS = """
    CROSS JOIN LATERAL (VALUES (c.epci_id), (c.department_id)) AS at(place)
    JOIN unnest(%(types)s::text[], %(sizes)s::text[]) AS s(type, size) ON s.type = x.type
"""
_PAST = f"""
    FROM observatory_pastoffer x JOIN territories_commune c ON c.code = x.commune_id {_KINDS}
"""
_OFFERS = f"""
    SELECT at.place, coalesce(s.size, ''), x.reserved, count(*) {_PAST}
    WHERE x.ended_on > %(since)s AND x.ended_on <= %(on)s AND at.place IS NOT NULL
    GROUP BY GROUPING SETS ((at.place, s.size, x.reserved), (at.place, x.reserved))
"""
_CELLS = f"""
    SELECT at.place, coalesce(s.size, ''), x.reserved, cell.band, cell.third, count(*), count(*) FILTER (WHERE a.proposed)
    {_PAST}
    CROSS JOIN LATERAL unnest(x.stood, x."left", x.proposed) AS a(stood, remaining, proposed)
    CROSS JOIN LATERAL (SELECT width_bucket(a.stood, %(bands)s::int[]) AS band,
                               least(%(thirds)s - 1, (100 - a.remaining) * %(thirds)s / 100) AS third) AS cell
    WHERE x.ended_on > %(since)s AND x.ended_on <= %(on)s AND at.place IS NOT NULL
    GROUP BY GROUPING SETS ((at.place, s.size, x.reserved, cell.band, cell.third),
                            (at.place, x.reserved, cell.band, cell.third))
"""
_WAITS = f"""
    SELECT at.place, coalesce(s.size, ''), count(*),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY x.wait_days)::int,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY x.wait_days)::int
    FROM observatory_pastallocation x JOIN territories_commune c ON c.code = x.commune_id {_KINDS}
    WHERE x.signed_on > %(since)s AND x.signed_on <= %(on)s AND at.place IS NOT NULL
    GROUP BY GROUPING SETS ((at.place, s.size), (at.place))
"""
