"""How long comparable households waited, and where a demand stands among comparable ones (CCH L441-2-6, L441-2-8).

Figures of the past, never a promise: a wait is told with its sample, and not at all under the territory's least number.
A place is told in quarters, so that nobody is found by it; several quarters where many have the same points.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MEDIAN, NINTH_DECILE = Fraction(1, 2), Fraction(9, 10)
_YEAR = Fraction(36525, 100)
_NAMES = ("premier", "deuxième", "troisième", "dernier")


@dataclass(frozen=True, slots=True)
class Waits:
    """What `sample` households waited, in whole months: half of them at most `median`, nine in ten at most `ninth`.

    `scope`: who they are, in words.
    """

    scope: str
    sample: int
    median: int
    ninth: int

    @property
    def half_words(self) -> str:
        return f"{duration(self.median)} au plus"

    @property
    def ninth_words(self) -> str:
        return f"{duration(self.ninth)} au plus"


@dataclass(frozen=True, slots=True)
class Quarters:
    """The quarters of comparable demands, 1 having the most points, between which a number of points stands."""

    best: int
    worst: int

    @property
    def text(self) -> str:
        if self.best == self.worst:
            return f"Dans le {_NAMES[self.best - 1]} quart."
        return f"Entre le {_NAMES[self.best - 1]} et le {_NAMES[self.worst - 1]} quart : beaucoup ont autant de points."


def waits(groups: Sequence[tuple[str, Sequence[int]]], least: int) -> Waits | None:
    """The waits of the first group with `least` households or more, the closest groups first; None when none has.

    Groups: (who they are, days waited by each).
    """
    for scope, days in groups:
        if len(days) >= max(least, 1):
            return Waits(scope, len(days), months(share(days, MEDIAN)), months(share(days, NINTH_DECILE)))
    return None


def share(days: Sequence[int], part: Fraction) -> int:
    """The shortest wait that at least `part` of the households did not exceed. Raises ValueError without any."""
    if not days:
        raise ValueError("nobody waited")
    return sorted(days)[math.ceil(part * len(days)) - 1]


def months(days: int) -> int:
    """Whole months, rounded up: who waited that many days waited no more than those months."""
    return math.ceil(days * 12 / _YEAR)


def quarters(points: Decimal, thresholds: Sequence[Decimal]) -> Quarters:
    """Where points stand among demands whose quarters are parted at three `thresholds`, ascending."""
    return Quarters(1 + sum(t > points for t in thresholds), 1 + sum(t >= points for t in thresholds))


def band(value: int, bounds: Sequence[int]) -> tuple[int, int | None]:
    """The band where a value lies, by its lowest value and the next band's (None: without end). `bounds` ascend.

    (3, [1, 2, 3, 5]) → (3, 5); under the first bound, the first band.
    """
    place = max(bisect_right(bounds, value), 1)
    return bounds[place - 1], bounds[place] if place < len(bounds) else None


def people(low: int, beyond: int | None) -> str:
    """A band of household sizes in words."""
    if beyond is None:
        return f"{low}\u00a0personnes ou plus" if low > 1 else "toutes tailles"
    if beyond - low == 1:
        return f"{low}\u00a0personne{'s' if low > 1 else ''}"
    return f"{low} à {beyond - 1}\u00a0personnes"


def duration(number: int) -> str:
    """Months in words: 9 → « 9 mois », 26 → « 2 ans et 2 mois »."""
    years, rest = divmod(number, 12)
    if not years:
        return f"{rest}\u00a0mois"
    told = f"{years}\u00a0an{'s' if years > 1 else ''}"
    return f"{told} et {rest}\u00a0mois" if rest else told
