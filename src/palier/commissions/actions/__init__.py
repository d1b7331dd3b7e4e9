"""Every write of a commission, in the order of a session: prepare, vote or meet, count, decide, sign."""

from palier.commissions.actions.confirming import confirm_votes, contest_vote
from palier.commissions.actions.counting import count, postpone, settle_ties
from palier.commissions.actions.deciding import decide
from palier.commissions.actions.meeting import Mark, close_item, hold, note_attendance, reopen_item
from palier.commissions.actions.preparing import add_to_agenda, cancel, create_session, publish, remove_candidate
from palier.commissions.actions.recording import Entry, record_recusal, record_signature, record_votes, strike_recusal
from palier.commissions.actions.signing import after_signature, sign
from palier.commissions.actions.voting import cast_ballot, declare_interest, post_comment

__all__ = [
    "Entry",
    "Mark",
    "add_to_agenda",
    "after_signature",
    "cancel",
    "cast_ballot",
    "close_item",
    "confirm_votes",
    "contest_vote",
    "count",
    "create_session",
    "decide",
    "declare_interest",
    "hold",
    "note_attendance",
    "post_comment",
    "postpone",
    "publish",
    "record_recusal",
    "record_signature",
    "record_votes",
    "remove_candidate",
    "reopen_item",
    "settle_ties",
    "sign",
    "strike_recusal",
]
