"""Every icon that a template names is in the sprite: a missing one leaves an empty box."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "palier"
SPRITE = SOURCE / "common" / "static" / "palier" / "icons.svg"
NAMED = re.compile(r"icon=\"([\w-]+)\"|{% icon \"([\w-]+)\"")


def test_every_icon_named_is_drawn():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE.read_text(encoding="utf-8")))
    missing = {
        (path.name, name)
        for path in SOURCE.rglob("templates/**/*.html")
        for found in NAMED.findall(path.read_text(encoding="utf-8"))
        for name in found
        if name and name not in drawn
    }
    assert missing == set()
