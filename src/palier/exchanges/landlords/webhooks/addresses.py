"""Where a message may be sent: https, and never inside a private network (the address is resolved once, and kept)."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings


class Unreachable(ValueError):
    """The address may not be used. `str()` is French, for the agent."""


@dataclass(frozen=True, slots=True)
class Target:
    """`ip` was checked: the connection goes there and nowhere else, whatever the name says a second later."""

    host: str
    port: int
    ip: str
    path: str
    tls: bool


def check(url: str) -> Target:
    """Where a url leads. Raises `Unreachable`: no https, a name unknown, or one address of it that is not public."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Unreachable("Cette adresse ne se lit pas.") from error
    local = settings.WEBHOOKS_LOOPBACK and host == "127.0.0.1"
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise Unreachable("L’adresse doit commencer par https://.")
    if not host or parts.username or parts.password or parts.fragment or not url.isascii() or not url.isprintable():
        raise Unreachable("Donnez une adresse simple, sans identifiant ni fragment : https://serveur/chemin.")
    port = port or (443 if parts.scheme == "https" else 80)
    found = _resolved(host, port)
    if not local:
        refuse_inside(found)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if " " in path:
        raise Unreachable("Cette adresse contient une espace.")
    return Target(host, port, found[0], path, parts.scheme == "https")


def _resolved(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("Ce nom de serveur n’existe pas, ou ne répond pas.") from error
    return [str(address[4][0]) for address in found]


def refuse_inside(found: list[str]) -> None:
    """Raises `Unreachable` when one of the addresses of a name is not public."""
    if not all(_public(ip) for ip in found):
        raise Unreachable("Cette adresse mène à un réseau privé : elle est refusée.")


def _public(text: str) -> bool:
    ip = ipaddress.ip_address(text.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or _public(str(inner)))
