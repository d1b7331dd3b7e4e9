"""Proposals, visits and leases are seen by whoever sees the application; a contest by its household and those who answer."""

from palier.common.isolation import ORGANISATION, PERSON, Policy, narrow_function, role_is

_THROUGH = "EXISTS (SELECT 1 FROM applications_application a WHERE a.id = application_id)"
_PROPOSAL = "EXISTS (SELECT 1 FROM allocations_proposal p WHERE p.id = proposal_id)"
SQL_FUNCTIONS = {
    # What the commission that a member presides examined, without what this member stepped out of.
    "palier_chaired": narrow_function(
        "palier_chaired",
        "member bigint",
        "SETOF bigint",
        """
            SELECT k.application_id FROM commissions_candidate k JOIN commissions_agendaitem i ON i.id = k.item_id
            JOIN commissions_session n ON n.id = i.session_id
            JOIN commissions_seat s ON s.commission_id = n.commission_id AND s.president AND s.until IS NULL
            WHERE s.person_id = member AND i.id IN (SELECT palier_seen_items(member))""",
    ),
    # How many places of some visits are taken by candidates who still are: a number, and nobody's name.
    "palier_visit_places": narrow_function(
        "palier_visit_places",
        "visits bigint[]",
        "TABLE (visit_id bigint, taken bigint)",
        """
            SELECT b.visit_id, count(*) FROM allocations_booking b
            JOIN applications_application a ON a.id = b.application_id AND a.live_slot IS NOT NULL
            WHERE b.visit_id = ANY(visits) AND b.ended_at IS NULL GROUP BY b.visit_id""",
    ),
}
_BOTH_SIDES = role_is("applicant", "landlord", "secretary")
ROW_POLICIES = {
    # A household sees the visits of the dwellings it is a candidate for; it changes none of them.
    "allocations_visit": {
        "landlord": Policy(
            f"{role_is('landlord')} AND EXISTS (SELECT 1 FROM homes_offer o JOIN homes_dwelling w"
            f" ON w.id = o.dwelling_id WHERE o.id = offer_id AND w.landlord_id = {ORGANISATION})"
        ),
        "candidate": Policy(
            f"{role_is('applicant')} AND EXISTS (SELECT 1 FROM applications_application a"
            " WHERE a.offer_id = allocations_visit.offer_id)",
            command="SELECT",
        ),
    },
    "allocations_booking": {"application": Policy(f"{_BOTH_SIDES} AND {_THROUGH}")},
    "allocations_proposal": {"application": Policy(_THROUGH)},
    "allocations_visitslot": {"proposal": Policy(_PROPOSAL)},
    "allocations_lease": {"proposal": Policy(_PROPOSAL)},
    "allocations_contest": {
        "application": Policy(f"{role_is('applicant', 'secretary', 'landlord')} AND {_THROUGH}"),
        "president": Policy(f"{role_is('member')} AND application_id IN (SELECT palier_chaired({PERSON}))"),
    },
}
