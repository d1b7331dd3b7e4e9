"""Deliveries: made from the journal for each system that listens, sent when due, tried again, replayed."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.locks import locked
from palier.exchanges.landlords import changes
from palier.exchanges.landlords.models import Change, Delivery, LandlordSystem
from palier.exchanges.landlords.queries import deliveries_of, systems_of
from palier.exchanges.landlords.scopes import PATHS, kinds_of
from palier.exchanges.landlords.webhooks import posting, signing

# Nearly two days in all: a receiver that falls on a Friday evening has it again on Sunday.
DELAYS = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 480, 720, 1440)]
# In one pass: of one system, and systems side by side. One that does not answer costs the others nothing.
BATCH, ALONGSIDE = 40, 8
KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a thread needs to send a delivery, and nothing of the database."""

    delivery_id: int
    uid: str
    url: str
    secret: str
    body: bytes


def make() -> int:
    """One delivery for each change that a listening system may be told of and was not yet; how many."""
    made = 0
    with acting(SYSTEM):
        for system in LandlordSystem.objects.exclude(webhook_url="").select_for_update(of=("self",)).order_by("pk"):
            news = changes.since(system.landlord_id, system.pushed, kinds=kinds_of(system.scopes), most=1_000)
            Delivery.objects.bulk_create(_delivery(system, change.kind, payload(change)) for change in news)
            if news:
                system.pushed = news[-1].position
                system.save(update_fields=["pushed"])
            made += len(news)
    return made


def payload(change: Change) -> dict[str, Any]:
    """Keys and states, and where to read the rest with a token."""
    return {
        "position": change.position, "kind": change.kind, "key": change.key, "state": change.state,
        "at": change.at.isoformat(), "path": f"/api/v1/{PATHS[change.kind]}/{change.key}",
    }  # fmt: skip


def _delivery(system: LandlordSystem, kind: str, what: dict[str, Any]) -> Delivery:
    now, uid = clock.now(), uuid.uuid4()
    return Delivery(
        landlord_id=system.landlord_id, system=system, uid=uid, kind=kind, payload={"id": str(uid), **what},
        made_at=now, due_at=now,
    )  # fmt: skip


def send_due() -> tuple[int, int]:
    """One pass over what is due: (delivered, failed tries). The network is spoken to outside of any transaction."""
    with acting(SYSTEM):
        piles = _due(clock.now())
    delivered = failed = 0
    with ThreadPoolExecutor(ALONGSIDE) as threads:
        for outcomes in threads.map(_send_pile, piles):
            with acting(SYSTEM):
                for delivery_id, outcome in outcomes:
                    note(delivery_id, outcome)
                    delivered, failed = delivered + outcome.ok, failed + (not outcome.ok)
    return delivered, failed


def _due(now: datetime) -> list[list[Letter]]:
    due = Delivery.objects.filter(state="waiting", due_at__lte=now)
    systems = due.order_by("system").values_list("system", flat=True).distinct()
    return [
        [_letter(d) for d in due.filter(system=system).select_related("system").order_by("due_at", "pk")[:BATCH]]
        for system in systems
    ]


def _letter(delivery: Delivery) -> Letter:
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    system = delivery.system
    return Letter(delivery.pk, str(delivery.uid), system.webhook_url, signing.secret_of(system), body)


def _send_pile(letters: Sequence[Letter]) -> list[tuple[int, posting.Outcome]]:
    """One system's messages in order; after one without any answer the rest waits for another pass."""
    outcomes = []
    for letter in letters:
        # The machine's own time, not the demonstration's: the receiver compares it with its own.
        instant = int(time.time())
        headers = {
            "Content-Type": "application/json", "User-Agent": "Palier", "Palier-Delivery": letter.uid,
            signing.HEADER: signing.signature(letter.secret, letter.body, instant),
        }  # fmt: skip
        outcome = posting.post(letter.url, letter.body, headers)
        outcomes.append((letter.delivery_id, outcome))
        if not outcome.status:
            break
    return outcomes


def note(delivery_id: int, outcome: posting.Outcome) -> None:
    """Write what came of a try: delivered, due again later, or given up after the last delay."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    now = clock.now()
    delivery.attempts += 1
    delivery.last_at, delivery.last_status, delivery.last_error = now, outcome.status, outcome.error
    if outcome.ok:
        delivery.state = "delivered"
    elif delivery.attempts > len(DELAYS):
        delivery.state = "failed"
    elif delivery.state == "waiting":
        delivery.due_at = now + DELAYS[delivery.attempts - 1]
    delivery.save()


@transaction.atomic
def replay(*, actor: Actor, delivery_id: int) -> Delivery:
    """Send one again, delivered or given up, at once and with all its tries."""
    if actor.role != Role.LANDLORD or actor.person is None:
        raise NotYours("an agent of the landlord's")
    delivery = locked(deliveries_of(actor), delivery_id)
    if not delivery.system.webhook_url:
        raise Refused("webhook.none", "Ce système n’a plus d’adresse où envoyer.")
    if delivery.state != "waiting":
        delivery.state, delivery.attempts, delivery.due_at = "waiting", 0, clock.now()
        delivery.save(update_fields=["state", "attempts", "due_at"])
        ledger.record(verb="deliveries.replay", subject=delivery, actor=actor)
    return delivery


@transaction.atomic
def send_test(*, actor: Actor, system_id: int) -> Delivery:
    """A message that says nothing, to try the receiver with. One waiting at a time."""
    if actor.role != Role.LANDLORD or actor.person is None:
        raise NotYours("an agent of the landlord's")
    system = locked(systems_of(actor), system_id)
    if not system.webhook_url:
        raise Refused("webhook.none", "Donnez d’abord une adresse à ce système.")
    waiting = system.deliveries.filter(kind="test", state="waiting").first()
    if waiting is not None:
        return waiting
    delivery = _delivery(system, "test", {"kind": "test", "at": clock.now().isoformat()})
    delivery.save()
    ledger.record(verb="deliveries.test", subject=delivery, actor=actor)
    return delivery


def forget() -> int:
    """Erase old deliveries; the journal itself stays. Run by the worker."""
    with acting(SYSTEM):
        return Delivery.objects.filter(made_at__lt=clock.now() - KEPT).exclude(state="waiting").delete()[0]


ledger.declare(
    {
        "deliveries.replay": {"agent": "Message à un système renvoyé"},
        "deliveries.test": {"agent": "Message d’essai envoyé à un système"},
    }
)
