"""A territory's grid as the engine reads it: families of criteria over facts, exclusions, refusal rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from palier.law import codes
from palier.law.discretion import GENERAL_SITUATIONS
from palier.law.facts import KNOWN, Setting


@dataclass(frozen=True, slots=True)
class GridProblem:
    """`line`: in the file, 0 when unknown. `where`: the family and criterion. `fix`: what to write instead."""

    line: int
    where: str
    message: str
    fix: str

    def __str__(self) -> str:
        place = f"ligne {self.line}, " if self.line else ""
        return f"{place}{self.where} : {self.message} {self.fix}".strip()


class GridError(ValueError):
    """The grid cannot be read. `problems` holds every problem found."""

    def __init__(self, problems: list[GridProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True, slots=True)
class Test:
    """A fact against a value. `operator`: is, in, has_any, at_least, at_most, above, below."""

    __test__ = False  # not a test class, whatever pytest thinks of the name
    fact: str
    operator: str
    operand: Any


def _tells(test: Test, situations: frozenset[str]) -> bool:
    fact = KNOWN[test.fact]
    if fact.choices == "motive":
        return bool(codes.SENSITIVE_MOTIVES & ({test.operand} if isinstance(test.operand, str) else test.operand))
    return fact.situation in situations


@dataclass(frozen=True, slots=True)
class Band:
    """Points while the fact is under `below` (None: no upper bound); bands are read in order."""

    below: Decimal | None
    points: Decimal


@dataclass(frozen=True, slots=True)
class Criterion:
    """`when`: all must hold; `any_of`: one at least. `facts`: those whose proof must all be reached.

    `unpublished`: its territory has not published its points; it is shown and never counts.
    """

    key: str
    label: str
    kind: str
    points: Decimal
    proof: str
    until_proved: str
    fact: str
    when: tuple[Test, ...]
    any_of: tuple[Test, ...]
    facts: tuple[str, ...]
    every: int = 1
    most: Decimal | None = None
    above: Decimal | None = None
    bands: tuple[Band, ...] = ()
    unpublished: bool = False

    @property
    def sensitive(self) -> bool:
        """Whether it is shown under the general word: it tells of a dangerous situation, or of one of its likes."""
        return any(_tells(test, GENERAL_SITUATIONS) for test in (*self.when, *self.any_of))

    @property
    def names_danger(self) -> bool:
        """Whether meeting it tells of a situation that only named services may know."""
        return any(_tells(test, codes.SENSITIVE_SITUATIONS) for test in (*self.when, *self.any_of))


@dataclass(frozen=True, slots=True)
class Family:
    """`combine`: sum, max (the highest alone) or ticked (exclusive boxes of one heading)."""

    key: str
    label: str
    combine: str
    cap: Decimal | None
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A situation that is not scored."""

    label: str
    when: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class RefusalRule:
    """`effect`: none, points (each refusal beyond `free`, at worst `most`) or freeze_seniority, for `months`.

    `floor`: the total never falls below zero.
    """

    effect: str = "none"
    points: Decimal = Decimal(0)
    months: int = 12
    free: int = 0
    most: Decimal | None = None
    floor: bool = True


@dataclass(frozen=True, slots=True)
class Grid:
    """A version of a territory's grid. `example`: not voted by anyone; `incomplete`: published in part only."""

    key: str
    title: str
    territory: str
    version: int
    valid_from: date
    valid_to: date | None
    source: str
    example: bool
    incomplete: bool
    note: str
    applies_to: str
    place: Setting
    total_cap: Decimal | None
    families: tuple[Family, ...]
    excluded: tuple[Exclusion, ...]
    refusal: RefusalRule

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(c for family in self.families for c in family.criteria)
