"""Proposals, visits and leases are seen by whoever sees the application; a contest by its household and those who answer."""

from palier.common.isolation import PERSON, Policy, narrow_function, role_is

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
}
ROW_POLICIES = {
    "allocations_proposal": {"application": Policy(_THROUGH)},
    "allocations_visitslot": {"proposal": Policy(_PROPOSAL)},
    "allocations_lease": {"proposal": Policy(_PROPOSAL)},
    "allocations_contest": {
        "application": Policy(f"{role_is('applicant', 'secretary', 'landlord')} AND {_THROUGH}"),
        "president": Policy(f"{role_is('member')} AND application_id IN (SELECT palier_chaired({PERSON}))"),
    },
}
