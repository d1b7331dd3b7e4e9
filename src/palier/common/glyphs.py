"""Which characters the bundled fonts can draw, read from their `cmap` tables (OpenType, formats 4 and 12)."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "typst" / "fonts"


def covered(code: int) -> bool:
    """Whether one of the fonts has a glyph for this code point."""
    starts, ends = _ranges()
    place = bisect_right(starts, code) - 1
    return place >= 0 and code <= ends[place]


@cache
def _ranges() -> tuple[list[int], list[int]]:
    merged: list[list[int]] = []
    for start, end in sorted(r for path in sorted(FONTS.glob("*.ttf")) for r in font_ranges(path.read_bytes())):
        if merged and start <= merged[-1][1] + 1:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return [start for start, _ in merged], [end for _, end in merged]


def font_ranges(font: bytes) -> Iterator[tuple[int, int]]:
    """First and last code point of each run that a font's Unicode tables map."""
    (count,) = struct.unpack_from(">H", font, 4)
    tables = {font[12 + 16 * n : 16 + 16 * n]: struct.unpack_from(">I", font, 20 + 16 * n)[0] for n in range(count)}
    cmap = tables[b"cmap"]
    (subtables,) = struct.unpack_from(">H", font, cmap + 2)
    for n in range(subtables):
        platform, _encoding, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * n)
        (kind,) = struct.unpack_from(">H", font, cmap + offset)
        if platform in (0, 3) and kind == 4:
            yield from _segments(font, cmap + offset)
        elif platform in (0, 3) and kind == 12:
            yield from _groups(font, cmap + offset)


def _segments(font: bytes, at: int) -> Iterator[tuple[int, int]]:
    (double,) = struct.unpack_from(">H", font, at + 6)
    shape, ends_at = f">{double // 2}H", at + 14
    ends = struct.unpack_from(shape, font, ends_at)
    starts = struct.unpack_from(shape, font, ends_at + 2 + double)
    offsets_at = ends_at + 2 + 3 * double
    offsets = struct.unpack_from(shape, font, offsets_at)
    for n, (start, end, offset) in enumerate(zip(starts, ends, offsets, strict=True)):
        if start == 0xFFFF:
            continue
        if offset == 0:
            yield start, end
            continue
        # The segment points into a list of glyphs, where zero means that the character is not drawn.
        glyphs = struct.unpack_from(f">{end - start + 1}H", font, offsets_at + 2 * n + offset)
        yield from ((start + place, start + place) for place, glyph in enumerate(glyphs) if glyph)


def _groups(font: bytes, at: int) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">I", font, at + 12)
    for n in range(count):
        start, end, _glyph = struct.unpack_from(">III", font, at + 16 + 12 * n)
        yield start, end
