"""Income ceilings of social (PLAI, PLUS, PLS) and intermediate (LLI) dwellings, by zone and household.

Social: order of 29 July 1987, zones paris, idf and other, categories 1 to 6. Intermediate: zones A bis,
A, B1 and B2/C, and other household classes. Both are compared with the reference income (`income`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from palier.law import codes
from palier.law.household import Category, Household, category, size
from palier.law.income import reference_income
from palier.law.parameters import ParameterSet, parameter_set

SOCIAL = ("PLAI", "PLUS", "PLS")
FINANCINGS = (*SOCIAL, "LLI")
ZONES = {"paris": "Paris et communes limitrophes", "idf": "Île-de-France", "other": "Autres régions"}
RENT_ZONES = {"Abis": "A bis", "A": "A", "B1": "B1", "B2": "B2 et C"}
_CLASSES = ("Une personne seule", "Un couple", *(f"{n} personne{'s' if n > 1 else ''} à charge" for n in range(1, 5)))
# Annex I of the order of 29 July 1987: the number of persons, one more for a lone parent, a young couple (55 years
# together at most, nobody in their care) or a disability.
_HOUSEHOLDS = (
    "Une personne",
    "Deux personnes, sauf jeune couple",
    "Trois personnes, parent seul avec un enfant ou jeune couple",
    "Quatre personnes, ou parent seul avec deux enfants",
    "Cinq personnes, ou parent seul avec trois enfants",
    "Six personnes, ou parent seul avec quatre enfants",
)
_SAME_ZONE = {"C": "B2", "A bis": "Abis", "A BIS": "Abis", "ABIS": "Abis"}


@dataclass(frozen=True, slots=True)
class Ceiling:
    """`amount`: euros a year. `category`: 1 to 6 for social dwellings, class 1 to 6 for intermediate ones."""

    amount: int
    financing: str
    zone: str
    category: int
    extra: int
    valid_from: date
    source: str
    to_verify: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A household against one ceiling. `share`: income / ceiling; `under` is None when the income is not known."""

    ceiling: Ceiling
    income: int | None
    share: float | None
    under: bool | None

    @property
    def financing(self) -> str:
        return self.ceiling.financing

    @property
    def name(self) -> str:
        """The financing in words."""
        return codes.label("financing", self.financing)


def ceiling(financing: str, zone: str, category: Category | int, on: date) -> int:
    """The ceiling in euros a year. `zone`: a ceilings zone, or a rent zone for LLI (C reads as B2).

    An int beyond 6 counts the persons beyond six. Raises KeyError on an unknown financing or zone,
    `NoParameter` before the first table.
    """
    return _ceiling(financing, zone, *_parts(category), on).amount


def ceiling_for(household: Household, financing: str, *, zone: str, rent_zone: str = "C", on: date) -> Ceiling:
    """The ceiling of a household, with its source."""
    if financing == "LLI":
        return _ceiling(financing, rent_zone, *_parts(lli_class(household)), on)
    found = category(household, on)
    return _ceiling(financing, zone, found.number, found.extra, on)


def lli_class(household: Household) -> int:
    """1 single, 2 couple, 3 to 6 with one to four dependants, and one more for each further dependant.

    Two adults who are not a couple read as a couple, and every further adult as a dependant (to verify).
    Source: CGI, annex III, art. 2 terdecies D.
    """
    grown = len(household.adults)
    cared_for = size(household) - min(grown, 2)
    return cared_for + 2 if cared_for else min(grown, 2)


def table(financing: str, zone: str, on: date) -> list[tuple[str, int]]:
    """The rows of a public table: label of the household and ceiling."""
    values = _row(parameter_set("ceilings", on=on), financing, zone)
    labels = _CLASSES if financing == "LLI" else _HOUSEHOLDS
    return [*zip(labels, values[:6], strict=True), ("Par personne de plus", values[6])]


def standings(household: Household, *, zone: str, rent_zone: str = "C", on: date) -> list[Standing]:
    """The household against every ceiling of a place, lowest first."""
    income = reference_income(household, on).amount
    found = []
    for financing in FINANCINGS:
        limit = ceiling_for(household, financing, zone=zone, rent_zone=rent_zone, on=on)
        share = None if income is None else round(income / limit.amount, 4)
        found.append(Standing(limit, income, share, None if income is None else income <= limit.amount))
    return found


def _parts(category: Category | int) -> tuple[int, int]:
    if isinstance(category, Category):
        return category.number, category.extra
    if category < 1:
        raise ValueError("a category starts at 1")
    return min(category, 6), max(category - 6, 0)


def _row(held: ParameterSet, financing: str, zone: str) -> list[int]:
    zone = _SAME_ZONE.get(zone, zone) if financing == "LLI" else zone
    try:
        row: list[int] = held.values[financing][zone]
    except KeyError:
        raise KeyError(f"no ceiling for {financing!r} in zone {zone!r} from {held.valid_from.isoformat()}") from None
    return row


def _ceiling(financing: str, zone: str, number: int, extra: int, on: date) -> Ceiling:
    held = parameter_set("ceilings", on=on)
    row = _row(held, financing, zone)
    doubtful = held.to_verify(financing) or held.to_verify(f"{financing}.{zone}")
    return Ceiling(
        row[number - 1] + extra * row[6], financing, zone, number, extra, held.valid_from, held.source, doubtful
    )
