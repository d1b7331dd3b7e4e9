"""What the text of one cell says: a date, an amount, a flag, a code, a commune. Nothing is guessed in silence."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from palier.territories.queries import search_key

# Spreadsheets count days from here (their 29 February 1900 included).
_ORIGIN = date(1899, 12, 30)
_BLANKS = re.compile(r"[\s\u00a0\u202f\u2009']")
_GROUPED = re.compile(r"-?\d{1,3}([.,])\d{3}(?!\d)", re.ASCII)
_YES = frozenset({"1", "o", "oui", "x", "vrai", "true", "y", "yes", "v"})
_NO = frozenset({"0", "n", "non", "faux", "false", "no", "f"})


class Unreadable(ValueError):
    """The text is not a value of its kind. `code` is stable; `str()` is French."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def day(text: str, format: str, on: date) -> date:
    """A date written as the mapping says; ISO is always understood, since spreadsheets give it.

    Two digits of a year are of this century up to the present year, of the last one beyond.
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?", text, re.ASCII)
    try:
        if found:
            return date(*map(int, found.groups()))
        if format == "serial":
            return _ORIGIN + timedelta(days=int(Decimal(text.replace(",", "."))))
        parts = _parts(text, format)
    except (ValueError, OverflowError, InvalidOperation):
        parts = None
    if parts is None:
        raise Unreadable("cell.date", "Cette date n’existe pas, ou n’est pas écrite comme le modèle le dit.")
    year = parts["y"]
    if "yyyy" not in format:
        year += 2000 if year <= on.year % 100 else 1900
    try:
        return date(year, parts["m"], parts["d"])
    except ValueError as error:
        raise Unreadable("cell.date", "Cette date n’existe pas.") from error


def _parts(text: str, format: str) -> dict[str, int] | None:
    order = [token for token in re.findall("yyyy|yy|mm|dd", format)]
    widths = {"yyyy": r"\d{4}", "yy": r"\d{2}", "mm": r"\d{1,2}", "dd": r"\d{1,2}"}
    loose = "".join(ch for ch in format if not ch.isalpha())
    if not loose:
        widths |= {"mm": r"\d{2}", "dd": r"\d{2}"}
    shape = (re.escape(loose[0]) if loose else "").join(f"({widths[token]})" for token in order)
    # A time that follows the day says nothing more.
    found = re.fullmatch(shape + r"(?: \d{1,2}:\d{2}(?::\d{2})?)?", text, re.ASCII)
    if found is None:
        return None
    return {token[0]: int(value) for token, value in zip(order, found.groups(), strict=True)}


def euros(text: str) -> int:
    """Whole euros, halves up: « 1 234,50 € », « 1.234,50 », « 1234.5 ». « 1.234 » alone may be either: refused."""
    plain = _BLANKS.sub("", text).removesuffix("€").removesuffix("EUR").removesuffix("euros")
    if "," in plain and "." in plain:
        thousands = "," if plain.rfind(".") > plain.rfind(",") else "."
        plain = plain.replace(thousands, "")
    elif _GROUPED.fullmatch(plain):
        raise Unreadable("cell.amount", "On ne sait pas si le point ou la virgule sépare les milliers ou les centimes.")
    try:
        amount = Decimal(plain.replace(",", "."))
        if not amount.is_finite() or abs(amount) > Decimal(10) ** 12:
            raise InvalidOperation
    except InvalidOperation as error:
        raise Unreadable("cell.amount", "Ce montant n’est pas un nombre.") from error
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def whole(text: str) -> int:
    """A number without unit; « 28,5 » is 29 (halves up)."""
    try:
        return euros(re.sub(r"(?<=\d)\s*m(²|2)?$", "", text.strip()))
    except Unreadable as error:
        raise Unreadable("cell.number", "Ce n’est pas un nombre.") from error


def flag(text: str) -> bool:
    """Oui or non, in the usual ways."""
    key = search_key(text)
    if key in _YES:
        return True
    if key in _NO:
        return False
    raise Unreadable("cell.flag", "On attendait oui ou non.")


def same(text: str) -> str:
    """How two words of an older tool are compared: case and accents do not matter, signs do."""
    key = search_key(text)
    return key if len(key) >= len(text.strip()) - 1 and key else text.strip().casefold()
