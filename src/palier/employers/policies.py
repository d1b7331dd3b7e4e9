"""An attestation belongs to the employee; the employer sees it only while the employee agrees."""

from palier.common.isolation import ORGANISATION, PERSON, Policy, role_is

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
            f"{role_is('employer')} AND EXISTS"
            " (SELECT 1 FROM employers_jobattestation j WHERE j.person_id = accounts_person.id)",
            command="SELECT",
        )
    },
}
OPEN_TABLES = {"employers_company": "public register of companies"}
