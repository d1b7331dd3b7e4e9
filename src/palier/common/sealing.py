"""Values that the database and its copies must not hold in clear (the NIR): sealed with the installation's key.

The key is drawn from the secret key: whoever has the database without `PALIER_SECRET_KEY` reads nothing.
"""

from __future__ import annotations

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PREFIX = "scelle:"


class CannotOpen(ValueError):
    """Sealed by another installation, or altered."""


def seal(text: str) -> str:
    """The sealed form of a text; an empty text stays empty."""
    return PREFIX + _key(settings.SECRET_KEY).encrypt(text.encode()).decode() if text else ""


def is_sealed(text: str) -> bool:
    """Whether a text is a sealed one."""
    return text.startswith(PREFIX)


def sealed(text: str) -> str:
    """The sealed form of a text that may be sealed already."""
    return text if is_sealed(text) else seal(text)


def opened(text: str) -> str:
    """The text itself, sealed or not."""
    return unseal(text) if is_sealed(text) else text


def unseal(sealed: str) -> str:
    """The text of a sealed value. Raises `CannotOpen`."""
    if not sealed:
        return ""
    try:
        return _key(settings.SECRET_KEY).decrypt(sealed.removeprefix(PREFIX).encode()).decode()
    except InvalidToken as error:
        raise CannotOpen("this value was not sealed with this installation's key") from error


@cache
def _key(secret: str) -> Fernet:
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"palier sealing").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(drawn))
