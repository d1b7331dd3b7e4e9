"""The figures of a day, counted by the database in one statement."""

from __future__ import annotations

from datetime import date

from django.db import connection

from palier.common.isolation import as_system


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
