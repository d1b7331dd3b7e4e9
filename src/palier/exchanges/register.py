"""The register of this installation, when one is set."""

from __future__ import annotations

from palier.config.environment import ENV
from palier.exchanges.sne.client import Access, Client


def configured() -> bool:
    """Whether there is somebody to send to."""
    return bool(ENV.sne_url)


def client() -> Client | None:
    """Its client, or None. Raises `CertificateRefused` when our own certificate cannot be read."""
    if not ENV.sne_url or ENV.sne_certificate is None or ENV.sne_key is None:
        return None
    access = Access(ENV.sne_url, ENV.sne_certificate, ENV.sne_key, ENV.sne_authority, ENV.sne_timeout)
    return Client(access, ENV.sne_desk)
