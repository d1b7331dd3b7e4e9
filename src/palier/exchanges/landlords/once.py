"""The answer kept for an idempotency key: the same request sent again gets it, and does nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.exchanges.landlords.models import KeptAnswer, LandlordSystem
from palier.territories.queries import setting


class KeyTaken(Refused):
    """The same key was used for another request."""


def once(system: LandlordSystem, *, key: str, method: str, path: str, body: bytes, act: Callable[[], Any]) -> Any:
    """The answer of `act`, or the one it had the first time. Raises `KeyTaken` for another request.

    The answer is kept in the transaction of the act: a twin that arrives meanwhile waits for it. An act that raises
    leaves nothing: once corrected, it may come again with the same key.
    """
    digest = hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()
    days = setting("idempotency_days", on=clock.today())
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(
                landlord_id=system.landlord_id, system=system, key=key, sha256=digest,
                until=clock.now() + timedelta(days=days),
            )  # fmt: skip
    except IntegrityError:
        kept = KeptAnswer.objects.get(system=system, key=key)
        if kept.sha256 != digest:
            raise KeyTaken(
                "idempotency.taken", "Cette clé a déjà servi à une autre requête : tirez-en une nouvelle.",
                field="Idempotency-Key",
            ) from None  # fmt: skip
        return kept.answer
    kept.answer = act()
    kept.save(update_fields=["answer"])
    return kept.answer


def forget() -> int:
    """Erase the answers whose time is over; how many. Run by the worker."""
    with acting(SYSTEM):
        return KeptAnswer.objects.filter(until__lt=clock.now()).delete()[0]
