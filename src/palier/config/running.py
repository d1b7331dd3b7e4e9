"""One installation at work: its database, its keys, its child processes, and the tests' own bed.

The launcher itself never loads Django: each step is a child process with exactly the variables it
needs. Web and worker processes receive the web role's connection only.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from palier.config import postgres
from palier.config.database import Pulse, open_database
from palier.config.environment import ENV, ROOT, kept_secret_key
from palier.config.postgres import Cluster, copy_of, private_file
from palier.config.processes import Supervisor, die_with_parent, say
from palier.exchanges.stand_in import certificates

# Their work is on tables and policies, which belong to the owner; every other command is bound by row security.
OWNERS_COMMANDS = ("migrate", "makemigrations", "showmigrations", "sqlmigrate", "createcachetable")


class Steps:
    """Progress lines with the seconds gone by."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._began = time.monotonic()
        self._quiet = quiet

    def __call__(self, text: str) -> None:
        if not self._quiet:
            say(f"[{time.monotonic() - self._began:6.1f} s] {text}")


class Place:
    """Where commands are run: `settings` are the variables given to every child."""

    settings: dict[str, str]

    def call(self, command: list[str], *, settings: dict[str, str] | None = None, result: bool = False) -> int:
        """Run a command; its output goes to ours if it is the `result`, else with the progress. Returns its code."""
        environ = {**os.environ, **self.settings, **(settings or {})}
        environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', os.defpath)}"
        out = None if result else sys.stderr
        return subprocess.run(command, env=environ, stdout=out, preexec_fn=die_with_parent).returncode

    def run(self, words: list[str], *, result: bool = False) -> int:
        """Run a management command under the role it needs."""
        role = "owner" if words and words[0] in OWNERS_COMMANDS else "web"
        settings = {"PALIER_DATABASE_ROLE": os.environ.get("PALIER_DATABASE_ROLE", role), "PGOPTIONS": _limit("0")}
        return self.call([sys.executable, "-m", "palier", "manage", *words], settings=settings, result=result)

    def must(self, words: list[str]) -> None:
        """Run a management command that has to succeed."""
        code = self.run(words)
        if code:
            raise SystemExit(f"« {' '.join(words)} » a échoué (code {code}) ; le message ci-dessus dit pourquoi.")


class Installation(Place):
    """A data folder and its database, opened for the length of a `with`."""

    def __init__(self, data: Path, settings: dict[str, str], step: Steps) -> None:
        self._data = data
        self._step = step
        self._supervisor: Supervisor | None = None
        self.settings = {"PALIER_DATA": str(data), **settings}

    def __enter__(self) -> Self:
        signal.signal(signal.SIGTERM, _end)
        try:
            self._data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SystemExit(f"Le dossier {self._data} ne peut pas être créé : {error.strerror}.") from None
        if not os.environ.get("PALIER_SECRET_KEY") and not kept_secret_key(self._data):
            private_file(self._data / "secret-key", secrets.token_urlsafe(60))
        self._step("Base de données…")
        self._server = open_database(self._data)
        self.settings |= self._server.environ
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._supervisor is not None:
            self._supervisor.stop()
        self._server.leave()

    def claim(self, name: str, port: int | None = None) -> None:
        """Be the only launcher of these processes, with the port free."""
        self._supervisor = Supervisor(self._data, name)
        if port is not None:
            _need_port(ENV.listen, port)

    def collect_static(self) -> None:
        """Gather and compress the files of the look, if any has changed."""
        mark, now = self._data / "static" / "made-from", _static_fingerprint()
        if not mark.exists() or mark.read_text(encoding="ascii") != now:
            self.must(["collectstatic", "--noinput", "--clear", "-v0"])
            mark.write_text(now, encoding="ascii")

    def start_web(self, port: int) -> None:
        self._supervisor.start("web", web_command(port), self._bound({"PALIER_POOL": "1"}))

    def start_worker(self) -> None:
        command = [sys.executable, "-m", "palier", "manage", "procrastinate", "worker"]
        command += ["--concurrency", str(ENV.tasks), "--shutdown-graceful-timeout", "2"]
        self._supervisor.start("worker", command, self._bound({"PGOPTIONS": _limit("5min")}), grace=3.0)

    def place_live(self, port: int | None = None) -> None:
        """Choose the port of the live streams before the pages, which name it; none given, any free one."""
        if port is None:
            port = ENV.live_port if os.environ.get("PALIER_LIVE_PORT") else _free_port()
        if port:
            _need_port(ENV.listen, port, "la variable PALIER_LIVE_PORT (0 : pas de suivi en direct)")
        self.settings["PALIER_LIVE_PORT"] = str(port)

    def start_live(self) -> None:
        """The streams, beside the pages; without them open pages ask every few seconds."""
        port = self.settings["PALIER_LIVE_PORT"]
        if port == "0":
            return
        self._supervisor.start("live", live_command(port), self._bound({"PALIER_POOL": "1"}), grace=3.5)

    def start_register(self) -> None:
        """A stand-in for the national register, and the settings that lead to it; nothing when a register is set."""
        if os.environ.get("PALIER_SNE_URL"):
            return
        folder = self._data / "sne"
        made = certificates.ensure(folder / "tls")
        certificate, key = made.of("client")
        port = _free_port()
        command = [
            sys.executable,
            "-m",
            "palier",
            "sne-stand-in",
            "--port",
            str(port),
            "--state",
            str(folder),
            "--adopt",
        ]
        self._supervisor.start("register", command, {**os.environ, "PALIER_DATA": str(self._data)})
        self.settings |= {
            "PALIER_SNE_URL": f"https://127.0.0.1:{port}", "PALIER_SNE_AUTHORITY": str(made.authority),
            "PALIER_SNE_CERTIFICATE": str(certificate), "PALIER_SNE_KEY": str(key),
        }  # fmt: skip

    def wait_until_open(self, port: int) -> None:
        """Return when the site answers; if it falls or keeps silent, say what its log says."""
        host = "127.0.0.1" if ENV.listen in ("0.0.0.0", "127.0.0.1") else ENV.listen
        for _ in range(300):
            fallen = self._supervisor.fell("web")
            if fallen is not None:
                raise SystemExit(f"Le site n’a pas démarré. Fin de son journal :\n{fallen}")
            try:
                urllib.request.urlopen(f"http://{host}:{port}/", timeout=10).close()
                return
            except urllib.error.HTTPError as answer:
                if answer.code < 500:
                    return
                raise SystemExit(
                    f"La page d’accueil répond {answer.code}. Journal : {self._data}/logs/web.log"
                ) from None
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"Le site ne répond pas. Journal : {self._data}/logs/web.log")

    def watch(self) -> None:
        """Keep the processes running until a signal. A restarted PostgreSQL restarts the worker."""
        self._supervisor.stop_on_signal()
        pulse = Pulse(self._server)

        def check() -> None:
            try:
                if pulse.restarted():
                    self._supervisor.restart("worker")
            except postgres.CannotStart as error:
                say(str(error))

        self._supervisor.watch(2.0, check)
        pulse.close()

    def _bound(self, settings: dict[str, str]) -> dict[str, str]:
        """The environment of a process that serves people: without the owner's connection."""
        environ = {**os.environ, **self.settings, "PALIER_DATABASE_ROLE": "web", **settings}
        environ.pop("DATABASE_URL", None)
        return environ


