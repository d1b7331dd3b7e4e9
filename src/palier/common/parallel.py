"""One piece of mass work as parts side by side, each in a connection of its own: a core of the database for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from django.conf import settings
from django.db import connection

# Below that a part costs more to begin than it saves.
LEAST = 1000


def each(keys: Sequence[int], work: Callable[[Sequence[int]], int]) -> int:
    """The sum of `work` over parts of `keys`, which opens its own transaction and may be done again without harm.

    Parts commit by themselves, the caller's transaction or not: when one fails the others stay done, its error is raised,
    and the same call later does what is left. With one way (`PALIER_WAYS`), or few keys, it is one plain call.
    """
    ways = min(settings.WAYS, len(keys) // LEAST)
    if ways < 2:
        return work(keys)
    size = -(-len(keys) // ways)
    parts = [keys[first : first + size] for first in range(0, len(keys), size)]
    with ThreadPoolExecutor(len(parts)) as pool:
        # Who acts, and on which day, go with each part.
        running = [pool.submit(copy_context().run, _alone, work, part) for part in parts]
        return sum(one.result() for one in running)


def _alone(work: Callable[[Sequence[int]], int], part: Sequence[int]) -> int:
    try:
        return work(part)
    finally:
        connection.close()
