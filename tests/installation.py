"""An installation of its own: its embedded PostgreSQL, its real server, its launcher that watches; all may be killed."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg

from palier.config.environment import ROOT
from palier.config.postgres import Cluster
from tests.config.test_postgres import gone, postmaster
from tests.config.test_processes import eventually
from tests.config.test_running import DATABASE_VARIABLES, answers, launch

PATIENCE = 60


class Place:
    """An installation at work in `folder`; `settings` are environment variables of its own.

    `launch` of another command than its server's adds to `running`.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.port = folder, free_port()
        inherited = {k: v for k, v in os.environ.items() if k not in DATABASE_VARIABLES}
        self.environ = {
            **inherited, "PALIER_DATA": str(folder), "PALIER_PORT": str(self.port), "PALIER_DEMO": "1",
            "PALIER_WORKERS": "1", "PYTHONPATH": str(ROOT), **settings,
        }  # fmt: skip
        self.running: list[subprocess.Popen] = []

    def open(self) -> None:
        """Make its database, and serve."""
        self.manage("migrate", "-v0")
        self.manage("load_geography")
        self.web = launch("serve", "Pages servies", self.environ, self.running)

    def manage(self, *words: str) -> str:
        return subprocess.run(
            [str(ROOT / "palier"), "manage", *words], env=self.environ, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def inside(self, function: str, *arguments: object) -> Any:
        """Call « module:name » in the installation; what it prints last, read as JSON, or None."""
        module, name = function.split(":")
        said = self.manage("shell", "-v0", "-c", f"from {module} import {name}; {name}(*{arguments!r})").splitlines()
        return json.loads(said[-1]) if said else None

    def query(self, sql: str) -> list[tuple]:
        with psycopg.connect(Cluster(self.folder).address("owner", "palier")) as link:
            link.execute("SELECT set_config('palier.role', 'system', true)")
            done = link.execute(sql)
            return done.fetchall() if done.description else []

    def kill_worker(self) -> None:
        """The process that answers, its master left: granian starts another."""
        (master,) = self._masters()
        self._kill(master.children(recursive=True))

    def kill_web(self) -> None:
        """The server's master and its worker; the launcher starts it again."""
        (master,) = self._masters()
        self._kill([master, *master.children(recursive=True)])

    def kill_database(self) -> None:
        former = psutil.Process(postmaster(Cluster(self.folder)))
        self._kill([former, *former.children(recursive=True)])

    def _masters(self) -> list[psutil.Process]:
        children = psutil.Process(self.web.pid).children()
        return [child for child in children if "granian" in " ".join(child.cmdline())]

    def _kill(self, everyone: list[psutil.Process]) -> None:
        for process in everyone:
            process.kill()
        assert eventually(lambda: all(gone(p.pid) for p in everyone))

    def open_again(self) -> None:
        assert eventually(lambda: answers(self.environ), PATIENCE)

    def close(self) -> None:
        for process in self.running:
            process.terminate()
            process.wait(10)


P = TypeVar("P", bound=Place)


@contextmanager
def installed(kind: type[P], **settings: str) -> Iterator[P]:
    """A new installation, gone at the end with all its files."""
    folder = Path(tempfile.mkdtemp(prefix="palier-test-"))
    folder.chmod(0o755)
    made = kind(folder, **settings)
    try:
        made.open()
        yield made
    finally:
        made.close()
        Cluster(folder).leave()
        shutil.rmtree(Path(folder / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
