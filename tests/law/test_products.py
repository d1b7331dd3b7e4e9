"""The kinds of offer: who decides, in which order, for whom, what they cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.eligibility import OfferFacts, check
from palier.law.household import Household
from palier.law.loans import instalment
from palier.law.products import (
    APART,
    DIRECT,
    PRODUCTS,
    REACHED,
    Applied,
    order,
    passed_over,
    priority,
    sale_class,
    unsuited,
    usual,
)  # fmt: skip
from palier.law.reach import reach
from tests.law.people import ON, adult, child, couple, households, lone_parent
from tests.law.test_reach import holds, offers

FIRST = datetime(2026, 11, 2, 9, tzinfo=UTC)
ROOM = OfferFacts(
    commune="61001", epci="", department="61", zone="other", type="T4", surface=12, financing="PLUS", rent=310,
    charges=60, product="shared",
)  # fmt: skip
UNIT = replace(ROOM, product="residence", type="T1", surface=18, months=24)
FLAT = replace(ROOM, product="sale", surface=64, rent=0, charges=110, price=96_000)
HOME = replace(ROOM, product="intermediate", commune="14118", financing="LLI", surface=62, type="T3", rent_zone="B1")


def aged(years: int, *, days: int = 0, **facts: Any) -> Household:
    """Alone, of that age on the day of the tests, less some days."""
    born = date(ON.year - years, ON.month, ON.day) + timedelta(days)
    return Household((adult(born=born, tax={2024: 9000}, resources={"SAL": 1300}, **facts),))


def codes(household: Household, offer: OfferFacts) -> list[str]:
    return [reason.code for reason in check(household, offer, ON).blocking]


def test_who_decides_and_what_ends_each_kind() -> None:
    assert {p.code: (p.way, p.order, p.end, p.removes) for p in PRODUCTS.values()} == {
        "social": ("commission", "points", "lease", True),
        "intermediate": ("landlord", "date", "lease", False),
        "shared": ("landlord", "date", "lease", False),
        "residence": ("landlord", "date", "contract", False),
        "sale": ("landlord", "class", "deed", False),
    }
    assert (DIRECT, REACHED, APART) == (
        ("intermediate", "shared", "residence", "sale"), ("social", "intermediate"), ("shared", "residence", "sale"),
    )  # fmt: skip


def test_an_intermediate_dwelling_is_let_so_or_sold_and_no_other_is_intermediate() -> None:
    kept = [(code, f) for code in PRODUCTS for f in ("PLAI", "PLUS", "PLS", "LLI") if not unsuited(code, f)]
    social = ["PLAI", "PLUS", "PLS"]
    assert kept == [
        *(("social", f) for f in social), ("intermediate", "LLI"), *(("shared", f) for f in social),
        *(("residence", f) for f in social), *(("sale", f) for f in [*social, "LLI"]),
    ]  # fmt: skip
    assert [unsuited(usual(f), f) for f in ("PLAI", "PLUS", "PLS", "LLI")] == [""] * 4


def test_no_size_rule_holds_for_an_intermediate_rent() -> None:
    mother = lone_parent()
    wide = replace(mother, wish=replace(mother.wish, types=("T5",)))
    flat = replace(HOME, type="T5")
    assert (codes(wide, replace(flat, product="social")), codes(wide, flat)) == (["size.large"], [])


def test_an_intermediate_rent_has_its_own_ceilings_by_zone() -> None:
    rich = replace(lone_parent(), people=(adult(tax={2024: 57_000}), child()))
    assert [codes(rich, replace(HOME, rent_zone=zone)) for zone in ("A", "B1", "B2")] == [[], [], ["ceiling.over"]]


@pytest.mark.parametrize(
    ("household", "blocked"),
    [
        (aged(29), []),
        (aged(30, days=1), []),
        (aged(30), ["shared.age_over"]),
        (aged(45, contract="ETU"), []),
        (aged(45, contract="APP"), []),
        (couple(date(2000, 1, 1), date(2001, 1, 1)), ["surface.small"]),
        (couple(date(2000, 1, 1), date(1980, 1, 1)), ["shared.age_over", "surface.small"]),
        (replace(aged(25), people=(*aged(25).people, child())), ["shared.people_over", "surface.small"]),
    ],
)
def test_who_may_have_a_room(household: Household, blocked: list[str]) -> None:
    assert codes(household, ROOM) == blocked


def test_a_couple_needs_a_larger_room() -> None:
    pair = couple(date(2000, 1, 1), date(2001, 1, 1))
    assert [codes(pair, replace(ROOM, surface=m2)) for m2 in (15.9, 16)] == [["surface.small"], []]


@pytest.mark.parametrize(
    ("household", "type_", "blocked"),
    [
        (aged(30), "T1", []),
        (aged(31, days=1), "T1", []),
        (aged(31), "T1", ["residence.age_over"]),
        (couple(date(2000, 1, 1), date(2001, 1, 1)), "T1", ["residence.people_over"]),
        (couple(date(2000, 1, 1), date(2001, 1, 1)), "T2", []),
        (couple(date(2000, 1, 1), date(2001, 1, 1), child()), "T2", ["residence.people_over"]),
        (replace(aged(25), people=(*aged(25).people, adult("coapplicant"))), "T2", ["residence.people_over", "residence.age_over"]),
    ],
)  # fmt: skip
def test_who_may_have_a_unit_of_a_residence(household: Household, type_: str, blocked: list[str]) -> None:
    assert codes(household, replace(UNIT, type=type_)) == blocked


@pytest.mark.parametrize("offer", [ROOM, UNIT], ids=["room", "unit"])
def test_no_aid_is_said_to_be_taken_off_where_none_is_worked_out(offer: OfferFacts) -> None:
    found = check(aged(25), offer, ON)
    assert (found.figures["aid"], found.figures["net_rent"]) == (None, 370)
    assert found.reasons[-1].text == "Loyer et charges : 370\u00a0€ par mois, soit 28\u00a0% de vos ressources."


def test_an_unknown_age_is_checked_later() -> None:
    unknown = Household((adult(born=None, tax={2024: 9000}),))
    said = [
        {r.code for r in check(unknown, o, ON).warnings} & {"shared.age_unknown", "residence.age_unknown"}
        for o in (ROOM, UNIT)
    ]
    assert (said, codes(unknown, ROOM), codes(unknown, UNIT)) == (
        [{"shared.age_unknown"}, {"residence.age_unknown"}],
        [],
        [],
    )


def test_a_sale_tells_its_instalment_and_its_turn() -> None:
    found = check(replace(lone_parent(), transfer=True), FLAT, ON)
    assert [(r.code, r.verdict) for r in found.reasons] == [
        ("ceiling.under", "fits"), ("sale.tenant", "fits"), ("loan.bearable", "fits"),
    ]  # fmt: skip
    assert (found.figures["ceiling"], found.figures["instalment"], found.figures["effort_rate"]) == (
        51_215 + 1_722,
        480.6,
        0.3183,
    )
    assert found.reasons[2].text == (
        "Pour tout emprunter sur 25 ans : environ 481\u00a0€ par mois, hors assurance, soit 32\u00a0% de vos ressources."
    )


def test_a_sale_is_refused_above_the_ceiling_of_accession_alone() -> None:
    rich, poor = (Household((adult(tax={2024: income}, resources={"RSA": 600}),)) for income in (32_965, 32_964))
    assert (codes(rich, FLAT), codes(poor, FLAT)) == (["ceiling.over"], [])
    assert [r.code for r in check(poor, FLAT, ON).warnings] == ["loan.heavy"]


def test_tenants_of_the_social_stock_buy_first() -> None:
    mother = lone_parent()
    assert [sale_class(one, ON) for one in (replace(mother, transfer=True), mother)] == [1, 2]
    assert [priority(PRODUCTS[code], mother, ON) for code in DIRECT] == [1, 1, 1, 2]


applied = st.lists(
    st.builds(
        Applied, key=st.integers(1, 50), at=st.integers(0, 5).map(lambda h: FIRST + timedelta(hours=h)),
        priority=st.integers(1, 2),
    ),
    unique_by=lambda one: one.key, min_size=1, max_size=8,
)  # fmt: skip


@given(applied, st.sampled_from(DIRECT), st.randoms())
def test_the_order_is_total_and_blind_to_how_candidates_are_read(
    candidates: list[Applied], code: str, chance: Any
) -> None:
    product, shuffled = PRODUCTS[code], list(candidates)
    chance.shuffle(shuffled)
    placed = order(product, candidates)
    assert placed == order(product, shuffled)
    assert [one.position for one in placed] == list(range(1, len(candidates) + 1))
    held = {one.key: (one.priority if code == "sale" else 1, one.at, one.key) for one in candidates}
    assert [held[one.key] for one in placed] == sorted(held.values())
    assert [passed_over(product, candidates, one.key) for one in placed] == [
        [before.key for before in placed[:place]] for place in range(len(placed))
    ]


def test_points_order_social_candidates_and_nothing_else_does() -> None:
    with pytest.raises(ValueError, match="points"):
        order(PRODUCTS["social"], [Applied(1, FIRST)])


@given(households, offers, st.sampled_from(APART))
def test_no_bound_of_a_household_holds_a_room_a_residence_or_a_sale(
    household: Household, offer: OfferFacts, code: str
) -> None:
    assert holds(reach(household, ON), replace(offer, product=code)) is False


@given(households, offers, st.sampled_from(sorted(PRODUCTS)))
def test_every_kind_answers_every_household(household: Household, offer: OfferFacts, code: str) -> None:
    found = check(household, replace(offer, product=code, price=90_000, months=12), ON)
    assert found.eligible == (not [r for r in found.reasons if r.verdict == "blocks"])
    assert len({r.code for r in found.reasons}) == len(found.reasons)


@given(st.integers(1, 400_000), st.integers(0, 10), st.integers(1, 30))
def test_instalments_pay_the_loan_back(capital: int, percent: int, years: int) -> None:
    """What is left after every instalment is rounding alone: half a cent a month, grown by the interest."""
    rate = Decimal(percent) / 100
    monthly, left = instalment(Decimal(capital), rate, years), Decimal(capital)
    for _ in range(years * 12):
        left = left * (1 + rate / 12) - monthly
    assert abs(left) <= Decimal("0.0051") * years * 12 * (1 + rate / 12) ** (years * 12)
