"""Documents follow the demand; the journal is written by whoever reads and read by the household.

Three exceptions. A situation is known to the household and to the services that may recognise it (`kinds.AUTHORISED`),
its sensitive proof to the household and the State's service: not to landlords, desks or commissions; nor is anything in
the story that would tell of it. A sheltered household's documents that show an address open at a desk and at the State's
service, and at a landlord once the household agreed. And the State's service sees the demands of its departments that
ask it to recognise a situation, before they apply to any of its dwellings. A file sent in part exists for its sender alone.
"""

from collections.abc import Iterable

from palier.accounts.roles import OrganisationKind
from palier.common.isolation import ORGANISATION, PERSON, Policy, narrow_function, role_is
from palier.demands.policies import KNOWS_SITUATIONS, through_demand
from palier.documents.kinds import ADDRESS_KINDS, AUTHORISED
from palier.law.discretion import SENSITIVE_KINDS


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(repr(str(code)) for code in sorted(codes))


SQL_FUNCTIONS = {
    "palier_to_recognise": narrow_function(
        "palier_to_recognise",
        "service bigint",
        "SETOF bigint",
        """
            SELECT r.demand_id FROM documents_recognition r
            JOIN demands_demand d ON d.id = r.demand_id
            JOIN accounts_organisation o ON o.id = service AND o.kind = 'state'
            WHERE d.department_id = ANY(o.departments) AND r.state <> 'withdrawn'""",
    ),
    # What points and eligibility rest on, whoever looks at a file: shown to nobody under its name
    # (`law.discretion` chooses the words).
    "palier_situations": narrow_function(
        "palier_situations",
        "demand bigint",
        "TABLE (situation varchar, state varchar, asked_at timestamptz, valid_from date, valid_to date, proved boolean)",
        """
            SELECT r.situation, r.state, r.asked_at, r.valid_from, r.valid_to, coalesce(p.state = 'accepted', false)
            FROM documents_recognition r LEFT JOIN documents_piece p ON p.id = r.piece_id
            WHERE r.demand_id = demand AND r.state IN ('asked', 'recognised') ORDER BY r.id""",
    ),
    # Of the documents that a sheltered household keeps closed: that they are there, and who checked them.
    "palier_closed_pieces": narrow_function(
        "palier_closed_pieces",
        "demand bigint",
        "TABLE (id bigint, kind varchar, about varchar, state varchar, checked_at timestamptz, checked_by varchar)",
        f"""
            SELECT p.id, p.kind, p.about, p.state, p.checked_at, o.name FROM documents_piece p
            LEFT JOIN accounts_organisation o ON o.id = p.checked_by_id
            JOIN demands_demand d ON d.id = p.demand_id AND d.sheltered
            WHERE p.demand_id = demand AND p.state IN ('received', 'accepted', 'refused')
              AND p.kind IN ({_listed(ADDRESS_KINDS)}) ORDER BY p.id DESC""",
    ),
    # The sheltered households that let a body open their documents, while they are candidates for one of its dwellings.
    "palier_agreed": narrow_function(
        "palier_agreed",
        "body bigint",
        "SETOF bigint",
        """
            SELECT g.demand_id FROM documents_agreement g JOIN applications_application a ON a.id = g.application
            WHERE g.organisation_id = body AND g.ended_at IS NULL AND a.live_slot IS NOT NULL""",
    ),
}
# The role under which each kind of service answers.
_ROLE_OF = {OrganisationKind.DESK: "desk", OrganisationKind.STATE: "reservation_holder"}


def _answering(kind: OrganisationKind) -> str:
    situations = sorted(situation for situation, services in AUTHORISED.items() if kind in services)
    return (
        f"({role_is(_ROLE_OF[kind])} AND situation IN ({_listed(situations)}) AND EXISTS (SELECT 1 FROM"
        f" accounts_organisation o WHERE o.id = {ORGANISATION} AND o.kind = '{kind.value}'))"
    )


_SERVICES = sorted(frozenset().union(*AUTHORISED.values()))
_PROOF = f"(kind NOT IN ({_listed(SENSITIVE_KINDS)}) OR {KNOWS_SITUATIONS})"
_ADDRESS = (
    f"(kind NOT IN ({_listed(ADDRESS_KINDS)}) OR NOT d.sheltered OR {role_is('desk')} OR {KNOWS_SITUATIONS}"
    f" OR d.id IN (SELECT palier_agreed({ORGANISATION})))"
)
ROW_POLICIES = {
    "documents_piece": {
        "through_demand": Policy(
            f"{_PROOF} AND EXISTS (SELECT 1 FROM demands_demand d WHERE d.id = demand_id AND {_ADDRESS})"
        )
    },
    "documents_upload": {"sender": Policy(f"person_id = {PERSON} AND {through_demand()}")},
    "documents_recognition": {
        "own": Policy(f"{role_is('applicant')} AND {through_demand()}"),
        "service": Policy(f"{through_demand()} AND ({' OR '.join(_answering(kind) for kind in _SERVICES)})"),
    },
    "documents_agreement": {
        "own": Policy(f"{role_is('applicant')} AND {through_demand()}"),
        "body": Policy(f"organisation_id = {ORGANISATION} AND {through_demand()}", command="SELECT"),
    },
    "documents_reading": {
        "write": Policy("true", command="INSERT"),
        "through_demand": Policy(through_demand(), command="SELECT"),
    },
    "demands_demand": {
        "recogniser": Policy(
            f"{role_is('reservation_holder')} AND id IN (SELECT palier_to_recognise({ORGANISATION}))", command="SELECT"
        ),
    },
}
