"""What goes out: each step of a demand's life leaves its file to send, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from palier.accounts.actor import Actor
from palier.common import clock
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.demands.models import Demand
from palier.exchanges.models import Anomaly, Operation, RegisterNumber
from palier.exchanges.queries import visible_to
from palier.exchanges.states import OPERATION

# Step of a demand's life → type of its file. A reactivation is a removal without a ground, as the code list has it.
# A demand merged into another leaves on a ground for which the register has no code: its file is a deletion.
KINDS = {"register": "CRE", "separate": "CRS", "change": "MOD", "renew": "REN", "remove": "RAD", "reactivate": "RAD"}
MERGED = "FUSION"
TO_MEND = ("refused", "given_up")
_from_register: ContextVar[bool] = ContextVar("from_register", default=False)


@contextmanager
def told_by_register() -> Iterator[None]:
    """What the register itself says is not sent back to it."""
    token = _from_register.set(True)
    try:
        yield
    finally:
        _from_register.reset(token)


def follow(verb: str, demands: Sequence[Demand], actor: Actor) -> None:
    """Called by `demands.actions` after each step, under whoever made it. A change mends what was refused."""
    if verb == "erase":
        _forget(demands)
    if verb not in KINDS or _from_register.get():
        return
    mended = {d.pk for d in demands if verb == "change" and _mend(d, actor)}
    now = clock.now()
    Operation.objects.bulk_create(
        Operation(
            demand=d, kind=KINDS[verb] if d.removal_ground != MERGED else "SUP", revision=d.revision,
            queued_at=now, due_at=now, ground=d.removal_ground if d.removal_ground != MERGED else "",
            subground=d.removal_subground,
            happened_on=d.removed_on or clock.today(),
        )
        for d in demands if d.pk not in mended
    )  # fmt: skip


@transaction.atomic
def resend(*, actor: Actor, operation_id: int) -> Operation:
    """Send again what was refused or interrupted, with the demand as it now stands. Twice is once."""
    operation = visible_to(actor).get(pk=operation_id)
    demand = locked(Demand.objects, operation.demand_id)
    operation = locked(visible_to(actor), operation_id)
    if operation.state in TO_MEND:
        _again(operation, demand, actor)
    return operation


def _mend(demand: Demand, actor: Actor) -> bool:
    """Whether a file of the demand waited for this change."""
    refused = locked_all(Operation.objects.filter(demand=demand, state__in=TO_MEND))
    for operation in refused:
        _again(operation, demand, actor)
    return bool(refused)


def _again(operation: Operation, demand: Demand, actor: Actor) -> None:
    """The files behind it carry the present form too: an older one must not be sent after a newer one."""
    OPERATION.fire(
        operation, "resend", actor=actor, thread=demand.pk, data={"what": operation.what},
        revision=demand.revision, due_at=clock.now(), attempts=0, error="",
    )  # fmt: skip
    behind = Operation.objects.filter(demand=demand, state="waiting", pk__gt=operation.pk)
    behind.update(revision=demand.revision)


def _forget(demands: Sequence[Demand]) -> None:
    """Nothing of an erased household stays here but counts."""
    with as_system("the words of the register may name a household that is erased"):
        RegisterNumber.objects.filter(demand__in=demands).delete()
        Anomaly.objects.filter(operation__demand__in=demands).update(message="", path="")
        Operation.objects.filter(demand__in=demands).exclude(state="accepted").delete()
