"""What changes while somebody looks: said once by the action, at its commit, to whoever follows the room.

A word names an object and what about it changed (`votes.34`), never what it became: the page that hears it asks
again, under its own rights. `common.streaming` carries the words to browsers.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpRequest
from django.http.request import split_domain_port

CHANNEL = "palier_news"
# Whoever follows the room is checked again before anything more is told.
RIGHTS = "rights"
_ROOM = re.compile(r"[a-z]+\.\d{1,19}")
_WORD = re.compile(r"[a-z]+(\.\d{1,19})?")


def tell(room: str, word: str) -> None:
    """Tell the followers of `room` (`sessions.12`) when the running transaction commits; nothing if it does not.

    PostgreSQL keeps one of several equal words. Raises ValueError for anything but names and keys: a notification
    is read by whoever may connect, so no person's data may ever be in one.
    """
    if not _ROOM.fullmatch(room) or not _WORD.fullmatch(word):
        raise ValueError("a notification carries keys only")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{room} {word}"])


def origin(request: HttpRequest) -> str:
    """Where streams are served when it is not the site's own address, for the page of this request; else empty."""
    if not settings.LIVE_PORT or settings.LIVE_PROXIED:
        return ""
    try:
        return f"http://{split_domain_port(request.get_host())[0]}:{settings.LIVE_PORT}"
    except DisallowedHost:
        return ""


def address(request: HttpRequest, path: str) -> str:
    """What a browser opens to follow `path` (`seances/12/`); empty when nothing serves it."""
    return f"{origin(request)}/flux/{path}" if settings.LIVE_PORT else ""
