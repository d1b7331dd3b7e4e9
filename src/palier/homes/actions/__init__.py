"""Every write on dwellings and offers: describe, publish, say that it still stands, end, watch the silence."""

from palier.homes.actions.following import after_end, after_pause, after_resume
from palier.homes.actions.kinds import Terms, fields_of
from palier.homes.actions.offering import add_dwelling, draft_offer, publish, reopen, reserve_for
from palier.homes.actions.settling import settle
from palier.homes.actions.stating import confirm, confirm_all, let_elsewhere, opposing, state_availability, withdraw
from palier.homes.actions.watching import remind_landlords, suspend_stale

__all__ = [
    "Terms",
    "add_dwelling",
    "after_end",
    "after_pause",
    "after_resume",
    "confirm",
    "confirm_all",
    "draft_offer",
    "fields_of",
    "let_elsewhere",
    "opposing",
    "publish",
    "remind_landlords",
    "reopen",
    "reserve_for",
    "settle",
    "state_availability",
    "suspend_stale",
    "withdraw",
]
