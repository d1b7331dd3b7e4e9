"""Printed documents: `render(template, data)` draws one of the templates of `common/typst` as a tagged PDF.

The output is PDF/UA-1 (ISO 14289-1): tagged, in French, titled, readable by a screen reader. The same
data give the same bytes: fonts are bundled, nothing is read from the machine, the date of the document
is the one that its data state. Data travel as JSON and are printed as plain strings, so no text typed by
a person is ever interpreted as markup.

Each template states its keys at its head.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typst

from palier.common.glyphs import covered

TEMPLATES = Path(__file__).parent / "typst"
FONTS = TEMPLATES / "fonts"
PARIS = ZoneInfo("Europe/Paris")
# Shown instead of a character that no bundled font can draw: PDF/UA refuses a missing glyph.
UNKNOWN = "\N{WHITE SQUARE}"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_NAME = re.compile(r"[a-z_]+", re.ASCII)
# What the compiler says of a cluster that its fonts map but cannot shape, such as an accent on nothing.
_UNDRAWN = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_NOT_LATIN = re.compile("[^\\x00-\u024f\u2010-\u203a\u20ac\u25a1]")
_ATTEMPTS = 8
# Joiners and variation selectors shape letters and pictograms; every other invisible control is dropped,
# above all those that turn the reading direction and could make a page say what its data do not.
_KEPT_CONTROLS = frozenset("\n\u200c\u200d\ufe0e\ufe0f")


class Unprintable(ValueError):
    """The document could not be drawn: unknown template, missing key or value of the wrong kind."""

    def __init__(self, template: str, message: str) -> None:
        self.template = template
        super().__init__(f"{template}: {message}")


def render(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of a template (its file name without suffix) with its data.

    Values: text, numbers, `Decimal`, booleans, None, dates, aware instants (shown in Paris time), and lists
    and mappings of these. Raises `Unprintable`.
    """
    if not _NAME.fullmatch(template) or template not in templates():
        raise Unprintable(template, "no such template")
    try:
        text = json.dumps(_plain(data), ensure_ascii=False, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise Unprintable(template, str(error)) from error
    for _ in range(_ATTEMPTS):
        try:
            return _compile(template, text)
        except typst.TypstError as error:
            lone = _UNDRAWN.search(str(error))
            if lone is None:
                raise Unprintable(template, str(error)) from error
            text = _without(text, _ESCAPE.sub(lambda m: chr(int(m[1], 16)), lone[1]))
    try:
        return _compile(template, _NOT_LATIN.sub(UNKNOWN, text))
    except typst.TypstError as error:
        raise Unprintable(template, str(error)) from error


@cache
def fingerprint(template: str) -> str:
    """Changes with anything that the same data would be drawn differently by: template, letterhead, compiler, fonts."""
    digest = hashlib.sha256(typst.__version__.encode())
    for path in (TEMPLATES / f"{template}.typ", TEMPLATES / "palier.typ", *sorted(FONTS.iterdir())):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _compile(template: str, text: str) -> bytes:
    return typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": text},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=0,
    )


def _without(text: str, undrawn: str) -> str:
    """The JSON text with the characters of a cluster that no font could shape (a lone accent) as squares."""
    return "".join(UNKNOWN if c in undrawn and not c.isascii() else c for c in text)


@cache
def templates() -> frozenset[str]:
    """The names that `render` knows; `palier.typ` is their common letterhead, not a document."""
    return frozenset(p.stem for p in TEMPLATES.glob("*.typ")) - {"palier"}


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _plain(value: Any) -> Any:
    """The JSON form of a value, with Paris time and printable characters only."""
    if isinstance(value, str):
        return _local(datetime.fromisoformat(value)) if _INSTANT.fullmatch(value) else _printable(value)
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"a {type(value).__name__} cannot be printed")


def _local(instant: datetime) -> str:
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be printed")
    return instant.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M")


def _printable(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_glyph, text))


def _glyph(character: str) -> str:
    if character in _KEPT_CONTROLS:
        return character
    kind = unicodedata.category(character)
    if kind in ("Cc", "Cf", "Zl", "Zp"):
        return "" if kind == "Cf" else " "
    return character if kind not in ("Cs", "Co", "Cn") and covered(ord(character)) else UNKNOWN
