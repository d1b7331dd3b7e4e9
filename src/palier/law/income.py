"""Three incomes that must not be confused.

The reference tax income of the household (ceilings), its monthly resources (effort, money left) and its
declared yearly resources per consumption unit (first quartile). Amounts in whole euros.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from palier.law.household import Household, Person, consumption_units
from palier.law.parameters import parameter_set
from palier.law.reasons import NOTE, UNKNOWN, Reason, euros, listing

_WHO = {"applicant": "vous", "coapplicant": "la personne qui demande avec vous", "adult": "un autre adulte"}


@dataclass(frozen=True, slots=True)
class ReferenceIncome:
    """`amount` is None when an adult's income of N-2 is not known. `known`: the part of N-2 that is.

    `basis`: n2, n1 (lower by at least 10 %), last12, or missing. `missing`: persons' refs.
    """

    amount: int | None
    year: int | None
    basis: str
    known: int
    missing: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Resources:
    """Monthly resources received (`total`, aid excluded) and alimony `paid`. `total` is None when nobody stated any."""

    total: int | None
    paid: int
    by_code: dict[str, int]
    missing: tuple[str, ...]

    @property
    def net(self) -> int | None:
        """Received minus alimony paid."""
        return None if self.total is None else self.total - self.paid


def reference_income(household: Household, on: date) -> ReferenceIncome:
    """The income compared with ceilings: that of every adult to house, of year N-2, or of N-1 (or the last
    12 months) when lower by at least 10 %.

    Source: CCH R441-1; order of 29 July 1987, art. 4. A dependant's tax income counts where it is stated.
    """
    before, after = on.year - 2, on.year - 1
    adults = household.adults
    missing = tuple(p.ref or p.kind for p in adults if before not in p.tax)
    known = _sum(household.people, before)
    if missing:
        who = listing(_WHO.get(p.kind, "un adulte") for p in adults if before not in p.tax)
        text = f"Le revenu fiscal de {before} manque pour {who} : il faut l’avis d’impôt {after}."
        return ReferenceIncome(
            None, None, "missing", known, missing, (Reason("income.missing", text, UNKNOWN, {"year": before}),)
        )
    amount, year, basis = known, before, "n2"
    lower: list[tuple[int, int, str]] = []
    if all(after in p.tax for p in adults):
        lower.append((_sum(household.people, after), after, "n1"))
    if household.last_twelve_months is not None:
        lower.append((household.last_twelve_months, on.year, "last12"))
    fall = parameter_set("affordability", on=on).values["income_fall"]
    fallen = [found for found in lower if known > 0 and found[0] <= round(known * (1 - fall), 2)]
    if fallen:
        amount, year, basis = min(fallen)
    return ReferenceIncome(amount, year, basis, known, (), (_why(amount, year, basis, known, before),))


def resources(household: Household) -> Resources:
    """What the household receives and pays each month, by code of the register; housing aid never included."""
    by_code: dict[str, int] = {}
    for person in household.people:
        for code, amount in person.resources.items():
            by_code[code] = by_code.get(code, 0) + amount
    stated = any(p.resources for p in household.people)
    missing = tuple(p.ref or p.kind for p in household.adults if not p.resources)
    paid = sum(amount for p in household.people for amount in p.paid.values())
    return Resources(sum(by_code.values()) if stated else None, paid, by_code, missing)


def monthly_resources(household: Household) -> int | None:
    """Euros a month received by everybody to house; None when nobody stated any."""
    return resources(household).total


def income_per_unit(household: Household, on: date) -> float | None:
    """Declared monthly resources times 12, per consumption unit: the measure of the first quartile (CCH L441-1)."""
    total = monthly_resources(household)
    return None if total is None else round(total * 12 / consumption_units(household, on), 2)


def first_quartile(household: Household, threshold: float, on: date) -> bool | None:
    """Whether the household is in the poorest quarter of demanders. `threshold`: the yearly order's, by EPCI."""
    found = income_per_unit(household, on)
    return None if found is None else found <= threshold


def _sum(people: tuple[Person, ...], year: int) -> int:
    return sum(p.tax.get(year, 0) for p in people)


def _why(amount: int, year: int, basis: str, known: int, before: int) -> Reason:
    values = {"amount": amount, "year": year, "basis": basis, "n2": known}
    if basis == "n2":
        return Reason("income.n2", f"Revenu fiscal de référence de {year} : {euros(amount)}.", NOTE, values)
    of = f"de {year}" if basis == "n1" else "des douze derniers mois"
    text = f"Vos revenus {of} ({euros(amount)}) ont baissé d’au moins 10 % depuis {before} : ce sont eux qui comptent."
    return Reason(f"income.{basis}", text, NOTE, values)
