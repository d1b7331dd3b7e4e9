"""The life of a proposal: one ranked decision, offered to one household."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow
from palier.law.products import COMMISSION, LANDLORD

_S = frozenset
PROPOSAL = Workflow(
    name="proposals",
    title="Proposition après attribution",
    initial="waiting",
    states={
        "waiting": State("En attente du rang précédent", "warning"),
        "sent": State("Proposée, réponse attendue", "info"),
        "accepted": State("Acceptée", "success"),
        "declined": State("Refusée par le ménage", final=True),
        "lapsed": State("Sans réponse : vaut refus", final=True),
        "unmet": State("Condition non remplie dans le délai", final=True),
        "leased": State("Signée", "success", final=True),
        "cancelled": State("Devenue sans objet", final=True),
    },
    transitions=[
        Transition("send", ["waiting"], "sent", _S({Role.SECRETARY, Role.SYSTEM, Role.LANDLORD, Role.APPLICANT}), {"agent": "Proposition envoyée (rang {rank})"}, deadline="answer_days"),
        Transition("accept", ["sent"], "accepted", _S({Role.APPLICANT}), {"agent": "Proposition acceptée"}),
        Transition("decline", ["sent", "accepted", "waiting"], "declined", _S({Role.APPLICANT}), {"agent": "Proposition refusée"}),
        Transition("lapse", ["sent"], "lapsed", _S({Role.SYSTEM}), {"agent": "Silence dans le délai"}, deadline="answer_days"),
        Transition("fail_condition", ["waiting", "sent", "accepted"], "unmet", _S({Role.SYSTEM}), {"agent": "Condition non remplie dans le délai : {document}"}, deadline="condition_days"),
        Transition("sign_lease", ["accepted"], "leased", _S({Role.LANDLORD}), {"agent": "Signature enregistrée"}),
        Transition("cancel", ["waiting", "sent", "accepted"], "cancelled", _S({Role.LANDLORD, Role.SECRETARY, Role.SYSTEM, Role.APPLICANT}), {"agent": "Proposition sans objet"}),
    ],
)  # fmt: skip
# What an answer to a contest says; a new examination takes a new session, the signed one never changes.
OUTCOMES = {"kept": "la décision est maintenue", "again": "la commission examinera de nouveau votre candidature"}

# Who decided that a household be proposed a dwelling.
WAYS = [(COMMISSION, "Décision de la commission"), (LANDLORD, "Choix du bailleur")]
# Who may book a visit: whoever the landlord examines, or every candidate.
VISITORS = [("sent", "Les candidats dont j’ai reçu le dossier"), ("all", "Tous les candidats")]

ledger.declare(
    {
        "visits.open": {"agent": "Visite ouverte le {at}, {capacity} places"},
        "visits.cancel": {
            "applicant": "La visite du {at} est annulée : {reason}",
            "agent": "Visite du {at} annulée : {reason}",
        },
        "visits.reserve": {"applicant": "Vous avez réservé une visite le {at}", "agent": "Visite réservée le {at}"},
        "visits.give_up": {
            "applicant": "Vous avez rendu votre place à la visite du {at}",
            "agent": "Place rendue à la visite du {at}",
        },
        "visits.offer": {
            "applicant": "Le bailleur propose des créneaux de visite",
            "agent": "Créneaux de visite proposés",
        },
        "visits.book": {"applicant": "Visite réservée le {at}", "agent": "Visite réservée le {at}"},
        "leases.record": {"agent": "Bail enregistré"},
        "contracts.record": {"agent": "Contrat de résidence enregistré, jusqu’au {ends_on}"},
        "deeds.record": {"agent": "Vente enregistrée"},
        "proposals.meet_condition": {
            "applicant": "La pièce attendue est acceptée ({document}) : la condition est remplie",
            "agent": "Condition remplie ({document}) : le bailleur doit signer le bail",
        },
        "contests.make": {
            "applicant": "Vous avez contesté la décision de la commission",
            "agent": "Le ménage conteste la décision, réponse due le {answer_by}",
        },
        "contests.answer": {
            "applicant": "Réponse à votre contestation : {outcome}",
            "agent": "Réponse à la contestation : {outcome}",
        },
        "contests.suspend": {"agent": "Suites du logement suspendues par une contestation : {reason}"},
        "contests.resume": {"agent": "Suites du logement reprises"},
    }
)
