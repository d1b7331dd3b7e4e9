"""Categories (order of 29 July 1987, annex I), consumption units, and lossless snapshots."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.household import Household, Person, age, category, consumption_units, size, young_couple
from tests.law.people import ON, adult, child, couple, households, lone_parent

OLD, YOUNG = date(1970, 1, 1), date(2000, 1, 1)


@pytest.mark.parametrize(
    ("household", "expected"),
    [
        (Household((adult(),)), (1, 0)),
        (Household((adult(disability=True),)), (2, 0)),
        (couple(OLD, OLD), (2, 0)),
        (couple(YOUNG, YOUNG), (3, 0)),
        (lone_parent(), (3, 0)),
        (Household((adult(), child(disability=True))), (3, 0)),
        (couple(YOUNG, YOUNG, child()), (3, 0)),
        (Household((adult(born=OLD), adult("adult", OLD, disability=True))), (3, 0)),
        (Household((adult(), child(), child())), (4, 0)),
        (couple(OLD, OLD, child(disability=True)), (4, 0)),
        (Household((adult(), *[child()] * 3)), (5, 0)),
        (Household((adult(), *[child()] * 4)), (6, 0)),
        (couple(OLD, OLD, *[child()] * 4), (6, 0)),
        (Household((adult(), *[child()] * 5)), (6, 1)),
        (couple(OLD, OLD, *[child()] * 6), (6, 2)),
    ],
)
def test_category_table(household: Household, expected: tuple[int, int]) -> None:
    found = category(household, ON)
    assert (found.number, found.extra) == expected


def test_children_expected_and_visiting_count() -> None:
    household = Household((adult(), child(kind="visiting")), expected=1)
    assert (size(household), category(household, ON).number) == (3, 4)


def test_young_couple_stops_above_fifty_five() -> None:
    # 30 and 25 years on the day: 55 exactly, then 56 the day after a birthday.
    household = couple(date(1996, 11, 24), date(2001, 11, 23))
    assert (young_couple(household, date(2026, 11, 23)), young_couple(household, date(2026, 12, 24))) == (True, True)
    assert young_couple(household, date(2027, 11, 24)) is False


def test_two_friends_are_not_a_young_couple() -> None:
    assert category(Household((adult(born=YOUNG), adult("coapplicant", YOUNG))), ON).number == 2


def test_age_of_someone_born_on_29_february() -> None:
    born = date(2004, 2, 29)
    assert [age(born, d) for d in (date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 29))] == [21, 22, 24]


def test_consumption_units() -> None:
    assert consumption_units(lone_parent(), ON) == 1.3
    fourteen = Household((adult(), child(date(2012, 11, 23)), child(date(2012, 11, 24))))
    assert consumption_units(fourteen, ON) == 1.8
    assert consumption_units(couple(OLD, YOUNG, child()), ON) == 1.8


@given(households)
def test_snapshot_is_lossless(household: Household) -> None:
    assert Household.from_dict(json.loads(json.dumps(household.to_dict()))) == household


def test_snapshot_refuses_an_unknown_key() -> None:
    with pytest.raises(TypeError, match="unknown key 'colour'"):
        Household.from_dict({**lone_parent().to_dict(), "colour": "blue"})


@given(households, st.booleans())
def test_category_never_falls_with_one_more_child(household: Household, disability: bool) -> None:
    more = Household((*household.people, Person("dependant", date(2020, 1, 1), disability=disability)),
                     couple=household.couple, expected=household.expected)  # fmt: skip
    before, after = category(household, ON), category(more, ON)
    assert (after.number, after.extra) >= (before.number, before.extra)
    assert consumption_units(more, ON) > consumption_units(household, ON)


@given(households)
def test_category_is_the_size_or_one_more(household: Household) -> None:
    found = category(household, ON)
    assert found.number + found.extra - size(household) in (0, 1)
