"""An attestation belongs to the employee; the employer sees it only while the employee agrees.

`palier_employees` answers "who agreed" without the policies of two tables being planned with every reading
of a person.
"""

from palier.common.isolation import ORGANISATION, PERSON, Policy, narrow_function, role_is

SQL_FUNCTIONS = {
    "palier_employees": narrow_function(
        "palier_employees",
        "employer bigint",
        "SETOF bigint",
        """
            SELECT j.person_id FROM employers_jobattestation j JOIN employers_company c ON c.id = j.company_id
            WHERE c.organisation_id = employer AND j.state <> 'declared' AND j.consent_at IS NOT NULL""",
    ),
}

_EMPLOYER = (
    f"{role_is('employer')} AND state <> 'declared' AND consent_at IS NOT NULL AND company_id IN"
    f" (SELECT c.id FROM employers_company c WHERE c.organisation_id = {ORGANISATION})"
)
ROW_POLICIES = {
    "employers_jobattestation": {
        "own": Policy(f"person_id = {PERSON}"),
        "employer_reads": Policy(_EMPLOYER, command="SELECT"),
        "employer_answers": Policy(_EMPLOYER, command="UPDATE"),
    },
    # The employer needs the name of an employee who agreed, and nothing more of them.
    "accounts_person": {
        "employer": Policy(
            f"{role_is('employer')} AND id IN (SELECT palier_employees({ORGANISATION}))",
            command="SELECT",
        )
    },
}
OPEN_TABLES = {
    "employers_company": "public register of companies",
    "employers_priorities": "published by the employer, about no person",
}
