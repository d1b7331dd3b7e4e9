"""A server of the operator's own: the tests' cluster plays that part."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from palier.config.database import Given, Pulse, open_database
from palier.config.environment import BadSetting
from palier.config.postgres import Cluster
from tests.config.test_postgres import cluster, folder, postmaster  # noqa: F401 (fixtures)

OWNER = "proprietaire"


@pytest.fixture
def owner(cluster: Cluster) -> Iterator[str]:  # noqa: F811
    with cluster.connect() as link:
        link.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE PASSWORD 'secret'")
        link.execute(f"CREATE DATABASE logement OWNER {OWNER}")
    address = cluster.address("postgres", "logement")
    yield address.replace(f"postgres:{cluster._secrets()['postgres']}", f"{OWNER}:secret")


def test_the_web_role_is_made_once_and_bound(owner: str, tmp_path: Path):
    first = Given(owner, "", tmp_path)
    again = Given(owner, "", tmp_path)
    assert first.environ == again.environ
    assert first.environ["DATABASE_URL"] == owner
    assert (tmp_path / "web-role-password").stat().st_mode & 0o777 == 0o600
    with psycopg.connect(first.environ["PALIER_WEB_DATABASE_URL"]) as link:
        row = link.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == ("logement_web", False, False)


def test_an_owner_who_cannot_make_roles_is_told_what_to_do(cluster: Cluster, owner: str, tmp_path: Path):  # noqa: F811
    with cluster.connect() as link:
        link.execute(sql.SQL("ALTER ROLE {} NOCREATEROLE").format(sql.Identifier(OWNER)))
    with pytest.raises(BadSetting, match="Donnez-lui CREATEROLE"):
        Given(owner, "", tmp_path)


def test_a_web_role_that_passes_the_wall_is_refused(cluster: Cluster, owner: str, tmp_path: Path):  # noqa: F811
    for address in (owner, cluster.address("postgres", "logement")):
        with pytest.raises(BadSetting, match="Palier refuse de démarrer"):
            Given(owner, address, tmp_path)


def test_a_silent_server_is_said_plainly(tmp_path: Path):
    with pytest.raises(BadSetting, match="^La base de données ne répond pas"):
        Given("postgresql://u:p@127.0.0.1:9/palier", "", tmp_path)


def test_pulse_tells_each_restart_once(folder: Path, monkeypatch: pytest.MonkeyPatch):  # noqa: F811
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("PALIER_WEB_DATABASE_URL", raising=False)
    server = open_database(folder)
    pulse = Pulse(server)
    try:
        assert [pulse.restarted(), pulse.restarted()] == [False, False]
        os.kill(postmaster(server._cluster), signal.SIGKILL)
        # The old backend may answer a few more times before it notices that its postmaster is gone.
        told = 0
        for _ in range(60):
            told += pulse.restarted()
            time.sleep(0.05)
        assert told == 1
    finally:
        pulse.close()
        server.leave()
