"""The life of an archive: asked, made by the worker, gone after some days."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow

_PALIER = frozenset({Role.SYSTEM})

ARCHIVE = Workflow(
    name="archives",
    title="Archive des données d’une personne",
    initial="asked",
    states={
        "asked": State("En préparation", "info"),
        "ready": State("Prête", "success"),
        "gone": State("Effacée", "neutral", final=True),
    },
    transitions=[
        Transition(
            "make", ["asked"], "ready", _PALIER,
            {"applicant": "L’archive de vos données est prête", "agent": "Archive des données prête"},
        ),
        Transition(
            "forget", ["ready"], "gone", _PALIER,
            {"applicant": "L’archive de vos données est effacée ; vous pouvez en demander une autre",
             "agent": "Archive des données effacée"},
        ),
    ],
)  # fmt: skip

ledger.declare(
    {
        "archives.ask": {
            "applicant": "Vous avez demandé l’archive de vos données",
            "agent": "Archive des données demandée",
        },
        "archives.fetch": {
            "applicant": "Vous avez téléchargé l’archive de vos données",
            "agent": "Archive des données téléchargée",
        },
    }
)
