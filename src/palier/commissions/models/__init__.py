"""Commissions, their seats and rules, and everything a session produces."""

from palier.commissions.models.commission import CAPACITIES, Commission, Seat
from palier.commissions.models.decision import Decision, SealedRecord
from palier.commissions.models.discussion import ReadMark
from palier.commissions.models.session import AgendaItem, Candidate, Session
from palier.commissions.models.voting import Ballot, Comment, Recusal

__all__ = [
    "CAPACITIES",
    "AgendaItem",
    "Ballot",
    "Candidate",
    "Comment",
    "Commission",
    "Decision",
    "ReadMark",
    "Recusal",
    "SealedRecord",
    "Seat",
    "Session",
]
