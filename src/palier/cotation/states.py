"""A grid's life, and the words for a change of points."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow

GRID = Workflow(
    name="grids",
    title="Grille de cotation",
    initial="draft",
    states={"draft": State("Brouillon"), "published": State("Publiée", "success"), "withdrawn": State("Retirée", final=True)},
    transitions=[
        Transition("publish", ["draft"], "published", frozenset({Role.AUTHORITY, Role.ADMINISTRATOR, Role.SYSTEM}),
                   {"agent": "Grille publiée"}),
        Transition("discard", ["draft"], "withdrawn", frozenset({Role.AUTHORITY, Role.ADMINISTRATOR}),
                   {"agent": "Brouillon abandonné"}),
        Transition("withdraw", ["published"], "withdrawn", frozenset({Role.AUTHORITY, Role.ADMINISTRATOR}),
                   {"agent": "Grille retirée"}),
    ],
)  # fmt: skip
ledger.declare(
    {
        "grids.start": {"agent": "Nouvelle version préparée"},
        "grids.save": {"agent": "Brouillon enregistré"},
        "scores.change": {
            "applicant": "Vos points passent de {before} à {after} ({territory}) : {reasons}",
            "agent": "Points : {before} → {after} ({territory}) : {reasons}",
        },
    }
)
