"""The life of a demand (CCH R441-2-7 and R441-2-8). A draft is not a demand: it has no number."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow
from palier.law.codes import REJECTION_GROUNDS

DEMAND = Workflow(
    name="demands",
    title="Demande de logement social",
    initial="active",
    states={
        "active": State("Active", "success"),
        "removed": State("Radiée", "neutral"),
        "erased": State("Données effacées", "neutral", final=True),
    },
    transitions=[
        Transition(
            "remove", ["active"], "removed",
            frozenset({Role.APPLICANT, Role.DESK, Role.LANDLORD, Role.SECRETARY, Role.SYSTEM}),
            {"applicant": "Votre demande est radiée du fichier : {ground}", "agent": "Demande radiée : {ground}"},
            deadline="signature du bail (RADATT), renonciation écrite (RADABA), sinon au terme de l’avertissement",
        ),
        Transition(
            "reactivate", ["removed"], "active", frozenset({Role.APPLICANT, Role.DESK, Role.SYSTEM}),
            {"applicant": "Votre demande est réactivée avec son numéro et son ancienneté. Elle est valable jusqu’au {until}",
             "agent": "Demande réactivée, valable jusqu’au {until}"},
            deadline="18 mois après le dépôt ou le renouvellement (RADREN), 5 mois après la radiation (RADCON)",
        ),
        Transition(
            "erase", ["removed"], "erased", frozenset({Role.SYSTEM}),
            {"agent": "Données personnelles effacées, un an après la radiation"},
            deadline="un an après la radiation",
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
SUBGROUNDS = dict(REJECTION_GROUNDS)
# Who may remove on which ground. What needs a warning first is removed by the night, at its term and not before.
MAY_REMOVE = {
    "RADATT": frozenset({Role.LANDLORD, Role.SECRETARY, Role.SYSTEM}),
    "RADABA": frozenset({Role.APPLICANT, Role.DESK, Role.SYSTEM}),
    "RADCON": frozenset({Role.SYSTEM}),
    "RADIRR": frozenset({Role.SYSTEM}),
    "RADREN": frozenset({Role.SYSTEM}),
}
# The grounds that a warning must come before, each with its own delay (`law.calendar.warned_removal`).
WARNED = ("RADREN", "RADCON", "RADIRR")
# How a warning ended.
OUTCOMES = {
    "answered": "Le ménage a répondu",
    "contested": "Le ménage a contesté",
    "lifted": "Levé par le service",
    "removed": "Demande radiée",
    "ended": "Demande close pour un autre motif",
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
        "demands.remind": {
            "applicant": "Nous vous avons écrit : votre demande est à renouveler avant le {until}",
            "agent": "Avis de renouvellement envoyé ({channel}), à renouveler avant le {until}",
        },
        "demands.to_post": {"agent": "Avis à envoyer par courrier : le ménage n’a pas d’adresse électronique"},
        "demands.warn": {
            "applicant": "Un courrier vous avertit que votre demande peut être radiée à partir du {removal_on} : {ground}",
            "agent": "Avertissement envoyé ({channel}) : radiation possible à partir du {removal_on} ({code})",
        },
        "demands.answer": {
            "applicant": "Vous avez répondu : l’avertissement est annulé et votre demande reste active",
            "agent": "Le ménage a répondu : l’avertissement est annulé ({code})",
        },
        "demands.contest": {
            "applicant": "Vous avez contesté le rejet de votre demande : elle n’est pas radiée",
            "agent": "Le ménage conteste le rejet : la radiation n’aura pas lieu sans nouvel examen",
        },
        "demands.lift": {
            "applicant": "L’avertissement est levé par le service : votre demande reste active",
            "agent": "Avertissement levé ({code})",
        },
    }
)
