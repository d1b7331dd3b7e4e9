"""The life of a document, and of a situation that must be recognised."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow


def _not_before_the_virus_check(piece) -> str | None:
    if piece.scan == "waiting":
        return "Le contrôle antivirus de cette pièce est encore en attente."
    return None


_CHECKERS = frozenset({Role.DESK, Role.LANDLORD, Role.RESERVATION_HOLDER})
PIECE = Workflow(
    name="pieces",
    title="Pièce justificative",
    initial="received",
    states={
        "received": State("Reçue, à vérifier", "info"),
        "accepted": State("Acceptée", "success"),
        "refused": State("Refusée", "danger", final=True),
        "replaced": State("Remplacée", "neutral", final=True),
        "withdrawn": State("Retirée", "neutral", final=True),
    },
    transitions=[
        Transition(
            "accept", ["received"], "accepted", _CHECKERS,
            {"applicant": "Votre pièce « {kind} » est acceptée", "agent": "Pièce acceptée : {kind}"},
            guard=_not_before_the_virus_check,
        ),
        Transition(
            "refuse", ["received", "accepted"], "refused", _CHECKERS | {Role.SYSTEM},
            {"applicant": "Votre pièce « {kind} » est refusée : {reason}",
             "agent": "Pièce refusée : {kind}. {reason}"},
        ),
        Transition(
            # A refused one gives way to the next that is sent, an accepted one to the next that is accepted.
            "replace", ["refused", "accepted"], "replaced", frozenset({Role.APPLICANT}) | _CHECKERS,
            {"applicant": "Votre pièce « {kind} » est remplacée", "agent": "Pièce remplacée : {kind}"},
        ),
        # Nobody has relied on it yet: the household may take it back.
        Transition(
            "withdraw", ["received", "refused"], "withdrawn", frozenset({Role.APPLICANT, Role.DESK}),
            {"applicant": "Votre pièce « {kind} » est retirée du dossier", "agent": "Pièce retirée : {kind}"},
        ),
    ],
)  # fmt: skip
# What stays of a document that was replaced or taken back is a line in the history, not a file to open.
SHOWN = ("received", "accepted", "refused")

_SERVICES = frozenset({Role.DESK, Role.RESERVATION_HOLDER})
RECOGNITION = Workflow(
    name="recognitions",
    title="Situation reconnue",
    initial="asked",
    states={
        "asked": State("À reconnaître", "info"),
        "recognised": State("Reconnue", "success"),
        "refused": State("Non reconnue", "danger", final=True),
        "withdrawn": State("Retirée", "neutral", final=True),
        "renewed": State("Renouvelée", "neutral", final=True),
        "lapsed": State("Arrivée à échéance", "warning", final=True),
    },
    # No sentence names the situation, for any of them, and agents read none: a history is read over a shoulder, and a
    # word kept for the sensitive ones, or a silence kept for them, would be their name.
    transitions=[
        Transition(
            "recognise", ["asked"], "recognised", _SERVICES,
            {"applicant": "Une situation d’urgence est reconnue : elle compte dans vos points"},
        ),
        Transition(
            "refuse", ["asked", "recognised"], "refused", _SERVICES,
            {"applicant": "Une situation d’urgence n’est pas reconnue : la raison est dans « Mes pièces »"},
        ),
        Transition(
            "withdraw", ["asked", "recognised"], "withdrawn", frozenset({Role.APPLICANT}),
            {"applicant": "Vous avez retiré un signalement"},
        ),
        # The new answer takes the place of the former one.
        Transition("renew", ["recognised"], "renewed", _SERVICES, {"applicant": "Une réponse plus récente remplace la précédente"}),
        Transition(
            "lapse", ["recognised"], "lapsed", frozenset({Role.SYSTEM}),
            {"applicant": "Une situation reconnue est arrivée à échéance le {until} : elle ne compte plus dans vos points"},
        ),
    ],
)  # fmt: skip

ledger.declare(
    {
        "pieces.receive": {"applicant": "Pièce reçue : {kind}", "agent": "Pièce reçue : {kind}"},
        "pieces.date": {
            "applicant": "Date indiquée pour la pièce « {kind} » : {date}",
            "agent": "Date indiquée pour la pièce « {kind} » : {date}",
        },
        "pieces.remind": {
            "applicant": "Pièces bientôt à renouveler : {kinds}",
            "agent": "Le ménage est prévenu de pièces bientôt à renouveler : {kinds}",
        },
        "pieces.lapse": {
            "applicant": "Pièces expirées, à renouveler : {kinds}",
            "agent": "Le ménage est prévenu de pièces expirées : {kinds}",
        },
        "recognitions.ask": {"applicant": "Vous avez signalé une situation d’urgence"},
        "recognitions.learn": {"applicant": "Le registre national signale une situation d’urgence"},
        "recognitions.remind": {
            "applicant": "Rappel envoyé : une situation reconnue arrive à échéance le {until}",
        },
        "pieces.open": {
            "applicant": "Vous avez laissé {body} ouvrir vos pièces pour un logement",
        },
        "pieces.close": {
            "applicant": "Vous ne laissez plus {body} ouvrir vos pièces",
        },
    }
)
