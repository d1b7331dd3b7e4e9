"""The database of an installation, whichever server holds it: the embedded one or the operator's own.

`open_database` gives the variables that the processes need; `leave` lets go; `restarted` tells the
supervisor that the server was restarted, because the worker's listening connection does not survive it.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg import conninfo, sql

from palier.config import postgres
from palier.config.environment import BadSetting


class Server(Protocol):
    """What holds the database. `environ`: DATABASE_URL and PALIER_WEB_DATABASE_URL."""

    environ: dict[str, str]

    def revive(self) -> None: ...

    def leave(self) -> None: ...


class Embedded:
    """The embedded server of a data folder, with the database `palier`."""

    def __init__(self, data: Path) -> None:
        self._cluster = postgres.Cluster(data)
        self._cluster.enter()
        self.environ = self._cluster.ensure_database()

    def revive(self) -> None:
        self._cluster.revive()

    def leave(self) -> None:
        self._cluster.leave()


class Given:
    """The operator's own server: `DATABASE_URL` for the owner, and a web role made there unless it is given too."""

    def __init__(self, owner: str, web: str, data: Path) -> None:
        self.environ = {"DATABASE_URL": owner, "PALIER_WEB_DATABASE_URL": web}
        try:
            if not web:
                self.environ["PALIER_WEB_DATABASE_URL"] = self._make_web_role(owner, data)
            self._check_web_role()
        except psycopg.OperationalError as error:
            raise BadSetting(f"La base de données ne répond pas : {str(error).strip()}") from None

    def revive(self) -> None:
        """Its operator restarts it, not us."""

    def leave(self) -> None:
        """Nothing of ours runs there."""

    @staticmethod
    def _make_web_role(owner: str, data: Path) -> str:
        parts = conninfo.conninfo_to_dict(owner)
        name = str(parts["dbname"])
        role, kept = f"{name}_web", data / "web-role-password"
        try:
            password = kept.read_text(encoding="ascii")
        except FileNotFoundError:
            password = secrets.token_hex(24)
            postgres.private_file(kept, password)
        with psycopg.connect(owner, autocommit=True, connect_timeout=10) as link:
            try:
                postgres.ensure_role(link, role, password)
                postgres.limit_web_role(link, role)
            except psycopg.errors.InsufficientPrivilege:
                raise BadSetting(
                    f"Le rôle de DATABASE_URL ne peut pas créer « {role} ». Donnez-lui CREATEROLE, "
                    "ou créez ce rôle vous-même et donnez PALIER_WEB_DATABASE_URL."
                ) from None
            postgres.close_database(link, name, role)
        place = urlsplit(owner)
        query = [(key, value) for key, value in parse_qsl(place.query) if key not in ("user", "password")]
        server = place.netloc.rpartition("@")[2]
        return place._replace(netloc=f"{quote(role)}:{password}@{server}", query=urlencode(query)).geturl()

    def _check_web_role(self) -> None:
        """The second wall stands only if PostgreSQL applies row security to the web role."""
        with psycopg.connect(self.environ["PALIER_WEB_DATABASE_URL"], connect_timeout=10) as link:
            row = link.execute(
                "SELECT r.rolsuper OR r.rolbypassrls OR pg_has_role(current_user, d.datdba, 'MEMBER')"
                " FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()"
            ).fetchone()
        if row is None or row[0]:
            raise BadSetting(
                "Le rôle de PALIER_WEB_DATABASE_URL est superutilisateur, passe outre la sécurité par ligne ou possède "
                "la base : Palier refuse de démarrer. Donnez un rôle simple."
            )


def open_database(data: Path) -> Server:
    """Find or start the database of this data folder."""
    owner = os.environ.get("DATABASE_URL", "")
    if owner:
        return Given(owner, os.environ.get("PALIER_WEB_DATABASE_URL", ""), data)
    return Embedded(data)


class Pulse:
    """Watches a server through one idle connection."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._link: psycopg.Connection | None = None
        self._started: object = None

    def restarted(self) -> bool:
        """True once for each restart of the server, when it answers again. Starts the embedded one if it fell."""
        try:
            started = self._ask()
        except psycopg.OperationalError:
            self._link = None
            self._server.revive()
            return False
        former, self._started = self._started, started
        return former is not None and former != started

    def close(self) -> None:
        if self._link is not None:
            self._link.close()

    def _ask(self) -> object:
        if self._link is None:
            address = self._server.environ["PALIER_WEB_DATABASE_URL"]
            self._link = psycopg.connect(address, autocommit=True, connect_timeout=3)
        row = self._link.execute(sql.SQL("SELECT pg_postmaster_start_time()")).fetchone()
        return row[0] if row else None
