"""The figures of a day, counted by the database in one statement each; and each lease, stripped of identity."""

from __future__ import annotations

from datetime import date

from django.db import connection

from palier.allocations.models import Lease
from palier.common.isolation import as_system
from palier.cotation.queries import household_of, score_for
from palier.demands.models import Demand
from palier.documents.queries import recognised
from palier.law import codes
from palier.law.income import first_quartile
from palier.observatory.models import PastAllocation
from palier.territories.queries import setting


def keep(lease: Lease) -> None:
    """What is kept of a lease once its household is gone. Called when it is recorded."""
    with as_system("a lease without identity outlives the demand it ends"):
        demand = Demand.objects.get(pk=lease.proposal.application.demand_id)
        dwelling = lease.proposal.offer.dwelling
        day, epci = lease.signed_on, dwelling.commune.epci_id or ""
        score = score_for(demand, epci)
        threshold = setting("first_quartile_income", on=day, territory=epci)
        poorest = bool(threshold) and first_quartile(household_of(demand, on=day), threshold, day)
        PastAllocation.objects.create(
            signed_on=day,
            commune=dwelling.commune,
            type=dwelling.type,
            financing=dwelling.financing,
            wait_days=max((day - demand.first_registered_on).days, 0),
            people=demand.people,
            points=score.points if score else None,
            transfer=demand.transfer,
            priority=any(held.code in codes.PRIORITY_SITUATIONS for held in recognised(demand, day)),
            first_quartile=bool(poorest),
            qpv=dwelling.qpv,
        )


def refresh_quarters(on: date) -> int:
    """The points that part comparable demands in four, in place of those of the day before."""
    with as_system("points of large groups leave no identity"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM observatory_pointsquarters")
        cursor.execute(
            """
            INSERT INTO observatory_pointsquarters (epci_id, type, band, "on", demands, low, middle, high)
            SELECT epci_id, type, band, %(on)s, n, parts[1], parts[2], parts[3] FROM (
                SELECT s.epci_id, t.type, coalesce(width_bucket(d.monthly_resources, %(bounds)s::int[]), -1) AS band,
                       count(*) AS n, percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY s.points) AS parts
                FROM cotation_score s JOIN demands_demand d ON d.id = s.demand_id AND d.state = 'active'
                CROSS JOIN unnest(d.wanted_types) t(type) GROUP BY 1, 2, 3 HAVING count(*) >= %(least)s) groups
            """,
            {
                "on": on,
                "bounds": setting("comparable_incomes", on=on),
                "least": setting("comparable_least", on=on),
            },
        )
        return cursor.rowcount


def refresh(on: date) -> int:
    """Demands wishing each commune, allocations of the last twelve months, median and ninth-decile wait in days."""
    with as_system("counts over the whole register leave no identity"), connection.cursor() as cursor:
        cursor.execute('DELETE FROM observatory_communeindicator WHERE "on" = %s', [on])
        cursor.execute(
            """
            INSERT INTO observatory_communeindicator
                (commune_id, "on", demands, first_choice, allocations, wait_median, wait_ninth_decile)
            SELECT c.code, %(on)s, coalesce(d.demands, 0), coalesce(d.first, 0), coalesce(a.n, 0), a.median, a.ninth
            FROM territories_commune c
            LEFT JOIN (SELECT w.commune_id, count(*) AS demands, count(*) FILTER (WHERE w.rank = 1) AS first
                       FROM demands_wish w JOIN demands_demand x ON x.id = w.demand_id AND x.state = 'active'
                       GROUP BY w.commune_id) d ON d.commune_id = c.code
            LEFT JOIN (SELECT commune_id, count(*) AS n,
                              percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_days)::int AS median,
                              percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_days)::int AS ninth
                       FROM observatory_pastallocation
                       WHERE signed_on > %(on)s::date - interval '1 year' AND signed_on <= %(on)s
                       GROUP BY commune_id) a ON a.commune_id = c.code
            WHERE d.demands > 0 OR a.n > 0
            """,
            {"on": on},
        )
        return cursor.rowcount
