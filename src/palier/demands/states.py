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
            "part", ["removed"], "active", frozenset({Role.DESK}),
            {"applicant": "Votre demande reprend son numéro et son ancienneté", "agent": "Demande rétablie après une réunion annulée"},
        ),
        Transition(
            "erase", ["removed"], "erased", frozenset({Role.SYSTEM}),
            {"agent": "Données personnelles effacées, un an après la radiation"},
            deadline="un an après la radiation",
        ),
    ],
)  # fmt: skip

LIKENESS = Workflow(
    name="likenesses",
    title="Demandes d’une même personne",
    initial="found",
    states={
        "found": State("À examiner", "warning"),
        "apart": State("Deux personnes différentes", "neutral"),
        "merged": State("Réunies", "success"),
        "gone": State("Sans objet : l’une est close", "neutral", final=True),
    },
    transitions=[
        Transition("tell_apart", ["found"], "apart", frozenset({Role.DESK}), {"agent": "Deux personnes différentes : {why}"}),
        Transition(
            "merge", ["found", "apart"], "merged", frozenset({Role.DESK}),
            {"applicant": "Vos deux demandes sont réunies en une seule, avec l’ancienneté la plus longue ({since})",
             "agent": "Demandes réunies, ancienneté du {since}"},
        ),
        Transition(
            "undo", ["merged"], "found", frozenset({Role.DESK}),
            {"applicant": "La réunion de vos demandes est annulée : chacune reprend son numéro et son ancienneté",
             "agent": "Réunion annulée"},
        ),
        Transition("close", ["found", "apart"], "gone", frozenset({Role.SYSTEM, Role.DESK}), {"agent": "Sans objet"}),
    ],
)  # fmt: skip

# The closed list of CCH R441-2-8, with the register's codes.
REMOVAL_GROUNDS = {
    "RADATT": "un logement vous a été attribué et le bail est signé",
    "RADABA": "vous y avez renoncé par écrit",
    "RADCON": "vous n’avez pas répondu à un courrier",
    "RADIRR": "une commission l’a jugée irrecevable",
    "RADREN": "elle n’a pas été renouvelée à temps",
    # R441-2-8 f: merged into another number. The register has no code for it.
    "FUSION": "elle est réunie à une autre de vos demandes",
}
SUBGROUNDS = dict(REJECTION_GROUNDS)
# Who may remove on which ground. What needs a warning first is removed by the night, at its term and not before.
MAY_REMOVE = {
    "RADATT": frozenset({Role.LANDLORD, Role.SECRETARY, Role.SYSTEM}),
    "RADABA": frozenset({Role.APPLICANT, Role.DESK, Role.SYSTEM}),
    "RADCON": frozenset({Role.SYSTEM}),
    "RADIRR": frozenset({Role.SYSTEM}),
    "RADREN": frozenset({Role.SYSTEM}),
    "FUSION": frozenset({Role.DESK}),
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
            "agent": "Demande enregistrée{identity}",
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
        "demands.correct": {
            "applicant": "{desk} a mis à jour votre demande, {ground} : {sections}",
            "agent": "Demande mise à jour au guichet, {ground} : {sections}",
        },
        "demands.shelter": {
            "applicant": "Votre adresse est protégée : personne d’autre que vous ne la lit",
            "agent": "Adresse protégée à la demande du ménage",
        },
        "demands.uncover": {
            "applicant": "Votre adresse n’est plus protégée",
            "agent": "Adresse de nouveau indiquée par le ménage",
        },
        "demands.separate": {
            "applicant": "Après une séparation, votre demande continue seule, avec son ancienneté",
            "agent": "Séparation : une demande par personne, ancienneté gardée",
        },
        "mandates.declare": {
            "applicant": "Un mandat est déclaré : {holder} peut agir pour vous jusqu’au {until}",
            "agent": "Mandat déclaré : {holder}, jusqu’au {until}",
        },
        "mandates.end": {
            "applicant": "Le mandat de {holder} a pris fin",
            "agent": "Mandat de {holder} terminé",
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
