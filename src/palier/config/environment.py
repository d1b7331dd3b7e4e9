"""Every setting of an installation, typed, with its default and its meaning.

Read once from the process environment; `docs/operating/settings.md` is written from this table.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable. `kind`: text, flag, number, list, path or address."""

    name: str
    kind: str
    default: str
    meaning: str


VARIABLES = (
    Variable("DATABASE_URL", "address", "", "Owner's connection, postgresql://user:password@host:port/base. Empty: the embedded server is started."),
    Variable("PALIER_WEB_DATABASE_URL", "address", "", "Connection of the web role, neither owner nor superuser. Set by the launcher for the embedded server."),
    Variable("PALIER_DATABASE_ROLE", "text", "web", "Which of the two this process uses: web or owner (migrations only)."),
    Variable("PALIER_POOL", "flag", "1", "Keep a pool of connections in each process."),
    Variable("PALIER_SECRET_KEY", "text", "", "Signs sessions. Required outside demo mode, at least 50 characters."),
    Variable("PALIER_DEMO", "flag", "0", "Demo mode: sign in by name, mailbox page, movable clock. Never on real data."),
    Variable("PALIER_DEBUG", "flag", "0", "Django's debug pages. Never in production."),
    Variable("PALIER_HOSTS", "list", "127.0.0.1,localhost", "Host names served, separated by commas."),
    Variable("PALIER_BASE_URL", "address", "http://127.0.0.1:8000", "Address that mails link to; https switches on secure cookies and HSTS."),
    Variable("PALIER_PORT", "number", "8000", "Port of the pages."),
    Variable("PALIER_STREAM_PORT", "number", "8001", "Port of the live streams, on the loopback address, behind the same proxy."),
    Variable("PALIER_LISTEN", "text", "127.0.0.1", "Address the pages listen on."),
    Variable("PALIER_WORKERS", "number", "2", "Web processes."),
    Variable("PALIER_DATA", "path", ".palier/data", "Documents, embedded database and logs; kept outside the web root."),
    Variable("EMAIL_URL", "address", "smtp://localhost:25", "Mail server, smtp://user:password@host:port or smtps://… for TLS."),
    Variable("PALIER_FROM_EMAIL", "text", "ne-pas-repondre@palier.example", "Sender of every mail."),
    Variable("PALIER_CLAMAV", "address", "", "Virus scanner, tcp://host:port or unix:///path. Empty: none."),
)  # fmt: skip


class BadSetting(SystemExit):
    """A value that cannot be used; the message names the variable and what it should look like."""


@dataclass(frozen=True, slots=True)
class Smtp:
    host: str
    port: int
    user: str
    password: str
    tls: bool


class Environment:
    """The typed values. Raises BadSetting on the first one that cannot be used."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self._source = source
        self.database_role = self._choice("PALIER_DATABASE_ROLE", ("web", "owner"))
        self.pool = self._flag("PALIER_POOL")
        self.demo = self._flag("PALIER_DEMO")
        self.debug = self._flag("PALIER_DEBUG")
        self.hosts = tuple(h.strip() for h in self._text("PALIER_HOSTS").split(",") if h.strip())
        self.base_url = self._text("PALIER_BASE_URL").rstrip("/")
        self.https = self.base_url.startswith("https://")
        self.port = self._number("PALIER_PORT")
        self.stream_port = self._number("PALIER_STREAM_PORT")
        self.listen = self._text("PALIER_LISTEN")
        self.workers = self._number("PALIER_WORKERS")
        self.data = self._path("PALIER_DATA")
        self.from_email = self._text("PALIER_FROM_EMAIL")
        self.clamav = self._text("PALIER_CLAMAV")
        self.smtp = self._smtp()
        self.secret_key = self._secret()

    def database(self, role: str) -> dict[str, str]:
        """host, port, user, password and name of a role's connection; empty strings when none is set."""
        variable = "DATABASE_URL" if role == "owner" else "PALIER_WEB_DATABASE_URL"
        address = self._text(variable)
        if not address:
            return {"host": "", "port": "", "user": f"palier_{role}", "password": "", "name": "palier"}
        return read_database(address, variable)

    def _text(self, name: str) -> str:
        return self._source.get(name) or next(v.default for v in VARIABLES if v.name == name)

    def _flag(self, name: str) -> bool:
        text = self._text(name).lower()
        if text not in ("0", "1", "true", "false", "yes", "no", "oui", "non"):
            raise BadSetting(f"{name}={text!r} : attendu 0 ou 1.")
        return text in ("1", "true", "yes", "oui")

    def _number(self, name: str) -> int:
        text = self._text(name)
        if not text.isdecimal():
            raise BadSetting(f"{name}={text!r} : attendu un nombre entier.")
        return int(text)

    def _choice(self, name: str, allowed: tuple[str, ...]) -> str:
        text = self._text(name)
        if text not in allowed:
            raise BadSetting(f"{name}={text!r} : attendu {' ou '.join(allowed)}.")
        return text

    def _path(self, name: str) -> Path:
        path = Path(self._text(name)).expanduser()
        return path if path.is_absolute() else ROOT / path

    def _smtp(self) -> Smtp:
        parts = urlparse(self._text("EMAIL_URL"))
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise BadSetting("EMAIL_URL : attendu smtp://serveur:port ou smtps://….")
        return Smtp(
            parts.hostname, parts.port or 25, unquote(parts.username or ""), unquote(parts.password or ""),
            parts.scheme == "smtps",
        )  # fmt: skip

    def _secret(self) -> str:
        key = self._text("PALIER_SECRET_KEY")
        if key and len(key) < 50:
            raise BadSetting("PALIER_SECRET_KEY : au moins 50 caractères.")
        if not key and not self.demo:
            raise BadSetting("PALIER_SECRET_KEY est obligatoire hors démonstration.")
        return key or "demonstration-only-" + "x" * 40


def read_database(address: str, variable: str = "DATABASE_URL") -> dict[str, str]:
    """The parts of a postgresql:// address."""
    parts = urlparse(address)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise BadSetting(f"{variable} : attendu postgresql://utilisateur:mot-de-passe@serveur:port/base.")
    return {
        "host": unquote(parts.hostname or ""), "port": str(parts.port or 5432), "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""), "name": parts.path.strip("/"),
    }  # fmt: skip


def documentation() -> str:
    """The page `docs/operating/settings.md`."""
    lines = ["# Settings", "", "Written by `./palier settings_doc`; do not edit.", ""]
    lines += ["| variable | kind | default | meaning |", "| --- | --- | --- | --- |"]
    lines += [f"| `{v.name}` | {v.kind} | {f'`{v.default}`' if v.default else '–'} | {v.meaning} |" for v in VARIABLES]
    return "\n".join(lines) + "\n"


ENV = Environment(os.environ)
