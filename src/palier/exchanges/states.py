"""The life of what is sent to the national register, and of what it tells (order of 23 March 2015, annex)."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow

_PALIER = frozenset({Role.SYSTEM})
# Whoever changes a demand mends what was refused of it.
_MENDERS = frozenset({Role.APPLICANT, Role.DESK, Role.LANDLORD, Role.SECRETARY, Role.SYSTEM})

OPERATION = Workflow(
    name="register",
    title="Envoi au registre national",
    initial="waiting",
    states={
        "waiting": State("À envoyer", "info"),
        "sent": State("Envoyé, sans réponse encore", "info"),
        "accepted": State("Accepté", "success", final=True),
        "refused": State("Refusé, à corriger", "danger"),
        "given_up": State("Envoi interrompu", "warning"),
    },
    transitions=[
        Transition("send", ["waiting"], "sent", _PALIER, {"applicant": "", "agent": "Registre national : {what}, envoi"}),
        Transition(
            "retry", ["sent"], "waiting", _PALIER,
            {"applicant": "", "agent": "Registre national : {what}, pas de réponse, nouvel essai à venir"},
            deadline="délai croissant, de 1 min à 6 h",
        ),
        Transition(
            "accept", ["sent"], "accepted", _PALIER,
            {"applicant": "Le registre national a pris en compte : {what}",
             "agent": "Registre national : {what}, accepté"},
        ),
        Transition(
            "refuse", ["sent"], "refused", _PALIER,
            {"applicant": "", "agent": "Registre national : {what}, refusé ({codes})"},
        ),
        # What Palier itself sees wrong is not sent.
        Transition(
            "hold", ["waiting"], "refused", _PALIER,
            {"applicant": "", "agent": "Registre national : {what}, retenu avant l’envoi ({codes})"},
        ),
        Transition(
            "give_up", ["sent"], "given_up", _PALIER,
            {"applicant": "", "agent": "Registre national : {what}, sans réponse malgré {attempts} essais"},
            deadline="après 16 essais, environ deux jours",
        ),
        Transition(
            "resend", ["refused", "given_up"], "waiting", _MENDERS,
            {"applicant": "", "agent": "Registre national : {what}, à renvoyer"},
        ),
    ],
)  # fmt: skip

# The type of the file, in the household's and the agent's words.
WHAT = {
    "CRE": "création de la demande",
    "CRS": "création après séparation",
    "MOD": "modification",
    "REN": "renouvellement",
    "RAD": "radiation",
    "SUP": "suppression d’une demande réunie à une autre",
}
REACTIVATION = "réactivation"

ledger.declare(
    {
        "news.unclear": {
            "applicant": "",
            "agent": "Registre national : radiation annoncée sans motif connu, à vérifier",
        },
    }
)
