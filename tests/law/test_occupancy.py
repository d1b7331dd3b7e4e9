"""Legal surfaces and the default table of types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.occupancy import TYPES, legal_surface, over_occupied, suitable_types, types_for, under_occupied
from tests.law.people import ON, lone_parent


@pytest.mark.parametrize(("people", "surface"), [(1, 9), (2, 16), (3, 25), (5, 43), (7, 61), (8, 70), (12, 70)])
def test_legal_surface(people: int, surface: int) -> None:
    assert legal_surface(people, ON) == surface


def test_over_and_under() -> None:
    assert [over_occupied(s, 2, ON) for s in (15.9, 16, None)] == [True, False, None]
    assert [under_occupied(t, 2, ON) for t in ("T2", "T3", "T4", "T6P")] == [False, False, True, True]


@pytest.mark.parametrize(
    ("people", "ends"), [(1, ("C", "T2")), (2, ("T1", "T3")), (3, ("T2", "T4")), (4, ("T3", "T5")), (9, ("T5", "T6P"))]
)
def test_types(people: int, ends: tuple[str, str]) -> None:
    found = types_for(people, ON)
    assert (found.smallest, found.largest) == ends


def test_of_a_household() -> None:
    assert suitable_types(lone_parent(expected=1), ON).types == ("T2", "T3", "T4")


@given(st.integers(1, 20))
def test_more_people_never_means_smaller_types(people: int) -> None:
    here, more = types_for(people, ON), types_for(people + 1, ON)
    assert TYPES.index(here.smallest) <= TYPES.index(more.smallest)
    assert TYPES.index(here.largest) <= TYPES.index(more.largest)
