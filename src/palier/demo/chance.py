"""Drawing by weight, fast and repeatable: what lets a territory of hundreds of thousands be drawn in a minute."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

DATA = Path(__file__).parent / "data"
# Rows of a block. Each block has a seed of its own: an interrupted build starts again at any block.
BLOCK = 1000
GRAIN = 1000

T = TypeVar("T", bound=Hashable)


def table(weights: Mapping[T, float] | Iterable[tuple[T, float]], grain: int = GRAIN) -> tuple[T, ...]:
    """The items repeated by weight in `grain` places, to be drawn as `table[int(random() * len(table))]`.

    Shares are exact to one place of `grain`; an item whose share is under half a place is never drawn.
    """
    pairs = list(weights.items() if isinstance(weights, Mapping) else weights)
    ends = list(accumulate(weight for _, weight in pairs))
    out: list[T] = []
    for (item, _), end in zip(pairs, ends, strict=True):
        out.extend([item] * (round(end / ends[-1] * grain) - len(out)))
    return tuple(out)


def blocks(total: int, *, start: int, stop: int | None, seed: object) -> Iterator[tuple[int, int, random.Random]]:
    """(first, last excluded, source of chance) of each block between `start` and `stop`, multiples of BLOCK."""
    if start % BLOCK:
        raise ValueError(f"start must be a multiple of {BLOCK}")
    end = total if stop is None else min(stop, total)
    for first in range(start, end, BLOCK):
        yield first, min(first + BLOCK, end), random.Random(f"{seed}:{first // BLOCK}")


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a text file of the demonstration."""
    return tuple((DATA / name).read_text(encoding="utf-8").splitlines())
