"""The description of the API and what it does are one thing: schemathesis sends what it allows, and what it does not."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings

from palier.spaces.api.api import api
from tests.spaces.api.conftest import Landlord

EXAMPLES = 8


schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
schema.app = get_wsgi_application()


@pytest.fixture
def described(landlord: Landlord, build):
    """A landlord with an offer, whose system has every scope."""
    build.application(build.demand(build.person()), build.offer(landlord.body))
    # As Django's own test client does: the end of a request must not close the connection of the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield landlord
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_it_answers_as_it_says(case, described):
    case.call_and_validate(headers={"Authorization": f"Bearer {described.token}"})


def test_it_is_described_in_openapi_3_1():
    held = api.get_openapi_schema()
    assert held["openapi"].startswith("3.1")
    operations = {
        f"{verb} {path}": operation for path, verbs in held["paths"].items() for verb, operation in verbs.items()
    }
    assert len(operations) == 22
    for name, operation in operations.items():
        asked = {p["name"] for p in operation["parameters"] if p["required"]}
        assert ("Idempotency-Key" in asked) == name.startswith("post"), name
        assert operation["security"] == [{"Token": []}], name
        assert operation["description"], name
