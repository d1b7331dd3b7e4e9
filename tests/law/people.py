"""Households for the tests of the law: explicit ones, and hypothesis strategies for any."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from palier.law import codes
from palier.law.household import Employer, Home, Household, Person, Refusal, Situation, Wish

ON = date(2026, 11, 23)


def adult(kind: str = "applicant", born: date | None = date(1990, 5, 4), **facts: Any) -> Person:
    return Person(kind, born, **facts)


def child(born: date = date(2018, 3, 2), kind: str = "dependant", **facts: Any) -> Person:
    return Person(kind, born, **facts)


def lone_parent(**facts: Any) -> Household:
    """One adult of 36 with a child of 8, wage 1 450 euros, tax income 15 000 in 2024."""
    defaults: dict[str, Any] = {
        "people": (
            adult(tax={2024: 15000, 2025: 15400}, resources={"SAL": 1450, "AF": 60}, contract="CDI", workplace="14118"),
            child(),
        ),
        "home": Home("LP", "A", "T1", 28, 2, 520, commune="14118"),
        "motives": ("13",),
        "wish": Wish(types=("T2", "T3"), communes=("14118",), epcis=("200065597",), max_rent=650),
        "registered_on": date(2025, 3, 10),
    }
    return Household(**{**defaults, **facts})


def couple(first: date, second: date, *more: Person, **facts: Any) -> Household:
    return Household((adult(born=first), adult("coapplicant", second), *more), couple=True, **facts)


def _codes(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([code for code, _ in codes.LISTS[name]])


births = st.dates(date(1930, 1, 1), date(2026, 11, 1))
amounts = st.integers(0, 60_000)
persons = st.builds(
    Person,
    kind=st.sampled_from(["dependant", "custody", "visiting", "adult"]),
    birth_date=st.none() | births,
    contract=st.just("") | _codes("contract"),
    disability=st.booleans(),
    tax=st.dictionaries(st.sampled_from([2024, 2025]), amounts),
    resources=st.dictionaries(_codes("resource"), st.integers(0, 3000), max_size=3),
    paid=st.dictionaries(st.just("PAV"), st.integers(0, 500)),
)
homes = st.builds(
    Home,
    status=st.just("") | _codes("home_status"),
    type=st.just("") | _codes("home_type"),
    surface=st.none() | st.integers(5, 150),
    occupants=st.none() | st.integers(1, 12),
    rent=st.none() | st.integers(0, 1500),
    entered_on=st.none() | births,
)
situations = st.builds(
    Situation,
    code=_codes("situation"),
    proof=st.sampled_from(["declared", "document", "authority"]),
    since=st.none() | births,
    valid_to=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
)
wishes = st.builds(
    Wish,
    types=st.lists(_codes("home_type"), max_size=3, unique=True).map(tuple),
    kind=_codes("wished_kind"),
    communes=st.lists(st.sampled_from(["14118", "14366", "61001"]), max_size=3, unique=True).map(tuple),
    widened=st.booleans(),
    max_rent=st.none() | st.integers(100, 1200),
    step_free=st.booleans(),
    adapted=st.booleans(),
    without_lift=st.booleans(),
)
households = st.builds(
    lambda applicant, others, **facts: Household((applicant, *others), **facts),
    applicant=st.builds(
        Person,
        kind=st.just("applicant"),
        birth_date=st.none() | births,
        disability=st.booleans(),
        tax=st.dictionaries(st.sampled_from([2024, 2025]), amounts),
        resources=st.dictionaries(_codes("resource"), st.integers(0, 3000), max_size=3),
    ),
    others=st.lists(persons, max_size=7),
    couple=st.booleans(),
    expected=st.integers(0, 2),
    home=homes,
    motives=st.lists(_codes("motive"), max_size=3, unique=True).map(tuple),
    wish=wishes,
    registered_on=st.none() | st.dates(date(2015, 1, 1), ON),
    employer=st.none() | st.builds(Employer, state=st.sampled_from(["declared", "confirmed", "denied"])),
    situations=st.lists(situations, max_size=4).map(tuple),
    transfer=st.booleans(),
    refusals=st.lists(st.builds(Refusal, on=st.dates(date(2024, 1, 1), ON), adapted=st.booleans()), max_size=4).map(
        tuple
    ),
    proofs=st.dictionaries(
        st.sampled_from(["identity", "household", "work", "income", "home", "motives"]),
        st.sampled_from(["declared", "document", "authority"]),
    ),
)
