"""Whose turn it is on a vacancy or an application, since when, until when: read from dated events.

One clock runs at a time. It starts the day its step can be done and stops the day it is; a step that a later one has
overtaken is not waited for any more. Delays are in days: the first day does not count, the last one does. Where a
landlord chooses by itself (`law.products`), the steps are others: a vacancy's road follows its kind of offer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from palier.law.products import CONTRACT, DEED, LEASE, PRODUCTS, SOCIAL, Product
from palier.law.waits import MEDIAN, NINTH_DECILE, share


class Owner(StrEnum):
    """Who has to act. DESIGNATOR: whoever orders the candidates, its holder for a reserved dwelling, else its landlord."""

    LANDLORD = "landlord"
    HOLDER = "holder"
    DESIGNATOR = "designator"
    COMMISSION = "commission"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True)
class Step:
    """`done`: the event that stops its clock. `delay`: the dated setting that gives its days."""

    key: str
    label: str
    owner: Owner
    done: str
    delay: str


DECLARED = "declared"
_PUBLISH = Step("publish", "Publier l’offre", Owner.LANDLORD, "published", "publish_days")
# How an offer ends, by what is signed.
_SIGN = {
    LEASE: Step("lease", "Signer le bail", Owner.LANDLORD, "leased", "lease_days"),
    CONTRACT: Step("contract", "Signer le contrat de résidence", Owner.LANDLORD, "leased", "lease_days"),
    DEED: Step("deed", "Signer l’acte de vente", Owner.LANDLORD, "leased", "deed_days"),
}
# What happens to a vacancy, in order; "declared" starts the first clock.
BY_COMMISSION = (
    _PUBLISH,
    Step("list", "Arrêter la liste des candidats", Owner.DESIGNATOR, "listed", "list_days"),
    Step("send", "Transmettre les dossiers", Owner.DESIGNATOR, "sent", "send_days"),
    Step("instruct", "Instruire les dossiers", Owner.LANDLORD, "instructed", "instruction_days"),
    Step("agenda", "Inscrire en commission", Owner.COMMISSION, "on_agenda", "agenda_days"),
    Step("decide", "Décider en commission", Owner.COMMISSION, "decided", "decision_days"),
    Step("answer", "Répondre à l’attribution", Owner.HOUSEHOLD, "answered", "answer_days"),
    _SIGN[LEASE],
)
_BY_LANDLORD = (
    _PUBLISH,
    # An offer that nobody answers is its landlord's to change.
    Step("receive", "Recevoir une première candidature", Owner.LANDLORD, "received", "offer_days"),
    Step("examine", "Vérifier les dossiers reçus", Owner.LANDLORD, "examined", "instruction_days"),
    Step("choose", "Choisir un ménage", Owner.LANDLORD, "proposed", "choice_days"),
    Step("reply", "Répondre à la proposition", Owner.HOUSEHOLD, "answered", "choice_answer_days"),
)
STEPS = (*BY_COMMISSION, *_BY_LANDLORD[1:], _SIGN[CONTRACT], _SIGN[DEED])
BY_KEY = {step.key: step for step in STEPS}
# A holder's own delay to designate, in place of the landlord's to make its list.
HOLDER_DELAY = "designation_days"
DELAYS = (*dict.fromkeys(step.delay for step in STEPS), HOLDER_DELAY)


def road(product: Product) -> tuple[Step, ...]:
    """The steps of a vacancy offered so, in order."""
    return (*_BY_LANDLORD, _SIGN[product.end]) if product.direct else BY_COMMISSION


# Events that send a vacancy back: what they undo. The next household called has its own time to answer.
_BACK = {
    "reopened": ("listed", "sent", "instructed", "on_agenda", "decided", "answered", "leased"),
    "taken_off": ("on_agenda", "decided"),
    "freed": ("on_agenda", "decided", "proposed", "answered", "leased"),
    "proposed": ("answered", "leased"),
}
# Events before which a step cannot be done, whatever came first: nobody makes a list while applications are open, chooses
# a buyer before the days of publication are over, or begins again before the households called have refused.
_NOT_BEFORE = {
    "listed": ("closing",),
    "instructed": ("freed",),
    "on_agenda": ("freed",),
    "received": ("freed",),
    "proposed": ("choosable", "freed"),
    "answered": ("proposed",),
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in local time. `what`: a step's `done`, "declared", "closing", "choosable", or one that
    sends back."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One step's time. `owner`: landlord, holder, commission or household. `done_on`: None while it runs."""

    step: Step
    owner: Owner
    started_on: date
    due_on: date
    done_on: date | None = None

    def days(self, today: date) -> int:
        """Whole days from its start to its end, or to `today`; none before it starts."""
        return max(0, ((self.done_on or today) - self.started_on).days)

    def late_days(self, today: date) -> int:
        """By how many days the delay is exceeded."""
        return max(0, ((self.done_on or today) - self.due_on).days)


