"""A token: drawn, kept as a hash, recognised at the door of the API."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from palier.accounts.actor import Actor
from palier.accounts.models import Membership
from palier.accounts.roles import Role
from palier.common import clock
from palier.exchanges.landlords.models import LandlordSystem

PREFIX = "palier_"
# The last use is shown to the minute or so: writing it at each request would make every reading a writing.
NOTED_EVERY = timedelta(minutes=1)


def draw(system_id: int, chance: str) -> str:
    """The token of a system for one chance (a random key): the same form sent twice draws the same token.

    Nobody can make it again without the installation's secret key.
    """
    drawn = hmac.digest(settings.SECRET_KEY.encode(), f"palier token {system_id} {chance}".encode(), "sha256")
    return PREFIX + base64.urlsafe_b64encode(drawn).decode().rstrip("=")


def hashed(token: str) -> str:
    """What is kept of a token: 256 bits drawn at random need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def holder(token: str, now: datetime) -> LandlordSystem | None:
    """The system that a token opens for, or None. Read under the `gate` scope."""
    digest = hashed(token)
    return (
        LandlordSystem.objects.filter(Q(token_hash=digest) | Q(former_hash=digest, former_until__gt=now))
        .select_related("landlord")
        .filter(revoked_at=None)
        .first()
    )


def note_use(system: LandlordSystem) -> None:
    """Write that a system was here, once a minute at most. In the door's own transaction, never in that of a reading."""
    now = clock.now()
    if system.used_at is None or now - system.used_at > NOTED_EVERY or system.used_at > now:
        LandlordSystem.objects.filter(pk=system.pk).update(used_at=now)


def actor_of(system: LandlordSystem) -> Actor:
    """A system acts as its landlord does, with no person behind it."""
    return Actor(role=Role.LANDLORD, membership=Membership(organisation=system.landlord, role=Role.LANDLORD))
