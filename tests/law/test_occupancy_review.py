"""The triennial review: when, which situations, what would suit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law import occupancy
from palier.law.calendar import add_months
from palier.law.household import ADULT, APPLICANT, COAPPLICANT, DEPENDANT, Household, Person
from palier.law.occupancy_review import (
    SITUATIONS,
    Let,
    Occupation,
    Suitable,
    concerned,
    due_on,
    find,
    quarter,
    suitable,
)
from tests.law.people import ON

T3 = Let("T3", 62, "PLUS", "other", "B1")


def family(adults: int = 1, children: int = 0, *, income: int | None = 15000, age: int = 40, **fields) -> Household:
    kinds = (APPLICANT, COAPPLICANT, *(ADULT for _ in range(20)))
    tax = {} if income is None else {ON.year - 2: income}
    grown = [
        Person(kinds[n], date(ON.year - age, 1, 1), tax=tax if n == 0 else ({} if income is None else {ON.year - 2: 0}))
        for n in range(adults)
    ]
    young = [Person(DEPENDANT, date(ON.year - 8, 1, 1)) for _ in range(children)]
    return Household(tuple(grown + young), **fields)


def lived(household: Household, **fields) -> Occupation:
    return Occupation(household, **{"disabled_left": False, "needs_adaptation": False, **fields})


@pytest.mark.parametrize(
    ("dwelling", "occupation", "codes"),
    [
        (T3, lived(family(1, 2)), ()),
        (Let("T1", 27, "PLUS", "other", "B1"), lived(family(2, 2)), ("over_occupied",)),
        (Let("T4", 80, "PLUS", "other", "B1"), lived(family(1, 1)), ("under_occupied",)),
        (Let("T3", 62, "PLUS", "other", "B1", adapted=True), lived(family(1, 1), disabled_left=True), ("adapted_left",)),
        (T3, lived(family(1, 1), disabled_left=True), ()),
        (T3, lived(family(1, 1), needs_adaptation=True), ("adaptation_needed",)),
        (T3, lived(family(1, 1, income=37585)), ("above_ceiling",)),
        (T3, lived(family(1, 1, income=37584)), ()),
        (Let("T5", 95, "PLUS", "other", "B1"), lived(family(2, 0, income=90000), needs_adaptation=True),
         ("under_occupied", "adaptation_needed", "above_ceiling")),
    ],
)  # fmt: skip
def test_situations(dwelling: Let, occupation: Occupation, codes: tuple[str, ...]) -> None:
    found = find(dwelling, occupation, ON)
    assert (found.codes, found.to_commission) == (codes, bool(codes))


def test_a_situation_says_its_figures() -> None:
    found = find(Let("T1", 27, "PLUS", "other", "B1"), lived(family(2, 2)), ON)
    assert found.situations[0].values == {"people": 4, "surface": 27, "legal": 34}
    assert found.situations[0].text == "4\xa0personnes dans 27 m² : la loi demande au moins 34 m² (CCH R822-25)."


def test_what_nobody_said_is_no_situation() -> None:
    found = find(
        Let("T3", 62, "PLUS", "other", "B1", adapted=True),
        Occupation(family(1, 1, income=None), None, None),
        ON,
    )
    assert (found.codes, [n.code for n in found.notes]) == (
        (), ["adapted_unknown", "adaptation_unknown", "means_unknown"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("household", "notes"),
    [(family(1, age=64), []), (family(1, age=65), ["protected"])],
)
def test_age_protects_in_a_large_dwelling(household: Household, notes: list[str]) -> None:
    found = find(Let("T4", 80, "PLUS", "other", "B1"), lived(household), ON)
    assert (found.codes, [n.code for n in found.notes]) == (("under_occupied",), notes)


def test_what_would_suit() -> None:
    large = Let("T5", 95, "PLUS", "other", "B1")
    occupation = lived(
        Household((Person(APPLICANT, date(1980, 1, 1), tax={ON.year - 2: 24000}, resources={"SAL": 2000}),)),
        needs_adaptation=True,
    )
    assert suitable(find(large, occupation, ON), large, occupation, ON, effort=0.33) == Suitable(
        types=("C", "T1", "T2"), adaptation="adapt", financings=("PLS", "LLI"), most_rent=660
    )


def test_suitable_is_kept_whole() -> None:
    held = Suitable(("T2", "T3"), "standard", ("PLAI", "PLUS"), 540, True, "Près de l’école")
    assert Suitable.from_dict(held.to_dict()) == held


@pytest.mark.parametrize(
    ("signed", "until", "due"),
    [
        (date(2023, 11, 5), date(2026, 11, 4), None),
        (date(2023, 11, 5), date(2026, 11, 5), date(2026, 11, 5)),
        (date(2020, 2, 29), date(2026, 12, 31), date(2026, 2, 28)),
        (date(2015, 6, 30), date(2026, 12, 31), date(2024, 6, 30)),
    ],
)
def test_due(signed: date, until: date, due: date | None) -> None:
    assert due_on(signed, until) == due


def test_quarters() -> None:
    assert (quarter(date(2026, 11, 23)).first, quarter(date(2026, 11, 23)).last) == (
        date(2026, 10, 1), date(2026, 12, 31),
    )  # fmt: skip
    assert [quarter(date(2027, m, 1)).label for m in (1, 4)] == ["1er trimestre 2027", "2e trimestre 2027"]


def test_where() -> None:
    assert [concerned(zone, ON) for zone in ("Abis", "A", "B1", "B2", "C")] == [True, True, True, False, False]
    assert [concerned("C", ON, commune=c, communes=["61001"]) for c in ("61001", "14118")] == [True, False]


people = st.integers(1, 12)
types = st.sampled_from(occupancy.TYPES[1:])
surfaces = st.integers(9, 200)


@given(people, types, surfaces)
def test_never_more_crowded_with_more_metres(count: int, kind: str, surface: int) -> None:
    here = find(Let(kind, surface, "PLUS", "other", "B1"), lived(family(1, count - 1)), ON)
    larger = find(Let(kind, surface + 10, "PLUS", "other", "B1"), lived(family(1, count - 1)), ON)
    assert ("over_occupied" in larger.codes) <= ("over_occupied" in here.codes)


@given(people, types)
def test_never_emptier_with_more_people(count: int, kind: str) -> None:
    here = find(Let(kind, 60, "PLUS", "other", "B1"), lived(family(1, count - 1)), ON)
    more = find(Let(kind, 60, "PLUS", "other", "B1"), lived(family(1, count)), ON)
    assert ("under_occupied" in more.codes) <= ("under_occupied" in here.codes)


@given(people, types, surfaces, st.booleans(), st.booleans(), st.booleans(), st.integers(0, 200_000))
def test_each_situation_is_known_once_and_suits_a_real_type(count, kind, surface, adapted, left, needs, income) -> None:
    dwelling = Let(kind, surface, "PLUS", "other", "B1", adapted)
    occupation = lived(family(1, count - 1, income=income), disabled_left=left, needs_adaptation=needs)
    found = find(dwelling, occupation, ON)
    proposed = suitable(found, dwelling, occupation, ON, effort=0.33)
    assert list(found.codes) == [code for code in SITUATIONS if code in found.codes]
    assert proposed.types == occupancy.types_for(count, ON).types
    assert proposed.ownership == (not {"PLAI", "PLUS", "PLS"} & set(proposed.financings))


@given(st.dates(date(2000, 1, 1), date(2026, 1, 1)), st.integers(0, 4000))
def test_due_days_are_three_years_apart(signed: date, days: int) -> None:
    until = max(signed + timedelta(days=days), date(2019, 1, 1))
    due = due_on(signed, until)
    following = add_months(signed, 36) if due is None else due_on(signed, add_months(due, 36) + timedelta(days=1))
    assert (due or signed) <= until < following
