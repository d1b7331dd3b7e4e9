"""Small numbers hidden so that nobody is recognised, and so that no hidden one can be found again from the total."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")


def hidden(counts: Mapping[K, int], least: int) -> dict[K, int | None]:
    """Counts of the parts of one whole, None where a figure is not shown.

    A part between 1 and `least` - 1 is hidden. When the hidden ones add up to fewer than `least` households, the total
    would give them back: the smallest of the others goes with them, until they no longer do. Zero is shown: it is
    nobody.
    """
    shown: dict[K, int | None] = {key: None if 0 < count < least else count for key, count in counts.items()}
    while any(value is None for value in shown.values()):
        veiled = [key for key, value in shown.items() if value is None]
        if len(veiled) > 1 and sum(counts[key] for key in veiled) >= least:
            break
        others = [key for key, value in shown.items() if value]
        if not others:
            break
        shown[min(others, key=lambda key: counts[key])] = None
    return shown


def share(part: int, whole: int, least: int) -> float | None:
    """The share of one group in a whole: None when the group, or what is left, is a small number but not zero."""
    if whole < least or 0 < part < least or 0 < whole - part < least:
        return None
    return part / whole
