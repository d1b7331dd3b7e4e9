"""Waits of the past: true of the sample they come from, told of nobody when it is small."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law import waits
from palier.law.waits import MEDIAN, NINTH_DECILE, Quarters, band, duration, months, people, quarters, share

DAYS = st.lists(st.integers(0, 6000), min_size=1, max_size=80)


@given(DAYS, st.sampled_from([MEDIAN, NINTH_DECILE]))
def test_at_least_that_part_waited_no_longer_and_no_shorter_wait_would_do(days, part) -> None:
    found = share(days, part)
    assert found in days
    assert sum(d <= found for d in days) >= part * len(days)
    assert sum(d < found for d in days) < part * len(days)


@given(DAYS)
def test_whole_months_never_tell_less_than_the_wait(days) -> None:
    told = waits.waits([("ici", days)], least=1)
    assert (told.sample, told.median <= told.ninth) == (len(days), True)
    assert sum(months(d) <= told.median for d in days) * 2 >= len(days)
    assert sum(months(d) <= told.ninth for d in days) * 10 >= len(days) * 9


@given(st.lists(DAYS, max_size=4), st.integers(1, 60))
def test_the_closest_group_that_is_large_enough_is_told_and_no_small_one(groups, least) -> None:
    told = waits.waits([(str(n), days) for n, days in enumerate(groups)], least)
    enough = [str(n) for n, days in enumerate(groups) if len(days) >= least]
    assert (told and told.scope) == (enough[0] if enough else None)


def test_nobody_waited() -> None:
    assert waits.waits([("ici", [])], least=0) is None
    with pytest.raises(ValueError, match="nobody"):
        share([], MEDIAN)


@given(st.lists(st.integers(0, 30).map(Decimal), min_size=4, max_size=60), st.integers(0, 30).map(Decimal))
def test_a_quarter_holds_whoever_it_is_said_of(held, own) -> None:
    """More than the quarters before have more points; those with as many at least are no more than the quarters told."""
    ranked = sorted(held)
    thresholds = [ranked[-(-len(ranked) * n // 4) - 1] for n in (1, 2, 3)]
    found = quarters(own, thresholds)
    assert 1 <= found.best <= found.worst <= 4
    assert found.best == 1 or sum(p > own for p in held) * 4 > (found.best - 1) * len(held)
    assert sum(p >= own for p in held) * 4 <= found.worst * len(held)


@pytest.mark.parametrize(
    ("points", "thresholds", "said"),
    [
        (50, (10, 20, 30), "Dans le premier quart."),
        (25, (10, 20, 30), "Dans le deuxième quart."),
        (5, (10, 20, 30), "Dans le dernier quart."),
        (20, (10, 20, 30), "Entre le deuxième et le troisième quart : beaucoup ont autant de points."),
        (10, (10, 10, 10), "Entre le premier et le dernier quart : beaucoup ont autant de points."),
    ],
)
def test_quarters_in_words(points: int, thresholds: tuple[int, ...], said: str) -> None:
    assert quarters(Decimal(points), [Decimal(t) for t in thresholds]).text == said


def test_bands_and_durations_in_words() -> None:
    assert [band(n, [1, 2, 3, 5]) for n in (0, 1, 2, 4, 9)] == [(1, 2), (1, 2), (2, 3), (3, 5), (5, None)]
    assert [people(*band(n, [1, 2, 3, 5])) for n in (1, 2, 3, 6)] == [
        "1\u00a0personne", "2\u00a0personnes", "3 à 4\u00a0personnes", "5\u00a0personnes ou plus",
    ]  # fmt: skip
    assert [duration(n) for n in (0, 9, 12, 26)] == [
        "0\u00a0mois",
        "9\u00a0mois",
        "1\u00a0an",
        "2\u00a0ans et 2\u00a0mois",
    ]
    assert Quarters(1, 1).text == "Dans le premier quart."
