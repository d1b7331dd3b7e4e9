"""The embedded server, on real clusters of its own."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from palier.config.postgres import CannotStart, Cluster, _as_server, binaries

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the server's user can reach, as an ordinary checkout is."""
    path = Path(tempfile.mkdtemp(prefix="palier-test-"))
    path.chmod(0o755)
    yield path
    Cluster(path, durable=False).leave()
    shutil.rmtree(Path(path / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(path)


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    made = Cluster(folder, durable=False)
    made.enter()
    yield made
    made.stay(False)
    made.leave()


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def gone(number: int) -> bool:
    try:
        return psutil.Process(number).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_neither_role_can_pass_the_second_wall(cluster: Cluster):
    environ = cluster.ensure_database()
    with cluster.connect() as link:
        rows = link.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication"
            " FROM pg_roles WHERE rolname LIKE 'palier%' ORDER BY 1"
        ).fetchall()
        owner = link.execute("SELECT datdba::regrole::text FROM pg_database WHERE datname = 'palier'").fetchone()
    attributes = (False, False, False, False, True, False)
    assert rows == [("palier_owner", *attributes), ("palier_web", *attributes)]
    assert owner == ("palier_owner",)
    with psycopg.connect(environ["PALIER_WEB_DATABASE_URL"]) as link:
        limits = [link.execute(f"SHOW {name}").fetchone() for name in ("statement_timeout", "lock_timeout")]
        assert limits == [("10s",), ("5s",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("CREATE TABLE stolen (x int)")


def test_text_is_utf8_and_french_letters_have_cases(cluster: Cluster):
    environ = cluster.ensure_database()
    with psycopg.connect(environ["DATABASE_URL"]) as link:
        row = link.execute("SELECT lower('ÉVREUX'), lower(unaccent('Œuvre')), similarity('Caen', 'caen')").fetchone()
    assert row == ("évreux", "oeuvre", 1.0)


def test_it_is_closed_to_others(cluster: Cluster, folder: Path):
    environ = cluster.ensure_database()
    assert stat.S_IMODE((folder / "postgres.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.home.stat().st_mode) == 0o700
    listening = [c for c in psutil.Process(postmaster(cluster)).net_connections("tcp") if c.status == "LISTEN"]
    assert listening == []
    wrong = environ["DATABASE_URL"].replace("palier_owner:", "palier_owner:wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


@only_root
def test_as_root_it_runs_as_nobody(cluster: Cluster):
    assert psutil.Process(postmaster(cluster)).username() == "nobody"


@only_root
def test_a_folder_closed_to_the_server_stays_closed(folder: Path):
    private = folder / "private"
    private.mkdir(mode=0o700)
    cluster = Cluster(private / "data", durable=False)
    try:
        cluster.enter()
        cluster.connect().close()
        assert (private / "data" / "postgres").is_symlink()
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert Cluster(private / "data", durable=False).home == cluster.home
    finally:
        cluster.leave()
        shutil.rmtree(cluster.home)


def test_a_long_path_is_no_obstacle(folder: Path):
    deep = folder / ("d" * 90)
    cluster = Cluster(deep, durable=False)
    cluster.enter()
    try:
        cluster.connect().close()
        socket = (deep / "postgres.socket").resolve()
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    finally:
        cluster.leave()
        shutil.rmtree(socket)


def test_the_last_to_leave_stops_the_server(cluster: Cluster, folder: Path):
    second = Cluster(folder, durable=False)
    second.enter()
    number = postmaster(cluster)
    cluster.leave()
    second.connect().close()
    second.leave()
    assert gone(number) is True


def test_a_server_asked_to_stay_stays(cluster: Cluster):
    cluster.stay(True)
    cluster.leave()
    cluster.connect().close()
    cluster.stay(False)
    cluster.leave()
    with pytest.raises(psycopg.OperationalError):
        cluster.connect()


def test_a_killed_user_does_not_hold_the_server(cluster: Cluster, folder: Path):
    code = (
        "import sys, time; from pathlib import Path; from palier.config.postgres import Cluster;"
        "Cluster(Path(sys.argv[1]), durable=False).enter(); print('in', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout.readline() == "in\n"
        user.kill()
        user.wait()
    number = postmaster(cluster)
    cluster.leave()
    assert gone(number) is True


def test_nothing_committed_is_lost_by_kill_9(folder: Path):
    cluster = Cluster(folder)
    cluster.enter()
    environ = cluster.ensure_database()
    with psycopg.connect(environ["DATABASE_URL"]) as link:
        link.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS x")
    for number in [postmaster(cluster), *(c.pid for c in psutil.Process(postmaster(cluster)).children())]:
        os.kill(number, signal.SIGKILL)
    cluster.revive()
    assert cluster.ensure_database() == environ
    with psycopg.connect(environ["DATABASE_URL"]) as link:
        assert link.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    cluster.leave()


def test_a_lone_kill_9_of_the_postmaster_is_recovered(cluster: Cluster):
    former = postmaster(cluster)
    os.kill(former, signal.SIGKILL)
    cluster.revive()
    cluster.connect().close()
    assert postmaster(cluster) != former


def test_a_pid_file_with_another_programs_number_is_ignored(cluster: Cluster):
    pid_file = cluster.data / "postmaster.pid"
    text = pid_file.read_text()
    cluster.leave()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        pid_file.write_text(text.replace(text.split()[0], str(other.pid), 1))
        cluster.enter()
        assert other.poll() is None
        other.kill()
    cluster.connect().close()


def test_an_interrupted_initialisation_starts_over(folder: Path):
    (folder / "postgres" / "unfinished").mkdir(parents=True)
    (folder / "postgres" / "unfinished" / "PG_VERSION").write_text("18\n")
    cluster = Cluster(folder, durable=False)
    cluster.enter()
    cluster.connect().close()
    cluster.leave()


def test_lost_passwords_are_said_plainly(cluster: Cluster, folder: Path):
    kept = (folder / "postgres.json").read_text()
    (folder / "postgres.json").unlink()
    with pytest.raises(CannotStart, match=r"postgres\.json a disparu"):
        Cluster(folder, durable=False).enter()
    (folder / "postgres.json").write_text(kept)


def test_a_version_that_is_not_there_is_named():
    with pytest.raises(
        CannotStart, match=r"^PostgreSQL 9 est introuvable\. Sous Debian : apt-get install postgresql-9"
    ):
        binaries(9)


def test_the_server_inherits_no_setting_of_another_postgresql(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PGDATA", "/elsewhere")
    assert "PGDATA" not in _as_server(["/usr/bin/env"]).stdout


def test_starting_is_fast(cluster: Cluster):
    cluster.leave()
    began = time.monotonic()
    cluster.enter()
    assert time.monotonic() - began < 5
