"""What a household may be offered, said once for all dwellings: the blocking rules of `eligibility` as bounds.

A database can compare bounds with a whole stock; `eligibility.check` reads one dwelling at a time and gives
the reasons. Both say the same: each bound asks the very rule that blocks, on every value that a dwelling may have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from palier.law import codes, fitting, means
from palier.law.ceilings import RENT_ZONES, SOCIAL, ZONES
from palier.law.eligibility import OfferFacts
from palier.law.household import Household, size
from palier.law.occupancy import TYPES, legal_surface


@dataclass(frozen=True, slots=True)
class Reach:
    """A dwelling let as social or intermediate is open to the household when it lies within every bound.

    The other kinds of offer lie within none: nobody is proposed for them, one looks for them. `types`: of social dwellings;
    `any_types`: of intermediate ones, whatever the household's size. `kinds`, `contingents`: codes. `surface`: m², at least. `communes`, or any commune of `epcis`.
    `financings`: pairs of a financing and a zone: the ceilings' zone, or the rent zone for LLI. `adapted`: whether
    adapted dwellings are open. `step_free`: only dwellings without a step. `lift`: no upper floor without a lift.
    `siren`: the company whose own dwellings are open, empty for none.
    """

    types: tuple[str, ...]
    any_types: tuple[str, ...]
    kinds: tuple[str, ...]
    surface: int
    communes: tuple[str, ...]
    epcis: tuple[str, ...]
    contingents: tuple[str, ...]
    financings: tuple[tuple[str, str], ...]
    adapted: bool
    step_free: bool
    lift: bool
    siren: str = ""


_ANY = OfferFacts(commune="", epci="", department="", zone="other", type="T1", surface=0, financing="PLUS", rent=0)


def reach(household: Household, on: date) -> Reach:
    """The bounds of a household on a day. Sources: those of `eligibility`."""
    wish = household.wish

    def asks(rule: Callable[..., Any], field: str, values: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(v for v in values if _open(rule(household, replace(_ANY, **{field: v}), on, {})))

    wished = asks(fitting.type_wished, "type", TYPES)
    return Reach(
        types=tuple(t for t in asks(fitting.size_fits, "type", TYPES) if t in wished),
        any_types=wished,
        kinds=asks(fitting.kind_wished, "kind", ("flat", "house")),
        surface=legal_surface(size(household), on),
        communes=wish.communes,
        epcis=wish.epcis if wish.widened else (),
        contingents=asks(fitting.contingent_open, "contingent", (code for code, _ in codes.CONTINGENTS)),
        financings=means.open_financings(household, (*SOCIAL_PLACES, *LLI_PLACES), on),
        adapted=bool(asks(fitting.adapted_dwelling, "adapted", (True,))),
        step_free=wish.step_free,
        lift=not wish.without_lift,
        siren=household.employer.siret[:9] if household.employer else "",
    )


SOCIAL_PLACES = tuple((financing, zone) for financing in SOCIAL for zone in ZONES)
LLI_PLACES = tuple(("LLI", zone) for zone in (*RENT_ZONES, "C"))


def _open(reason: Any) -> bool:
    return reason is None or not reason.blocking
