"""Every write of a commission, in the order of a session: set up, prepare, correct, vote or meet, count, decide, sign."""

from palier.commissions.actions.calling import remind_all
from palier.commissions.actions.confirming import confirm_votes, contest_vote
from palier.commissions.actions.correcting import (
    add_candidate,
    correct_dwelling,
    correct_facts,
    remove_candidate,
    withdraw_dwelling,
)
from palier.commissions.actions.counting import count, postpone, settle_ties
from palier.commissions.actions.deciding import decide
from palier.commissions.actions.discussing import mark_read, post_comment, tell_waiting
from palier.commissions.actions.ending import leave_agendas
from palier.commissions.actions.meeting import Mark, close_item, hold, note_attendance, reopen_item
from palier.commissions.actions.preparing import add_to_agenda, cancel, create_session, fill_agenda, publish
from palier.commissions.actions.procedure import (
    add_seat,
    elect,
    end_seat,
    name_stand_in,
    publish_rules,
    withdraw_stand_in,
)
from palier.commissions.actions.recording import Entry, record_recusal, record_signature, record_votes, strike_recusal
from palier.commissions.actions.signing import after_signature, sign
from palier.commissions.actions.voting import cast_ballot, declare_interest

__all__ = [
    "Entry",
    "Mark",
    "add_candidate",
    "add_seat",
    "add_to_agenda",
    "after_signature",
    "cancel",
    "cast_ballot",
    "close_item",
    "confirm_votes",
    "contest_vote",
    "correct_dwelling",
    "correct_facts",
    "count",
    "create_session",
    "decide",
    "declare_interest",
    "elect",
    "end_seat",
    "fill_agenda",
    "hold",
    "leave_agendas",
    "mark_read",
    "name_stand_in",
    "note_attendance",
    "post_comment",
    "postpone",
    "publish",
    "publish_rules",
    "record_recusal",
    "record_signature",
    "record_votes",
    "remind_all",
    "remove_candidate",
    "reopen_item",
    "settle_ties",
    "sign",
    "strike_recusal",
    "tell_waiting",
    "withdraw_dwelling",
    "withdraw_stand_in",
]
