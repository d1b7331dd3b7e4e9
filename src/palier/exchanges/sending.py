"""Sending what waits, one file at a time, so that a crash at any point loses nothing and doubles nothing.

Three moments, each committed: the file is marked as sent; it is posted; its answer is recorded. Whoever holds the
sender's lock and finds a file marked as sent knows that its sender died in between: the register may have taken it.
Changes, renewals and removals may be sent twice. A creation may not: it is looked for among the register's duplicates
first.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random, SystemRandom
from typing import Protocol

from django.db import connection
from django.utils import timezone

from palier.accounts.actor import PALIER
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.common.locks import locked
from palier.config.environment import ENV
from palier.demands.form import Form
from palier.demands.models import DemandVersion
from palier.exchanges import outgoing
from palier.exchanges.models import Anomaly, Operation, RegisterNumber
from palier.exchanges.placing import path_in, plain
from palier.exchanges.queries import next_due
from palier.exchanges.sne import calls, model
from palier.exchanges.sne.calls import Answer
from palier.exchanges.sne.checks import check
from palier.exchanges.sne.errors import ExchangeError, Interrupted, NotAMessage, Refusal
from palier.exchanges.sne.unpublished import places
from palier.exchanges.sne.writing import write
from palier.exchanges.states import OPERATION
from palier.law import numbers

log = logging.getLogger(__name__)
FIRST, LONGEST, ATTEMPTS = timedelta(minutes=1), timedelta(hours=6), 16
# A register that fails that many files in a row is left in peace until the next run.
IN_A_ROW = 3
MOST = 500
CREATIONS = ("CRE", "CRS")


class Register(Protocol):
    """What `sne.client.Client` offers here."""

    def submit(self, document: bytes, file_name: str, at: datetime) -> Answer: ...
    def duplicates(self, document: bytes, file_name: str) -> Answer: ...
    def demand(self, number: str, at: datetime) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A file ready to go, read from the database once: nothing is held open while the register thinks."""

    operation: int
    kind: str
    doubtful: bool
    demand: model.SneDemand
    content: bytes
    file_name: str


def delay(attempts: int, chance: Random) -> timedelta:
    """How long to wait after a number of failures: doubled each time, six hours at most, give or take a quarter."""
    usual = min(FIRST * 2 ** min(attempts - 1, 20), LONGEST)
    return usual * chance.uniform(0.75, 1.25)


def send_due(register: Register, *, most: int = MOST, chance: Random | None = None) -> dict[str, int]:
    """Send what is due, until nothing is or the register fails again and again. Counts by outcome."""
    outcomes: dict[str, int] = {}
    with _only_sender() as alone:
        if not alone:
            return outcomes
        _reopen()
        failed = 0
        while sum(outcomes.values()) < most and failed < IN_A_ROW:
            letter = _take()
            if letter is None:
                break
            outcome = _deliver(letter, register, chance or SystemRandom()) if isinstance(letter, Letter) else letter
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            failed = failed + 1 if outcome in ("waiting", "given_up") else 0
    return outcomes


