"""Words of `common.live` carried to browsers as server-sent events: one listening connection, many streams.

A stream is opened by a door, a function that says what a browser may hear. It is asked again from time to time, and at
once when the room says that rights changed; what it no longer allows is not sent, and a closed door ends the stream.
What waits for a slow browser is a set of words: the same word twice is once, so nothing grows without bound.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

import psycopg
from django.http.request import split_domain_port

from palier.common.live import CHANNEL, RIGHTS

log = logging.getLogger(__name__)
HEARTBEAT = 15.0
"""Seconds of silence after which a comment keeps proxies from closing the line."""
AGAIN = 14.0
"""Seconds after which a door is asked again before anything is sent, the next heartbeat included."""
PATIENCE = 30.0
"""Seconds given to a browser that does not take what is sent."""
STREAMS, STREAMS_OF_ONE, WORDS = 2000, 12, 500
_CREDENTIALS = (b"access-control-allow-credentials", b"true")
# To a browser that may have missed something: ask for everything again.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Access:
    """What one browser may hear: a room, and the objects in it. A word without object is for the whole room."""

    room: str
    person: int
    objects: frozenset[int]

    def lets(self, word: str) -> bool:
        key = word.partition(".")[2]
        return not key or int(key) in self.objects


Door = Callable[[str, Mapping[str, str]], Access | None]
"""(path, cookies) → what may be heard there, or None. Called in a thread; whatever it raises is no answer."""


class Stream:
    """One browser that listens."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.ended = False
        self.suspect = False
        self._checked = time.monotonic()
        self._waiting: dict[str, None] = {}
        self._wake = asyncio.Event()

    def put(self, word: str) -> None:
        if word == RIGHTS:
            self.suspect = True
        elif len(self._waiting) < WORDS:
            self._waiting[word] = None
        else:
            self._waiting = {ALL: None}
        self._wake.set()

    def end(self) -> None:
        self.ended = True
        self._wake.set()

    @property
    def due(self) -> bool:
        """Whether the door has to be asked before anything else is sent."""
        return self.suspect or time.monotonic() - self._checked > AGAIN

    def renew(self, access: Access) -> None:
        # What it may hear may have grown as well: the page draws itself anew.
        if access != self.access:
            self.put(ALL)
        self.access, self.suspect, self._checked = access, False, time.monotonic()

    async def news(self, seconds: float) -> None:
        """Wait for something to send, to check or to end, `seconds` at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()

    def take(self) -> list[str]:
        """The words that wait and may be heard; none waits any more."""
        words, self._waiting = list(self._waiting), {}
        return [word for word in words if self.access.lets(word)]


class Hub:
    """The streams of one process, by room."""

    def __init__(self) -> None:
        self.listening = False
        self._rooms: dict[str, set[Stream]] = defaultdict(set)
        self._people: dict[int, int] = defaultdict(int)

    @property
    def count(self) -> int:
        return sum(self._people.values())

    def full(self, person: int) -> bool:
        return self.count >= STREAMS or self._people.get(person, 0) >= STREAMS_OF_ONE

    @contextmanager
    def joined(self, stream: Stream) -> Iterator[None]:
        room, person = stream.access.room, stream.access.person
        self._rooms[room].add(stream)
        self._people[person] += 1
        try:
            yield
        finally:
            self._rooms[room].discard(stream)
            if not self._rooms[room]:
                del self._rooms[room]
            self._people[person] -= 1
            if not self._people[person]:
                del self._people[person]

    def spread(self, payload: str) -> None:
        """Hand a notification to its room; what no `tell` wrote is dropped."""
        room, _, word = payload.partition(" ")
        if word.partition(".")[2].isdecimal() or word.isalpha():
            for stream in self._rooms.get(room, ()):
                stream.put(word)

    def everyone(self) -> list[Stream]:
        return [stream for streams in self._rooms.values() for stream in streams]

    def missed(self) -> None:
        """The line to PostgreSQL was cut: nobody knows what was told meanwhile, rights included."""
        for stream in self.everyone():
            stream.put(RIGHTS)
            stream.put(ALL)

    def end(self) -> None:
        for stream in self.everyone():
            stream.end()


async def listen(hub: Hub, address: str) -> None:
    """Hand every notification to the hub, for ever; a server that falls is waited for."""
    delay, before = 0.1, False
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(address, autocommit=True, connect_timeout=5) as link:
                await link.execute(f"LISTEN {CHANNEL}")
                if before:
                    hub.missed()
                hub.listening, before, delay = True, True, 0.1
                while True:
                    async for notice in link.notifies(timeout=HEARTBEAT):
                        hub.spread(notice.payload)
                    # A server that vanished without a word is found here.
                    await asyncio.wait_for(link.execute("SELECT 1"), PATIENCE)
        except (psycopg.Error, OSError, TimeoutError) as error:
            hub.listening = False
            log.warning("not listening: %s", type(error).__name__)
        await asyncio.sleep(delay)
        delay = min(5.0, delay * 2)


class Streams:
    """The ASGI application. `origins`: whose pages may listen, with their cookies: the site's, on another port without proxy.

    `GET /flux/` answers 204 while PostgreSQL is heard, 503 otherwise; it is for supervisors.
    """

    def __init__(self, door: Door, *, address: str, origins: frozenset[str], hosts: frozenset[str]) -> None:
        self.hub = Hub()
        self._door, self._address, self._origins, self._hosts = door, address, origins, hosts
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="door")

    async def __call__(self, scope: dict[str, Any], receive, send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive, send) -> None:
        await receive()
        listener = asyncio.create_task(listen(self.hub, self._address))
        _before_stopping(self.hub.end)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        listener.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: dict[str, Any], receive, send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path, origin, cookies = scope["path"], headers.get("origin", ""), _cookies(headers.get("cookie", ""))
        if scope["method"] != "GET" or split_domain_port(headers.get("host", ""))[0] not in self._hosts:
            return await _short(send, 404)
        if path == "/flux/":
            return await _short(send, 204 if self.hub.listening else 503)
        if origin and origin not in self._origins:
            return await _short(send, 403)
        cors = [(b"access-control-allow-origin", origin.encode("latin-1")), _CREDENTIALS] if origin else []
        try:
            access = await self._ask(path, cookies)
        except Exception as error:
            log.warning("no answer at the door: %s", type(error).__name__)
            return await _short(send, 503, cors)
        if access is None:
            return await _short(send, 404, cors)
        if self.hub.full(access.person):
            return await _short(send, 503, cors)
        await self._stream(Stream(access), path, cookies, cors, receive, send)

    async def _stream(self, stream: Stream, path: str, cookies: Mapping[str, str], cors, receive, send) -> None:
        kind = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
        with self.hub.joined(stream):
            leaving = asyncio.create_task(_gone(receive, stream))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": [*kind, *cors]})
                # Whatever changed between the page and this line: it asks once, and is up to date from here on.
                await _push(send, f"retry: 2000\nevent: news\ndata: {ALL}\n\n")
                while not stream.ended:
                    await self._turn(stream, path, cookies, send)
                await send({"type": "http.response.body", "body": b""})
            except (TimeoutError, OSError):
                # It reads no more, or it left in the middle of a word.
                return
            finally:
                leaving.cancel()

    async def _turn(self, stream: Stream, path: str, cookies: Mapping[str, str], send) -> None:
        await stream.news(HEARTBEAT)
        if stream.ended:
            return
        if stream.due:
            try:
                access = await self._ask(path, cookies)
            except Exception as error:
                # Nobody can say what it may hear: what waits goes on waiting.
                log.warning("no answer at the door: %s", type(error).__name__)
                stream.suspect = True
                await asyncio.sleep(1)
                stream.put(RIGHTS)
                return
            if access is None:
                stream.end()
                return await _push(send, "event: end\ndata: \n\n")
            stream.renew(access)
        await _push(send, "".join(f"event: news\ndata: {word}\n\n" for word in stream.take()) or ":\n\n")

    async def _ask(self, path: str, cookies: Mapping[str, str]) -> Access | None:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._door, path, cookies)


async def _push(send, text: str) -> None:
    body = {"type": "http.response.body", "body": text.encode("ascii"), "more_body": True}
    await asyncio.wait_for(send(body), PATIENCE)


async def _short(send, status: int, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers or []})
    await send({"type": "http.response.body", "body": b""})


async def _gone(receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    stream.end()


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _before_stopping(act: Callable[[], None]) -> None:
    """Run `act` when the server is asked to end: it would otherwise wait for streams that never do."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        former = signal.getsignal(number)

        def stop(received: int, frame: object, former=former) -> None:
            loop.call_soon_threadsafe(act)
            if callable(former):
                former(received, frame)

        with suppress(ValueError):
            signal.signal(number, stop)
