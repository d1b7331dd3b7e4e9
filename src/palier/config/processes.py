"""Running the processes of an installation together: started in order, restarted when they fall, stopped cleanly.

`kill -9` of everything leaves children behind; each start records what it starts, and the next one ends
what is still there after checking that it is really ours.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Linux: the child gets SIGTERM when the launcher disappears, even killed with -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Process:
    """One process of the installation; `grace` seconds to stop before it is killed."""

    name: str
    command: Sequence[str]
    grace: float = 4.0
    running: subprocess.Popen | None = field(default=None, repr=False)
    restarts: int = 0
    next_start: float = 0.0


class Group:
    """The processes of one data folder."""

    def __init__(self, data: Path, environ: Mapping[str, str]) -> None:
        self.logs = data / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.record = data / "processes.json"
        self.environ = dict(environ)
        self.processes: list[Process] = []
        self._stopping = False

    def end_leftovers(self) -> None:
        """Kill what a former launcher left running here; a number reused by another program is left alone."""
        try:
            former = json.loads(self.record.read_text())
        except (OSError, ValueError):
            return
        for pid, command in former:
            if _command_line(pid) == command:
                _signal_group(pid, signal.SIGKILL)
        self.record.unlink(missing_ok=True)

    def start(self, name: str, command: Sequence[str]) -> None:
        process = Process(name, command)
        self.processes.append(process)
        self._launch(process)

    def _launch(self, process: Process) -> None:
        with (self.logs / f"{process.name}.log").open("ab") as log:
            process.running = subprocess.Popen(
                process.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environ,
                start_new_session=True, preexec_fn=_die_with_parent,
            )  # fmt: skip
        self._remember()

    def _remember(self) -> None:
        live = [p.running.pid for p in self.processes if p.running and p.running.poll() is None]
        self.record.write_text(json.dumps([(pid, _command_line(pid)) for pid in live]))

    def watch(self) -> int:
        """Until SIGINT or SIGTERM: restart what falls, ever more slowly when it keeps falling."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        while not self._stopping:
            for process in self.processes:
                self._revive(process)
            time.sleep(0.3)
        self.stop()
        return 0

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self._stopping = True

    def _revive(self, process: Process) -> None:
        if process.running is None or process.running.poll() is None:
            return
        now = time.monotonic()
        if not process.next_start:
            process.restarts += 1
            process.next_start = now + min(30.0, 0.5 * 2 ** min(process.restarts, 6))
            _signal_group(process.running.pid, signal.SIGKILL)
            print(f"{process.name} s’est arrêté, redémarrage…", file=sys.stderr)
        elif now >= process.next_start:
            process.next_start = 0.0
            self._launch(process)

    def stop(self) -> None:
        """Ask each process to end, in the order they were started; kill what does not in time."""
        for process in self.processes:
            if process.running and process.running.poll() is None:
                _signal_group(process.running.pid, signal.SIGTERM)
        for process in self.processes:
            if process.running is None:
                continue
            try:
                process.running.wait(process.grace)
            except subprocess.TimeoutExpired:
                pass
            _signal_group(process.running.pid, signal.SIGKILL)
        self.record.unlink(missing_ok=True)


def _signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""
