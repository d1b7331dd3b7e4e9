"""Every setting of an installation: typed, with its default and its meaning.

Read once, when the process starts, from its environment variables. `docs/operating/settings.md` is
written from the fields below by `./palier settings-doc`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from psycopg import ProgrammingError, conninfo

ROOT = Path(__file__).resolve().parents[3]
SECRET_KEY_LENGTH = 50


class BadSetting(SystemExit):
    """A value that cannot be used. The message names the variable, says what is expected and repeats no secret."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server. `tls`: the connection is upgraded with STARTTLS; `ssl`: it is encrypted from the start."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    ssl: bool


def _text(value: str) -> str:
    return value


def _flag(value: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "oui": True, "0": False, "false": False, "no": False, "non": False}
    if value.lower() not in words:
        raise ValueError("attendu 1 ou 0")
    return words[value.lower()]


def _port(value: str) -> int:
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise ValueError("attendu un numéro de port, de 1 à 65535")
    return int(value)


def _port_or_none(value: str) -> int:
    return 0 if value == "0" else _port(value)


def _count(value: str) -> int:
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= 64:
        raise ValueError("attendu un nombre entier, de 1 à 64")
    return int(value)


def _between(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isascii() or not value.isdecimal() or not least <= int(value) <= most:
            raise ValueError(f"attendu un nombre entier, de {least} à {most}")
        return int(value)

    return read


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _role(value: str) -> str:
    if value not in ("web", "owner"):
        raise ValueError("attendu web ou owner")
    return value


def _path(value: str) -> Path:
    return (ROOT / Path(value).expanduser()).resolve()


def _site(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("attendu http://nom ou https://nom, sans chemin")
    return value.rstrip("/")


def _clamav(value: str) -> str:
    parts = urlsplit(value)
    tcp = parts.scheme == "tcp" and parts.hostname and parts.port
    if value and not tcp and not value.startswith("unix:///"):
        raise ValueError("attendu tcp://serveur:port ou unix:///chemin")
    return value


def _optional_path(value: str) -> Path | None:
    return _path(value) if value else None


def _register(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query):
        raise ValueError("attendu https://serveur:port, sans chemin")
    return value.rstrip("/")


def _desk(value: str) -> str:
    if not re.fullmatch("[A-Z0-9]{5}", value):
        raise ValueError("attendu cinq lettres majuscules ou chiffres")
    return value


def _places(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in _list(value))
    return {name.strip(): path.strip() for name, _, path in pairs}


def _secret(value: str) -> str:
    if value and len(value) < SECRET_KEY_LENGTH:
        raise ValueError(f"attendu au moins {SECRET_KEY_LENGTH} caractères tirés au hasard")
    return value


def _smtp(value: str) -> Smtp:
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    parts = urlsplit(value)
    if parts.scheme not in ports or not parts.hostname:
        raise ValueError("attendu smtp://serveur:port, smtp+tls://… (STARTTLS) ou smtps://…")
    return Smtp(
        host=parts.hostname,
        port=parts.port or ports[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smtp+tls",
        ssl=parts.scheme == "smtps",
    )


def _database(value: str) -> dict[str, str]:
    """host, port, user, password and name of a PostgreSQL address; empty when there is none."""
    if not value:
        return {}
    try:
        parts = conninfo.conninfo_to_dict(value)
    except ProgrammingError:
        parts = {}
    if not value.startswith(("postgresql://", "postgres://")) or not parts.get("dbname") or not parts.get("user"):
        raise ValueError("attendu postgresql://utilisateur:mot-de-passe@serveur:port/base")
    keys = {"host": "host", "port": "port", "user": "user", "password": "password", "name": "dbname"}
    defaults = {"host": "127.0.0.1", "port": "5432"}
    return {key: str(parts.get(source) or defaults.get(key, "")) for key, source in keys.items()}


def _setting(name: str, kind: str, default: str, read: Callable[[str], Any], meaning: str) -> Any:
    metadata = {"name": name, "kind": kind, "default": default, "read": read, "meaning": meaning}
    return field(metadata=metadata, repr=read not in (_secret, _smtp, _database))


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The values in force. `read` raises BadSetting on the first variable that cannot be used."""

    owner_database: dict[str, str] = _setting(
        "DATABASE_URL", "address", "", _database,
        "Connection of the role that owns the schema and migrates it, `postgresql://user:password@host:port/base`. "
        "Empty: the launcher runs its own embedded server. Web and worker processes never receive it.",
    )  # fmt: skip
    web_database: dict[str, str] = _setting(
        "PALIER_WEB_DATABASE_URL", "address", "", _database,
        "Connection of the web role, neither owner nor superuser, so that row security binds it. "
        "Empty: the launcher creates that role through `DATABASE_URL`, or in the embedded server.",
    )  # fmt: skip
    database_role: str = _setting(
        "PALIER_DATABASE_ROLE", "web or owner", "web", _role,
        "Which of the two connections this process uses. The launcher chooses `owner` for migrations only.",
    )  # fmt: skip
    pool: bool = _setting(
        "PALIER_POOL", "flag", "0", _flag,
        "Keep a pool of connections in this process. The launcher sets it for the web processes.",
    )  # fmt: skip
    secret_key: str = _setting(
        "PALIER_SECRET_KEY", "secret", "", _secret,
        f"Signs sessions and links, at least {SECRET_KEY_LENGTH} random characters, the same on every machine. "
        "Empty: the launcher draws one and keeps it in `secret-key` under `PALIER_DATA`.",
    )  # fmt: skip
    demo: bool = _setting(
        "PALIER_DEMO", "flag", "0", _flag,
        "Demonstration: sign in by name, mailbox page, movable clock. Never with real data.",
    )  # fmt: skip
    debug: bool = _setting("PALIER_DEBUG", "flag", "0", _flag, "Django's debug pages. Never in production.")
    base_url: str = _setting(
        "PALIER_BASE_URL", "address", "http://127.0.0.1:8000", _site,
        "Public address of the site, used in mails. With `https://`, cookies are secure and HSTS is sent.",
    )  # fmt: skip
    hosts: tuple[str, ...] = _setting(
        "PALIER_HOSTS", "list", "127.0.0.1,localhost", _list,
        "Host names served, separated by commas; that of `PALIER_BASE_URL` is always served.",
    )  # fmt: skip
    listen: str = _setting(
        "PALIER_LISTEN", "text", "127.0.0.1", _text,
        "Address the web server listens on. A proxy in front of it does TLS.",
    )  # fmt: skip
    port: int = _setting("PALIER_PORT", "port", "8000", _port, "Port the web server listens on.")
    live_port: int = _setting(
        "PALIER_LIVE_PORT", "port or 0", "8001", _port_or_none,
        "Port of the live streams, a process of its own beside the pages ([live.md](live.md)). `0`: none, and open pages "
        "ask every few seconds.",
    )  # fmt: skip
    workers: int = _setting("PALIER_WORKERS", "count", "2", _count, "Web processes: about one per core.")
    ways: int = _setting(
        "PALIER_WAYS", "count", "2", _count,
        "Parts of a mass work (scores at midnight, a new grid) done side by side by the worker: about one per core.",
    )  # fmt: skip
    threads: int = _setting(
        "PALIER_THREADS", "count", "4", _count,
        "Requests served at once by each web process; each may hold one database connection.",
    )  # fmt: skip
    tasks: int = _setting("PALIER_TASKS", "count", "2", _count, "Background tasks run at once by `./palier worker`.")
    data: Path = _setting(
        "PALIER_DATA", "path", ".palier/data", _path,
        "Documents, embedded database, keys and logs, outside the web root. Relative to the checkout. Back it up.",
    )  # fmt: skip
    upload_block: int = _setting(
        "PALIER_UPLOAD_BLOCK", "kilobytes", "512", _between(16, 1024),
        "A document is sent by blocks of this size: what a broken connection costs at most.",
    )  # fmt: skip
    upload_days: int = _setting(
        "PALIER_UPLOAD_DAYS", "count", "7", _count,
        "Days for which a document sent in part waits for the rest; then the night removes it.",
    )  # fmt: skip
    disk_reserve: int = _setting(
        "PALIER_DISK_RESERVE", "megabytes", "200", _between(0, 1_000_000),
        "Room that documents leave on the disk of `PALIER_DATA`, for the database that may share it.",
    )  # fmt: skip
    smtp: Smtp = _setting(
        "EMAIL_URL", "address", "smtp://127.0.0.1:25", _smtp,
        "Mail server: `smtp://user:password@host:port`, `smtp+tls://…` for STARTTLS, `smtps://…` for TLS.",
    )  # fmt: skip
    from_email: str = _setting(
        "PALIER_FROM_EMAIL", "text", "ne-pas-repondre@palier.example", _text, "Sender of every mail."
    )
    clamav: str = _setting(
        "PALIER_CLAMAV", "address", "", _clamav,
        "ClamAV daemon that examines documents, `tcp://host:port` or `unix:///path`. Empty: none.",
    )  # fmt: skip
    archive_days: int = _setting(
        "PALIER_ARCHIVE_DAYS", "count", "7", _count, "Days during which a person may download the archive of their data."
    )  # fmt: skip
    sne_url: str = _setting(
        "PALIER_SNE_URL", "address", "", _register,
        "The national register, `https://server:port`. Empty: what is to be sent waits, and the pages say so.",
    )  # fmt: skip
    sne_certificate: Path | None = _setting(
        "PALIER_SNE_CERTIFICATE", "path", "", _optional_path, "Certificate with which Palier proves itself to the register (PEM)."
    )  # fmt: skip
    sne_key: Path | None = _setting(
        "PALIER_SNE_KEY", "path", "", _optional_path, "The private key of that certificate (PEM)."
    )
    sne_authority: Path | None = _setting(
        "PALIER_SNE_AUTHORITY", "path", "", _optional_path,
        "Authorities that the register's own certificate may come from (PEM). Empty: those of the machine.",
    )  # fmt: skip
    sne_desk: str = _setting(
        "PALIER_SNE_DESK", "text", "PALIE", _desk, "Registration desk, five characters, in whose name Palier asks the register."
    )  # fmt: skip
    sne_timeout: int = _setting(
        "PALIER_SNE_TIMEOUT", "count", "30", _count, "Seconds given to one call of the register, answer included."
    )  # fmt: skip
    sne_places: dict[str, str] = _setting(
        "PALIER_SNE_PLACES", "list", "", _places,
        "Places of elements that are not published, `name=path` separated by commas; names and defaults in [sne.md](sne.md).",
    )  # fmt: skip

    @classmethod
    def read(cls, source: Mapping[str, str]) -> Environment:
        """The settings found in `source`; a variable that is absent or empty takes its default."""
        values: dict[str, Any] = {}
        for item in fields(cls):
            name, default, parse = (item.metadata[key] for key in ("name", "default", "read"))
            try:
                values[item.name] = parse(source.get(name, "").strip() or default)
            except ValueError as error:
                raise BadSetting(f"Réglage {name} : {error}.") from None
        host = urlsplit(values["base_url"]).hostname
        if host not in values["hosts"]:
            values["hosts"] += (host,)
        if values["sne_url"] and not (values["sne_certificate"] and values["sne_key"]):
            raise BadSetting("Réglage PALIER_SNE_URL : il demande PALIER_SNE_CERTIFICATE et PALIER_SNE_KEY.")
        values["secret_key"] = values["secret_key"] or kept_secret_key(values["data"])
        return cls(**values)

    @property
    def https(self) -> bool:
        """Whether people reach the site through TLS."""
        return self.base_url.startswith("https://")

    def database(self, role: str) -> dict[str, str]:
        """host, port, user, password and name for `web` or `owner`. Raises BadSetting when it is not set."""
        found = self.web_database if role == "web" else self.owner_database
        if not found:
            name = "PALIER_WEB_DATABASE_URL" if role == "web" else "DATABASE_URL"
            raise BadSetting(f"Réglage {name} absent : passez par ./palier, qui prépare la base de données.")
        return dict(found)


def kept_secret_key(data: Path) -> str:
    """The key that the launcher drew for this data folder, or an empty string."""
    try:
        return (data / "secret-key").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def documentation() -> str:
    """The text of `docs/operating/settings.md`."""
    lines = [
        "# Settings",
        "",
        "Environment variables read when a process starts. A wrong value stops the process and says what is expected.",
        "This page is written by `./palier settings-doc`.",
        "",
        "| variable | kind | default | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for item in fields(Environment):
        name, kind, default, meaning = (item.metadata[key] for key in ("name", "kind", "default", "meaning"))
        lines.append(f"| `{name}` | {kind} | {f'`{default}`' if default else 'empty'} | {meaning} |")
    return "\n".join(lines) + "\n"


ENV = Environment.read(os.environ)
