"""The life of an establishment, and that of a job attestation (no rule in the CCH: consent governs who learns what)."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow

COMPANY = Workflow(
    name="companies",
    title="Établissement d’un employeur",
    initial="active",
    states={
        "active": State("En activité", "success"),
        "moved": State("Déménagé", "info"),
        "closed": State("Fermé", "warning"),
    },
    transitions=[
        Transition("close", ["active", "moved"], "closed", frozenset({Role.SYSTEM}), {"agent": "Établissement fermé le {on}"}),
        Transition("move", ["active", "closed"], "moved", frozenset({Role.SYSTEM}), {"agent": "Établissement déménagé, suivi par le {siret}"}),
        Transition("reopen", ["closed", "moved"], "active", frozenset({Role.SYSTEM}), {"agent": "Établissement de nouveau en activité"}),
    ],
)  # fmt: skip
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
            {"applicant": "Vous avez retiré votre accord : {employer} ne voit plus rien. Du {since} au {until}, il a pu voir : {seen}",
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
        },
        "attestation.follow": {
            "applicant": "{employer} peut voir où en sont vos candidatures, sans votre dossier",
            "agent": "Suivi par l’employeur accepté par le salarié",
        },
        "attestation.unfollow": {
            "applicant": "{employer} ne voit plus où en sont vos candidatures. Il a pu le voir du {since} au {until}",
            "agent": "Suivi par l’employeur retiré par le salarié",
        },
        "priorities.weigh": {
            "applicant": "Les priorités de {employer} vous donnent {points} sur les logements qu’il réserve",
            "agent": "Priorités de l’employeur : {points} sur son contingent",
        },
        "companies.headcounts": {"agent": "Effectif mis à jour"},
        "priorities.publish": {"agent": "Priorités de l’employeur publiées, version {version}"},
    }
)
