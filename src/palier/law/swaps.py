"""Swaps between tenants of the social stock: cycles of two or three in which every household gains by the occupancy rules.

A list for people to propose, never a decision: each swap still goes through the commission and each tenant's own answer.
Source: CCH L441-1 (transfers), L442-5-2 (dwellings too small or too large); types of `law.occupancy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from palier.law import occupancy
from palier.law.reasons import listing


@dataclass(frozen=True, slots=True)
class Tenant:
    """A household that asked for a transfer, and the dwelling that it would leave.

    `communes`: those it wishes; `financings`: those whose ceiling it is under; `registered_on`: seniority; `adapted` tells of
    the dwelling, `needs_adapted` of the household.
    """

    key: int
    people: int
    type: str
    commune: str
    financing: str
    communes: frozenset[str]
    financings: frozenset[str]
    registered_on: date
    adapted: bool = False
    needs_adapted: bool = False


@dataclass(frozen=True, slots=True)
class Swap:
    """Each of `keys` takes the dwelling of the next one, the last that of the first. `gain`: rooms put right in all."""

    keys: tuple[int, ...]
    gain: int
    text: str


def misfit(people: int, type: str, on: date) -> int:
    """How many rooms a dwelling has too few or too many for a household; 0 when its type is one it may be given."""
    suited = occupancy.types_for(people, on)
    rooms = occupancy.ROOMS[type]
    return max(occupancy.ROOMS[suited.smallest] - rooms, rooms - occupancy.ROOMS[suited.largest], 0)


def gains(one: Tenant, other: Tenant, on: date) -> int:
    """Rooms put right if `one` takes the dwelling of `other`; 0 when it would gain nothing or may not have it.

    It gains only by leaving a dwelling that does not suit its size for one that does, where it wishes to live.
    """
    if other.commune not in one.communes or other.financing not in one.financings:
        return 0
    if other.adapted != one.needs_adapted or misfit(one.people, other.type, on):
        return 0
    return misfit(one.people, one.type, on)


def swaps(tenants: Iterable[Tenant], on: date) -> list[Swap]:
    """Swaps in which nobody comes twice, the best first, whatever the order given.

    The largest gain for each household first, then cycles of two before cycles of three, then the oldest demands, then keys.
    What is left holds no further swap. Raises ValueError when a key comes twice.
    """
    every = sorted(tenants, key=lambda tenant: tenant.key)
    if len({tenant.key for tenant in every}) != len(every):
        raise ValueError("a tenant comes twice")
    moves = {one.key: {o.key: g for o in every if o.key != one.key and (g := gains(one, o, on))} for one in every}
    by_key = {tenant.key: tenant for tenant in every}
    found = [(_order(cycle, moves, by_key), cycle) for cycle in _cycles(moves)]
    taken: set[int] = set()
    kept = []
    for _, cycle in sorted(found):
        if taken.isdisjoint(cycle):
            taken.update(cycle)
            kept.append(_swap(cycle, moves, by_key))
    return kept


def _cycles(moves: dict[int, dict[int, int]]) -> Iterator[tuple[int, ...]]:
    """Every cycle of two and three, from its smallest key."""
    for first, ahead in moves.items():
        for second in ahead:
            if second > first and first in moves[second]:
                yield (first, second)
            if second < first:
                continue
            for third in moves[second]:
                if third > first and third != second and first in moves[third]:
                    yield (first, second, third)


def _steps(cycle: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))


def _order(
    cycle: tuple[int, ...], moves: dict[int, dict[int, int]], tenants: dict[int, Tenant]
) -> tuple[float, int, int, tuple[int, ...]]:
    gain = sum(moves[one][other] for one, other in _steps(cycle))
    return -gain / len(cycle), len(cycle), sum(tenants[key].registered_on.toordinal() for key in cycle), cycle


def _swap(cycle: tuple[int, ...], moves: dict[int, dict[int, int]], tenants: dict[int, Tenant]) -> Swap:
    parts = [
        f"{tenants[one].people} personne{'s' if tenants[one].people > 1 else ''} d’un {occupancy.words(tenants[one].type)} "
        f"vers un {occupancy.words(tenants[other].type)}"
        for one, other in _steps(cycle)
    ]
    return Swap(cycle, sum(moves[one][other] for one, other in _steps(cycle)), f"{listing(parts)}.")
