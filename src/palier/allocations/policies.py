"""Proposals, visits and leases are seen by whoever sees the application."""

from palier.common.isolation import Policy

_THROUGH = "EXISTS (SELECT 1 FROM applications_application a WHERE a.id = application_id)"
_PROPOSAL = "EXISTS (SELECT 1 FROM allocations_proposal p WHERE p.id = proposal_id)"
ROW_POLICIES = {
    "allocations_proposal": {"application": Policy(_THROUGH)},
    "allocations_visitslot": {"proposal": Policy(_PROPOSAL)},
    "allocations_lease": {"proposal": Policy(_PROPOSAL)},
}
