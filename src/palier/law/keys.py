"""Which dwellings are open to a household, as one number that an index can hold: a bit for each way a dwelling may be closed.

A dwelling needs some bits (its type, its kind, its financing in its zone, its reservation, its steps); it is open to the
households that hold all of them, when its surface is not under their legal one, they wish its place, and they work for
the company that it is reserved for, if any. The bits are those of `reach`, hence of `eligibility`: the same answer,
proved on random households and offers. The register proposes candidates for social letting alone, which points order: any
other kind of offer needs a bit that nobody holds.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

from palier.law.eligibility import OfferFacts
from palier.law.household import Household
from palier.law.occupancy import TYPES
from palier.law.products import SOCIAL
from palier.law.reach import LLI_PLACES, SOCIAL_PLACES, reach

# Each flat upstairs without a lift, each dwelling with a step, each adapted one needs its bit; a home that one has only by
# applying for it needs one that no household holds.
_WAYS: tuple[Hashable, ...] = (
    *(("type", t) for t in TYPES),
    *(("kind", k) for k in ("flat", "house")),
    *(("financing", *place) for place in (*SOCIAL_PLACES, *LLI_PLACES)),
    *(("contingent", c) for c in ("action_logement", "state_priority", "state_agents")),
    "adapted",
    "stairs",
    "steps",
    "applying",
)
_BIT = {way: 1 << place for place, way in enumerate(_WAYS)}
assert len(_WAYS) < 32, "more bits than a column holds"


@dataclass(frozen=True, slots=True)
class Keys:
    """`opens`: the bits held. `surface`: the legal one, m². `widened`: any commune of the wished ones' EPCI will do."""

    opens: int
    surface: int
    widened: bool


def keys(household: Household, on: date) -> Keys:
    """What a household holds on a day."""
    held = reach(household, on)
    ways: list[Hashable] = [("type", t) for t in held.types]
    ways += [("kind", k) for k in held.kinds]
    ways += [("financing", *place) for place in held.financings]
    ways += [("contingent", c) for c in held.contingents if ("contingent", c) in _BIT]
    ways += (
        ["adapted"] * held.adapted + ["stairs"] * (held.step_free or not held.lift) + ["steps"] * (not held.step_free)
    )
    return Keys(sum(_BIT[way] for way in ways), held.surface, bool(held.epcis))


def needs(offer: OfferFacts) -> int:
    """What a dwelling asks for; its surface, its place and its company are compared apart."""
    zone = offer.rent_zone if offer.financing == "LLI" else offer.zone
    ways: list[Hashable] = [("type", offer.type), ("kind", offer.kind), ("financing", offer.financing, zone)]
    if ("contingent", offer.contingent) in _BIT:
        ways.append(("contingent", offer.contingent))
    if offer.product != SOCIAL:
        ways.append("applying")
    if offer.adapted:
        ways.append("adapted")
    if offer.kind == "flat" and (offer.floor or 0) > 0 and not offer.lift:
        ways.append("stairs")
    if not offer.step_free and not offer.adapted:
        ways.append("steps")
    return sum(_BIT[way] for way in ways)
