"""Whose turn, since when: over random stories of a vacancy as over those told here."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.stopwatch import (
    DELAYS,
    STEPS,
    Clock,
    Event,
    Owner,
    clocks,
    lost_rent,
    of_application,
    quarter,
    running,
    spread,
)

START, NOON = date(2026, 1, 5), datetime(2026, 1, 5, 12, 0)
DAYS = dict.fromkeys(DELAYS, 5) | {"designation_days": 30}
ALL = [step.done for step in STEPS]
names = st.sampled_from(["declared", "closing", "reopened", "taken_off", "proposed", *ALL])
stories = st.lists(
    st.builds(lambda n, what: Event(NOON + timedelta(hours=n), what), st.integers(0, 4800), names), max_size=25
)


def told(*rows: tuple[int, str]) -> list[Event]:
    return [Event(NOON + timedelta(days=n), what) for n, what in rows]


def spans(found: list[Clock]) -> list[tuple]:
    return [
        (c.step.key, (c.started_on - START).days, None if c.done_on is None else (c.done_on - START).days)
        for c in found
    ]


WHOLE = told(
    (0, "declared"), (2, "published"), (16, "closing"), (18, "listed"), (18, "sent"), (25, "instructed"),
    (30, "on_agenda"), (38, "decided"), (38, "proposed"), (45, "answered"), (50, "leased"),
)  # fmt: skip


def test_a_vacancy_from_the_notice_to_the_lease():
    found = clocks(WHOLE, DAYS, reserved=False)
    assert spans(found) == [
        ("publish", 0, 2), ("list", 16, 18), ("send", 18, 18), ("instruct", 18, 25), ("agenda", 25, 30),
        ("decide", 30, 38), ("answer", 38, 45), ("lease", 45, 50),
    ]  # fmt: skip
    assert running(found) is None
    assert [c.late_days(START) for c in found] == [0, 0, 0, 2, 0, 3, 2, 0]


def test_who_has_to_act():
    owners = {c.step.key: c.owner for c in clocks(WHOLE, DAYS, reserved=False)}
    reserved = {c.step.key: c.owner for c in clocks(WHOLE, DAYS, reserved=True)}
    assert {k for k in owners if owners[k] != reserved[k]} == {"list", "send"}
    assert (owners["list"], reserved["list"], owners["answer"]) == (Owner.LANDLORD, Owner.HOLDER, Owner.HOUSEHOLD)


def test_a_list_is_not_late_while_applications_are_open():
    clock = running(clocks(WHOLE[:3], DAYS, reserved=False))
    assert (clock.step.key, clock.started_on, clock.days(START)) == ("list", START + timedelta(days=16), 0)


def test_a_list_made_before_the_closing_took_no_time():
    found = clocks(told((0, "declared"), (2, "published"), (10, "listed"), (16, "closing")), DAYS, reserved=False)
    assert spans(found)[1] == ("list", 10, 10)


def test_the_next_rank_has_its_own_time():
    found = clocks([*WHOLE[:9], *told((49, "proposed"))], DAYS, reserved=False)
    assert spans(found)[-1] == ("answer", 49, None)


def test_reopened_the_list_is_waited_for_anew():
    found = clocks([*WHOLE[:9], *told((60, "reopened"), (74, "closing"))], DAYS, reserved=False)
    assert spans(found) == [("publish", 0, 2), ("list", 74, None)]


def test_off_the_agenda_it_waits_for_another():
    found = clocks([*WHOLE[:7], *told((33, "taken_off"))], DAYS, reserved=False)
    assert spans(found)[-1] == ("agenda", 25, None)


def test_nothing_is_known_of_a_vacancy_without_events():
    assert clocks([], DAYS, reserved=False) == []


@given(stories, st.booleans())
def test_clocks_follow_each_other_and_one_at_most_runs(story, reserved):
    found = clocks(story, DAYS, reserved=reserved)
    keys = [step.key for step in STEPS]
    places = [keys.index(c.step.key) for c in found]
    assert places == sorted(set(places))
    assert all(c.done_on is not None for c in found[:-1])
    assert all(c.done_on is None or c.done_on >= c.started_on for c in found)
    assert all(c.owner != Owner.DESIGNATOR and c.due_on > c.started_on for c in found)
    assert clocks(reversed(story), DAYS, reserved=reserved) == found


@given(stories, st.integers(0, 400))
def test_a_running_clock_only_gets_later(story, n):
    clock = running(clocks(story, DAYS, reserved=False))
    if clock is not None:
        today = START + timedelta(days=n)
        assert clock.late_days(today) <= clock.late_days(today + timedelta(days=1)) <= clock.days(today) + 1


@pytest.mark.parametrize(("state", "step", "owner"), [
    ("submitted", "list", Owner.HOLDER), ("sent", "instruct", Owner.LANDLORD), ("admissible", "agenda", Owner.COMMISSION),
    ("on_agenda", "decide", Owner.COMMISSION), ("allocated", "answer", Owner.HOUSEHOLD), ("accepted", "lease", Owner.LANDLORD),
])  # fmt: skip
def test_an_application_tells_whose_turn_it_is(state, step, owner):
    clock = of_application(state, START, DAYS, reserved=True, closing=START + timedelta(days=4))
    assert (clock.step.key, clock.owner) == (step, owner)
    assert clock.due_on == START + timedelta(days=34 if state == "submitted" else 5)


def test_an_answer_is_due_on_the_day_fixed_with_the_proposal():
    by = START + timedelta(days=12)
    assert of_application("allocated", START, DAYS, reserved=False, closing=START, answer_by=by).due_on == by


def test_over_or_ranked_behind_it_is_nobody_s_turn():
    for state in ("ranked", "leased", "released", "withdrawn", "not_allocated"):
        assert of_application(state, START, DAYS, reserved=False, closing=START) is None


@given(st.lists(st.integers(0, 500), max_size=40), st.integers(1, 20))
def test_figures_are_hidden_under_the_least_number(days, least):
    found = spread(days, least)
    assert found.sample == len(days)
    assert (found.median is None) == (found.ninth is None) == (len(days) < least)
    if found.median is not None:
        assert min(days) <= found.median <= found.ninth <= max(days)


@given(st.dates())
def test_quarters(day):
    first = quarter(day)
    assert (first.day, first.month in (1, 4, 7, 10)) == (1, True)
    assert first <= day < first + timedelta(days=92)


def test_what_an_empty_dwelling_costs():
    assert lost_rent(Decimal("365"), 365) == Decimal("4380.00")
    assert lost_rent(Decimal("400"), 0) == Decimal("0.00")
