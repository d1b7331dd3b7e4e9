"""A result's reasons, and the few ways in which French writes figures and dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

FITS, BLOCKS, WARNS, UNKNOWN, NOTE = "fits", "blocks", "warns", "unknown", "note"

# French typography: a narrow no-break space in numbers, a no-break space before € and %.
_THIN, _HARD = "\u202f", "\u00a0"
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable `code`, a French sentence for the person, and the values that led to it.

    `verdict`: fits, blocks, warns, unknown (a fact is missing: to be checked) or note.
    """

    code: str
    text: str
    verdict: str = NOTE
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def blocking(self) -> bool:
        return self.verdict == BLOCKS

    @property
    def fits(self) -> bool:
        return self.verdict == FITS

    @property
    def warns(self) -> bool:
        return self.verdict in (WARNS, UNKNOWN)

    def to_dict(self) -> dict[str, Any]:
        """A plain document that JSON can hold."""
        values = {k: v.isoformat() if isinstance(v, date) else v for k, v in self.values.items()}
        return {"code": self.code, "text": self.text, "verdict": self.verdict, "values": values}


def number(value: float | int | Decimal, digits: int = 0) -> str:
    """1234.5 → « 1 234,5 » (with one digit), rounded half up."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0
    return f"{rounded:,.{digits}f}".replace(",", _THIN).replace(".", ",")


def euros(value: float | int | Decimal, digits: int = 0) -> str:
    """An amount in euros: « 23 403 € »."""
    return f"{number(value, digits)}{_HARD}€"


def percent(share: float | Decimal) -> str:
    """A share between 0 and 1: « 33 % »."""
    return f"{number(share * 100)}{_HARD}%"


def points(value: float | int | Decimal) -> str:
    """Points of a grid: « 1 point », « 12 points », « 2,5 points »."""
    exact = Decimal(str(value))
    digits = 0 if exact == exact.to_integral_value() else 1
    return f"{number(exact, digits)}{_HARD}point{'s' if abs(exact) >= 2 else ''}"


def day(value: date) -> str:
    """« 1er décembre 2026 »."""
    return f"{'1er' if value.day == 1 else value.day} {_MONTHS[value.month - 1]} {value.year}"


def listing(words: Iterable[str], last: str = "et") -> str:
    """« a, b et c »."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def persons(count: int) -> str:
    """« 1 personne », « 3 personnes »."""
    return f"{count}{_HARD}personne{'s' if count > 1 else ''}"
