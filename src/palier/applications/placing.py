"""What places a candidate among the others of its offer, kept with its application: its points there, its seniority.

A rank is then one walk of one narrow index, whatever the register's size. `follow` is called with every change of either
(`cotation.standings.followers`) and after applications are written, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from palier.common import bulk


def follow(demands: Sequence[int]) -> None:
    """Bring the live applications of some demands to their points and seniority of now."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, [bulk.listed(demands)])


# A dwelling outside every territory wished gives no points, nor does an offer that points do not order. On what a company's contribution reserves, its priorities add
# theirs, for the jobs that it confirmed.
_FOLLOW = """
    WITH live AS MATERIALIZED (
        SELECT a.id, a.demand_id, a.offer_id FROM applications_application a
        WHERE a.demand_id = ANY(%s::bigint[]) AND a.live_slot IS NOT NULL
    ), told AS (
        SELECT a.id, CASE o.product WHEN 'social' THEN coalesce(s.points, 0) + coalesce(j.priority_points, 0) ELSE 0 END
                   AS points,
               CASE o.product WHEN 'social' THEN coalesce(j.priority_points, 0) ELSE 0 END AS employer_points, d.first_registered_on AS registered_on
        FROM live a
        JOIN demands_demand d ON d.id = a.demand_id
        JOIN homes_offer o ON o.id = a.offer_id
        JOIN homes_dwelling w ON w.id = o.dwelling_id
        JOIN territories_commune c ON c.code = w.commune_id
        LEFT JOIN cotation_score s ON s.demand_id = a.demand_id AND s.epci_id = c.epci_id
        LEFT JOIN employers_company e ON e.id = o.reserved_for_id
        LEFT JOIN employers_jobattestation j
               ON j.person_id = d.person_id AND left(j.siret, 9) = left(e.siret, 9) AND j.state = 'confirmed'
    )
    UPDATE applications_application a
    SET points = told.points, employer_points = told.employer_points, registered_on = told.registered_on FROM told
    WHERE a.id = told.id AND (a.points, a.employer_points, a.registered_on)
          IS DISTINCT FROM (told.points, told.employer_points, told.registered_on)"""
