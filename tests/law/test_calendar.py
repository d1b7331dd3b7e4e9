"""The life of a demand over any dates, answer delays, and voting windows across summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law import calendar
from palier.law.calendar import PARIS, add_months, months_between, next_window

days = st.dates(date(2016, 1, 1), date(2040, 1, 1))
RULE = {"opens": "wed 09:00", "closes": "thu 13:00"}


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_add_months(start: date, months: int, expected: date) -> None:
    assert add_months(start, months) == expected


@given(days, st.integers(0, 240))
def test_months_there_and_back(start: date, months: int) -> None:
    assert months_between(start, add_months(start, months)) == months
    assert months_between(start, add_months(start, months) - timedelta(days=1)) == max(months - 1, 0)


def test_life_of_a_demand() -> None:
    start = date(2025, 10, 15)
    states = {
        day: calendar.life(start, None, day).state
        for day in (
            date(2026, 9, 14), date(2026, 9, 15), date(2026, 10, 15), date(2026, 10, 16), date(2026, 11, 14),
            date(2026, 11, 15), date(2027, 4, 15), date(2027, 4, 16),
        )
    }  # fmt: skip
    assert list(states.values()) == [
        "valid",
        "to_renew",
        "to_renew",
        "expired",
        "expired",
        "removed",
        "removed",
        "lost",
    ]


def test_renewal_keeps_seniority() -> None:
    found = calendar.life(date(2020, 5, 10), date(2026, 4, 30), date(2026, 11, 23))
    assert (found.state, found.seniority_months, found.expires_on) == ("valid", 78, date(2027, 4, 30))
    assert found.notice_on == date(2027, 3, 30)


@given(days, st.integers(0, 4000), st.integers(0, 3000))
def test_life_in_order(registered: date, renewed_after: int, later: int) -> None:
    renewed = registered + timedelta(days=renewed_after) if renewed_after else None
    on = (renewed or registered) + timedelta(days=later)
    found = calendar.life(registered, renewed, on)
    assert found.notice_on < found.expires_on < found.removal_on < found.reactivation_until
    assert found.seniority_months == months_between(registered, on)
    order = ["valid", "to_renew", "expired", "removed", "lost"]
    tomorrow = calendar.life(registered, renewed, on + timedelta(days=1))
    assert order.index(tomorrow.state) >= order.index(found.state)
    # The notice leaves at least a month.
    assert months_between(found.notice_on, found.expires_on) >= 1


def test_ten_days_at_least() -> None:
    assert calendar.answer_due(date(2026, 11, 23), 10) == date(2026, 12, 3)
    with pytest.raises(ValueError, match="10 jours"):
        calendar.answer_due(date(2026, 11, 23), 9)
    with pytest.raises(ValueError, match="au moins un jour"):
        calendar.conditional_due(date(2026, 11, 23), 0)
    assert calendar.conditional_due(date(2026, 11, 23), 15) == date(2026, 12, 8)


def test_removals_and_returns() -> None:
    warned = date(2026, 12, 31)
    assert calendar.no_answer_removal(warned) == date(2027, 2, 28)
    assert calendar.rejection_removal(warned) == date(2027, 1, 31)
    assert calendar.erasure_on(date(2026, 11, 23)) == date(2027, 11, 23)
    returns = {
        g: calendar.reactivation_until(g, date(2026, 11, 23), date(2025, 10, 23))
        for g in ("RADREN", "RADCON", "RADATT")
    }
    assert returns == {"RADREN": date(2027, 4, 23), "RADCON": date(2027, 4, 23), "RADATT": None}


def test_next_window() -> None:
    found = next_window(RULE, datetime(2026, 11, 23, 10, tzinfo=PARIS))
    assert (found.opens_at.isoformat(), found.closes_at.isoformat()) == (
        "2026-11-25T09:00:00+01:00",
        "2026-11-26T13:00:00+01:00",
    )
    assert [found.is_open(t) for t in (found.opens_at, found.closes_at)] == [True, False]
    # At the very opening it is this one, a minute later the next.
    assert next_window(RULE, found.opens_at) == found
    assert next_window(RULE, found.opens_at + timedelta(minutes=1)).opens_at.date() == date(2026, 12, 2)


def test_window_over_the_change_of_hour() -> None:
    rule = {"opens": "sat 20:00", "closes": "sun 20:00"}
    found = next_window(rule, datetime(2026, 10, 20, tzinfo=UTC))
    assert found.closes_at.astimezone(UTC) - found.opens_at.astimezone(UTC) == timedelta(hours=25)


@pytest.mark.parametrize(
    "rule",
    [
        {"opens": "wed 9h", "closes": "thu 13:00"},
        {"opens": "mer 09:00", "closes": "thu 13:00"},
        {"opens": "wed 09:00", "closes": "wed 09:00"},
    ],
)
def test_a_bad_rule_says_so(rule: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="wed 09:00|se clore après"):
        next_window(rule, datetime(2026, 11, 23, tzinfo=UTC))


def test_an_instant_has_a_zone() -> None:
    with pytest.raises(ValueError, match="fuseau"):
        next_window(RULE, datetime(2026, 11, 23))


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(
        [RULE, {"opens": "mon 08:00", "closes": "mon 18:30"}, {"opens": "fri 18:00", "closes": "fri 08:00"}]
    ),
)
def test_windows_come_within_a_week(after: datetime, rule: dict[str, str]) -> None:
    found = next_window(rule, after)
    assert after <= found.opens_at < found.closes_at
    assert found.opens_at.date() - after.astimezone(PARIS).date() <= timedelta(days=7)
    assert found.closes_at - found.opens_at < timedelta(days=7)
    assert f"{found.opens_at:%H:%M}" == rule["opens"][-5:]
