"""The life of a job attestation (CCH has no rule here; GDPR consent governs who learns what)."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow

ATTESTATION = Workflow(
    name="attestation",
    title="Attestation d’emploi",
    initial="declared",
    states={
        "declared": State("Déclarée, employeur non informé"),
        "asked": State("En attente de l’employeur", "info"),
        "confirmed": State("Confirmée par l’employeur", "success"),
        "denied": State("Démentie par l’employeur", "danger"),
    },
    transitions=[
        Transition(
            "ask", ["declared", "denied"], "asked", frozenset({Role.APPLICANT}),
            {"applicant": "Vous avez demandé à {employer} de confirmer votre emploi",
             "agent": "Confirmation d’emploi demandée à l’employeur avec l’accord du salarié"},
        ),
        Transition(
            "withdraw_consent", ["asked", "confirmed", "denied"], "declared", frozenset({Role.APPLICANT}),
            {"applicant": "Vous avez retiré votre accord : {employer} ne voit plus votre demande de confirmation",
             "agent": "Accord retiré par le salarié"},
        ),
        Transition(
            "confirm", ["asked"], "confirmed", frozenset({Role.EMPLOYER}),
            {"applicant": "{employer} a confirmé votre emploi", "agent": "Emploi confirmé par l’employeur"},
        ),
        Transition(
            "deny", ["asked"], "denied", frozenset({Role.EMPLOYER}),
            {"applicant": "{employer} n’a pas confirmé votre emploi tel que vous l’avez déclaré",
             "agent": "Emploi démenti par l’employeur"},
        ),
    ],
)  # fmt: skip

ledger.declare(
    {
        "attestation.declare": {
            "applicant": "Vous avez déclaré votre employeur : {employer}",
            "agent": "Employeur déclaré ou corrigé",
        }
    }
)
