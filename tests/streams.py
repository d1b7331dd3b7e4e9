"""The live streams as they are run: the real process on the tests' database, and browsers that listen."""

from __future__ import annotations

import http.client
import os
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.test import Client

from palier.config.running import live_command

PATIENCE = 15.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """The process of the streams. `pages`: the port of the site whose pages may listen."""

    def __init__(self, pages: int = 0) -> None:
        self.port = free_port()
        self._environ = {
            **os.environ, "PALIER_LIVE_PORT": str(self.port), "PALIER_POOL": "1", "PALIER_DATABASE_ROLE": "web",
            "DJANGO_SETTINGS_MODULE": "palier.config.settings", **({"PALIER_PORT": str(pages)} if pages else {}),
        }  # fmt: skip
        self._process: subprocess.Popen | None = None
        self._listeners: list[Listener] = []
        self.start()

    def start(self) -> None:
        """Run until PostgreSQL is heard."""
        self._process = subprocess.Popen(live_command(self.port), env=self._environ)
        try:
            assert eventually(lambda: self.status("/flux/") == 204, 60), "the streams do not start"
        except AssertionError:
            self.kill()
            raise

    def stop(self) -> float:
        """Ask it to end; the seconds it took."""
        began = time.monotonic()
        self._process.terminate()
        self._process.wait(PATIENCE)
        return time.monotonic() - began

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)

    def status(self, path: str, cookie: str = "", **headers: str) -> int:
        """What a plain GET answers; 0 when nobody does."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            link.request("GET", path, headers={"Cookie": cookie, **headers})
            with link.getresponse() as answer:
                return answer.status
        except OSError:
            return 0
        finally:
            link.close()

    def listen(self, path: str, cookie: str) -> Listener:
        made = Listener(self.port, path, cookie)
        self._listeners.append(made)
        return made

    def let_go(self) -> None:
        """Every browser leaves."""
        while self._listeners:
            self._listeners.pop().close()


class Listener:
    """One browser that listens, and has heard the first « all »."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n"
        self._socket.sendall(asked.encode("ascii"))
        self._heard: queue.Queue[tuple[str, float]] = queue.Queue()
        self.over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        assert self.next() == "all", "the door is closed"

    def next(self, seconds: float = PATIENCE) -> str | None:
        """The next word, or None when none comes in time."""
        found = self.timed(seconds)
        return found and found[0]

    def timed(self, seconds: float = PATIENCE) -> tuple[str, float] | None:
        """The next word with the instant at which it came (`time.perf_counter`)."""
        try:
            return self._heard.get(timeout=seconds)
        except queue.Empty:
            return None

    def all(self, wait: float) -> list[str]:
        """Every word that comes until `wait` seconds of silence."""
        found = []
        while (word := self.next(wait)) is not None:
            found.append(word)
        return found

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)

    def _read(self) -> None:
        event = ""
        with suppress(OSError), self._socket, self._socket.makefile("rb") as lines:
            for raw in lines:
                name, _, value = raw.decode("ascii").strip().partition(":")
                if name == "event":
                    event = value.strip()
                elif name == "data":
                    self._heard.put((value.strip() if event == "news" else event, time.perf_counter()))
                elif raw == b"0\r\n":
                    break
        self.over.set()


def cookie_of(client: Client) -> str:
    """The session of a test's client as a browser would send it."""
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def eventually(true: Callable[[], object], seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False
