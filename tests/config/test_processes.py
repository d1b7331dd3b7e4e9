from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from palier.config.processes import MARK, AlreadyRunning, Supervisor
from tests.config.test_postgres import gone

SLEEP = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)",
]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(c.pid, flush=True); time.sleep(60)",
]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path, "site")
    yield made
    if not made._stopping:
        made.stop()


def eventually(true: Callable[[], object], seconds: float = 8.0) -> bool:
    for _ in range(int(seconds / 0.05)):
        if true():
            return True
        time.sleep(0.05)
    return False


def log(supervisor: Supervisor, name: str = "web") -> list[str]:
    return (supervisor.logs / f"{name}.log").read_text().split()


def watched(supervisor: Supervisor, during: Callable[[], object]) -> None:
    """Run `during` beside the supervisor's loop, which ends with it."""

    def act() -> None:
        try:
            during()
        finally:
            supervisor._ask_to_stop(signal.SIGTERM, None)

    thread = threading.Thread(target=act)
    thread.start()
    supervisor.watch(60, lambda: None)
    thread.join()


def test_what_falls_is_started_again_with_its_children_gone(supervisor: Supervisor, capfd):
    supervisor.start("web", PARENT, os.environ)
    assert eventually(lambda: len(log(supervisor)) == 1)
    first = int(log(supervisor)[0])

    def fall() -> None:
        supervisor._processes[0].running.kill()
        assert eventually(lambda: len(log(supervisor)) == 2)

    watched(supervisor, fall)
    assert gone(first) is True
    supervisor.stop()
    assert capfd.readouterr().err.startswith("« web » s’est arrêté (code -9) ; il redémarre.")


def test_the_more_it_falls_the_longer_the_wait(supervisor: Supervisor):
    supervisor.start("web", [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
    watched(supervisor, lambda: time.sleep(2.5))
    process = supervisor._processes[0]
    assert process.falls in (2, 3)
    supervisor.stop()


def test_stopping_ends_even_what_refuses_to_stop(supervisor: Supervisor):
    supervisor.start("web", STUBBORN, os.environ, grace=0.3)
    supervisor.start("worker", SLEEP, os.environ, grace=0.3)
    assert eventually(lambda: log(supervisor) == ["here"])
    numbers = [p.running.pid for p in supervisor._processes]
    began = time.monotonic()
    supervisor._stopping = True
    supervisor.stop()
    assert [gone(n) for n in numbers] == [True, True]
    assert time.monotonic() - began < 3


def test_only_one_supervisor_per_folder(supervisor: Supervisor, tmp_path: Path):
    with pytest.raises(AlreadyRunning):
        Supervisor(tmp_path, "site")
    other = Supervisor(tmp_path, "worker")
    other.stop()


def test_leftovers_are_ended_by_their_mark_and_nothing_else_is(tmp_path: Path):
    mark = {**os.environ, MARK: f"site:{tmp_path}"}
    other = {**os.environ, MARK: f"site:{tmp_path}-other"}
    with (
        subprocess.Popen(SLEEP, env=mark, stdout=subprocess.DEVNULL) as left,
        subprocess.Popen(SLEEP, env=other, stdout=subprocess.DEVNULL) as stranger,
    ):
        time.sleep(0.3)
        supervisor = Supervisor(tmp_path, "site")
        assert left.wait(5) == -signal.SIGKILL
        assert stranger.poll() is None
        supervisor.stop()
        stranger.kill()


def test_children_end_with_a_launcher_that_was_killed(tmp_path: Path):
    code = (
        "import os, sys, time; from pathlib import Path; from palier.config.processes import Supervisor;"
        f"s = Supervisor(Path(sys.argv[1]), 'site'); s.start('web', {SLEEP!r}, os.environ);"
        "print(s._processes[0].running.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as launcher:
        child = int(launcher.stdout.readline())
        assert eventually(lambda: (tmp_path / "logs" / "web.log").read_text() == "here\n")
        launcher.kill()
        launcher.wait()
    assert eventually(lambda: gone(child))


def test_a_fallen_process_shows_the_end_of_its_log(supervisor: Supervisor):
    supervisor.start("web", [sys.executable, "-c", "raise SystemExit('port pris')"], os.environ)
    assert eventually(lambda: supervisor.fell("web") is not None)
    assert supervisor.fell("web") == "port pris"


def test_restart_replaces_the_process(supervisor: Supervisor):
    supervisor.start("worker", SLEEP, os.environ)
    first = supervisor._processes[0].running.pid
    supervisor.restart("worker")
    assert gone(first) is True
    assert supervisor._processes[0].running.poll() is None


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path):
    from palier.config.running import _need_port

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"^Le port {port} n’est pas libre"):
            _need_port("127.0.0.1", port)
