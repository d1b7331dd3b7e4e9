"""The documents' folder: outside the web root, random names, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings


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
def workroom() -> Iterator[Path]:
    """A private folder on the same disk, gone afterwards, for a file that is not yet accepted."""
    with TemporaryDirectory(dir=root(), prefix=".work-") as folder:
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


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
