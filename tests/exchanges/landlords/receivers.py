"""Receivers of messages on this machine: one that answers as told, one that never does, one that drips."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """`answers`: statuses to give in turn, the last one for ever. `got`: (headers, body) in order."""

    def __init__(self, answers: list[int], location: str = "") -> None:
        self.answers, self.location = answers, location
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.url = ""


@contextmanager
def receiver(*answers: int, location: str = "") -> Iterator[Receiver]:
    """A server that answers at once."""
    held = Receiver(list(answers or (204,)), location)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            held.got.append((dict(self.headers), body))
            status = held.answers.pop(0) if len(held.answers) > 1 else held.answers[0]
            self.send_response(status)
            if held.location:
                self.send_header("Location", held.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    held.url = f"http://127.0.0.1:{server.server_port}/palier"
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def mute(*, drip: bool = False) -> Iterator[str]:
    """The url of a server that takes the message and never answers; `drip`: a byte of a header now and then."""
    door = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        try:
            line, _ = door.accept()
        except OSError:
            return
        with line:
            line.settimeout(0.2)
            while not over.is_set():
                try:
                    if drip:
                        line.sendall(b"H")
                    time.sleep(0.05)
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}/"
    finally:
        over.set()
        door.close()
        thread.join(5)
