"""Checks of `eligibility` on money: ceiling, wished rent, effort. They fill the figures shown with an offer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from palier.law.aid import housing_aid
from palier.law.ceilings import ceiling_for
from palier.law.effort import effort
from palier.law.household import Household
from palier.law.income import reference_income
from palier.law.reasons import BLOCKS, FITS, UNKNOWN, WARNS, Reason, euros

if TYPE_CHECKING:
    from palier.law.eligibility import OfferFacts


def under_the_ceiling(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """The reference income against the ceiling of the dwelling's financing, on that day (CCH R441-1)."""
    limit = ceiling_for(household, offer.financing, zone=offer.zone, rent_zone=offer.rent_zone, on=on)
    income = reference_income(household, on)
    figures.update(income=income.amount, ceiling=limit.amount, financing=offer.financing)
    values = {"income": income.amount, "ceiling": limit.amount, "financing": offer.financing}
    name = "intermédiaire" if offer.financing == "LLI" else offer.financing
    if income.amount is None and income.known <= limit.amount:
        text = (
            f"Revenus à vérifier : {income.reasons[0].text[0].lower()}{income.reasons[0].text[1:]} Le "
            f"plafond {name} est de {euros(limit.amount)}."
        )
        return Reason("ceiling.unknown", text, UNKNOWN, values)
    amount = income.known if income.amount is None else income.amount
    if amount > limit.amount:
        text = f"Vos revenus ({euros(amount)}) dépassent le plafond {name} de ce logement ({euros(limit.amount)})."
        return Reason("ceiling.over", text, BLOCKS, values)
    text = f"Vos revenus ({euros(amount)}) sont sous le plafond {name} ({euros(limit.amount)})."
    return Reason("ceiling.under", text, FITS, values)


def within_wished_rent(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason | None:
    """The rent with charges against the most the household said it can bear: a warning, its choice remains."""
    most = household.wish.max_rent
    if not most:
        return None
    whole = offer.rent + offer.charges
    values = {"rent": whole, "max_rent": most}
    if whole > most:
        text = f"Le loyer avec charges ({euros(whole)}) dépasse le maximum que vous avez indiqué ({euros(most)})."
        return Reason("rent.over_wish", text, WARNS, values)
    return Reason(
        "rent.within_wish",
        f"Le loyer avec charges ({euros(whole)}) tient dans votre maximum ({euros(most)}).",
        FITS,
        values,
    )


def bearable(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """The effort rate after an estimate of housing aid: a warning above the alert, never a refusal."""
    # Intermediate dwellings open no APL; another aid may exist, not estimated here.
    aid = None if offer.financing == "LLI" else housing_aid(household, rent=offer.rent, zone=offer.aid_zone, on=on)
    amount = aid.amount if aid else 0
    found = effort(household, rent=offer.rent, charges=offer.charges, aid=amount, on=on)
    figures.update(
        aid=aid.amount if aid else None,
        net_rent=found.cost,
        effort_rate=None if found.rate is None else float(found.rate),
        left_per_day=found.left_per_day,
    )
    return found.reasons[0]
