"""What a tenant declares of the present household, and the facts that the law reads from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from palier.homes.models import Dwelling
from palier.law import household as law
from palier.law.occupancy_review import Let, Occupation
from palier.law.plain import from_plain, to_plain


@dataclass(frozen=True, slots=True)
class Declared:
    """Short on purpose: what the five situations need, and no name.

    `tax_income`: reference tax income of everybody, of the year before last; `monthly`: resources of a month; whole
    euros, None when not said. Ages in years. `disabled_left`, `needs_adaptation`: None when not said.
    """

    adults: int = 1
    children: int = 0
    expected: int = 0
    couple: bool = False
    age: int | None = None
    partner_age: int | None = None
    disability: bool = False
    disabled_left: bool | None = None
    needs_adaptation: bool | None = None
    tax_income: int | None = None
    monthly: int | None = None
    wish: str = "unknown"

    def to_dict(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_dict(cls, held: dict[str, Any]) -> Declared:
        read: Declared = from_plain(cls, held)
        return read

    @property
    def people(self) -> int:
        return self.adults + self.children


def occupation(declared: Declared, on: date) -> Occupation:
    """The household as the law reads it on the day of the declaration: one income for all, said once."""
    paired = declared.couple and declared.adults > 1
    kinds = [law.APPLICANT, *([law.COAPPLICANT] if paired else [])]
    kinds += [law.ADULT] * (declared.adults - len(kinds))
    ages = [declared.age, declared.partner_age if paired else None]
    people = [
        law.Person(
            kind,
            birth_date=_born(ages[n] if n < 2 else None, on),
            disability=declared.disability and n == 0,
            tax={} if declared.tax_income is None else {on.year - 2: declared.tax_income if n == 0 else 0},
            resources={} if declared.monthly is None or n else {"AUT": declared.monthly},
        )
        for n, kind in enumerate(kinds)
    ]
    people += [law.Person(law.DEPENDANT)] * declared.children
    household = law.Household(tuple(people), couple=paired, expected=declared.expected)
    return Occupation(household, declared.disabled_left, declared.needs_adaptation)


def _born(age: int | None, on: date) -> date | None:
    """A birth date of that age: the law asks for ages, the tenant was not asked for more."""
    return None if age is None else date(on.year - age, 1, 1)


def let(dwelling: Dwelling) -> Let:
    """A dwelling as the law reads it."""
    commune = dwelling.commune
    return Let(
        type=dwelling.type,
        surface=float(dwelling.surface),
        financing=dwelling.financing,
        ceiling_zone=commune.ceiling_zone,
        rent_zone=commune.rent_zone,
        adapted=dwelling.adapted,
    )


def who(declared: Declared) -> str:
    """« Un adulte, 2 enfants »."""
    grown = "Un adulte" if declared.adults == 1 else f"{declared.adults} adultes"
    young = declared.children
    return f"{grown}, {young} enfant{'s' if young > 1 else ''}" if young else grown
