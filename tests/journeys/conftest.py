"""The cast, each with a browser, on a site of real commits at a moment that the demo's own clock sets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.people import Stage


@pytest.fixture(autouse=True)
def _still_clock() -> None:
    """Here time goes by: the server runs on its own threads, and the demo's clock is moved by hand."""


@pytest.fixture
def stage(site: str, browser, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The cast in its town, each with a browser of their own."""
    made = Stage(site, browser, journey=request.node.name.removeprefix("test_"))
    failures = request.session.testsfailed
    yield made
    if request.session.testsfailed > failures:
        made.last_look()
    made.close()
