"""The signature of a message: HMAC-SHA256 of its instant and its body, with a secret that only the receiver shares."""

from __future__ import annotations

import base64
import hmac

from django.conf import settings

from palier.exchanges.landlords.models import LandlordSystem

HEADER = "Palier-Signature"


def secret_of(system: LandlordSystem) -> str:
    """The secret of a system, drawn from the installation's key: kept nowhere, another one at each round."""
    words = f"palier webhook {system.pk} {system.webhook_round}"
    drawn = hmac.digest(settings.SECRET_KEY.encode(), words.encode(), "sha256")
    return base64.urlsafe_b64encode(drawn).decode().rstrip("=")


def signature(secret: str, body: bytes, instant: int) -> str:
    """`t=…,v1=…`: an instant that is signed too, so that a message kept aside cannot be played again later."""
    digest = hmac.digest(secret.encode(), f"{instant}.".encode() + body, "sha256").hex()
    return f"t={instant},v1={digest}"
