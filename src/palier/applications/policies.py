"""Who sees an application: the household, the landlord of the dwelling, the holder of its reservation.

A landlord sees the demand through its department already; a reservation holder sees only the demands
that applied to the dwellings it holds. `palier_designated` answers that without exposing the
applications themselves, and without the two tables' policies calling each other.
"""

from palier.common.isolation import ORGANISATION, PERSON, Policy, narrow_function, role_is
from palier.demands.policies import through_demand

SQL_FUNCTIONS = {
    "palier_designated": narrow_function(
        "palier_designated",
        "holder bigint",
        "SETOF bigint",
        """
            SELECT a.demand_id FROM applications_application a JOIN homes_offer o ON o.id = a.offer_id
            WHERE o.holder_id = holder AND a.live_slot IS NOT NULL""",
    ),
    "palier_own_demands": narrow_function(
        "palier_own_demands",
        "household bigint",
        "SETOF bigint",
        """
            SELECT d.id FROM demands_demand d WHERE d.person_id = household""",
    ),
    "palier_live": narrow_function(
        "palier_live",
        "household bigint",
        "TABLE (application_id bigint, offer_id bigint)",
        """
            SELECT a.id, a.offer_id FROM applications_application a
            WHERE a.demand_id = household AND a.live_slot IS NOT NULL ORDER BY a.applied_at DESC, a.id DESC""",
    ),
    # The receipt of the last list where the household's own application stands, and its ticket there.
    "palier_own_receipt": narrow_function(
        "palier_own_receipt",
        "application bigint",
        "TABLE (receipt jsonb, ticket text)",
        """
            SELECT l.receipt, a.ticket::text FROM applications_application a
            JOIN demands_demand d ON d.id = a.demand_id AND d.person_id = palier_person()
            JOIN applications_shortlistentry e ON e.application_id = a.id
            JOIN applications_shortlist l ON l.id = e.shortlist_id
            WHERE a.id = application ORDER BY l.made_at DESC, l.id DESC LIMIT 1""",
    ),
    # How many live candidates each offer has: a number anybody may know before applying.
    "palier_candidates": narrow_function(
        "palier_candidates",
        "offers bigint[]",
        "TABLE (offer_id bigint, candidates bigint)",
        """
            SELECT a.offer_id, count(*) FROM applications_application a
            WHERE a.offer_id = ANY(offers) AND a.live_slot IS NOT NULL GROUP BY a.offer_id""",
    ),
    # How many live candidates each offer has, and how many of them come before a household, candidate or not.
    "palier_places": narrow_function(
        "palier_places",
        "household bigint, offers bigint[]",
        "TABLE (offer_id bigint, candidates bigint, ahead bigint)",
        """
            SELECT o.id, count(a.id), count(a.id) FILTER (WHERE a.demand_id <> me.id AND
                (coalesce(m.points, 0) + coalesce(j.priority_points, 0), a.registered_on)
                < (a.points, me.first_registered_on))
            FROM homes_offer o
            JOIN homes_dwelling w ON w.id = o.dwelling_id
            JOIN territories_commune c ON c.code = w.commune_id
            JOIN demands_demand me ON me.id = household
            LEFT JOIN cotation_score m ON m.demand_id = me.id AND m.epci_id = c.epci_id
            LEFT JOIN employers_company e ON e.id = o.reserved_for_id
            LEFT JOIN employers_jobattestation j
                   ON j.person_id = me.person_id AND left(j.siret, 9) = left(e.siret, 9) AND j.state = 'confirmed'
            LEFT JOIN applications_application a ON a.offer_id = o.id AND a.live_slot IS NOT NULL
            WHERE o.id = ANY(offers) GROUP BY o.id""",
    ),
    # The other candidates of an application's offer, now or since an instant: what places them, and nothing of who they are.
    "palier_rivals": narrow_function(
        "palier_rivals",
        "application bigint, since timestamptz",
        "TABLE (points numeric, registered date, draw text, joined boolean, gone boolean)",
        """
            SELECT a.points, a.registered_on, a.draw::text, a.applied_at > since, a.live_slot IS NULL
            FROM applications_application mine
            JOIN applications_application a ON a.offer_id = mine.offer_id AND a.id <> mine.id
            WHERE mine.id = application
            AND (a.live_slot IS NOT NULL OR a.applied_at <= since AND a.state_at > since)""",
    ),
    # Where the applications of the employees who agreed to it stand: a state, by attestation, and nothing else of them.
    "palier_employee_states": narrow_function(
        "palier_employee_states",
        "",
        "TABLE (attestation_id bigint, state text, since timestamptz)",
        """
            SELECT DISTINCT ON (j.id) j.id, a.state::text, a.state_at
            FROM employers_jobattestation j
            JOIN employers_company c ON c.id = j.company_id AND c.organisation_id = palier_organisation()
            JOIN demands_demand d ON d.person_id = j.person_id
            JOIN applications_application a ON a.demand_id = d.id
            WHERE j.statuses_at IS NOT NULL AND j.consent_at IS NOT NULL AND j.state <> 'declared'
            ORDER BY j.id, (a.live_slot IS NOT NULL) DESC, a.state_at DESC, a.id DESC""",
    ),
    # How many of the employees who agreed that their employer be asked are at each step, each counted once.
    "palier_employee_counts": narrow_function(
        "palier_employee_counts",
        "",
        "TABLE (job text, application text, employees bigint)",
        """
            SELECT q.job, q.application, count(*) FROM (
                SELECT DISTINCT ON (j.id) j.state::text AS job, coalesce(a.state, '')::text AS application
                FROM employers_jobattestation j
                JOIN employers_company c ON c.id = j.company_id AND c.organisation_id = palier_organisation()
                LEFT JOIN demands_demand d ON d.person_id = j.person_id
                LEFT JOIN applications_application a ON a.demand_id = d.id
                WHERE j.consent_at IS NOT NULL AND j.state <> 'declared'
                ORDER BY j.id, (a.live_slot IS NOT NULL) DESC NULLS LAST, a.state_at DESC, a.id DESC) q
            GROUP BY q.job, q.application""",
    ),
    # A candidate's place where the landlord chooses (law.products), and whether another household holds the dwelling:
    # those that come before are counted, nobody is named.
    "palier_own_turn": narrow_function(
        "palier_own_turn",
        "application bigint",
        'TABLE ("position" bigint, among bigint, held boolean)',
        """
            SELECT count(*) FILTER (WHERE (a.priority, a.applied_at, a.id) < (m.priority, m.applied_at, m.id)) + 1, count(*),
                   coalesce(bool_or(a.id <> m.id AND a.state IN ('allocated', 'accepted')), false)
            FROM applications_application m
            JOIN applications_application a ON a.offer_id = m.offer_id AND a.live_slot IS NOT NULL
            WHERE m.id = application AND m.live_slot IS NOT NULL GROUP BY m.id""",
    ),
    # The rank of every live candidate of an offer: points, then seniority, then the draw (law.ranking).
    "palier_ranks": narrow_function(
        "palier_ranks",
        "offer bigint",
        "TABLE (application_id bigint, demand_id bigint, points numeric, registered date, rank bigint, among bigint)",
        """
            SELECT a.id, a.demand_id, a.points, a.registered_on,
                   row_number() OVER (ORDER BY a.points DESC, a.registered_on, a.draw, a.id), count(*) OVER ()
            FROM applications_application a WHERE a.offer_id = offer AND a.live_slot IS NOT NULL""",
    ),
    # The same rank for some applications alone: those that come before are counted, nobody is put in order.
    "palier_own_ranks": narrow_function(
        "palier_own_ranks",
        "applications bigint[]",
        "TABLE (application_id bigint, demand_id bigint, points numeric, registered date, rank bigint, among bigint)",
        """
            SELECT m.id, m.demand_id, m.points, m.registered_on, r.ahead + 1, r.among
            FROM applications_application m, LATERAL (
                SELECT count(*) AS among, count(*) FILTER (WHERE (m.points, a.registered_on, a.draw, a.id)
                                                               < (a.points, m.registered_on, m.draw, m.id)) AS ahead
                FROM applications_application a WHERE a.offer_id = m.offer_id AND a.live_slot IS NOT NULL) r
            WHERE m.id = ANY(applications) AND m.live_slot IS NOT NULL""",
    ),
}
_MINE = f"{role_is('applicant')} AND demand_id IN (SELECT palier_own_demands({PERSON}))"
_OF_MY_OFFER = (
    "EXISTS (SELECT 1 FROM homes_offer o JOIN homes_dwelling w ON w.id = o.dwelling_id WHERE o.id = offer_id AND"
    f" (({role_is('landlord', 'secretary')} AND w.landlord_id = {ORGANISATION})"
    f" OR ({role_is('reservation_holder')} AND o.holder_id = {ORGANISATION})))"
)
ROW_POLICIES = {
    "applications_application": {
        "own": Policy(_MINE),
        "offer": Policy(_OF_MY_OFFER),
        "agent": Policy(f"{role_is('desk', 'support')} AND {through_demand()}", command="SELECT"),
    },
    # The landlord's own work: neither the household nor the holder reads which agent took a file.
    "applications_instruction": {
        "landlord": Policy(
            f"{role_is('landlord', 'secretary')} AND EXISTS"
            " (SELECT 1 FROM applications_application a WHERE a.id = application_id)"
        ),
    },
    "applications_doubt": {
        "both": Policy(
            f"{role_is('applicant', 'landlord', 'secretary')} AND EXISTS"
            " (SELECT 1 FROM applications_application a WHERE a.id = application_id)"
        ),
    },
    "applications_seenrank": {
        "own": Policy(
            f"{role_is('applicant')} AND EXISTS (SELECT 1 FROM applications_application a WHERE a.id = application_id)"
        ),
    },
    "applications_shortlist": {"offer": Policy(_OF_MY_OFFER)},
    "applications_shortlistentry": {
        # A member reads a list's receipt, which names nobody, and the candidates of its own agenda.
        "shortlist": Policy(
            f"NOT {role_is('member')} AND EXISTS (SELECT 1 FROM applications_shortlist s WHERE s.id = shortlist_id)"
        ),
    },
    "demands_demand": {
        "holder": Policy(
            f"{role_is('reservation_holder')} AND id IN (SELECT palier_designated({ORGANISATION}))", command="SELECT"
        )
    },
}
