"""What a dated statement of availability does to an offer, from the statements known before it.

A statement is dated by its source: it may come late, out of order, or twice. Two channels that say the opposite at close
dates are never decided between: a person does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AVAILABLE = "available"
# Whoever types on the site has the page, and what the systems said, before their eyes.
FORM = "form"
# Two machines' clocks never quite agree: a statement dated this little ahead is not one of the future.
DRIFT = timedelta(minutes=5)


class Effect(StrEnum):
    """What a statement does: taken as true, too old to change anything, nothing new to say, or contradicting another."""

    APPLIED = "applied"
    OLDER = "older"
    KNOWN = "known"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True, slots=True)
class Statement:
    """`says`: available, let or withdrawn. `at`: aware, as its source dates it. `via`: form, file or system."""

    says: str
    at: datetime
    via: str


def read(new: Statement, known: Sequence[Statement], *, ended: bool, disputed: bool, close: timedelta) -> Effect:
    """What `new` does to an offer of which the last applied statement of each channel is `known`.

    `ended`: the offer is let or withdrawn already. `disputed`: a contradiction about it waits for a person.
    `close`: how near two dates must be for opposite statements to contradict each other.

    An ended offer never comes back by a statement. A person’s own statement, no older than the others, is taken.
    """
    latest = max((one.at for one in known), default=None)
    if ended:
        opposed = new.says == AVAILABLE and (latest is None or new.at > latest)
        return Effect.CONTRADICTS if opposed else Effect.KNOWN
    if new.via == FORM and (latest is None or new.at >= latest):
        return Effect.APPLIED
    against = [one for one in known if (one.says == AVAILABLE) != (new.says == AVAILABLE)]
    if any(one.at == new.at or one.via != new.via and abs(one.at - new.at) <= close for one in against):
        return Effect.CONTRADICTS
    if latest is not None and new.at < latest:
        return Effect.OLDER
    return Effect.CONTRADICTS if disputed and new.says != AVAILABLE else Effect.APPLIED


def stale_before(now: datetime, hours: int) -> datetime:
    """An offer last confirmed before this instant takes no application any more."""
    return now - timedelta(hours=hours)


def ends_at(confirmed_at: datetime, hours: int) -> datetime:
    """Until when a confirmation holds."""
    return confirmed_at + timedelta(hours=hours)


def remind_before(now: datetime, hours: int, notice: int) -> datetime:
    """A landlord is reminded of an offer last confirmed before this instant: `notice` hours at most before its end."""
    return now - timedelta(hours=max(hours - notice, 0))
