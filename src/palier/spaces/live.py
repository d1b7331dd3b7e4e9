"""Who may listen to a session: the door of the live streams, and their address on a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module

from django.conf import settings
from django.db import close_old_connections
from django.http import HttpRequest

from palier.accounts.middleware import identify
from palier.commissions.discussion import discussed, room
from palier.common import clock, live
from palier.common.isolation import acting
from palier.common.streaming import Access

_PATH = re.compile(r"/flux/seances/(\d{1,18})/")


def door(path: str, cookies: Mapping[str, str]) -> Access | None:
    """What the bearer of these cookies may hear at `path`: the dwellings that they examine or run, and no other."""
    found = _PATH.fullmatch(path)
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    if not found or not key:
        return None
    close_old_connections()
    try:
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        _, actor = identify(request)
        with acting(actor.scope, read_only=True):
            clock.follow_demo_shift()
            session = int(found[1])
            items = frozenset(discussed(actor).filter(session=session).order_by("pk").values_list("pk", flat=True))
    finally:
        close_old_connections()
    return Access(room(session), actor.person_id, items) if items and actor.person_id else None


def address(request: HttpRequest, session_id: int) -> str:
    """Where a page follows a session."""
    return live.address(request, f"seances/{session_id}/")
