"""Whether a household may have a given dwelling, with every reason for and against.

Nothing here ranks or decides: it filters what is proposed, and says why. A fact that is missing never
blocks: it gives a reason of verdict `unknown`, to be checked before the commission.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from palier.law import fitting, kinds, means
from palier.law.household import Household
from palier.law.products import INTERMEDIATE, RESIDENCE, SALE, SHARED, SOCIAL
from palier.law.reasons import Reason


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """A dwelling on offer. `zone`: ceilings zone (paris, idf, other); `rent_zone`: A bis, A, B1, B2, C (LLI).

    `aid_zone`: 1, 2 or 3 (housing aid). `rent` and `charges`: euros a month. `surface`: m², of the room alone in a shared flat.
    `product`: a kind of `law.products`. `price`: euros, of a home for sale. `months`: the longest stay in a residence.
    `kind`: flat or house. `contingent`: code of `codes.CONTINGENTS`. `floor`: 0 for the ground floor.
    `employees_of`: SIREN of the company whose employees alone may have it; `company`: its name.
    """

    commune: str
    epci: str
    department: str
    zone: str
    type: str
    surface: float
    financing: str
    rent: float
    charges: float = 0
    contingent: str = "none"
    adapted: bool = False
    step_free: bool = False
    floor: int | None = None
    lift: bool = False
    qpv: bool = False
    kind: str = "flat"
    rent_zone: str = "C"
    aid_zone: int = 3
    employees_of: str = ""
    company: str = ""
    product: str = SOCIAL
    price: float = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Eligibility:
    """`reasons`: every check in order, for and against.

    `figures`: income, ceiling, financing, aid, net_rent, effort_rate, left_per_day; of a sale, instalment and its share.
    """

    eligible: bool
    reasons: tuple[Reason, ...]
    figures: Mapping[str, Any]

    @property
    def blocking(self) -> tuple[Reason, ...]:
        return tuple(r for r in self.reasons if r.blocking)

    @property
    def fitting(self) -> tuple[Reason, ...]:
        return tuple(r for r in self.reasons if r.fits)

    @property
    def warnings(self) -> tuple[Reason, ...]:
        return tuple(r for r in self.reasons if r.warns)

    def to_dict(self) -> dict[str, Any]:
        return {
            "eligible": self.eligible,
            "reasons": [r.to_dict() for r in self.reasons],
            "figures": dict(self.figures),
        }


Check = Callable[[Household, OfferFacts, date, dict[str, Any]], Reason | None]
_RENTED: tuple[Check, ...] = (
    fitting.type_wished,
    fitting.kind_wished,
    fitting.large_enough,
    fitting.place_wished,
    fitting.contingent_open,
    fitting.employees_of,
    fitting.adapted_dwelling,
    fitting.accessible,
    means.within_wished_rent,
    means.bearable,
)
# A room, a residence's unit and a home for sale are sought one by one: the wish of the demand is not theirs.
CHECKS: dict[str, tuple[Check, ...]] = {
    SOCIAL: (means.under_the_ceiling, fitting.size_fits, *_RENTED),
    INTERMEDIATE: (means.under_the_ceiling, *_RENTED),
    SHARED: (
        means.under_the_ceiling, kinds.alone_or_couple, kinds.young_or_studying, fitting.large_enough, fitting.contingent_open,
        fitting.employees_of, fitting.adapted_dwelling, fitting.accessible, kinds.own_lease, means.bearable,
    ),
    RESIDENCE: (
        means.under_the_ceiling, kinds.holds_the_unit, kinds.young_enough, fitting.contingent_open, fitting.employees_of,
        fitting.adapted_dwelling, fitting.accessible, kinds.stay, means.bearable,
    ),
    SALE: (kinds.under_the_accession_ceiling, kinds.sale_turn, kinds.loan),
}  # fmt: skip


def check(household: Household, offer: OfferFacts, on: date) -> Eligibility:
    """Every rule of the offer's kind in turn. Sources: CCH L441-1, L441-2-3, L822-10, R441-1, order of 29 July 1987."""
    figures: dict[str, Any] = {}
    reasons = tuple(r for rule in CHECKS[offer.product] if (r := rule(household, offer, on, figures)) is not None)
    return Eligibility(not any(r.blocking for r in reasons), reasons, figures)
