"""Lists made together beside lists made alone: `./palier bench plans`.

Each week's lists hold a hundred candidates drawn with a strong preference for the head of the register, the worst case:
the same households are first everywhere. The floor is reading the lists once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from palier.law.plans import Quota, Vacancy, joint, plain

T = TypeVar("T")
SIZES = (20, 100, 500)
WITH_QUOTAS = (20, 60)
CANDIDATES, FILES = 100, 5


def week(count: int, dice: random.Random) -> list[Vacancy]:
    people = range(count * 20)
    weights = [1 / (n + 5) for n in people]
    return [
        Vacancy(f"d{n}", f"le logement {n}", tuple(f"m{m}" for m in sorted(set(_drawn(dice, people, weights)))), FILES)
        for n in range(count)
    ]


def _drawn(dice: random.Random, people: range, weights: list[float]) -> list[int]:
    return dice.choices(people, weights=weights, k=CANDIDATES)


def timed(act: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    found = act()
    return found, time.perf_counter() - started


def main() -> None:
    dice = random.Random(1)
    print(
        "| logements | candidatures | logés seuls | logés ensemble | atteints seuls | atteints ensemble | temps | / lecture |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for count in SIZES:
        lists = week(count, dice)
        total, floor = timed(lambda lists=lists: sum(len(set(v.order)) for v in lists))
        alone = plain(lists)
        both, took = timed(lambda lists=lists: joint(lists))
        print(
            f"| {count} | {total} | {alone.housed} | {both.housed} | {alone.reached} | {both.reached} "
            f"| {took * 1000:.0f} ms | {took / floor:.0f} × |"
        )
    print(
        "\n| logements, deux objectifs légaux | logés | manquent | temps | / sans objectif |\n| --- | --- | --- | --- | --- |"
    )
    for count in WITH_QUOTAS:
        lists = week(count, dice)
        people = sorted({m for v in lists for m in v.order})
        quotas = [
            Quota("premier quartile", frozenset(v.key for v in lists), frozenset(dice.sample(people, len(people) // 5)), count // 4),
            Quota("prioritaires", frozenset(v.key for v in lists[::3]), frozenset(dice.sample(people, len(people) // 10)), count // 9),
        ]  # fmt: skip
        _, free = timed(lambda lists=lists: joint(lists))
        held, took = timed(lambda lists=lists, quotas=quotas: joint(lists, quotas))
        print(
            f"| {count} | {held.housed} | {sum(held.missing.values())} | {took * 1000:.0f} ms | {took / free:.0f} × |"
        )


if __name__ == "__main__":
    main()
