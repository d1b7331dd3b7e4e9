"""Checks of `eligibility` that belong to one kind of offer: rooms of shared flats, residences, homes for sale."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from palier.law.ceilings import ceiling_for
from palier.law.household import Household, age, size
from palier.law.income import reference_income, resources
from palier.law.loans import instalment
from palier.law.means import counted
from palier.law.occupancy import words
from palier.law.parameters import parameter_set
from palier.law.products import sale_class
from palier.law.reasons import BLOCKS, FITS, NOTE, UNKNOWN, WARNS, Reason, euros, percent, persons

if TYPE_CHECKING:
    from palier.law.eligibility import OfferFacts


def alone_or_couple(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """A room of a shared flat is for one person, or for a couple (CCH L442-8-4, to verify)."""
    most = parameter_set("products", on=on).values["shared"]["people_most"]
    return _few(
        household, most, "shared.people", "Une chambre en colocation se loue à une personne seule ou à un couple."
    )


def holds_the_unit(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """A one-room unit of a residence is for one person; a larger one for a couple without a child too."""
    rule = parameter_set("products", on=on).values["residence"]
    if offer.type in rule["single_types"]:
        text = f"Un {words(offer.type)} en résidence se loue à une seule personne."
        return _few(household, 1, "residence.people", text)
    text = f"Un {words(offer.type)} en résidence se loue à une personne seule ou à un couple sans enfant."
    return _few(household, rule["people_most"], "residence.people", text)


def _few(household: Household, most: int, code: str, text: str) -> Reason:
    """One person; up to `most` when they are a couple, nobody being in their care."""
    people = size(household)
    fits = people == 1 or (household.couple and people == len(household.adults) <= most)
    values = {"people": people, "most": most}
    if fits:
        return Reason(code, text, FITS, values)
    return Reason(f"{code}_over", f"{text} Votre demande compte {persons(people)}.", BLOCKS, values)


def young_or_studying(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """Each future tenant is young, or studies or learns a trade (CCH L442-8-4, to verify)."""
    rule = parameter_set("products", on=on).values["shared"]
    most, values = rule["age_most"], {"age_most": rule["age_most"]}
    others = [p for p in household.adults if p.contract not in rule["contracts"]]
    if any(p.birth_date and age(p.birth_date, on) > most for p in others):
        text = f"Cette colocation est ouverte jusqu’à {most} ans, ou aux étudiants et apprentis de tout âge."
        return Reason("shared.age_over", text, BLOCKS, values)
    if any(p.birth_date is None for p in others):
        return Reason("shared.age_unknown", f"Âge à vérifier : {most} ans au plus.", UNKNOWN, values)
    return Reason("shared.age", "Votre âge ou votre situation ouvre cette colocation.", FITS, values)


def own_lease(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """What each tenant of a shared flat signs."""
    return Reason("shared.lease", "Vous signez votre propre bail : vous ne devez rien du loyer des autres.", NOTE)


def young_enough(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """Everybody who would live there is at most of the residence's age, that age included (CCH L633-1, to verify)."""
    most = parameter_set("products", on=on).values["residence"]["age_most"]
    values = {"age_most": most}
    if any(p.birth_date and age(p.birth_date, on) > most for p in household.adults):
        return Reason("residence.age_over", f"Cette résidence est ouverte jusqu’à {most} ans.", BLOCKS, values)
    if any(p.birth_date is None for p in household.adults):
        return Reason("residence.age_unknown", f"Âge à vérifier : {most} ans au plus.", UNKNOWN, values)
    return Reason("residence.age", f"Vous avez {most} ans au plus.", FITS, values)


def stay(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """How long one may stay at most."""
    text = f"Le séjour dure {offer.months} mois au plus : préparez la suite, votre demande de logement social continue."
    return Reason("residence.months", text, NOTE, {"months": offer.months})


def under_the_accession_ceiling(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """The reference income against the ceilings of social accession, equal to the intermediate ones (to verify)."""
    limit = ceiling_for(household, "LLI", zone=offer.zone, rent_zone=offer.rent_zone, on=on).amount
    income = reference_income(household, on)
    amount = counted(income)
    figures.update(income=income.amount, ceiling=limit, financing=offer.financing)
    values = {"income": income.amount, "ceiling": limit}
    if amount > limit:
        text = f"Vos revenus ({euros(amount)}) dépassent le plafond de l’accession sociale ({euros(limit)})."
        return Reason("ceiling.over", text, BLOCKS, values)
    if income.amount is None:
        text = f"Revenus à vérifier : le plafond de l’accession sociale est de {euros(limit)}."
        return Reason("ceiling.unknown", text, UNKNOWN, values)
    text = f"Vos revenus ({euros(amount)}) sont sous le plafond de l’accession sociale ({euros(limit)})."
    return Reason("ceiling.under", text, FITS, values)


def sale_turn(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """Where the law places the household among the buyers (CCH L443-11, to verify)."""
    place = sale_class(household, on)
    if place == 1:
        text = "Vous êtes locataire du parc social : la loi vous fait passer avant les autres ménages."
        return Reason("sale.tenant", text, FITS, {"class": place})
    return Reason("sale.everybody", "Les locataires du parc social passent avant vous.", NOTE, {"class": place})


def loan(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """The monthly instalment of the typical loan for the whole price, and its share of income: a warning, no refusal."""
    rule = parameter_set("products", on=on).values["sale"]
    years = rule["years"]
    monthly = instalment(Decimal(str(offer.price)), Decimal(str(rule["rate"])), years)
    held = resources(household).total
    share = float(round(monthly / held, 4)) if held else None
    figures.update(instalment=float(monthly), years=years, effort_rate=share)
    terms = f"Pour tout emprunter sur {years} ans : environ {euros(monthly)} par mois, hors assurance"
    values = {"instalment": float(monthly), "share": share, "years": years, "rate": rule["rate"]}
    if share is None:
        return Reason("loan.unknown", f"{terms}. Indiquez vos ressources pour en connaître la part.", UNKNOWN, values)
    heavy = share > rule["effort_most"]
    text = f"{terms}, soit {percent(share)} de vos ressources."
    if heavy:
        text += f" Les banques s’arrêtent d’ordinaire à {percent(rule['effort_most'])} : un apport sera nécessaire."
    return Reason("loan.heavy" if heavy else "loan.bearable", text, WARNS if heavy else FITS, values)
