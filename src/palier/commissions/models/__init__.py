"""Commissions, their seats and rules, and everything a session produces."""

from palier.commissions.models.attendance import PRESENCES, Attendance
from palier.commissions.models.commission import Commission, RulesVersion, Seat, StandIn
from palier.commissions.models.decision import Decision, SealedRecord
from palier.commissions.models.discussion import ReadMark
from palier.commissions.models.preparing import Correction, Reminder
from palier.commissions.models.session import AgendaItem, Candidate, Session
from palier.commissions.models.voting import GIVEN, Ballot, Comment, EarlierBallot, Recusal

__all__ = [
    "GIVEN",
    "PRESENCES",
    "AgendaItem",
    "Attendance",
    "Ballot",
    "Candidate",
    "Comment",
    "Commission",
    "Correction",
    "Decision",
    "EarlierBallot",
    "ReadMark",
    "Recusal",
    "Reminder",
    "RulesVersion",
    "SealedRecord",
    "Seat",
    "Session",
    "StandIn",
]
