"""The page of examples, run as it is written, with the client, against the site itself."""

from __future__ import annotations

import re
import sys
import threading
import time
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.exchanges.landlords import changes
from palier.exchanges.landlords.webhooks.signing import signature
from tests.builders import Builder
from tests.conftest import NOW
from tests.exchanges.landlords.receivers import receiver
from tests.spaces.api.conftest import Landlord

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "api" / "README.md"


def client():
    spec = spec_from_file_location("palier_client", ROOT / "clients" / "python" / "palier_client.py")
    module = module_from_spec(spec)
    sys.modules["palier_client"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def address(committed):
    """The site on a port of this machine; the tests' clock is that of its threads too."""
    application = get_wsgi_application()

    def still(environ, start_response):
        with clock.frozen_at(NOW):
            yield from application(environ, start_response)

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    server = make_server("127.0.0.1", 0, still, handler_class=Quiet)

    def serve() -> None:
        server.serve_forever(0.02)
        connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_the_examples_do_what_they_say(address):
    with acting(SYSTEM):
        landlord = Landlord(Builder())
    palier = client()
    names = {
        "Palier": palier.Palier, "Problem": palier.Problem, "verify": palier.verify, "address": address,
        "token": landlord.token, "at": lambda minutes: (NOW + timedelta(minutes=minutes)).isoformat(),
        "a_few_seconds": changes.number,
        "signed": lambda secret, body: signature(secret, body, int(time.time())),
    }  # fmt: skip
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 9
    for block in blocks:
        # What the worker does every few seconds.
        changes.number()
        exec(compile(block, str(PAGE), "exec"), names)


def test_the_client_refuses_what_is_not_ours():
    verify = client().verify
    body, now = b"{}", 1_800_000_000
    good = {"Palier-Signature": signature("secret", body, now)}
    assert verify("secret", good, body, now=now + 299) == {}
    for secret, headers, text, at in (
        ("other", good, body, now), ("secret", good, b"[]", now), ("secret", good, body, now + 301),
        ("secret", {}, body, now), ("secret", {"Palier-Signature": "t=x,v1="}, body, now),
    ):  # fmt: skip
        with pytest.raises(ValueError):
            verify(secret, headers, text, now=at)


def test_the_client_tries_again_with_the_same_key():
    palier = client()
    palier.PAUSE = 0.01
    with receiver(503) as there, pytest.raises(palier.Problem) as problem:
        palier.Palier(there.url.removesuffix("/palier"), "x").post("/dwellings", {})
    keys = [headers["Idempotency-Key"] for headers, _ in there.got]
    assert (problem.value.status, len(keys), len(set(keys))) == (503, palier.TRIES, 1)
