"""Effort rate, money left, and the housing aid formula against an independent calculation."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.aid import housing_aid, housing_aid_of, yearly_resources
from palier.law.effort import effort, effort_rate, left_to_live
from palier.law.household import Household
from tests.law.people import ON, adult, households, lone_parent


def test_effort_rate_and_money_left() -> None:
    household = lone_parent()
    assert effort_rate(household, rent=410, charges=85, aid=229, on=ON) == Decimal("0.1762")
    assert left_to_live(household, rent=410, charges=85, aid=229, on=ON) == 31.90
    found = effort(household, rent=700, charges=85, on=ON)
    assert [r.code for r in found.reasons] == ["effort.heavy"]
    assert (
        found.reasons[0].text
        == "Loyer et charges, aide déduite : 785\u00a0€ par mois, soit 52\u00a0% de vos ressources."
    )


def test_no_resources_no_rate() -> None:
    for household in (Household((adult(),)), Household((adult(resources={"RSA": 0}),))):
        found = effort(household, rent=400, charges=50, on=ON)
        assert (found.rate, found.left_per_day, found.reasons[0].code) == (None, None, "effort.unknown")


def test_alimony_paid_lowers_what_is_left_only() -> None:
    paying = Household((adult(resources={"SAL": 1500}, paid={"PAV": 300}),))
    assert effort_rate(paying, rent=450, charges=0, on=ON) == Decimal("0.3000")
    assert left_to_live(paying, rent=450, charges=0, on=ON) == 25.0


def test_yearly_resources_round_up() -> None:
    # 1 450 x 0.9 x 12 = 15 660; family benefits do not count.
    assert yearly_resources(lone_parent(), ON) == 15700
    assert yearly_resources(Household((adult(),)), ON) is None


def test_aid_by_hand() -> None:
    """Zone 2, one adult and one child, rent 410, October 2026 figures, on paper:
    L = 404.49, C = 61.29 + 13.90 = 75.19, P0 = 40.77 (8.5 % is 40.77, above 40.01), TL = 0.135 % + 0.17 % = 0.305 %,
    PP = 40.77 + (2.70 % + 0.305 %) x (15 700 - 8 947) = 243.70, aid = 479.68 - 243.70 - 5 = 230.98, less 1.15 = 229.
    """
    found = housing_aid(lone_parent(), rent=410, zone=2, on=ON)
    assert found is not None
    assert found.amount == 229
    assert (found.details["rent_kept"], found.details["charges"], found.details["least"]) == (404.49, 75.19, 40.77)
    assert (found.details["rate"], found.details["part"], found.details["gross"]) == (0.03005, 243.7, 230.98)


# Amounts found by an independent open model of French benefits for the same terms
# (couple, dependants, yearly resources, rent, zone, disability), June 2026, without rent reduction.
CHECKED: list[tuple[tuple[bool, int, int, float, int, bool], int]] = [
    ((False, 0, 6000, 350, 2, False), 280),
    ((False, 0, 12000, 290, 3, False), 78),
    ((True, 0, 15000, 420, 2, False), 111),
    ((True, 1, 18000, 430, 2, False), 156),
    ((False, 1, 15700, 410, 2, False), 224),
    ((True, 2, 22000, 480, 3, False), 123),
    ((False, 3, 9000, 520, 1, False), 561),
    ((True, 4, 30000, 600, 1, False), 208),
    ((False, 0, 5000, 900, 2, False), 0),
    ((True, 6, 20000, 650, 2, False), 529),
    ((True, 7, 26000, 700, 3, False), 475),
    ((False, 2, 26000, 500, 2, False), 42),
    ((False, 0, 0, 250, 3, False), 264),
]


@pytest.mark.parametrize(("terms", "expected"), CHECKED)
def test_aid_against_an_independent_model(terms: tuple[bool, int, int, float, int, bool], expected: int) -> None:
    couple, dependants, yearly, rent, zone, disability = terms
    found = housing_aid_of(
        couple=couple,
        dependants=dependants,
        yearly=yearly,
        rent=rent,
        zone=zone,
        on=date(2026, 6, 15),
        disability=disability,
    )
    assert found.amount == expected


def test_rent_reduction_lowers_rent_and_aid_together() -> None:
    plain = housing_aid(lone_parent(), rent=410, zone=2, on=ON)
    reduced = housing_aid(lone_parent(), rent=410, zone=2, on=ON, reduction=True)
    assert plain is not None and reduced is not None
    assert (reduced.rent_reduction, reduced.amount) == (43.06, 187)
    assert abs(reduced.relief - plain.relief) < 3


# The same with the rent reduction: zone, couple, dependants, yearly resources, rent, month → aid, reduction.
REDUCED = [
    ((1, False, 6, 11800, 884.0, date(2025, 7, 15)), (712, 92.89)),
    ((2, True, 7, 22000, 1097.0, date(2025, 11, 15)), (514, 88.89)),
    ((3, True, 0, 11800, 436.0, date(2026, 2, 15)), (159, 39.48)),
    ((3, False, 3, 17000, 179.0, date(2026, 7, 15)), (34, 51.32)),
    ((3, False, 4, 22000, 905.0, date(2026, 11, 15)), (278, 56.96)),
]


@pytest.mark.parametrize(("terms", "expected"), REDUCED)
def test_reduced_aid_against_an_independent_model(
    terms: tuple[int, bool, int, int, float, date], expected: tuple[int, float]
) -> None:
    zone, couple, dependants, yearly, rent, on = terms
    found = housing_aid_of(
        couple=couple, dependants=dependants, yearly=yearly, rent=rent, zone=zone, on=on, reduction=True
    )
    assert (found.amount, found.rent_reduction) == expected


@given(
    st.booleans(), st.integers(0, 8), st.integers(0, 40_000), st.integers(150, 1200), st.sampled_from([1, 2, 3])
)  # fmt: skip
def test_aid_is_sane(couple: bool, dependants: int, yearly: int, rent: int, zone: int) -> None:
    def amount(resources: int = yearly, monthly: int = rent) -> int:
        return housing_aid_of(
            couple=couple, dependants=dependants, yearly=resources, rent=monthly, zone=zone, on=ON
        ).amount

    assert amount() >= 0
    assert amount(yearly + 1000) <= amount()
    assert amount() <= rent + 75 + 14 * dependants


@given(households, st.integers(100, 900))
def test_aid_follows_the_household(household: Household, rent: int) -> None:
    found = housing_aid(household, rent=rent, zone=3, on=ON)
    assert (found is None) == (not any(p.resources for p in household.people))
