"""How many persons a dwelling holds: legal over- and under-occupation, and the types that suit a household."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from palier.law.household import Household, size
from palier.law.parameters import parameter_set
from palier.law.reasons import NOTE, Reason, persons

TYPES = ("C", "T1", "T2", "T3", "T4", "T5", "T6P")
ROOMS = {kind: max(place, 1) for place, kind in enumerate(TYPES)}


@dataclass(frozen=True, slots=True)
class Suitable:
    """`types`: those the household may be given, smallest first."""

    types: tuple[str, ...]
    size: int
    reason: Reason

    @property
    def smallest(self) -> str:
        return self.types[0]

    @property
    def largest(self) -> str:
        return self.types[-1]


def suitable_types(household: Household, on: date) -> Suitable:
    """The types of the dated table for that number of persons, children to be born included."""
    return types_for(size(household), on)


def types_for(people: int, on: date) -> Suitable:
    """The same, from the number of persons alone (at least one)."""
    table = parameter_set("occupancy", on=on).values["types"]
    least, most = table[min(max(people, 1), len(table)) - 1]
    types = TYPES[TYPES.index(least) : TYPES.index(most) + 1]
    text = f"Pour {persons(people)}, les types proposés vont de {words(least)} à {words(most)}."
    return Suitable(types, people, Reason("occupancy.types", text, NOTE, {"people": people, "from": least, "to": most}))


def legal_surface(people: int, on: date) -> int:
    """Square metres under which a dwelling is over-occupied: 9 for one, 16 for two, 9 more each, 70 at most.

    Source: CCH L822-10 and R822-25.
    """
    rule = parameter_set("occupancy", on=on).values["surface"]
    if people <= 1:
        return int(rule["one"])
    return min(int(rule["two"] + (people - 2) * rule["further"]), int(rule["most"]))


def over_occupied(surface: float | None, people: int | None, on: date) -> bool | None:
    """Whether the surface is under the legal one; None when either is not known."""
    if surface is None or people is None:
        return None
    return surface < legal_surface(people, on)


def under_occupied(type: str, people: int, on: date) -> bool:
    """Whether rooms exceed residents by more than one (CCH L621-2; kitchens are not rooms)."""
    spare: int = parameter_set("occupancy", on=on).values["spare_rooms"]
    return ROOMS[type] > people + spare


def words(type: str) -> str:
    """« T6 et plus », « chambre »."""
    return {"C": "chambre", "T6P": "T6 et plus"}.get(type, type)
