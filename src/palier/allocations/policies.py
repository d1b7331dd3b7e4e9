"""Proposals, visits and leases are seen by whoever sees the application; a contest by its household and those who answer."""

from palier.common.isolation import PERSON, Policy, role_is

_THROUGH = "EXISTS (SELECT 1 FROM applications_application a WHERE a.id = application_id)"
_PROPOSAL = "EXISTS (SELECT 1 FROM allocations_proposal p WHERE p.id = proposal_id)"
ROW_POLICIES = {
    "allocations_proposal": {"application": Policy(_THROUGH)},
    "allocations_visitslot": {"proposal": Policy(_PROPOSAL)},
    "allocations_lease": {"proposal": Policy(_PROPOSAL)},
    "allocations_contest": {
        "application": Policy(f"{role_is('applicant', 'secretary', 'landlord')} AND {_THROUGH}"),
        "president": Policy(
            f"{role_is('member')} AND EXISTS (SELECT 1 FROM commissions_candidate k"
            " JOIN commissions_agendaitem i ON i.id = k.item_id JOIN commissions_session n ON n.id = i.session_id"
            " JOIN commissions_seat s ON s.commission_id = n.commission_id"
            f" WHERE k.application_id = allocations_contest.application_id AND s.person_id = {PERSON}"
            " AND s.president AND s.until IS NULL)"
        ),
    },
}
