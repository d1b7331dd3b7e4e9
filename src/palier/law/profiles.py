"""A household in a few broad strokes, as statistics keep it once nothing else of it is left.

Bands are wide on purpose: a row must not single anybody out by itself, and small counts are hidden besides (`secrecy`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from palier.law.calendar import months_between
from palier.law.ceilings import SOCIAL, standings
from palier.law.household import Household, age, size
from palier.law.income import first_quartile

COMPOSITIONS = {
    "alone": "Personne seule",
    "couple": "Couple sans enfant",
    "lone_parent": "Parent seul",
    "family": "Couple avec enfants",
    "other": "Autre ménage",
}
AGES = {
    "": "Âge inconnu",
    "u25": "Moins de 25 ans",
    "25": "25 à 34 ans",
    "35": "35 à 49 ans",
    "50": "50 à 64 ans",
    "65": "65 ans et plus",
}
CEILINGS = {
    "PLAI": "Jusqu’au PLAI", "PLUS": "Du PLAI au PLUS", "PLS": "Du PLUS au PLS", "above": "Au-dessus du PLS",
    "": "Revenu inconnu",
}  # fmt: skip
SENIORITIES = {"u12": "Moins d’un an", "12": "1 à 2 ans", "24": "2 à 4 ans", "48": "4 ans et plus"}
QUARTILES = {
    "first": "Premier quartile",
    "others": "Trois autres quartiles",
    "": "Seuil non saisi ou ressources inconnues",
}
_AGE_BANDS = ((65, "65"), (50, "50"), (35, "35"), (25, "25"), (0, "u25"))
_MONTH_BANDS = ((48, "48"), (24, "24"), (12, "12"), (0, "u12"))


@dataclass(frozen=True, slots=True)
class Profile:
    """Keys of the lists above. `quartile` is empty when the yearly threshold is not entered or resources are unknown."""

    composition: str
    age: str
    ceiling: str
    seniority: str
    quartile: str


def profile(household: Household, on: date, *, zone: str, threshold: float | None) -> Profile:
    """The strokes of a household on a day. `zone`: of the dwelling's ceilings; `threshold`: first quartile's, in euros
    a year per consumption unit, None or zero when no order is entered."""
    poorest = first_quartile(household, threshold, on) if threshold else None
    return Profile(
        composition=composition(household),
        age=_age(household, on),
        ceiling=_ceiling(household, zone, on),
        seniority=_seniority(household, on),
        quartile="" if poorest is None else "first" if poorest else "others",
    )


def composition(household: Household) -> str:
    """Alone, couple, lone parent, couple with children; any further adult makes it another household."""
    adults, children = len(household.adults), size(household) - len(household.adults)
    if adults == 1:
        return "lone_parent" if children else "alone"
    if adults == 2 and household.couple:
        return "family" if children else "couple"
    return "other"


def _age(household: Household, on: date) -> str:
    born = household.applicant.birth_date
    return "" if born is None else next(key for least, key in _AGE_BANDS if age(born, on) >= least or least == 0)


def _ceiling(household: Household, zone: str, on: date) -> str:
    """The lowest social ceiling that the household is under."""
    held = [s for s in standings(household, zone=zone, on=on) if s.financing in SOCIAL]
    if held[0].under is None:
        return ""
    return next((s.financing for s in held if s.under), "above")


def _seniority(household: Household, on: date) -> str:
    months = months_between(household.registered_on, on) if household.registered_on else 0
    return next(key for least, key in _MONTH_BANDS if months >= least)
