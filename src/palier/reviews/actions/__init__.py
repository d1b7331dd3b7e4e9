"""Every write of the review of occupation, in the order of its life."""

from palier.reviews.actions.asking import ask, ask_all, cancel, check, declare, remind
from palier.reviews.actions.following import close, follow
from palier.reviews.actions.session import send, take_off, write_opinion
from palier.reviews.actions.speaking import speak, step_out
from palier.reviews.actions.tenancies import Line, end, record, record_file

__all__ = [
    "Line",
    "ask",
    "ask_all",
    "cancel",
    "check",
    "close",
    "declare",
    "end",
    "follow",
    "record",
    "record_file",
    "remind",
    "send",
    "speak",
    "step_out",
    "take_off",
    "write_opinion",
]
