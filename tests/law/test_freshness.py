"""Statements late, out of order, repeated, contradicting: what each does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from palier.law.freshness import Effect, Statement, ends_at, read, remind_before, stale_before

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CLOSE = timedelta(hours=12)
SAYS = ("available", "let", "withdrawn")
statements = st.builds(
    Statement,
    says=st.sampled_from(SAYS),
    at=st.integers(-3000, 3000).map(lambda minutes: NINE + timedelta(minutes=minutes)),
    via=st.sampled_from(["form", "file", "system"]),
)


def said(says: str, hours: float, via: str) -> Statement:
    return Statement(says, NINE + timedelta(hours=hours), via)


def reading(new: Statement, *known: Statement, ended: bool = False, disputed: bool = False) -> Effect:
    return read(new, known, ended=ended, disputed=disputed, close=CLOSE)


def test_the_same_channel_is_believed_in_the_order_of_its_own_dates():
    known = said("available", 0, "system")
    assert reading(said("let", 0.1, "system"), known) == Effect.APPLIED
    assert reading(said("let", -0.1, "system"), known) == Effect.OLDER
    assert reading(said("available", -0.1, "system"), known) == Effect.OLDER


def test_two_channels_at_close_dates_contradict_each_other_whichever_comes_first():
    form = said("available", 0, "form")
    assert [reading(said("let", h, "system"), form) for h in (-12, -1, 0, 1, 12)] == [Effect.CONTRADICTS] * 5
    assert reading(said("let", 12.1, "system"), form) == Effect.APPLIED
    assert reading(said("let", -12.1, "system"), form) == Effect.OLDER


def test_each_channel_counts_not_only_the_last_that_spoke():
    assert reading(said("let", 2, "system"), said("available", 0, "form"), said("available", 1, "system")) == (
        Effect.CONTRADICTS
    )


def test_a_person_who_speaks_last_on_the_site_is_believed():
    assert reading(said("let", 1, "form"), said("available", 0, "system")) == Effect.APPLIED
    assert reading(said("let", -1, "form"), said("available", 0, "system")) == Effect.CONTRADICTS


def test_the_opposite_at_the_very_same_instant_is_not_guessed():
    assert reading(said("let", 0, "system"), said("available", 0, "system")) == Effect.CONTRADICTS


def test_an_ended_offer_stays_ended():
    end = said("let", 0, "system")
    assert reading(said("available", 300, "system"), end, ended=True) == Effect.CONTRADICTS
    assert reading(said("available", -300, "system"), end, ended=True) == Effect.KNOWN
    assert reading(said("let", 1, "file"), end, ended=True) == Effect.KNOWN


def test_while_a_person_is_waited_for_nothing_ends_the_offer():
    form = said("available", 0, "form")
    assert reading(said("let", 100, "system"), form, disputed=True) == Effect.CONTRADICTS
    assert reading(said("available", 100, "system"), form, disputed=True) == Effect.APPLIED


@given(statements, st.lists(statements, max_size=3), st.booleans(), st.booleans())
def test_what_is_applied_is_never_older_than_what_is_known(new, known, ended, disputed):
    effect = read(new, known, ended=ended, disputed=disputed, close=CLOSE)
    if effect == Effect.APPLIED:
        assert not ended
        assert all(one.at <= new.at for one in known)
    if effect == Effect.CONTRADICTS and not disputed:
        assert ended or any((one.says == "available") != (new.says == "available") for one in known)


def test_delays():
    assert ends_at(NINE, 168) == NINE + timedelta(days=7)
    assert stale_before(NINE, 168) == NINE - timedelta(days=7)
    assert remind_before(NINE, 168, 24) == NINE - timedelta(days=6)
    assert remind_before(NINE, 24, 48) == NINE
