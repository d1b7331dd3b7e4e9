"""The life of a demand (CCH R441-2-7 and R441-2-8). A draft is not a demand: it has no number."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow

DEMAND = Workflow(
    name="demands",
    title="Demande de logement social",
    initial="active",
    states={
        "active": State("Active", "success"),
        "removed": State("Radiée", "neutral", final=True),
    },
    transitions=[
        Transition(
            "remove", ["active"], "removed",
            frozenset({Role.APPLICANT, Role.DESK, Role.LANDLORD, Role.SECRETARY, Role.SYSTEM}),
            {"applicant": "Votre demande est radiée du fichier : {ground}", "agent": "Demande radiée : {ground}"},
            deadline="à la signature du bail (RADATT)",
        ),
    ],
)  # fmt: skip

# The closed list of CCH R441-2-8, with the register's codes.
REMOVAL_GROUNDS = {
    "RADATT": "un logement vous a été attribué et le bail est signé",
    "RADABA": "vous y avez renoncé par écrit",
    "RADCON": "vous n’avez pas répondu à un courrier",
    "RADIRR": "une commission l’a jugée irrecevable",
    "RADREN": "elle n’a pas été renouvelée à temps",
}

ledger.declare(
    {
        "demands.register": {
            "applicant": "Votre demande est enregistrée sous le numéro unique qui figure sur votre attestation",
            "agent": "Demande enregistrée",
        },
        "demands.import": {
            "applicant": "Votre demande est reprise du système national d’enregistrement",
            "agent": "Demande reprise d’un fichier du registre national",
        },
        "demands.claim": {
            "applicant": "Vous avez retrouvé votre demande avec le code reçu par courriel",
            "agent": "Demande rattachée au compte du ménage (code reçu par courriel)",
        },
        "demands.change": {
            "applicant": "Votre demande est mise à jour : {sections}",
            "agent": "Demande mise à jour : {sections}",
        },
        "demands.renew": {
            "applicant": "Votre demande est renouvelée jusqu’au {until}",
            "agent": "Demande renouvelée jusqu’au {until}",
        },
    }
)
