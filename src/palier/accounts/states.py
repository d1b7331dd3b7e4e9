"""The life of an invitation to act for an organisation."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow

# Whose agents invite each other, under their own role.
INVITERS = frozenset({Role.EMPLOYER})
_ANYBODY = frozenset(role for role in Role if role not in (Role.VISITOR, Role.SYSTEM))

INVITATION = Workflow(
    name="invitations",
    title="Invitation à rejoindre un organisme",
    initial="open",
    states={
        "open": State("Envoyée", "info"),
        "accepted": State("Acceptée", "success", final=True),
        "declined": State("Déclinée", final=True),
        "cancelled": State("Annulée", final=True),
    },
    transitions=[
        Transition("accept", ["open"], "accepted", _ANYBODY, {"agent": "Invitation acceptée"}, deadline="invitation_days"),
        Transition("decline", ["open"], "declined", _ANYBODY, {"agent": "Invitation déclinée"}),
        Transition("cancel", ["open"], "cancelled", INVITERS, {"agent": "Invitation annulée"}),
    ],
)  # fmt: skip

ledger.declare(
    {
        "invitations.send": {"agent": "Invitation envoyée"},
        "memberships.end": {"agent": "Accès retiré"},
    }
)
