"""Row security of accounts: each sees themself; a professional sees colleagues; organisations are public."""

from palier.common.isolation import ORGANISATION, PERSON, Policy, role_is

ROW_POLICIES = {
    "accounts_person": {
        "self": Policy(f"id = {PERSON}"),
        # Sign-in pages look a person up by e-mail before anyone is known.
        "gate": Policy(role_is("gate")),
        "colleagues": Policy(
            "EXISTS (SELECT 1 FROM accounts_membership m WHERE m.person_id = accounts_person.id"
            f" AND m.organisation_id = {ORGANISATION})",
            command="SELECT",
        ),
        # Whoever gives and ends memberships sees the agents' names, and no applicant.
        "administrator": Policy(
            f"{role_is('administrator')} AND EXISTS"
            " (SELECT 1 FROM accounts_membership m WHERE m.person_id = accounts_person.id)",
            command="SELECT",
        ),
    },
    "accounts_membership": {
        "self": Policy(f"person_id = {PERSON}", command="SELECT"),
        "gate": Policy(role_is("gate"), command="SELECT"),
        "colleagues": Policy(f"organisation_id = {ORGANISATION}", command="SELECT"),
        "administrator": Policy(role_is("administrator")),
        # An employer's agents end each other's access, in their own company alone.
        "employer": Policy(
            f"{role_is('employer')} AND organisation_id = {ORGANISATION} AND role = 'employer'", command="UPDATE"
        ),
    },
    "accounts_invitation": {
        "inviter": Policy(f"{role_is('employer')} AND organisation_id = {ORGANISATION} AND role = 'employer'"),
        # Whoever proved the address reads what it was sent, and answers it.
        "invited": Policy(
            "lower(email) IN (SELECT lower(e.email) FROM account_emailaddress e"
            f" WHERE e.user_id = {PERSON} AND e.verified)",
            command="SELECT",
        ),
    },
    "account_emailaddress": {"self": Policy(f"user_id = {PERSON}"), "gate": Policy(role_is("gate"))},
    "account_emailconfirmation": {"gate": Policy(role_is("gate"))},
}
OPEN_TABLES = {"accounts_organisation": "public bodies and companies, no person"}
