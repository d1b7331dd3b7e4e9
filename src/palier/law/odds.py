"""The chance that a home is proposed to a household, learnt from the applications of past years.

What is known of each past application is little and without identity: its place among the candidates when it was
made, how much of the window for applying was left then, and whether the home was proposed to it in the end. Nothing of
who the household was: two households at the same place are told the same chance.

1. Places are taken by bands (1st, 2nd, 3rd, 4th and 5th, …), times by thirds of the window: a place taken on the first
   day is lost more easily than on the last.
2. In each band the share of applications that succeeded, all times together, made never to rise from a better place to a
   worse one (isotonic regression, weighted by the number of applications).
3. In each third, the same, each share drawn towards step 2 as if by PRIOR more applications: few cases move it little.

The interval is Wilson's, at 90 %, on the applications of the cell alone. Limits: docs/algorithms/odds.md.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from scipy.optimize import isotonic_regression

# Last place of each band; beyond the last, one more band.
PLACES = (1, 2, 3, 5, 10, 20, 50)
BANDS, THIRDS = len(PLACES) + 1, 3
PRIOR = 20
# The sizes told together, and their types.
SIZES = {"small": ("T1", "T2"), "middle": ("T3",), "large": ("T4", "T5", "T6P")}
# 90 % of a normal law.
_Z = 1.645


class Cell(NamedTuple):
    """A band of places, and a third of the window: 0 at its beginning, 2 at its end."""

    band: int
    third: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Past applications of a cell, and to how many of them the home was proposed."""

    applications: int = 0
    proposed: int = 0


@dataclass(frozen=True, slots=True)
class Odds:
    """A chance between 0 and 1 with its interval; `applications`, `proposed`: the past cases of the same cell."""

    chance: float
    low: float
    high: float
    applications: int
    proposed: int


def cell(position: int, left: float) -> Cell:
    """The cell of a place (from 1) taken when the share `left` (0 to 1) of the window was still to come."""
    if position < 1:
        raise ValueError("a place is counted from 1")
    return Cell(bisect_left(PLACES, position), min(THIRDS - 1, int((1 - min(max(left, 0.0), 1.0)) * THIRDS)))


def size_of(kind: str) -> str:
    """The size that a type of dwelling is told with."""
    return next(size for size, kinds in SIZES.items() if kind in kinds)


def places_of(band: int) -> tuple[int, int | None]:
    """First and last place of a band; the last band has no end."""
    first = PLACES[band - 1] + 1 if band else 1
    return first, PLACES[band] if band < len(PLACES) else None


def count(cases: Iterable[tuple[int, float, bool]]) -> dict[Cell, Tally]:
    """Past applications (place, share of the window left, proposed) by cell."""
    found: dict[Cell, list[int]] = {}
    for position, left, proposed in cases:
        both = found.setdefault(cell(position, left), [0, 0])
        both[0] += 1
        both[1] += proposed
    return {at: Tally(*both) for at, both in found.items()}


def curve(tallies: Mapping[Cell, Tally]) -> dict[Cell, Odds]:
    """The odds of every cell; empty without any past application."""
    columns = [[tallies.get(Cell(band, third), Tally()) for band in range(BANDS)] for third in range(THIRDS)]
    whole = [
        Tally(sum(t.applications for t in row), sum(t.proposed for t in row)) for row in zip(*columns, strict=True)
    ]
    cases = sum(t.applications for t in whole)
    if not cases:
        return {}
    overall = sum(t.proposed for t in whole) / cases
    # A band without any case takes the share of all; its small weight lets its neighbours move it.
    pooled = _falling(
        [(t.proposed + overall) / (t.applications + 1) for t in whole], [t.applications + 1 for t in whole]
    )
    found = {}
    for third, column in enumerate(columns):
        weights = [t.applications + PRIOR for t in column]
        drawn = [(t.proposed + PRIOR * share) / w for t, share, w in zip(column, pooled, weights, strict=True)]
        for band, (chance, tally) in enumerate(zip(_falling(drawn, weights), column, strict=True)):
            low, high = _wilson(chance, max(1, tally.applications))
            found[Cell(band, third)] = Odds(chance, low, high, tally.applications, tally.proposed)
    return found


def _falling(shares: Sequence[float], weights: Sequence[float]) -> list[float]:
    return [float(x) for x in isotonic_regression(shares, weights=weights, increasing=False).x]


def _wilson(share: float, cases: int) -> tuple[float, float]:
    square = _Z * _Z
    middle = (share + square / (2 * cases)) / (1 + square / cases)
    width = _Z / (1 + square / cases) * sqrt(share * (1 - share) / cases + square / (4 * cases * cases))
    return max(0.0, min(share, middle - width)), min(1.0, max(share, middle + width))


def said(chance: float) -> str:
    """A chance as one says it, never surer than the method: « environ 1 chance sur 8 »."""
    some, among = _ratio(chance)
    how = "moins de" if chance < 0.01 else "plus de" if chance >= 0.9 else "environ"
    return f"{how} {some} chance{'s' if some > 1 else ''} sur {among}"


def short(chance: float) -> str:
    """The same for the end of an interval: « 1 sur 8 »."""
    return "{} sur {}".format(*_ratio(chance))


def _ratio(chance: float) -> tuple[int, int]:
    if chance < 0.01:
        return 1, 100
    if chance >= 0.35:
        return min(9, round(chance * 10)), 10
    among = round(1 / chance)
    return 1, among if among <= 10 else 5 * round(among / 5)


@dataclass(frozen=True, slots=True)
class Bin:
    """Told and seen of the applications told about the same chance. `told`, `seen`: means, 0 to 1."""

    told: float
    seen: float
    applications: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How what was told held. `error`: mean distance of told to seen, weighted. `score`: mean squared error (Brier)."""

    bins: tuple[Bin, ...]
    error: float
    score: float


def calibration(
    cases: Iterable[tuple[float, bool]], edges: Sequence[float] = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
) -> Calibration:
    """Told chances beside what came, by ranges of the chance told; `edges` part the ranges."""
    kept: list[list[tuple[float, bool]]] = [[] for _ in range(len(edges) + 1)]
    for told, came in cases:
        kept[bisect_left(edges, told)].append((told, came))
    total = sum(map(len, kept))
    if not total:
        raise ValueError("no case to compare")
    bins = tuple(
        Bin(sum(t for t, _ in each) / len(each), sum(c for _, c in each) / len(each), len(each))
        for each in kept
        if each
    )
    error = sum(abs(b.told - b.seen) * b.applications for b in bins) / total
    return Calibration(bins, error, sum((t - c) ** 2 for each in kept for t, c in each) / total)
