"""The life of a take-over: received, rehearsed, run, closed. Nothing is written before the rehearsal was read."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow

_BOTH = frozenset({Role.ADMINISTRATOR, Role.SYSTEM})
_PALIER = frozenset({Role.SYSTEM})

TAKEOVER = Workflow(
    name="takeovers",
    title="Reprise du stock d’un ancien outil",
    initial="received",
    states={
        "received": State("Fichier reçu", "neutral"),
        "rehearsing": State("Essai en cours", "info"),
        "rehearsed": State("Essai terminé", "warning"),
        "running": State("Reprise en cours", "info"),
        "stopped": State("Arrêtée", "danger"),
        "done": State("Reprise terminée", "success"),
        "closed": State("Close", "neutral", final=True),
    },
    transitions=[
        Transition("rehearse", ["received", "rehearsed", "stopped"], "rehearsing", _BOTH,
                   {"agent": "Essai de la reprise lancé"}),
        Transition("report", ["rehearsing"], "rehearsed", _PALIER,
                   {"agent": "Essai de la reprise terminé"}),
        Transition("run", ["rehearsed"], "running", _BOTH, {"agent": "Reprise lancée"}),
        # The command of the operator may do without the rehearsal; the page may not.
        Transition("run_directly", ["received"], "running", _PALIER, {"agent": "Reprise lancée par l’exploitant"}),
        Transition("resume", ["stopped"], "running", _BOTH, {"agent": "Reprise poursuivie"}),
        Transition("stop", ["rehearsing", "running"], "stopped", _PALIER,
                   {"agent": "Reprise arrêtée : {trouble}"}),
        Transition("finish", ["running"], "done", _PALIER, {"agent": "Reprise terminée"}),
        Transition("close", ["received", "rehearsed", "stopped", "done"], "closed", _BOTH,
                   {"agent": "Reprise close : fichier et rapport effacés"}),
    ],
)  # fmt: skip

# What becomes of each household of the file: label, tone.
OUTCOMES = {
    "created": State("Créée", "success"),
    "updated": State("Mise à jour", "info"),
    "unchanged": State("Inchangée", "neutral"),
    "refused": State("Refusée", "danger"),
    "look": State("À regarder", "warning"),
}

ledger.declare(
    {
        "demands.take_over": {
            "applicant": "Votre demande est reprise de l’ancien outil ({tool}), avec son numéro et son ancienneté",
            "agent": "Demande reprise de l’ancien outil ({tool})",
        },
        "demands.take_over_again": {
            "applicant": "Votre demande est mise à jour depuis l’ancien outil ({tool})",
            "agent": "Demande mise à jour depuis l’ancien outil ({tool})",
        },
        "takeovers.invite": {"agent": "Invitations aux ménages demandées"},
    }
)
