"""The triennial review of a let dwelling: when it is due, which situations go to the commission, what would suit.

Source: CCH L442-5-2. What comes out is never a decision: the commission gives an opinion, and the landlord then
looks for a way with the tenant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from palier.law import ceilings, codes, occupancy
from palier.law.calendar import add_months, months_between
from palier.law.household import Household, ages, size
from palier.law.income import monthly_resources, reference_income
from palier.law.parameters import parameter_set
from palier.law.plain import from_plain, to_plain
from palier.law.reasons import NOTE, UNKNOWN, WARNS, Reason, euros, number, persons

SITUATIONS = {
    "over_occupied": "Logement trop petit pour le ménage (sur-occupation)",
    "under_occupied": "Logement trop grand pour le ménage (sous-occupation)",
    "adapted_left": "Logement adapté que la personne en situation de handicap a quitté",
    "adaptation_needed": "Handicap ou perte d’autonomie : le logement doit être adapté",
    "above_ceiling": "Ressources au-dessus du plafond du logement",
}
ADAPTATIONS = {
    "": "Pas d’adaptation particulière",
    "adapt": "Adapter le logement actuel, ou un logement déjà adapté",
    "standard": "Un logement sans équipement adapté",
}


@dataclass(frozen=True, slots=True)
class Let:
    """A let dwelling. Surface in m²; zones as in `ceilings`; `adapted`: equipped for a disability."""

    type: str
    surface: float
    financing: str
    ceiling_zone: str
    rent_zone: str
    adapted: bool = False


@dataclass(frozen=True, slots=True)
class Occupation:
    """Who lives there now. `disabled_left`, `needs_adaptation`: None when nobody said."""

    household: Household
    disabled_left: bool | None = None
    needs_adaptation: bool | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """`situations`: those of L442-5-2, each with its figures. `notes`: what is unknown, or protects the tenant."""

    situations: tuple[Reason, ...]
    notes: tuple[Reason, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(reason.code for reason in self.situations)

    @property
    def to_commission(self) -> bool:
        """Whether the law sends the tenant's situation to the commission."""
        return bool(self.situations)


@dataclass(frozen=True, slots=True)
class Suitable:
    """The dwelling that would suit: types, adaptation, financings under whose ceilings the household is, rent.

    `most_rent`: euros a month with charges, None when the resources are not known. `ownership`: home ownership
    may be advised.
    """

    types: tuple[str, ...] = ()
    adaptation: str = ""
    financings: tuple[str, ...] = ()
    most_rent: int | None = None
    ownership: bool = False
    words: str = ""

    def to_dict(self) -> dict[str, Any]:
        """A plain document that JSON can hold."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> Suitable:
        """Read a stored document."""
        read: Suitable = from_plain(cls, held)
        return read


@dataclass(frozen=True, slots=True)
class Quarter:
    """A campaign's three months, both days included."""

    first: date
    last: date
    label: str = field(compare=False)


def concerned(rent_zone: str, on: date, *, commune: str = "", communes: tuple[str, ...] | list[str] = ()) -> bool:
    """Whether leases there are reviewed: a tense zone of the decree, or a commune that the territory's data name."""
    return rent_zone in parameter_set("occupancy_review", on=on).values["zones"] or commune in communes


def quarter(on: date) -> Quarter:
    """The calendar quarter of a day."""
    rank = (on.month - 1) // 3
    first = date(on.year, 3 * rank + 1, 1)
    last = date.fromordinal(add_months(first, 3).toordinal() - 1)
    return Quarter(first, last, f"{'1er' if rank == 0 else f'{rank + 1}e'} trimestre {on.year}")


def due_on(signed_on: date, until: date) -> date | None:
    """The last triennial day of a lease at or before `until`; None before the first one.

    Counted from the signature each time, so that a lease of 29 February does not drift.
    """
    step = 12 * int(parameter_set("occupancy_review", on=until).values["years"])
    passed = months_between(signed_on, until) // step
    return add_months(signed_on, passed * step) if passed > 0 else None


