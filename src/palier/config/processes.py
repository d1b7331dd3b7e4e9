"""The processes of an installation: started in order, restarted when they fall, stopped together.

Every process carries the mark of its data folder in its environment. `kill -9` of a parent can leave
its children running (granian's do); the next start finds them by that mark, which no other program has.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

MARK = "PALIER_SUPERVISED"
LOG_LIMIT = 20 * 1024 * 1024
STEADY = 30.0
"""Seconds after which a process that runs is no longer counted as falling."""
_PR_SET_PDEATHSIG = 1


class AlreadyRunning(SystemExit):
    """Another launcher runs the same data folder."""


def die_with_parent() -> None:
    """Linux: the child is asked to stop when the launcher disappears, even by `kill -9`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def say(text: str) -> None:
    """Progress goes to the error stream: the standard output is for results."""
    print(text, file=sys.stderr, flush=True)


def wait_until_gone(processes: Sequence[psutil.Process], seconds: float) -> None:
    """Wait for processes that were killed; one that only its parent still remembers counts as gone."""
    deadline = time.monotonic() + seconds
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            while process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
                time.sleep(0.02)


@dataclass(slots=True)
class Process:
    """One supervised command. `grace`: seconds it is given to stop by itself."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    grace: float
    running: subprocess.Popen | None = field(default=None, repr=False)
    started: float = 0.0
    falls: int = 0
    next_start: float = 0.0


class Supervisor:
    """The processes of one data folder; only one supervisor may hold it."""

    def __init__(self, data: Path, name: str) -> None:
        self.logs = data / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self._mark = f"{name}:{data}"
        self._stopping = False
        self._processes: list[Process] = []
        self._lock = os.open(data / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"Palier tourne déjà avec le dossier {data}.") from None
        self.end_leftovers()

    def end_leftovers(self) -> int:
        """Kill what an earlier supervisor of this folder left behind; returns how many processes."""
        ended = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == self._mark and process.pid != os.getpid():
                    process.kill()
                    ended.append(process)
            except (psutil.Error, OSError):
                continue
        wait_until_gone(ended, 3.0)
        return len(ended)

    def start(self, name: str, command: Sequence[str], environ: Mapping[str, str], *, grace: float = 2.0) -> None:
        """Start one process; the order of starting is also that of stopping."""
        process = Process(name, command, {**environ, MARK: self._mark}, grace)
        self._processes.append(process)
        self._launch(process)

    def restart(self, name: str) -> None:
        """Stop and start one process again."""
        for process in self._processes:
            if process.name == name:
                _ask_group(process, signal.SIGTERM)
                _end(process, process.grace)
                self._launch(process)

    def fell(self, name: str) -> str | None:
        """The end of a process's log if it is not running, else None."""
        for process in self._processes:
            if process.name == name and process.running is not None and process.running.poll() is not None:
                text = (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")
                return "\n".join(text.splitlines()[-15:])
        return None

    def stop_on_signal(self) -> None:
        """From now on, Ctrl-C, a closed terminal or a plain `kill` end `watch`."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)

    def watch(self, every: float, check: Callable[[], None]) -> None:
        """Until a signal: start again what falls, ever more slowly, and call `check` from time to time."""
        due = time.monotonic() + every
        while not self._stopping:
            for process in self._processes:
                self._look_at(process)
            if time.monotonic() >= due:
                check()
                due = time.monotonic() + every
            time.sleep(0.2)

    def stop(self) -> None:
        """Ask every process to end, in order; kill what has not ended in its time."""
        for process in self._processes:
            _ask_group(process, signal.SIGTERM)
        deadline = time.monotonic() + max((p.grace for p in self._processes), default=0.0)
        for process in self._processes:
            _end(process, max(0.0, deadline - time.monotonic()))
        self.end_leftovers()
        os.close(self._lock)

    def _launch(self, process: Process) -> None:
        path = self.logs / f"{process.name}.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            process.running = subprocess.Popen(
                process.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=process.environ,
                start_new_session=True, preexec_fn=die_with_parent,
            )  # fmt: skip
        process.started = time.monotonic()
        process.next_start = 0.0

    def _look_at(self, process: Process) -> None:
        now = time.monotonic()
        if process.running is None or process.running.poll() is None:
            return
        if not process.next_start:
            process.falls = 1 if now - process.started > STEADY else process.falls + 1
            process.next_start = now + min(30.0, 0.25 * 2 ** min(process.falls, 7))
            # Its own children may outlive it and hold the port.
            _ask_group(process, signal.SIGKILL)
            code = process.running.returncode
            log = self.logs / f"{process.name}.log"
            say(f"« {process.name} » s’est arrêté (code {code}) ; il redémarre. Journal : {log}")
        elif now >= process.next_start:
            self._launch(process)

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self._stopping = True


def _ask_group(process: Process, number: int) -> None:
    if process.running is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.running.pid, number)


def _end(process: Process, patience: float) -> None:
    if process.running is not None:
        with suppress(subprocess.TimeoutExpired):
            process.running.wait(patience)
        _ask_group(process, signal.SIGKILL)
        process.running.wait()
