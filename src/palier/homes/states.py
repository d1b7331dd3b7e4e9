"""The life of an offer: a dated statement by a named landlord."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow

_LANDLORD = frozenset({Role.LANDLORD, Role.SYSTEM})
# An offer under way: a vacancy has one at most.
LIVE = ("draft", "published", "suspended", "closed")
OFFER = Workflow(
    name="offers",
    title="Offre de logement",
    initial="draft",
    states={
        "draft": State("Brouillon"),
        "published": State("Publiée", "success"),
        "suspended": State("Suspendue : à confirmer par le bailleur", "warning"),
        "closed": State("Candidatures closes", "info"),
        "let": State("Louée", "neutral", final=True),
        "withdrawn": State("Retirée", "neutral", final=True),
    },
    transitions=[
        Transition("publish", ["draft"], "published", _LANDLORD, {"agent": "Offre publiée"}),
        Transition("confirm", ["published", "suspended"], "published", _LANDLORD, {"agent": "Disponibilité confirmée"}),
        Transition(
            "uphold", ["closed"], "closed", _LANDLORD, {"agent": "Disponibilité confirmée, candidatures closes"}
        ),
        Transition(
            "suspend", ["published"], "suspended", frozenset({Role.SYSTEM}),
            {"agent": "Offre suspendue : disponibilité non confirmée à temps"}, deadline="freshness_hours",
        ),
        Transition(
            "close", ["published", "suspended"], "closed", _LANDLORD | {Role.RESERVATION_HOLDER},
            {"agent": "Candidatures closes"}, deadline="offer_days",
        ),
        Transition(
            "reopen", ["closed"], "published", frozenset({Role.SYSTEM}),
            {"agent": "Aucun ménage classé n’a pris le logement : candidatures rouvertes"}, deadline="offer_days",
        ),
        Transition("let", ["closed", "published", "suspended"], "let", _LANDLORD | {Role.SECRETARY}, {"agent": "Logement loué"}),
        Transition(
            "withdraw", [*LIVE], "withdrawn", _LANDLORD,
            {"agent": "Offre retirée"},
        ),
    ],
)  # fmt: skip

# Those that ended for good.
ENDED = tuple(name for name, state in OFFER.states.items() if state.final)

CONTRADICTION = Workflow(
    name="contradictions",
    title="Contradiction entre deux sources sur une offre",
    initial="open",
    states={
        "open": State("À trancher par le bailleur", "warning"),
        "settled": State("Tranchée", "success", final=True),
    },
    transitions=[
        Transition(
            "settle", ["open"], "settled", frozenset({Role.LANDLORD}), {"agent": "Contradiction tranchée : {says}"}
        ),
    ],
)  # fmt: skip

ledger.declare(
    {
        "dwellings.add": {"agent": "Logement ajouté au parc"},
        "contradictions.open": {"agent": "Deux sources se contredisent : {said}, et {against}"},
        "offers.reserve": {"agent": "Logement réservé aux salariés de : {company}"},
    }
)
