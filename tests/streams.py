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
        self.start()

    def start(self) -> None:
        """Run until PostgreSQL is heard."""
        self._process = subprocess.Popen(live_command(self.port), env=self._environ)
        assert eventually(lambda: self.status("/flux/") == 204), "the streams do not start"

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
            return link.getresponse().status
        except OSError:
            return 0
        finally:
            link.close()

    def listen(self, path: str, cookie: str, *, reads: bool = True) -> Listener:
        return Listener(self.port, path, cookie, reads=reads)


class Listener:
    """One browser that listens. `words`: what it heard after the first « all », each with the second it came."""

    def __init__(self, port: int, path: str, cookie: str, *, reads: bool = True) -> None:
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._link.request("GET", path, headers={"Cookie": cookie})
        self._answer = self._link.getresponse()
        self.status = self._answer.status
        self._heard: queue.Queue[tuple[str, float]] = queue.Queue()
        self.over = threading.Event()
        if self.status == 200 and reads:
            threading.Thread(target=self._read, daemon=True).start()
            assert self.next() == "all"

    def next(self, seconds: float = PATIENCE) -> str | None:
        """The next word, or None when none comes in time."""
        try:
            return self._heard.get(timeout=seconds)[0]
        except queue.Empty:
            return None

    def all(self, wait: float) -> list[str]:
        """Every word that comes until `wait` seconds of silence."""
        found = []
        while (word := self.next(wait)) is not None:
            found.append(word)
        return found

    def close(self) -> None:
        self._link.close()

    def _read(self) -> None:
        event = ""
        try:
            for raw in self._answer:
                name, _, value = raw.decode("ascii").rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    self._heard.put((value if event == "news" else event, time.perf_counter()))
        except (OSError, ValueError, http.client.HTTPException):
            # The line was cut: that is an end too.
            pass
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
