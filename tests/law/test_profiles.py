"""Broad strokes of a household."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.household import ADULT, APPLICANT, COAPPLICANT, DEPENDANT, Household, Person
from palier.law.profiles import AGES, CEILINGS, COMPOSITIONS, QUARTILES, SENIORITIES, Profile, composition, profile
from tests.law.people import ON


def of(*kinds: str, couple: bool = False, **fields) -> Household:
    return Household(tuple(Person(kind) for kind in kinds), couple=couple, **fields)


@pytest.mark.parametrize(
    ("household", "expected"),
    [
        (of(APPLICANT), "alone"), (of(APPLICANT, expected=1), "lone_parent"), (of(APPLICANT, DEPENDANT), "lone_parent"),
        (of(APPLICANT, COAPPLICANT, couple=True), "couple"), (of(APPLICANT, COAPPLICANT, DEPENDANT, couple=True), "family"),
        (of(APPLICANT, COAPPLICANT), "other"), (of(APPLICANT, COAPPLICANT, ADULT, couple=True), "other"),
    ],
)  # fmt: skip
def test_composition(household: Household, expected: str) -> None:
    assert composition(household) == expected


def test_whole() -> None:
    lone = Household(
        (Person(APPLICANT, date(1990, 5, 4), tax={2024: 15000}, resources={"SAL": 1000}), Person(DEPENDANT, date(2018, 3, 2))),
        registered_on=date(2024, 11, 23),
    )  # fmt: skip
    assert profile(lone, ON, zone="other", threshold=9000) == Profile("lone_parent", "35", "PLAI", "24", "others")
    assert profile(lone, ON, zone="other", threshold=9300).quartile == "first"
    assert profile(lone, ON, zone="other", threshold=0).quartile == ""


@pytest.mark.parametrize(
    ("income", "band"), [(12870, "PLAI"), (12871, "PLUS"), (23404, "PLS"), (30425, "above"), (None, "")]
)
def test_ceilings(income: int | None, band: str) -> None:
    tax = {} if income is None else {2024: income}
    assert profile(Household((Person(APPLICANT, tax=tax),)), ON, zone="other", threshold=None).ceiling == band


@given(st.integers(0, 36500), st.integers(0, 9000), st.integers(0, 90000))
def test_every_household_falls_in_a_named_band(days: int, waited: int, income: int) -> None:
    person = Person(APPLICANT, ON - timedelta(days=days), tax={2024: income}, resources={"SAL": income // 12})
    found = profile(Household((person,), registered_on=ON - timedelta(days=waited)), ON, zone="other", threshold=9000)
    assert found.composition in COMPOSITIONS and found.age in AGES and found.ceiling in CEILINGS
    assert found.seniority in SENIORITIES and found.quartile in QUARTILES
