"""Thresholds of headcount: which year counts, and what they open (CCH L313-1, CSS L130-1)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.contribution import least, reached, rights

ON = date(2026, 11, 23)
histories = st.dictionaries(st.integers(2015, 2025), st.integers(0, 400), min_size=1)


@pytest.mark.parametrize(
    ("sector", "headcount", "expected"),
    [
        ("private", 9, (False, False, False)),
        ("private", 10, (False, True, False)),
        ("private", 49, (False, True, False)),
        ("private", 50, (True, True, True)),
        ("agricultural", 49, (False, False, False)),
        ("agricultural", 50, (True, True, True)),
        ("public", 4000, (False, False, False)),
    ],
)
def test_thresholds(sector, headcount, expected):
    told = rights(sector, {2025: headcount}, ON)
    assert (told.pays, told.services, told.dwellings) == expected


def test_the_threshold_was_twenty_before_the_law_of_2019():
    assert [rights("private", {year - 1: 30}, date(year, 3, 1)).pays for year in (2019, 2020)] == [True, False]


def test_an_unknown_headcount_and_the_year_under_way_say_nothing():
    assert [rights("private", counts, ON).pays for counts in ({}, {2026: 80})] == [None, None]


@pytest.mark.parametrize(
    ("counts", "crossed"),
    [
        ([49, 50, 50, 50, 50], False),
        ([49, 50, 50, 50, 50, 50], True),
        ([50, 50, 49], False),
        ([60, 49, 60, 60, 60, 60], False),
        ([60, 49, 60, 60, 60, 60, 60], True),
    ],
)
def test_five_years_upwards_one_downwards(counts, crossed):
    assert reached(dict(enumerate(counts, start=2015)), 50, 5) is crossed


@given(histories, st.integers(1, 300), st.integers(1, 6))
def test_a_last_year_below_is_never_crossed_and_all_years_above_always_are(counts, threshold, years):
    crossed = reached(counts, threshold, years)
    if counts[max(counts)] < threshold:
        assert not crossed
    if min(counts.values()) >= threshold:
        assert crossed


@given(histories)
def test_whoever_pays_has_the_dwellings_and_the_services(counts):
    told = rights("private", counts, ON)
    assert (not told.pays or told.dwellings, not told.dwellings or told.services) == (True, True)


def test_a_band_gives_its_least_number():
    assert [least(band, ON) for band in ("11", "21", "NN", "??")] == [10, 50, 0, None]