def clocks(
    events: Iterable[Event], delays: Mapping[str, int], *, reserved: bool, steps: Sequence[Step] = BY_COMMISSION
) -> list[Clock]:
    """The clocks of a vacancy that ran to their end, and last the one that runs; none is running once it is leased.

    `delays`: setting → days, every one of `DELAYS`. `reserved`: a holder designates. `steps`: the `road` of its offer.
    Raises KeyError without a delay.
    """
    at, found = _reached(events), []
    since = at.get(DECLARED)
    last = max((n for n, step in enumerate(steps) if step.done in at), default=-1)
    for n, step in enumerate(steps):
        done = at.get(step.done)
        if done is None and n < last:
            continue
        started = max((day for day in (since, *_floors(step, at, done)) if day is not None), default=None)
        if started is None:
            since = done
            continue
        # Done before it had to be: its clock never ran.
        started = started if done is None else min(started, done)
        owner = _owner(step, reserved)
        days = delays[HOLDER_DELAY if owner == Owner.HOLDER and step.key == "list" else step.delay]
        found.append(Clock(step, owner, started, started + timedelta(days=days), done))
        if done is None:
            break
        since = done
    return found


def _floors(step: Step, at: Mapping[str, date], done: date | None) -> list[date | None]:
    # What was done before the households called refused was done, and is not done again.
    over = done is not None and at.get("freed", done) > done
    return [at.get(event) for event in _NOT_BEFORE.get(step.done, ()) if not (over and event == "freed")]


def running(found: Sequence[Clock]) -> Clock | None:
    """The clock that runs, if one does."""
    return found[-1] if found and found[-1].done_on is None else None


def _reached(events: Iterable[Event]) -> dict[str, date]:
    """Event → the first day it happened since the vacancy was last sent back before it; of floors, the last day."""
    at: dict[str, date] = {}
    floors = {event for events in _NOT_BEFORE.values() for event in events}
    # Of one instant, what sends back comes first: what is done then belongs to the new round.
    for event in sorted(events, key=lambda e: (e.at, e.what not in _BACK)):
        for undone in _BACK.get(event.what, ()):
            at.pop(undone, None)
        if event.what in floors:
            at[event.what] = event.at.date()
        else:
            at.setdefault(event.what, event.at.date())
    return at


def _owner(step: Step, reserved: bool) -> Owner:
    if step.owner == Owner.DESIGNATOR:
        return Owner.HOLDER if reserved else Owner.LANDLORD
    return step.owner


# The state of an application → the event it waits for.
_AWAITED = {
    "submitted": "listed", "sent": "instructed", "admissible": "on_agenda", "on_agenda": "decided",
    "allocated": "answered", "accepted": "leased",
}  # fmt: skip
_AWAITED_OF_LANDLORD = {
    "sent": "examined", "admissible": "proposed", "allocated": "answered", "accepted": "leased",
}  # fmt: skip


def of_application(
    state: str,
    since: date,
    delays: Mapping[str, int],
    *,
    reserved: bool,
    closing: date,
    answer_by: date | None = None,
    product: Product = PRODUCTS[SOCIAL],
    choosable: date | None = None,
) -> Clock | None:
    """Whose turn it is on an application; None when nobody's is: it is over, or ranked behind another household.

    A list is made once applications close. `answer_by`: the day fixed with the proposal, never before the legal delay
    (CCH R441-10). `choosable`: where the landlord chooses, the first day it may.
    """
    awaited = (_AWAITED_OF_LANDLORD if product.direct else _AWAITED).get(state)
    if awaited is None:
        return None
    step = next(step for step in road(product) if step.done == awaited)
    owner = _owner(step, reserved)
    floor = {"listed": closing, "proposed": choosable}.get(awaited)
    started = max(since, floor) if floor else since
    days = delays[HOLDER_DELAY if owner == Owner.HOLDER else step.delay]
    due = answer_by if awaited == "answered" and answer_by else started + timedelta(days=days)
    return Clock(step, owner, started, due)


@dataclass(frozen=True, slots=True)
class Spread:
    """What `sample` steps took, in days: half of them at most `median`, nine in ten at most `ninth`; None when hidden."""

    sample: int
    median: int | None
    ninth: int | None


def spread(days: Sequence[int], least: int) -> Spread:
    """The median and the ninth decile of what steps took; hidden under `least` of them."""
    if len(days) < max(least, 1):
        return Spread(len(days), None, None)
    return Spread(len(days), share(days, MEDIAN), share(days, NINTH_DECILE))


def quarter(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, 3 * math.ceil(day.month / 3) - 2, 1)


def lost_rent(rent: Decimal, days: int) -> Decimal:
    """The rent, in euros, that an empty dwelling did not bring: twelve monthly rents a year of 365 days."""
    return (rent * 12 * days / 365).quantize(Decimal("0.01"), ROUND_HALF_UP)
