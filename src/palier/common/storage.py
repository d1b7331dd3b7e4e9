"""Static files, their addresses worked out once: a page names some twenty of them. And files kept for a while.

A file brought by an administrator lies outside the web root under a random name, written whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage

from palier.common.errors import Refused


class StaticFiles(CompressedManifestStaticFilesStorage):
    """The manifest does not change while a process lives, so an address does not either."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.url = lru_cache(maxsize=1024)(super().url)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in its folder: its random name, its size in bytes, the SHA-256 of its content."""

    name: str
    size: int
    sha256: str


def path_of(folder: str, name: str) -> Path:
    """Where a kept file lies. `name` comes from the database, never from a request."""
    if not name.isalnum():
        raise ValueError("not a kept name")
    return room(folder) / name


def keep(folder: str, chunks: Iterable[bytes]) -> Kept:
    """Write a file, on the disk when this returns. Refused, with nothing left behind, when the disk cannot hold it."""
    name, digest, size = secrets.token_hex(24), hashlib.sha256(), 0
    final = path_of(folder, name)
    part = final.with_suffix(".part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            for chunk in chunks:
                stream.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(final)
    except OSError as error:
        part.unlink(missing_ok=True)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        why = "le disque est plein" if full else "le disque ne répond pas"
        raise Refused(
            "storage.full" if full else "storage.failed",
            f"Le fichier n’a pas pu être gardé : {why}. Rien n’a été écrit ; prévenez l’exploitant, puis recommencez.",
            field="file",
        ) from error
    return Kept(name, size, digest.hexdigest())


def forget(folder: str, name: str) -> None:
    """Remove a kept file; forgetting it twice is harmless."""
    path_of(folder, name).unlink(missing_ok=True)


def room(name: str) -> Path:
    """A folder for files kept for a while, made on first use and readable by Palier's own account only."""
    place = Path(settings.STORAGES["default"]["OPTIONS"]["location"]).parent / name
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def sweep(folder: str, held: Collection[str], *, older_than: float = 24 * 3600) -> int:
    """Remove what no row holds and nobody is writing any more (age in seconds): a crash left it. Returns how many."""
    gone = 0
    for path in room(folder).iterdir():
        if path.name not in held and path.stat().st_mtime < time.time() - older_than:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            gone += 1
    return gone
