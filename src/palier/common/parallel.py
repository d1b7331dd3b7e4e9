"""One piece of mass work as parts side by side, in as many connections: a core of the database for each."""

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

    The first part is the caller's, in the connection it has; the others commit by themselves, the caller's transaction
    or not. When one fails the others stay done, its error is raised, and the same call later does what is left. With
    one way (`PALIER_WAYS`), or few keys, it is one plain call.
    """
    ways = min(settings.WAYS, len(keys) // LEAST)
    if ways < 2:
        return work(keys)
    size = -(-len(keys) // ways)
    parts = [keys[first : first + size] for first in range(0, len(keys), size)]
    with ThreadPoolExecutor(len(parts) - 1) as pool:
        # Who acts, and on which day, go with each part.
        running = [pool.submit(copy_context().run, _alone, work, part) for part in parts[1:]]
        return work(parts[0]) + sum(one.result() for one in running)


def _alone(work: Callable[[Sequence[int]], int], part: Sequence[int]) -> int:
    try:
        return work(part)
    finally:
        connection.close()
