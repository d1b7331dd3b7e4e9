"""A register of our own for tests: its certificates, what it knows, its server and a client of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.exchanges.sne.client import Access, Client
from palier.exchanges.stand_in import certificates
from palier.exchanges.stand_in.certificates import Certificates
from palier.exchanges.stand_in.register import Register
from palier.exchanges.stand_in.server import Server

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def tls(tmp_path_factory) -> Certificates:
    return certificates.ensure(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path / "register")


@pytest.fixture
def server(register: Register, tls: Certificates) -> Iterator[Server]:
    """A stand-in in a thread of this process."""
    with Server(register, tls) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def access(address: str, tls: Certificates, timeout: float = 5.0) -> Access:
    return Access(address, *tls.of("client"), authorities=tls.authority, timeout=timeout)


@pytest.fixture
def to_register(server: Server, tls: Certificates) -> Client:
    return Client(access(server.address, tls), "DG001")


@pytest.fixture
def desk(build) -> Actor:
    """An agent of a registration desk."""
    return build.actor(Role.DESK, build.organisation("desk", name="Guichet de Caen", register_desk="DG001"))
