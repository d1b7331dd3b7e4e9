"""The work of those who examine files: how many each took, how many wait, how long a file took from reception to answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median


@dataclass(frozen=True, slots=True)
class Handled:
    """A file: the agent who took it (None: nobody yet), when it came, when it was answered (None: it waits)."""

    agent: int | None
    received_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Load:
    """`waiting`: taken and not answered. `answered`: since the period began. `median_days`: of those; None without any.

    `oldest_days`: whole days since the oldest that waits came.
    """

    agent: int | None
    waiting: int
    answered: int
    median_days: float | None
    oldest_days: int | None


def loads(files: Iterable[Handled], *, since: datetime, now: datetime) -> list[Load]:
    """One line an agent, those with the most files waiting first; files that nobody took are a line of their own."""
    by_agent: dict[int | None, list[Handled]] = {}
    for file in files:
        by_agent.setdefault(file.agent, []).append(file)
    found = [_load(agent, held, since, now) for agent, held in by_agent.items()]
    kept = [load for load in found if load.waiting or load.answered]
    return sorted(kept, key=lambda load: (load.agent is not None, -load.waiting, load.agent or 0))


def _load(agent: int | None, files: list[Handled], since: datetime, now: datetime) -> Load:
    waiting = [file for file in files if file.answered_at is None]
    spans = [
        (file.answered_at - file.received_at).total_seconds() / 86400
        for file in files
        if file.answered_at is not None and file.answered_at >= since
    ]
    oldest = min((file.received_at for file in waiting), default=None)
    return Load(
        agent=agent,
        waiting=len(waiting),
        answered=len(spans),
        median_days=round(median(spans), 1) if spans else None,
        oldest_days=None if oldest is None else (now - oldest).days,
    )
