"""A page of a stored PDF as a picture, so that an agent checks it without leaving the page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from palier.documents import store
from palier.documents.models import Piece

WIDTH = 1100
WALL_SECONDS = 15
# Run by path, never imported here: the web process has no business loading the renderer.
DRAWING = Path(__file__).with_name("drawing.py")


def page_picture(piece: Piece, page: int) -> bytes | None:
    """JPEG bytes of page `page` (from 1), or None when it cannot be drawn."""
    command = [sys.executable, "-I", str(DRAWING), str(store.path_of(piece.file_name)), str(page), str(WIDTH)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=WALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 and done.stdout else None
