"""Where social housing is asked for and found: communes weighted as the stock is, and quarters of demonstration."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from palier.demo.chance import DATA, table
from palier.territories import geography
from palier.territories.geography import CommuneRow

# (population from, dwellings per inhabitant relative to a large town): villages hold almost no social housing.
_WEIGHT_BY_SIZE = ((20_000, 1.0), (10_000, 0.85), (5_000, 0.6), (2_500, 0.4), (1_000, 0.2), (0, 0.05))


@dataclass(frozen=True, slots=True)
class Quarter:
    """An invented priority quarter of the demonstration: a circle of `radius` metres."""

    commune: str
    name: str
    latitude: float
    longitude: float
    radius: int


@cache
def by_code() -> dict[str, CommuneRow]:
    return {c.code: c for c in geography.communes()}


def weight(commune: CommuneRow) -> float:
    """How much social housing, and demand for it, a commune holds: its population, towns above villages."""
    return commune.population * next(share for least, share in _WEIGHT_BY_SIZE if commune.population >= least)


@cache
def homes_of(departments: tuple[str, ...]) -> tuple[CommuneRow, ...]:
    """A table to draw the communes where households live now."""
    here = [c for c in by_code().values() if c.department in departments]
    return table([(c, weight(c)) for c in here], 10_000)


@cache
def wished_in(department: str) -> tuple[str, ...]:
    """A table to draw the communes wished in a department: more urban than where people live."""
    here = [c for c in by_code().values() if c.department == department]
    return table([(c.code, weight(c) ** 1.15) for c in here], 10_000)


@cache
def wished_around() -> dict[str, tuple[str, ...]]:
    """EPCI → a table to draw the communes wished by somebody who lives in it."""
    members: dict[tuple[str, str], list[CommuneRow]] = defaultdict(list)
    for commune in by_code().values():
        members[commune.epci or "", commune.department].append(commune)
    return {f"{e}{d}": table([(c.code, weight(c) + 1) for c in found]) for (e, d), found in members.items()}


@cache
def quarters() -> dict[str, tuple[Quarter, ...]]:
    """Commune → its quarters of demonstration."""
    found: dict[str, list[Quarter]] = defaultdict(list)
    with (DATA / "qpv_demo.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            quarter = Quarter(r["commune"], r["name"], float(r["latitude"]), float(r["longitude"]), int(r["radius"]))
            found[quarter.commune].append(quarter)
    return {code: tuple(held) for code, held in found.items()}


def around(latitude: float, longitude: float, metres: float, angle: float) -> tuple[float, float]:
    """The point at `metres` in the direction `angle` (radians), rounded to about ten metres."""
    return (
        round(latitude + metres * math.sin(angle) / 111_320, 4),
        round(longitude + metres * math.cos(angle) / (111_320 * math.cos(math.radians(latitude))), 4),
    )
