"""The documents' folder: outside the web root, random names, written whole or not at all."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from palier.common.errors import Refused

log = logging.getLogger(__name__)
HALVES = ".half"
WORK = ".work-"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoRoom(Refused):
    """The server's disk is full; nothing that was counted as received is lost."""

    def __init__(self) -> None:
        log.error("documents: no room left on the disk")
        super().__init__(
            "documents.no_room",
            "La place manque sur le serveur. Ce qui est déjà envoyé est gardé : réessayez un peu plus tard.",
            field="file",
        )


def root() -> Path:
    """The folder, made on first use and readable by Palier's own account only."""
    folder = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def path_of(file_name: str) -> Path:
    """Where a stored document lies. `file_name` comes from the database, never from a request."""
    if not file_name.isalnum():
        raise ValueError("not a stored name")
    return root() / file_name[:2] / file_name


@contextmanager
def full_disk_told() -> Iterator[None]:
    """A write that the disk has no room for becomes a refusal in plain words."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise NoRoom from error


def need_room(size: int) -> None:
    """Refuse before the disk is full: the database may live on the same one."""
    if shutil.disk_usage(root()).free < size + settings.DISK_RESERVE_BYTES:
        raise NoRoom


@contextmanager
def workroom() -> Iterator[Path]:
    """A private folder on the same disk, gone afterwards, for a file that is not yet accepted."""
    with full_disk_told(), TemporaryDirectory(dir=root(), prefix=WORK) as folder:
        yield Path(folder)


def keep(ready: Path) -> str:
    """Move a finished file into the store under a random name; it is on the disk when this returns."""
    name = secrets.token_hex(24)
    final = path_of(name)
    final.parent.mkdir(exist_ok=True, mode=0o700)
    os.chmod(ready, 0o600)
    with ready.open("rb") as stream:
        os.fsync(stream.fileno())
    os.replace(ready, final)
    _sync_folder(final.parent)
    return name


def forget(file_name: str) -> None:
    """Remove a document; forgetting it twice is harmless."""
    path_of(file_name).unlink(missing_ok=True)


def stored_names() -> Iterator[tuple[str, float]]:
    """Every stored name with the time it was written (seconds since 1970)."""
    for folder in sorted(root().iterdir()):
        if folder.is_dir() and len(folder.name) == 2:
            for file in sorted(folder.iterdir()):
                yield file.name, file.stat().st_mtime


def half_of(name: str) -> Path:
    """Where a file sent in part waits for the rest: a place that no document's name leads to."""
    if not name.isalnum():
        raise ValueError("not a stored name")
    return root() / HALVES / name


def half_size(name: str) -> int:
    """Bytes there, perhaps more than were counted: a crash may fall between the disk and the database."""
    path = half_of(name)
    return path.stat().st_size if path.exists() else 0


def extend(name: str, offset: int, block: bytes) -> None:
    """Write a block at its place and nothing after it; it is on the disk when this returns.

    On a full disk what was there before stays as it was.
    """
    need_room(len(block))
    path = half_of(name)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    with full_disk_told(), open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb", buffering=0) as stream:
        stream.truncate(offset)
        stream.seek(offset)
        rest = memoryview(block)
        try:
            while rest:
                rest = rest[stream.write(rest) :]
            os.fsync(stream.fileno())
        except OSError:
            stream.truncate(offset)
            raise
    if offset == 0:
        _sync_folder(path.parent)


def drop_half(name: str) -> None:
    """Remove a file sent in part; twice is harmless."""
    half_of(name).unlink(missing_ok=True)


def halves() -> Iterator[tuple[str, float]]:
    """Every file sent in part, with the time of its last block."""
    folder = root() / HALVES
    for file in sorted(folder.iterdir()) if folder.exists() else []:
        yield file.name, file.stat().st_mtime


def sweep_workrooms(before: float) -> None:
    """Remove what a process that was killed left of its work."""
    for folder in root().glob(f"{WORK}*"):
        if folder.stat().st_mtime < before:
            shutil.rmtree(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
