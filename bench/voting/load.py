"""A whole commission that votes at once over HTTP, beside a bare view that writes one row, in alternate slices of time.

An installation of its own, made for the measure: durable PostgreSQL, the site as `./palier serve` runs it, one session.
Every member has a browser signed in under its own name, which sends each change of mind as soon as the former one is
answered. The floor is served by the same server program with the same numbers of processes and threads, on the same
database, to the same browsers. Browsers and servers share the machine, and weigh on both alike.
"""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.commissions.crowd import Browser, Crowd, Member
from tests.installation import Place, free_port, installed

from palier.config.environment import ENV
from palier.config.postgres import Cluster
from palier.config.running import web_command
from voting.floor import ADDRESS, MAKE

PATIENCE = 30.0
SLICES = 5


@dataclass(slots=True)
class Side:
    """What one kind of request gave: milliseconds of each that was acknowledged, how many were not, seconds in all."""

    times: list[float] = field(default_factory=list)
    failed: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds


@dataclass(frozen=True, slots=True)
class Found:
    """`lost`: acknowledged ballots that the database does not have, in words. `stored`: ballots that it has."""

    floor: Side
    ballots: Side
    lost: list[str]
    stored: int


def measure(*, members: int, dwellings: int, seconds: float) -> Found:
    """Half of `seconds` for each side."""
    with installed(Place, PALIER_WORKERS=str(ENV.workers)) as place:
        crowd = Crowd(place, members, dwellings)
        place.query(MAKE)
        with floor_server(place) as port:
            floor, ballots = Side(), Side()
            bare = {member.seat: member.browser.at(port) for member in crowd.members}
            for _ in range(SLICES):
                _slice(crowd, floor, seconds / SLICES / 2, lambda m, item, keys: write(bare[m.seat], item, keys))
                _slice(crowd, ballots, seconds / SLICES / 2, vote)
        return Found(floor, ballots, crowd.lost(), len(crowd.stored()))


def vote(member: Member, item: int, candidates: list[int]) -> bool:
    """A change of mind; what had no answer is sent again before anything else."""
    return (member.send() if member.pending else member.change(item, candidates)) == 200


def write(browser: Browser, item: int, candidates: list[int]) -> bool:
    return browser.post(ADDRESS, {"item": item, "ranking": ",".join(map(str, candidates))})[0] == 204


def _slice(crowd: Crowd, side: Side, seconds: float, once: Callable[[Member, int, list[int]], bool]) -> None:
    """Everybody at once, each on dwellings drawn by its own dice, until the time is over."""
    began = time.perf_counter()

    def work(member: Member) -> None:
        while (start := time.perf_counter()) < began + seconds:
            item, candidates = member.dice.choice(crowd.items)
            if once(member, item, candidates):
                side.times.append((time.perf_counter() - start) * 1000)
            else:
                side.failed += 1

    threads = [threading.Thread(target=work, args=[member]) for member in crowd.members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    side.seconds += time.perf_counter() - began


@contextmanager
def floor_server(place: Place, application: str = "voting.floor:application") -> Iterator[int]:
    """The port of the site with a bare view (`application`), on the database of an installation."""
    port = free_port()
    environ = {
        **place.environ, "PALIER_DATABASE_ROLE": "web", "PALIER_POOL": "1",
        "PALIER_WEB_DATABASE_URL": Cluster(place.folder).address("web", "palier"),
        "PYTHONPATH": f"{place.environ['PYTHONPATH']}{os.pathsep}{Path(__file__).parents[1]}",
    }  # fmt: skip
    running = subprocess.Popen(web_command(port, application), env=environ)
    try:
        end = time.monotonic() + PATIENCE
        while not _answers(port):
            if time.monotonic() > end:
                raise SystemExit("The server of the floor does not start.")
            time.sleep(0.05)
        yield port
    finally:
        running.terminate()
        running.wait(PATIENCE)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
