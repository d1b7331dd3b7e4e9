"""How long a word takes from its commit to forty browsers, beside bare LISTEN/NOTIFY on one connection in the same run.

The real process of the streams, its real door and the demo's real members; nothing is written. Both are timed by one
clock, from just before the commit: whatever else the machine does weighs on both alike.
"""

from __future__ import annotations

import os
import selectors
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import conninfo

from palier.common.live import CHANNEL
from palier.config.environment import ENV
from palier.config.running import live_command

PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Delays:
    """Milliseconds, sorted: each word at each browser, and each word at the bare connection."""

    streams: list[float]
    floor: list[float]


def at(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the sorted values lie."""
    return values[min(len(values) - 1, int(len(values) * share))]


def measure(*, room: str, word: str, path: str, cookies: Sequence[str], rounds: int) -> Delays:
    """Say `word` `rounds` times; every browser (one for each cookie) hears it before the next."""
    with process() as port, Ears(port, path, cookies) as ears, psycopg.connect(address(), autocommit=True) as mouth:
        for _ in range(20):
            ears.hear(say(mouth, room, word))
        heard = [ears.hear(say(mouth, room, word)) for _ in range(rounds)]
    return Delays(sorted(d for streams, _ in heard for d in streams), sorted(floor for _, floor in heard))


def say(link: psycopg.Connection, room: str, word: str) -> float:
    began = time.perf_counter()
    link.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{room} {word}"])
    return began


def address() -> str:
    web = ENV.database("web")
    return conninfo.make_conninfo(
        host=web["host"], port=web["port"], user=web["user"], password=web["password"], dbname=web["name"]
    )


@contextmanager
def process() -> Iterator[int]:
    """The process of the streams, for as long as it is measured; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {**os.environ, "PALIER_DATABASE_ROLE": "web", "PALIER_POOL": "1", "PALIER_LIVE_PORT": str(port)}
    running = subprocess.Popen(live_command(port), env=environ)
    try:
        _wait_for(port)
        yield port
    finally:
        running.terminate()
        running.wait(PATIENCE)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as link:
                link.sendall(f"GET /flux/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
                if b" 204 " in link.recv(100):
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise SystemExit("The process of the streams does not start.")


class Ears:
    """Browsers that listen, and the bare connection, all read by one thread as they become readable."""

    def __init__(self, port: int, path: str, cookies: Sequence[str]) -> None:
        self._selector = selectors.DefaultSelector()
        self._bare = psycopg.connect(address(), autocommit=True)
        self._bare.execute(f"LISTEN {CHANNEL}")
        self._selector.register(self._bare.fileno(), selectors.EVENT_READ, self._bare)
        self._browsers = [self._browser(port, path, cookie) for cookie in cookies]

    def __enter__(self) -> Ears:
        time.sleep(0.5)
        return self

    def __exit__(self, *error: object) -> None:
        for browser in self._browsers:
            browser.close()
        self._bare.close()

    def _browser(self, port: int, path: str, cookie: str) -> socket.socket:
        link = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        link.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
        first = b""
        while b"data: all" not in first:
            block = link.recv(4096)
            first += block
            if not block or b" 200 " not in first[:20]:
                raise SystemExit(f"A browser was not let in: {first[:60]!r}")
        link.setblocking(False)
        self._selector.register(link, selectors.EVENT_READ, link)
        return link

    def hear(self, began: float) -> tuple[list[float], float]:
        """Milliseconds from `began` to each browser, and to the bare connection."""
        waiting, streams, floor = {id(browser) for browser in self._browsers}, [], 0.0
        end = time.monotonic() + PATIENCE
        while (waiting or not floor) and time.monotonic() < end:
            for key, _ in self._selector.select(1.0):
                now = (time.perf_counter() - began) * 1000
                if key.data is self._bare:
                    self._bare.pgconn.consume_input()
                    if self._bare.pgconn.notifies() is not None:
                        floor = now
                elif b"data: " in key.data.recv(4096) and id(key.data) in waiting:
                    waiting.discard(id(key.data))
                    streams.append(now)
        if waiting or not floor:
            raise SystemExit("A word was lost.")
        return streams, floor
