"""Every write of a commission, in the order of a session: prepare, vote, count, decide, sign."""

from palier.commissions.actions.counting import count, postpone, settle_ties
from palier.commissions.actions.deciding import decide
from palier.commissions.actions.discussing import mark_read, post_comment, tell_waiting
from palier.commissions.actions.preparing import add_to_agenda, cancel, create_session, publish, remove_candidate
from palier.commissions.actions.signing import after_signature, sign
from palier.commissions.actions.voting import cast_ballot, declare_interest

__all__ = [
    "add_to_agenda",
    "after_signature",
    "cancel",
    "cast_ballot",
    "count",
    "create_session",
    "decide",
    "declare_interest",
    "mark_read",
    "post_comment",
    "postpone",
    "publish",
    "remove_candidate",
    "settle_ties",
    "sign",
    "tell_waiting",
]
