"""Documents follow the demand; the journal is written by whoever reads and read by the household.

Two exceptions. Violence is known to the household and to the State's service alone: not to landlords,
desks or commissions. A file sent in part exists for its sender alone. And the State's service sees the demands of its departments that ask it to
recognise a situation, before they apply to any of its dwellings.
"""

from palier.common.isolation import ORGANISATION, PERSON, Policy, narrow_function, role_is
from palier.demands.policies import through_demand

CONFIDENTIAL = ("violence",)
CONFIDENTIAL_KINDS = ("violence",)

SQL_FUNCTIONS = {
    "palier_to_recognise": narrow_function(
        "palier_to_recognise",
        "service bigint",
        "SETOF bigint",
        """
            SELECT r.demand_id FROM documents_recognition r
            JOIN demands_demand d ON d.id = r.demand_id
            JOIN accounts_organisation o ON o.id = service AND o.kind = 'state'
            WHERE d.department_id = ANY(o.departments)""",
    ),
}
_STATE_SERVICE = (
    f"{role_is('reservation_holder')} AND EXISTS (SELECT 1 FROM accounts_organisation o"
    f" WHERE o.id = {ORGANISATION} AND o.kind = 'state')"
)
_MAY_KNOW = f"({role_is('applicant')} OR ({_STATE_SERVICE}))"


def _unless_confidential(column: str, codes: tuple[str, ...]) -> str:
    return f"{through_demand()} AND ({column} NOT IN ({', '.join(map(repr, codes))}) OR {_MAY_KNOW})"


ROW_POLICIES = {
    "documents_piece": {"through_demand": Policy(_unless_confidential("kind", CONFIDENTIAL_KINDS))},
    "documents_upload": {"sender": Policy(f"person_id = {PERSON} AND {through_demand()}")},
    "documents_recognition": {"through_demand": Policy(_unless_confidential("situation", CONFIDENTIAL))},
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
