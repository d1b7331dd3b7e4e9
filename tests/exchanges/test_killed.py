"""Real processes killed with `kill -9`: the sender between sending and answer, and the register in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demands import actions as demands
from palier.exchanges import sending
from palier.exchanges.models import Operation, RegisterNumber
from palier.exchanges.sne.client import Client
from palier.exchanges.stand_in.server import Server
from tests import builders
from tests.exchanges.registers import access

PATIENCE = 60


@pytest.fixture
def demand(committed):
    with acting(SYSTEM):
        build = builders.Builder()
        desk = build.actor(Role.DESK, build.organisation("desk", register_desk="DG001"))
    # The processes of these tests live in the real present.
    with clock.frozen_at(datetime.now(UTC)), acting(desk.scope):
        return demands.register(actor=desk, form=build.form(), department="14", person=None)


def settings(address, tls):
    certificate, key = tls.of("client")
    return {**os.environ, "PALIER_SNE_URL": address, "PALIER_SNE_CERTIFICATE": str(certificate), "PALIER_DEMO": "0",
            "PALIER_SNE_KEY": str(key), "PALIER_SNE_AUTHORITY": str(tls.authority), "PALIER_SNE_TIMEOUT": "20"}  # fmt: skip


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def the_state():
    with acting(SYSTEM):
        return Operation.objects.values_list("state", flat=True).get()


def test_the_sender_killed_before_the_answer_loses_and_doubles_nothing(demand, server, register, tls):
    """The register has taken the creation and is slow to say so; the sender dies meanwhile."""
    server.after_taking = 15.0
    sender = subprocess.Popen(
        [sys.executable, "-m", "palier", "manage", "exchanges", "send"], env=settings(server.address, tls),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: len(register.held()) == 1)
    finally:
        sender.send_signal(signal.SIGKILL)
        sender.wait()
    assert the_state() == "sent"
    server.after_taking = 0.0
    with clock.frozen_at(datetime.now(UTC)):
        client = Client(access(server.address, tls), "DG001")
        until(lambda: sending.send_due(client) == {"accepted": 1})
    with acting(SYSTEM):
        assert [n for n, _ in register.held()] == [RegisterNumber.objects.get(demand=demand).number]
        assert Operation.objects.get().attempts == 2


def test_the_register_killed_in_the_middle_is_started_again_and_has_it_once(demand, register, tls, tmp_path):
    with Server(register, tls) as free:
        port = free.server_address[1]
    command = [
        sys.executable,
        "-m",
        "palier",
        "sne-stand-in",
        "--port",
        str(port),
        "--state",
        str(tmp_path / "register"),
    ]
    command += ["--tls-dir", str(tls.folder)]
    client = Client(access(f"https://127.0.0.1:{port}", tls), "DG001")
    register.tell("die")
    with _running(command) as first:
        assert _sent_now(client) == {"waiting": 1}
        assert first.wait(PATIENCE) == 9
    # While nobody answers, the file waits: nothing is lost.
    assert _sent_now(client) == {"waiting": 1}
    with _running(command):
        assert _sent_now(client) == {"accepted": 1}
    with acting(SYSTEM):
        assert [n for n, _ in register.held()] == [RegisterNumber.objects.get(demand=demand).number]


def _sent_now(client):
    """Whatever delay it was given."""
    with clock.frozen_at(datetime.now(UTC)):
        with acting(SYSTEM):
            Operation.objects.update(due_at=clock.now())
        return sending.send_due(client)


@contextmanager
def _running(command):
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout.readline().startswith("PALIER_SNE_URL=")
            yield process
        finally:
            process.kill()


def test_one_sender_at_a_time(demand, server, register, tls):
    """A second sender, while the first waits for its answer, touches nothing."""
    server.after_taking = 3.0
    sender = subprocess.Popen(
        [sys.executable, "-m", "palier", "manage", "exchanges", "send"], env=settings(server.address, tls),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    until(lambda: len(register.held()) == 1)
    with clock.frozen_at(datetime.now(UTC)):
        assert sending.send_due(Client(access(server.address, tls), "DG001")) == {}
    out, _ = sender.communicate(timeout=PATIENCE)
    assert out.strip() == '{"accepted": 1}'
    assert [service for service, *_ in register.calls()] == ["NumUnique"]