@contextmanager
def _only_sender() -> Iterator[bool]:
    """A lock of the connection: it goes with the process that held it, even killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('exchanges.send'))")
        (alone,) = cursor.fetchone()
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('exchanges.send'))")


def _reopen() -> None:
    """Files that a dead sender left without an answer."""
    with acting(SYSTEM):
        for operation in Operation.objects.filter(state="sent").select_for_update(of=("self",)).order_by("pk"):
            _fire(operation, "retry", doubtful=True, due_at=clock.now(), error=Interrupted.code)


def _take() -> Letter | str | None:
    """Mark the next file as sent; "refused" when it is held back; None when nothing is due."""
    with acting(SYSTEM):
        operation = (
            next_due(clock.now()).select_related("demand").select_for_update(of=("self",), skip_locked=True).first()
        )
        if operation is None:
            return None
        letter = letter_of(operation)
        wrong = [a for a in check(letter.demand, on=clock.today(), sending=True) if a.severity == "blocking"]
        if wrong:
            _refuse(operation, "hold", [(a.code, a.path, a.message) for a in wrong])
            return "refused"
        _fire(operation, "send", sent_at=clock.now(), attempts=operation.attempts + 1)
        return letter


def letter_of(operation: Operation) -> Letter:
    """The file of an operation: the form as it stood at its revision."""
    demand = operation.demand
    held = (
        DemandVersion.objects.filter(demand=demand, revision=operation.revision).values_list("form", flat=True).first()
    )
    given = RegisterNumber.objects.filter(demand=demand).values_list("number", flat=True).first()
    made_at = timezone.localtime(operation.queued_at)
    written = outgoing.document(
        Form.from_json(held or demand.form),
        kind=operation.kind,
        number="" if operation.kind in CREATIONS else given or demand.number,
        desk=numbers.parse(demand.number).registrar,
        created_on=demand.first_registered_on,
        made_at=made_at.replace(microsecond=0),
        happened_on=operation.happened_on,
        ground=operation.ground,
        subground=operation.subground,
        kept=tuple(model.Unmapped(**kept) for kept in demand.unmapped),
        places=places(ENV.sne_places),
    )
    name = calls.file_name(written.desk, made_at, operation.pk)
    return Letter(operation.pk, operation.kind, operation.doubtful, written, write(written), name)


def _deliver(letter: Letter, register: Register, chance: Random) -> str:
    """Post one file and record what came of it; the operation's state."""
    try:
        number = _submitted(letter, register)
        record = partial(_accepted, number=number)
    except Refusal as refusal:
        answers = [
            (a.code or a.element, path_in(a.label), plain(a.label) or "Refus sans explication.")
            for a in refusal.anomalies
        ]
        record = partial(_refuse, verb="refuse", found=answers)
    except ExchangeError as error:
        log.warning("register: operation %s not answered: %s", letter.operation, error.code)
        record = partial(_failed, error=error, chance=chance)
    with acting(SYSTEM):
        operation = locked(Operation.objects, letter.operation)
        record(operation)
        return operation.state


def _submitted(letter: Letter, register: Register) -> str:
    """The number that the register answers. Raises `Refusal` or an `ExchangeError`."""
    now = timezone.localtime(clock.now())
    creation = letter.kind in CREATIONS
    if creation and letter.doubtful and (found := _already_there(letter, register, now)):
        return found
    number = register.submit(letter.content, letter.file_name, now).demand.number
    if creation and not numbers.valid(number):
        raise NotAMessage("no number")
    return number


def _already_there(letter: Letter, register: Register, now: datetime) -> str:
    """The number of this very creation when an earlier sending was taken: same desk, same day, same person."""
    for number in register.duplicates(letter.content, letter.file_name).numbers:
        with acting(SYSTEM):
            if RegisterNumber.objects.filter(number=number).exists():
                continue
        try:
            held = register.demand(number, now).demand
        except Refusal:
            continue
        if _identity(held) == _identity(letter.demand):
            return number
    return ""


def _identity(demand: model.SneDemand) -> tuple:
    who = demand.applicant
    return (demand.desk, demand.created_on, *((who.last_name, who.first_names, who.birth_date) if who else ()))


def _accepted(operation: Operation, number: str) -> None:
    now = clock.now()
    _fire(operation, "accept", answered_at=now, doubtful=False, error="")
    if operation.kind in CREATIONS:
        RegisterNumber.objects.create(demand_id=operation.demand_id, number=number, at=now)


def _failed(operation: Operation, error: ExchangeError, chance: Random) -> None:
    doubtful = operation.doubtful or error.doubtful
    if operation.attempts >= ATTEMPTS:
        _fire(operation, "give_up", doubtful=doubtful, error=error.code)
    else:
        due = clock.now() + delay(operation.attempts, chance)
        _fire(operation, "retry", doubtful=doubtful, error=error.code, due_at=due)


def _refuse(operation: Operation, verb: str, found: list[tuple[str, str, str]]) -> None:
    now, told = clock.now(), operation.refusals + 1
    codes = ", ".join(dict.fromkeys(code for code, _, _ in found))
    _fire(operation, verb, codes=codes, answered_at=now, refusals=told, doubtful=False, error="")
    Anomaly.objects.bulk_create(
        Anomaly(operation=operation, round=told, at=now, code=code[:40], path=path[:200], message=message[:500])
        for code, path, message in found
    )


def _fire(operation: Operation, verb: str, *, codes: str = "", **changes: object) -> None:
    data = {"what": operation.what, "codes": codes, "attempts": operation.attempts}
    OPERATION.fire(operation, verb, actor=PALIER, thread=operation.demand_id, data=data, **changes)
