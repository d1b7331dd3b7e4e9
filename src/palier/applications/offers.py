"""What an offer means for one household: eligibility with its reasons, rent after aid, effort, candidates.

Puts the stored facts in front of `law` and its answer in words; decides nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from palier.cotation.queries import household_of
from palier.demands.models import Demand
from palier.homes.models import Offer
from palier.homes.queries import candidate_counts, open_offers
from palier.law import eligibility
from palier.law.eligibility import Eligibility, OfferFacts
from palier.law.household import Household


@dataclass(frozen=True, slots=True)
class Assessment:
    """One offer for one household. Amounts in euros a month; `effort_rate` between 0 and 1, None without resources."""

    offer: Offer
    eligibility: Eligibility
    aid: Decimal | None
    net_rent: Decimal
    effort_rate: Decimal | None
    candidates: int

    @property
    def first_obstacle(self) -> str:
        """The first reason against, in the household's words."""
        return next((r.text for r in self.eligibility.blocking), "")

    @property
    def effort_text(self) -> str:
        return "" if self.effort_rate is None else f"{self.effort_rate * 100:.0f} %"


def describe(offer: Offer) -> str:
    """An offer in a few words: type, surface, place."""
    dwelling = offer.dwelling
    return f"{dwelling.type.replace('P', ' et plus')} de {dwelling.surface:.0f} m² à {dwelling.commune.name}"


def facts(offer: Offer) -> OfferFacts:
    """The offer as `law.eligibility` reads it."""
    dwelling, commune = offer.dwelling, offer.dwelling.commune
    return OfferFacts(
        commune=commune.pk,
        epci=commune.epci_id or "",
        department=commune.department_id,
        zone=commune.ceiling_zone,
        type=dwelling.type,
        surface=float(dwelling.surface),
        financing=dwelling.financing,
        rent=float(offer.rent),
        charges=float(offer.charges),
        contingent=offer.contingent,
        adapted=dwelling.adapted,
        step_free=dwelling.step_free,
        floor=dwelling.floor,
        lift=dwelling.lift,
        qpv=dwelling.qpv,
        kind=dwelling.kind,
        rent_zone=commune.rent_zone,
        aid_zone=commune.aid_zone,
    )


def assess(
    demand: Demand, offer: Offer, *, on: date, household: Household | None = None, candidates: int | None = None
) -> Assessment:
    """Everything a household should know of an offer before applying."""
    household = household or household_of(demand, on=on)
    if candidates is None:
        candidates = candidate_counts([offer.pk]).get(offer.pk, 0)
    checked = eligibility.check(household, facts(offer), on=on)
    figures = checked.figures
    aid = figures.get("aid")
    rate = figures.get("effort_rate")
    return Assessment(
        offer=offer,
        eligibility=checked,
        aid=None if aid is None else Decimal(str(aid)),
        net_rent=offer.rent + offer.charges - Decimal(str(aid or 0)),
        effort_rate=None if rate is None else Decimal(str(rate)),
        candidates=candidates,
    )


def offers_for(demand: Demand, *, on: date, now) -> list[Assessment]:
    """Every open offer of the demand's department, those the household may have first, cheapest first."""
    household = household_of(demand, on=on)
    offers = list(open_offers(now).filter(dwelling__commune__department=demand.department_id))
    counts = candidate_counts([o.pk for o in offers])
    assessed = [assess(demand, o, on=on, household=household, candidates=counts.get(o.pk, 0)) for o in offers]
    return sorted(assessed, key=lambda a: (not a.eligibility.eligible, a.net_rent, a.offer.pk))