def find(dwelling: Let, occupation: Occupation, on: date) -> Finding:
    """The situations of L442-5-2 in which the tenants are, from what they declared and the figures of the day."""
    household = occupation.household
    people = size(household)
    situations: list[Reason] = []
    notes: list[Reason] = []
    legal = occupancy.legal_surface(people, on)
    if occupancy.over_occupied(dwelling.surface, people, on):
        text = (
            f"{persons(people)} dans {number(dwelling.surface)} m² : la loi demande au moins {legal} m² (CCH R822-25)."
        )
        situations.append(_found("over_occupied", text, people=people, surface=dwelling.surface, legal=legal))
    rooms = occupancy.ROOMS[dwelling.type]
    if occupancy.under_occupied(dwelling.type, people, on):
        text = f"{rooms} pièces pour {persons(people)} : plus d’une pièce de plus que d’habitants (CCH L621-2)."
        situations.append(_found("under_occupied", text, people=people, rooms=rooms))
        notes += _protected(household, on)
    situations += _adaptation(dwelling, occupation)
    notes += _unsaid(dwelling, occupation)
    _means(dwelling, household, on, situations, notes)
    return Finding(tuple(situations), tuple(notes))


def _found(code: str, text: str, **values: Any) -> Reason:
    return Reason(code, text, WARNS, values)


def _protected(household: Household, on: date) -> list[Reason]:
    """CCH L442-3-1: who may stay in a dwelling that has become too large, whatever the opinion says."""
    age = int(parameter_set("occupancy_review", on=on).values["protected_age"])
    oldest = max(ages(household, on), default=0)
    if oldest < age and not household.disability:
        return []
    text = "Âge ou handicap : la loi protège le maintien dans ce logement (CCH L442-3-1)."
    return [Reason("protected", text, NOTE, {"oldest": oldest, "age": age})]


def _adaptation(dwelling: Let, occupation: Occupation) -> list[Reason]:
    found = []
    if dwelling.adapted and occupation.disabled_left:
        text = "Le logement est équipé pour un handicap, et la personne concernée n’y vit plus."
        found.append(_found("adapted_left", text))
    if occupation.needs_adaptation:
        text = "Une personne du ménage est en situation de handicap ou a perdu de l’autonomie depuis l’entrée."
        found.append(_found("adaptation_needed", text, adapted=dwelling.adapted))
    return found


def _unsaid(dwelling: Let, occupation: Occupation) -> list[Reason]:
    notes = []
    if dwelling.adapted and occupation.disabled_left is None:
        notes.append(Reason("adapted_unknown", "Logement adapté : on ne sait pas qui en a besoin.", UNKNOWN))
    if occupation.needs_adaptation is None:
        notes.append(Reason("adaptation_unknown", "Besoin d’adaptation : pas de réponse.", UNKNOWN))
    return notes


def _means(dwelling: Let, household: Household, on: date, situations: list[Reason], notes: list[Reason]) -> None:
    income = reference_income(household, on).amount
    if income is None:
        notes.append(Reason("means_unknown", "Revenu fiscal de référence non déclaré : plafond non vérifié.", UNKNOWN))
        return
    limit = ceilings.ceiling_for(
        household, dwelling.financing, zone=dwelling.ceiling_zone, rent_zone=dwelling.rent_zone, on=on
    )
    if income > limit.amount:
        text = (
            f"Revenu fiscal de référence {euros(income)}, plafond {codes.label('financing', dwelling.financing)}"
            f" {euros(limit.amount)} pour ce ménage."
        )
        situations.append(_found("above_ceiling", text, income=income, ceiling=limit.amount))


def suitable(finding: Finding, dwelling: Let, occupation: Occupation, on: date, *, effort: float) -> Suitable:
    """What the landlord may propose to the commission. `effort`: share of the resources that a rent may take.

    A start, not the opinion: members may hold another view of it. Home ownership is proposed to those who are above
    every social ceiling, not above their own dwelling's alone.
    """
    household = occupation.household
    held = set(finding.codes)
    standings = ceilings.standings(household, zone=dwelling.ceiling_zone, rent_zone=dwelling.rent_zone, on=on)
    under = tuple(s.financing for s in standings if s.under)
    monthly = monthly_resources(household)
    return Suitable(
        types=occupancy.suitable_types(household, on).types,
        adaptation="adapt" if "adaptation_needed" in held else "standard" if "adapted_left" in held else "",
        financings=under,
        most_rent=None if monthly is None else int(monthly * effort),
        ownership="above_ceiling" in held and not set(under) & set(ceilings.SOCIAL),
    )