def web_command(port: int, application: str = "palier.config.wsgi:application") -> list[str]:
    """What serves the pages."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", ENV.listen, "--port", str(port),
        "--workers", str(ENV.workers), "--blocking-threads", str(ENV.threads), "--no-ws",
        "--respawn-failed-workers", "--workers-kill-timeout", "2", "--log-level", "warning", application,
    ]  # fmt: skip


def live_command(port: int | str) -> list[str]:
    """What serves the live streams."""
    return [
        sys.executable, "-m", "uvicorn", "--host", ENV.listen, "--port", str(port), "--timeout-graceful-shutdown", "3",
        "--no-access-log", "--no-server-header", "--log-level", "warning", "--lifespan", "on", "--ws", "none",
        "palier.config.asgi:application",
    ]  # fmt: skip


class TestBed(Place):
    """A fresh, migrated database with its geography on the tests' server, which is never the operator's.

    `copies`: as many more of them, named by `copy_of`, for tests that run side by side.
    """

    FOLDER = ROOT / ".palier" / "test"
    PREFIX = "palier_test_"

    def __init__(self, step: Steps, *, name: str = "", stays: bool = False, copies: int = 0) -> None:
        self._step = step
        self._copies = copies
        self._name = name or f"{self.PREFIX}{os.getpid()}"
        self._stays = stays
        self._cluster = Cluster(self.FOLDER, durable=False)
        self.settings = {
            "PALIER_DEMO": "1",
            "PALIER_DATA": str(self.FOLDER),
            "PALIER_POOL": "0",
            "PALIER_WAYS": "1",
            "PALIER_LIVE_PORT": "0",
        }

    def __enter__(self) -> Self:
        signal.signal(signal.SIGTERM, _end)
        if not kept_secret_key(self.FOLDER):
            private_file(self.FOLDER / "secret-key", secrets.token_urlsafe(60))
        if self._stays:
            self._cluster.stay(True)
        self._cluster.enter()
        self._drop_abandoned()
        self.settings |= self._cluster.ensure_database(self._name)
        self.must(["migrate", "-v0"])
        self.must(["load_geography"])
        for number in range(self._copies):
            self._cluster.copy_database(self._name, copy_of(self._name, number))
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number in range(self._copies):
            self._cluster.drop_database(copy_of(self._name, number))
        if not self._stays:
            self._cluster.drop_database(self._name)
        self._cluster.leave()

    @classmethod
    def stop(cls) -> None:
        """Let the server end with its last user, now if there is none."""
        cluster = Cluster(cls.FOLDER, durable=False)
        cluster.stay(False)
        cluster.leave()

    def _drop_abandoned(self) -> None:
        """Databases of runs that were killed."""
        with self._cluster.connect() as link:
            rows = link.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.PREFIX]
            ).fetchall()
        for (name,) in rows:
            number = name.removeprefix(self.PREFIX).partition("_")[0]
            if number.isdecimal() and not psutil.pid_exists(int(number)):
                self._cluster.drop_database(name)


def _limit(longest: str) -> str:
    """PGOPTIONS for work that may take longer than a page: the web role's own limit protects pages."""
    return f"{os.environ.get('PGOPTIONS', '')} -c statement_timeout={longest}".strip()


def _end(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def _need_port(host: str, port: int, way_out: str = "") -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            way_out = way_out or f"--port {port + 1}, ou la variable PALIER_PORT"
            raise SystemExit(
                f"Le port {port} n’est pas libre ({error.strerror}). Choisissez-en un autre : {way_out}."
            ) from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _static_fingerprint() -> str:
    """Changes with any static file of ours, and with the libraries that bring their own."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted((ROOT / "src").glob("palier/*/static/**/*")):
        state = path.stat()
        digest.update(f"{path}:{state.st_size}:{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
