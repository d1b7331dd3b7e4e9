"""The straight line between two places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.distance import Point, straight_line

CAEN, BAYEUX, ALENCON = (49.1829, -0.3707), (49.2764, -0.7024), (48.4306, 0.0931)
places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(("one", "other", "km"), [(CAEN, BAYEUX, 26), (CAEN, ALENCON, 90), ((0, 0), (0, 180), 20015)])
def test_known_distances(one: Point, other: Point, km: int) -> None:
    assert round(straight_line(one, other)) == km


@given(places, places)
def test_the_same_both_ways_and_nothing_to_oneself(one: Point, other: Point) -> None:
    assert straight_line(one, other) == pytest.approx(straight_line(other, one), abs=1e-6)
    assert straight_line(one, one) == 0


@given(places, places, places)
def test_no_detour_is_shorter(one: Point, other: Point, third: Point) -> None:
    assert straight_line(one, third) <= straight_line(one, other) + straight_line(other, third) + 1e-6
