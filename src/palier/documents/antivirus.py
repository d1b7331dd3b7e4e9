"""Asking a ClamAV daemon about a file, through its INSTREAM command.

Only when the operator configured one. A daemon that does not answer never lets a file through: the
document waits and is not served.
"""

from __future__ import annotations

import socket
import struct
from enum import StrEnum
from pathlib import Path

CHUNK = 64 * 1024


class Verdict(StrEnum):
    """`NONE`: no daemon configured. `WAITING`: the daemon did not answer."""

    NONE = "none"
    CLEAN = "clean"
    INFECTED = "infected"
    WAITING = "waiting"


def examine(file: Path, address: str, *, timeout: float = 10.0) -> Verdict:
    """The daemon's verdict. `address`: `tcp://host:port` or `unix:///path`; empty means none."""
    if not address:
        return Verdict.NONE
    try:
        with _connect(address, timeout) as link:
            link.sendall(b"zINSTREAM\0")
            with file.open("rb") as stream:
                while chunk := stream.read(CHUNK):
                    link.sendall(struct.pack("!I", len(chunk)) + chunk)
            link.sendall(struct.pack("!I", 0))
            answer = _answer(link)
    except OSError:
        return Verdict.WAITING
    if answer.endswith("FOUND"):
        return Verdict.INFECTED
    return Verdict.CLEAN if answer.endswith("OK") else Verdict.WAITING


def _connect(address: str, timeout: float) -> socket.socket:
    if address.startswith("unix://"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(timeout)
        try:
            link.connect(address.removeprefix("unix://"))
        except OSError:
            link.close()
            raise
        return link
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=timeout)


def _answer(link: socket.socket) -> str:
    received = b""
    while chunk := link.recv(1024):
        received += chunk
        if b"\0" in chunk or len(received) > 4096:
            break
    return received.rstrip(b"\0\n").decode("utf-8", "replace").strip()
