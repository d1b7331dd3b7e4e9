"""The site as it is run: launcher, server, database, all real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from palier.common.isolation import narrow_function
from palier.config.environment import ROOT
from palier.config.postgres import Cluster
from tests.config.test_postgres import folder, gone, postmaster  # noqa: F401 (fixture)
from tests.config.test_processes import eventually

DATABASE_VARIABLES = ("DATABASE_URL", "PALIER_WEB_DATABASE_URL", "PALIER_DATABASE_ROLE", "PGOPTIONS")


@pytest.fixture
def environ(folder: Path) -> dict[str, str]:  # noqa: F811
    with socket.socket() as probe, socket.socket() as other:
        probe.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, live = probe.getsockname()[1], other.getsockname()[1]
    inherited = {k: v for k, v in os.environ.items() if k not in DATABASE_VARIABLES}
    return {
        **inherited,
        "PALIER_DATA": str(folder),
        "PALIER_PORT": str(port),
        "PALIER_LIVE_PORT": str(live),
        "PALIER_DEMO": "1",
        "PALIER_WORKERS": "1",
    }


@pytest.fixture
def launched(environ: dict[str, str]) -> Iterator[list[subprocess.Popen]]:
    running: list[subprocess.Popen] = []
    yield running
    for process in running:
        process.terminate()
        process.wait(10)


def launch(command: str, until: str, environ: dict[str, str], launched: list[subprocess.Popen]) -> subprocess.Popen:
    """Start `./palier command` and wait until it has said `until`."""
    told = Path(environ["PALIER_DATA"]) / f"told-{len(launched)}"
    with told.open("w") as errors:
        process = subprocess.Popen([str(ROOT / "palier"), command], env=environ, stderr=errors)
    launched.append(process)
    assert eventually(lambda: until in told.read_text() or process.poll() is not None, 90)
    assert until in told.read_text(), told.read_text()
    return process


def serve(environ: dict[str, str], launched: list[subprocess.Popen]) -> subprocess.Popen:
    return launch("serve", "Pages servies", environ, launched)


def answers(environ: dict[str, str]) -> bool:
    try:
        address = f"http://127.0.0.1:{environ['PALIER_PORT']}/compte/login/"
        with urllib.request.urlopen(address, timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def streams(environ: dict[str, str]) -> int:
    """What the process of the live streams answers: 204 while it hears PostgreSQL."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{environ['PALIER_LIVE_PORT']}/flux/", timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def rows(cluster: Cluster) -> int:
    with psycopg.connect(cluster.address("owner", "palier")) as link:
        return link.execute("SELECT count(*) FROM django_migrations").fetchone()[0]


def test_serving_killing_and_serving_again(environ, launched, folder: Path):  # noqa: F811
    refused = subprocess.run([str(ROOT / "palier"), "serve"], env=environ, capture_output=True, text=True)
    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (
        1, "Le schéma n’est pas à jour : lancez d’abord ./palier migrate",
    )  # fmt: skip
    subprocess.run([str(ROOT / "palier"), "migrate", "-v0"], env=environ, check=True)

    launcher = serve(environ, launched)
    assert answers(environ)
    second = subprocess.run([str(ROOT / "palier"), "serve"], env=environ, capture_output=True, text=True)
    assert (second.returncode, second.stderr.splitlines()[-1]) == (1, f"Palier tourne déjà avec le dossier {folder}.")

    web = psutil.Process(launcher.pid).children(recursive=True)
    assert [p.pid for p in web if "DATABASE_URL" in p.environ()] == []
    assert {p.environ()["PALIER_WEB_DATABASE_URL"].split(":")[1] for p in web} == {"//palier_web"}

    cluster = Cluster(folder, durable=False)
    kept = rows(cluster)
    everything = [launcher.pid, *(p.pid for p in web), postmaster(cluster)]
    for number in everything:
        os.kill(number, signal.SIGKILL)
    launcher.wait()
    launched.clear()

    again = serve(environ, launched)
    assert answers(environ)
    assert rows(cluster) == kept
    numbers = [p.pid for p in psutil.Process(again.pid).children(recursive=True)] + [postmaster(cluster)]
    began = time.monotonic()
    again.send_signal(signal.SIGINT)
    assert again.wait(10) == 0
    assert time.monotonic() - began < 5
    assert [n for n in numbers if not gone(n)] == []


def test_the_site_survives_its_server_and_its_database(environ, launched, folder: Path):  # noqa: F811
    subprocess.run([str(ROOT / "palier"), "migrate", "-v0"], env=environ, check=True)
    launcher = serve(environ, launched)
    children = psutil.Process(launcher.pid).children()
    (master,) = [child for child in children if "granian" in " ".join(child.cmdline())]
    (live,) = [child for child in children if "uvicorn" in child.cmdline()]
    assert len(children) == 2
    assert eventually(lambda: streams(environ) == 204, 15)
    orphans = [p.pid for p in master.children(recursive=True)]
    master.kill()
    assert eventually(lambda: all(gone(n) for n in orphans))
    assert eventually(lambda: answers(environ), 15)
    live.kill()
    assert eventually(lambda: gone(live.pid))
    assert eventually(lambda: streams(environ) == 204, 15)

    cluster = Cluster(folder, durable=False)
    former = postmaster(cluster)
    os.kill(former, signal.SIGKILL)
    assert eventually(lambda: gone(former))
    assert eventually(lambda: answers(environ), 15)
    assert eventually(lambda: streams(environ) == 204, 15)


def test_background_tasks_start_again_with_the_database(environ, launched, folder: Path):  # noqa: F811
    subprocess.run([str(ROOT / "palier"), "migrate", "-v0"], env=environ, check=True)
    launch("worker", "Tâches de fond démarrées", environ, launched)
    log = folder / "logs" / "worker.log"
    assert eventually(lambda: log.exists() and log.read_text().count("Launching a worker") == 1)
    # The watch has to see the server once before it can see that it changed.
    time.sleep(3)
    os.kill(postmaster(Cluster(folder, durable=False)), signal.SIGKILL)
    assert eventually(lambda: log.read_text().count("Launching a worker") == 2, 20)


def test_migrating_over_a_former_release_leaves_the_functions_declared_and_no_other(environ, folder: Path):  # noqa: F811
    """A function that returned other rows, and one that nobody may ask any more."""
    migrate = [str(ROOT / "palier"), "migrate", "-v0"]
    subprocess.run(migrate, env=environ, check=True)
    cluster = Cluster(folder, durable=False)
    cluster.enter()
    try:
        declared = functions(cluster)
        former = narrow_function("palier_ranks", "offer bigint", "TABLE (rank bigint)", "SELECT 1::bigint")
        gone_since = narrow_function("palier_everything", "", "SETOF bigint", "SELECT d.id FROM demands_demand d")
        with psycopg.connect(cluster.address("owner", "palier")) as link:
            for statement in ("DROP FUNCTION palier_ranks(bigint)", former, gone_since):
                link.execute(statement)
        assert functions(cluster) != declared
        subprocess.run(migrate, env=environ, check=True)
        assert functions(cluster) == declared
    finally:
        cluster.leave()


def functions(cluster: Cluster) -> list[tuple[str, str]]:
    with psycopg.connect(cluster.address("owner", "palier")) as link:
        return link.execute(
            "SELECT oid::regprocedure::text, pg_get_function_result(oid) FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'palier_') ORDER BY 1"
        ).fetchall()
