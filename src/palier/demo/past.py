"""Ended offers of past years, played candidate by candidate: who came when, who was found wanting, who declined.

The play knows nothing of how `law.odds` learns: strengths, arrivals and a commission's choices make the outcomes, so that
odds learnt on some years can be tried on others.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from palier.demo.stock import past_allocations

_FILES, _EXAMINED = 5, 3
# A home wanted by many: a median number of candidates by type, and how much it varies (log-normal).
_WANTED, _SPREAD = {"T1": 9, "T2": 12, "T3": 14, "T4": 11, "T5": 8, "T6P": 6}, 0.7
_INADMISSIBLE, _IN_ORDER, _ACCEPTS, _GONE, _RESERVED = 0.17, 0.72, 0.74, 0.09, 0.28


@dataclass(frozen=True, slots=True)
class PastOfferRow:
    """An ended offer with the fields of `observatory.PastOffer`; `commune`: INSEE code."""

    ended_on: date
    commune: str
    type: str
    reserved: bool
    stood: list[int]
    left: list[int]
    proposed: list[bool]


def past_offers(scale: str, *, today: date, seed: object = 14) -> Iterator[PastOfferRow]:
    """An offer for each lease of the past years, and those that ended without one."""
    chance = Random(f"{seed}:past-offers:{scale}")
    for lease in past_allocations(scale, today=today, seed=seed):
        yield _played(chance, lease.signed_on, lease.commune, lease.type, gone=False)
        if chance.random() < _GONE:
            ended = lease.signed_on - timedelta(days=int(chance.random() * 20))
            yield _played(chance, ended, lease.commune, lease.type, gone=True)


def _played(chance: Random, ended_on: date, commune: str, kind: str, *, gone: bool) -> PastOfferRow:
    reserved = chance.random() < _RESERVED
    # More households ask for fewer homes, year after year.
    wanted = _WANTED[kind] * (0.45 if reserved else 1) * 1.05 ** (ended_on.year - 2024)
    count = 1 + int(chance.lognormvariate(0, _SPREAD) * wanted)
    strengths = [chance.gauss(0, 1) for _ in range(count)]
    # Many apply in the first days.
    times = sorted(chance.betavariate(0.9, 1.5) for _ in range(count))
    present: list[float] = []
    stood = []
    for strength in strengths:
        stood.append(len(present) - bisect_left(present, strength) + 1)
        insort(present, strength)
    order = sorted(range(count), key=lambda one: -strengths[one])
    proposed = set() if gone else _proposals(chance, order)
    return PastOfferRow(
        ended_on=ended_on, commune=commune, type=kind, reserved=reserved, stood=stood,
        left=[round(100 * (1 - at)) for at in times], proposed=[one in proposed for one in range(count)],
    )  # fmt: skip


def _proposals(chance: Random, order: list[int]) -> set[int]:
    """The candidates to whom the home was proposed, until one accepted it or none was left."""
    examined = [one for one in order[:_FILES] if chance.random() > _INADMISSIBLE][:_EXAMINED]
    if chance.random() > _IN_ORDER:
        chance.shuffle(examined)
    proposed = set()
    for one in examined:
        proposed.add(one)
        if chance.random() < _ACCEPTS:
            break
    return proposed
