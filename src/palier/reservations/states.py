"""The life of a turn: whose it is to designate for a vacancy, until a list is sent or the dwelling goes back."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow

_HOLDER = frozenset({Role.RESERVATION_HOLDER})
TURN = Workflow(
    name="turns",
    title="Tour de désignation",
    initial="own",
    states={
        "open": State("À désigner", "warning"),
        "designated": State("Candidats désignés", "success"),
        "returned": State("Rendu au bailleur", "neutral"),
        "own": State("Au bailleur", "info"),
        "cancelled": State("Logement retiré", "neutral", final=True),
    },
    transitions=[
        Transition("assign", ["own"], "open", frozenset({Role.LANDLORD}), {"agent": "Désignation confiée au réservataire"}),
        Transition("designate", ["open"], "designated", _HOLDER, {"agent": "Candidats désignés par le réservataire"},
                   deadline="designation_days"),
        Transition("give_back", ["open"], "returned", _HOLDER, {"agent": "Rendu au bailleur par le réservataire"}),
        Transition("expire", ["open"], "returned", frozenset({Role.SYSTEM}),
                   {"agent": "Délai de désignation passé : rendu au bailleur"}, deadline="designation_days"),
        Transition("cancel", ["open", "designated", "returned", "own"], "cancelled", frozenset({Role.LANDLORD, Role.SYSTEM}),
                   {"agent": "Logement retiré : le tour ne compte pas"}),
    ],
)  # fmt: skip

ledger.declare(
    {
        "conventions.sign": {"agent": "Convention de réservation enregistrée"},
        "conventions.end": {"agent": "Fin d’une convention de réservation"},
        "turns.begin": {"agent": "Tour de désignation : {holder}"},
        "balances.sign": {"agent": "Bilan annuel de réservation signé"},
    }
)
