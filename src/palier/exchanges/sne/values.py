"""The values of the document, between text and Python: dates, instants, amounts, whole numbers, booleans."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from palier.exchanges.sne.schema import Kind

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_AMOUNT = re.compile(r"[+-]?\d{1,12}(\.\d{1,6})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class Unreadable(ValueError):
    """The text is not a value of its kind."""


def read(kind: Kind, words: str) -> Any:
    """The value of a text without blanks around it. Raises `Unreadable`."""
    if kind == "text":
        return words
    reader = {"day": _day, "instant": _instant, "amount": _amount, "whole": _whole, "flag": _flag}[kind]
    try:
        return reader(words)
    except (ValueError, KeyError) as error:
        raise Unreadable(words) from error


def write(kind: Kind, value: Any) -> str:
    """The text of a value. Instants: `YYYY-MM-DDTHH:MM:SS.s+HH:MM`, with more digits only where there are."""
    if kind == "day":
        return str(value.isoformat())
    if kind == "instant":
        fraction = f"{value.microsecond:06d}".rstrip("0") or "0"
        return f"{value.replace(tzinfo=None, microsecond=0).isoformat()}.{fraction}{_offset(value)}"
    if kind == "amount":
        return format(value, "f")
    if kind == "flag":
        return "true" if value else "false"
    return str(value)


def _offset(value: datetime) -> str:
    return "" if value.tzinfo is None else value.isoformat()[-6:]


def _match(shape: re.Pattern[str], words: str) -> re.Match[str]:
    found = shape.fullmatch(words)
    if found is None:
        raise ValueError(words)
    return found


def _day(words: str) -> date:
    return date.fromisoformat(_match(_DAY, words)[1])


def _instant(words: str) -> datetime:
    fraction = _match(_INSTANT, words)[1]
    short = words.replace(fraction, fraction[:7]) if fraction else words
    return datetime.fromisoformat(short)


def _amount(words: str) -> Decimal:
    return Decimal(_match(_AMOUNT, words.replace(",", "."))[0])


def _whole(words: str) -> int:
    return int(_match(_WHOLE, words)[0])


def _flag(words: str) -> bool:
    return _FLAGS[words.lower()]
