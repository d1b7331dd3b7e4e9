"""What follows a signed decision: propose, answer, meet a condition, call the next rank, contest, visit, sign the lease."""

from palier.allocations.actions.answering import accept, book_visit, decline, lapse_overdue, offer_visits
from palier.allocations.actions.choosing import choose
from palier.allocations.actions.conditions import fail_overdue, meet_conditions
from palier.allocations.actions.contesting import answer, contest, resume, suspend
from palier.allocations.actions.leasing import after_lease, record_lease
from palier.allocations.actions.proposing import call_next, cancel_for, follow_life, hold_places
from palier.allocations.actions.starting import start
from palier.allocations.actions.visiting import book_place, cancel_visit, give_up_place, open_visit, remind_visits

__all__ = [
    "accept",
    "after_lease",
    "answer",
    "book_place",
    "book_visit",
    "call_next",
    "cancel_for",
    "cancel_visit",
    "choose",
    "contest",
    "decline",
    "fail_overdue",
    "follow_life",
    "give_up_place",
    "hold_places",
    "lapse_overdue",
    "meet_conditions",
    "offer_visits",
    "open_visit",
    "record_lease",
    "remind_visits",
    "resume",
    "start",
    "suspend",
]
