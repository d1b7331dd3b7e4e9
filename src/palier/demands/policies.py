"""Who may see a demand (CCH R441-2-6): the household; desks and landlords of its register's department.

Reservation holders, commission members and others see a demand only through what they examine: the
apps that know it add their policies. Authorities that are not a desk get statistics only.
"""

from palier.common.isolation import DEPARTMENTS, PERSON, Policy, role_is

AGENTS = ("desk", "landlord", "secretary", "support")
_AGENT = f"{role_is(*AGENTS)} AND department_id = ANY({DEPARTMENTS})"


def through_demand(column: str = "demand_id", *roles: str) -> str:
    """SQL: the row belongs to a demand that the actor may see (the demand's own policies decide)."""
    return f"EXISTS (SELECT 1 FROM demands_demand d WHERE d.id = {column})"


ROW_POLICIES = {
    "demands_demand": {
        "own": Policy(f"person_id = {PERSON} AND {role_is('applicant')}"),
        "agent": Policy(_AGENT),
    },
    "demands_demandversion": {"through_demand": Policy(through_demand())},
    "demands_wish": {"through_demand": Policy(through_demand())},
    "demands_claim": {"own": Policy(f"person_id = {PERSON} AND {role_is('applicant')}")},
    "demands_draft": {"own": Policy(f"author_id = {PERSON}")},
    # A household's story is readable by whoever may see the demand.
    "common_event": {"thread": Policy(through_demand("thread"), command="SELECT")},
    # Agents of a landlord or a desk see whether the employer confirmed, for the demands they may see.
    "employers_jobattestation": {
        "through_demand": Policy(
            f"{role_is(*AGENTS, 'reservation_holder')} AND EXISTS (SELECT 1 FROM demands_demand d"
            " WHERE d.person_id = employers_jobattestation.person_id)",
            command="SELECT",
        )
    },
}
OPEN_TABLES = {"demands_numbercounter": "counts per month, no person"}
