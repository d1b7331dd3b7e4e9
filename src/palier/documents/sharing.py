"""Reading copies: what every body but the registration desk is given of a document (docs/decisions/reading-copies.md)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO

from django.utils.formats import date_format
from django.utils.timezone import localtime

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock
from palier.documents import store
from palier.documents.models import Piece
from palier.documents.preview import WIDTH

# Whoever gave the document, and the desk that checks it for everybody (CCH R441-2-4-1).
ORIGINAL = frozenset({Role.APPLICANT, Role.DESK})
WALL_SECONDS = 30
# Run by path, never imported here, like `cleaning.py`; two at a time, so that many readers need no more memory than two.
COPYING = Path(__file__).with_name("copying.py")
_ROOM = BoundedSemaphore(2)


def words(actor: Actor) -> str:
    """What a copy says of its reader, one idea a line."""
    moment = date_format(localtime(clock.now()), r"j F Y, H:i")
    return f"{actor.signature}\n{actor.name}, {moment}\nConsultation – ne pas diffuser"


def reading_copy(piece: Piece, actor: Actor) -> BinaryIO | None:
    """The marked PDF, open, already gone from the disk; None when it cannot be made."""
    with store.workroom() as room:
        target = room / "copy"
        return target.open("rb") if _copied(piece, target, actor) else None


def page_copy(piece: Piece, page: int, actor: Actor) -> bytes | None:
    """JPEG bytes of one marked page (from 1), or None."""
    with store.workroom() as room:
        target = room / "page"
        return target.read_bytes() if _copied(piece, target, actor, str(page), str(WIDTH)) else None


def _copied(piece: Piece, target: Path, actor: Actor, *page: str) -> bool:
    source = store.path_of(piece.file_name)
    command = [sys.executable, "-I", str(COPYING), str(source), str(target), words(actor), *page]
    with _ROOM:
        try:
            done = subprocess.run(command, capture_output=True, timeout=WALL_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0
