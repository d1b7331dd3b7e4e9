"""Small numbers: hidden, and not to be found again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.secrecy import hidden, share


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 20, "b": 30}, {"a": 20, "b": 30}),
        ({"a": 20, "b": 0}, {"a": 20, "b": 0}),
        ({"a": 3, "b": 20, "c": 30}, {"a": None, "b": None, "c": 30}),
        ({"a": 6, "b": 7, "c": 30}, {"a": None, "b": None, "c": 30}),
        ({"a": 3, "b": 4, "c": 30, "d": 40}, {"a": None, "b": None, "c": None, "d": 40}),
        ({"a": 3, "b": 0}, {"a": None, "b": 0}),
    ],
)
def test_hidden(counts: dict[str, int], shown: dict[str, int | None]) -> None:
    assert hidden(counts, 11) == shown


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 60), max_size=8), st.integers(1, 20))
def test_the_total_gives_no_small_number_back(counts: dict[int, int], least: int) -> None:
    shown = hidden(counts, least)
    veiled = [counts[key] for key, value in shown.items() if value is None]
    assert all(value is None or value == counts[key] for key, value in shown.items())
    assert all(value is None or value == 0 or value >= least for value in shown.values())
    # What the total gives back is the sum of the hidden ones: large, or of all that is not nobody.
    assert not veiled or sum(veiled) >= least and len(veiled) > 1 or not any(shown.values())


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(30, 60, 0.5), (0, 60, 0.0), (60, 60, 1.0), (3, 60, None), (57, 60, None), (5, 10, None)],
)
def test_share(part: int, whole: int, told: float | None) -> None:
    assert share(part, whole, 11) == told
