"""The demo's clock goes to the sessions there are, whatever the day it is tried on."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from palier.commissions.models import Commission, Session
from palier.common import clock
from palier.demo import moments
from palier.law.calendar import PARIS
from tests.builders import Builder

SATURDAY = datetime(2026, 11, 28, 9, 0, tzinfo=PARIS)


@pytest.fixture(autouse=True)
def saturday():
    with clock.frozen_at(SATURDAY):
        yield


def session(build: Builder, opens_in: int, **fields) -> Session:
    opens = SATURDAY + timedelta(days=opens_in)
    return Session.objects.create(
        commission=Commission.objects.create(landlord=build.organisation(), name="Commission", department_id="14"), number=f"S{opens_in}", opens_at=opens, closes_at=opens + timedelta(hours=28), **fields
    )  # fmt: skip


def test_without_a_session_it_goes_to_the_usual_window(build: Builder):
    assert (moments.next_opening(), moments.next_closing()) == (
        datetime(2026, 12, 2, 9, 0, tzinfo=PARIS),
        datetime(2026, 12, 3, 13, 0, tzinfo=PARIS),
    )


def test_it_goes_to_the_next_session_even_when_a_usual_window_comes_before(build: Builder):
    session(build, 20)
    coming = session(build, 11)
    session(build, -3)
    assert moments.next_opening() == coming.opens_at


def test_a_cancelled_session_opens_for_nobody(build: Builder):
    session(build, 2, state="cancelled")
    assert moments.next_opening() == datetime(2026, 12, 2, 9, 0, tzinfo=PARIS)


def test_the_closing_is_that_of_the_session_under_way(build: Builder):
    session(build, 11, state="published")
    open_now = session(build, -1, state="published")
    assert moments.next_closing() == open_now.closes_at
