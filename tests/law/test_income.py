"""The three incomes, and what happens when one is missing."""

from datetime import date

import pytest
from hypothesis import given

from palier.law.household import Household
from palier.law.income import first_quartile, income_per_unit, monthly_resources, reference_income, resources
from tests.law.people import ON, adult, child, households, lone_parent


def _income(n2: int, n1: int | None, last: int | None = None) -> tuple[int | None, str]:
    tax = {2024: n2} if n1 is None else {2024: n2, 2025: n1}
    found = reference_income(Household((adult(tax=tax),), last_twelve_months=last), ON)
    return found.amount, found.basis


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ((20000, None), (20000, "n2")),
        ((20000, 19000), (20000, "n2")),
        ((20000, 18001), (20000, "n2")),
        ((20000, 18000), (18000, "n1")),
        ((20000, 25000), (20000, "n2")),
        ((20000, 19000, 12000), (12000, "last12")),
        ((20000, 15000, 17000), (15000, "n1")),
        ((0, 0), (0, "n2")),
    ],
)
def test_ten_percent_rule(given_: tuple[int, ...], expected: tuple[int, str]) -> None:
    assert _income(*given_) == expected


def test_every_adult_counts_and_dependants_who_declare() -> None:
    household = Household((adult(tax={2024: 9000}), adult("adult", tax={2024: 8000}), child(tax={2024: 500})))
    assert reference_income(household, ON).amount == 17500


def test_a_missing_notice_is_not_a_zero() -> None:
    household = Household((adult(tax={2024: 9000}), adult("coapplicant", ref="coapplicant", tax={2025: 1})))
    found = reference_income(household, ON)
    assert (found.amount, found.basis, found.known, found.missing) == (None, "missing", 9000, ("coapplicant",))
    assert found.reasons[0].text == (
        "Le revenu fiscal de 2024 manque pour la personne qui demande avec vous : il faut l’avis d’impôt 2025."
    )


def test_the_year_follows_the_day() -> None:
    assert reference_income(lone_parent(), date(2027, 1, 1)).amount == 15400


def test_monthly_resources() -> None:
    household = Household((adult(resources={"SAL": 1200, "AF": 60}, paid={"PAV": 150}), child(resources={"BE": 100})))
    found = resources(household)
    assert (found.total, found.paid, found.net) == (1360, 150, 1210)
    assert found.by_code == {"SAL": 1200, "AF": 60, "BE": 100}
    assert monthly_resources(Household((adult(),))) is None


def test_first_quartile() -> None:
    # 1 510 euros x 12 / 1.3
    assert income_per_unit(lone_parent(), ON) == 13938.46
    assert [first_quartile(lone_parent(), t, ON) for t in (13938.46, 13938.0)] == [True, False]
    assert first_quartile(Household((adult(),)), 12000, ON) is None


@given(households)
def test_never_more_than_n2(household: Household) -> None:
    found = reference_income(household, ON)
    assert found.amount is None or found.amount <= found.known
    assert bool(found.missing) == (found.amount is None)
