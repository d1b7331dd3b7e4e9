"""Checks of `eligibility` on money: ceiling, wished rent, effort. They fill the figures shown with an offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from palier.law.aid import HousingAid, housing_aid_for, tenant_of
from palier.law.ceilings import ceiling_for
from palier.law.effort import effort
from palier.law.household import Household
from palier.law.income import ReferenceIncome, reference_income
from palier.law.products import SOCIAL
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
    amount = counted(income)
    if amount > limit.amount:
        text = f"Vos revenus ({euros(amount)}) dépassent le plafond {name} de ce logement ({euros(limit.amount)})."
        return Reason("ceiling.over", text, BLOCKS, values)
    text = f"Vos revenus ({euros(amount)}) sont sous le plafond {name} ({euros(limit.amount)})."
    return Reason("ceiling.under", text, FITS, values)


def open_financings(household: Household, places: Iterable[tuple[str, str]], on: date) -> tuple[tuple[str, str], ...]:
    """Of pairs of a financing and a zone (the rent zone for LLI), those whose ceiling the income does not exceed."""
    amount = counted(reference_income(household, on))
    return tuple(
        (financing, zone)
        for financing, zone in places
        if amount <= ceiling_for(household, financing, zone=zone, rent_zone=zone, on=on).amount
    )


def counted(income: ReferenceIncome) -> int:
    """What is compared with a ceiling: what is known already, when an adult's income is missing."""
    return income.known if income.amount is None else income.amount


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
    # The aid of a room or of a residence follows other rules, not estimated here.
    aided = offer.product == SOCIAL
    aid = aids(household, on)(offer.financing, offer.rent, offer.aid_zone) if aided else None
    amount = aid.amount if aid else 0
    found = effort(household, rent=offer.rent, charges=offer.charges, aid=amount, on=on, aided=aided)
    figures.update(
        aid=aid.amount if aid else None,
        net_rent=found.cost,
        effort_rate=None if found.rate is None else float(found.rate),
        left_per_day=found.left_per_day,
    )
    return found.reasons[0]


def aids(household: Household, on: date) -> Callable[[str, float, int], HousingAid | None]:
    """The estimated aid of a household for any financing, rent and aid zone; the household itself is read once."""
    tenant = tenant_of(household, on)

    def aid(financing: str, rent: float, zone: int) -> HousingAid | None:
        # Intermediate dwellings open no APL; another aid may exist, not estimated here.
        if tenant is None or financing == "LLI":
            return None
        return housing_aid_for(tenant, rent=rent, zone=zone, on=on)

    return aid
