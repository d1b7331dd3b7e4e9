"""Checks of `eligibility` on the dwelling itself: size, type, place, contingent, access."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from palier.law.codes import PRIORITY_SITUATIONS
from palier.law.household import AUTHORITY, Household, size
from palier.law.occupancy import TYPES, legal_surface, over_occupied, suitable_types, words
from palier.law.reasons import BLOCKS, FITS, NOTE, UNKNOWN, WARNS, Reason, listing, number, persons

if TYPE_CHECKING:
    from palier.law.eligibility import OfferFacts

_KINDS = {"flat": "A", "house": "M"}


def size_fits(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """The dwelling's type against those of the dated table for the household's size."""
    fit = suitable_types(household, on)
    values = {"type": offer.type, "people": fit.size, "from": fit.smallest, "to": fit.largest}
    if offer.type in fit.types:
        return Reason("size.fits", f"Un {words(offer.type)} convient à {persons(fit.size)}.", FITS, values)
    small = TYPES.index(offer.type) < TYPES.index(fit.smallest)
    code, adjective = ("size.small", "petit") if small else ("size.large", "grand")
    text = (
        f"Un {words(offer.type)} est trop {adjective} pour {persons(fit.size)} : les types proposés vont de "
        f"{words(fit.smallest)} à {words(fit.largest)}."
    )
    return Reason(code, text, BLOCKS, values)


def type_wished(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason | None:
    """The type against those the household asked for."""
    wished = household.wish.types
    if not wished:
        return None
    values = {"type": offer.type, "wished": list(wished)}
    if offer.type in wished:
        return Reason("type.wished", f"Vous avez demandé un {words(offer.type)}.", FITS, values)
    asked = listing((words(t) for t in wished), "ou")
    return Reason(
        "type.not_wished", f"Vous avez demandé {asked} : ce logement est un {words(offer.type)}.", BLOCKS, values
    )


def kind_wished(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason | None:
    """Flat or house, where the household asked for one of them only."""
    asked = household.wish.kind
    if asked not in ("A", "M") or asked == _KINDS.get(offer.kind):
        return None
    text = (
        "Vous cherchez une maison : ce logement est un appartement."
        if asked == "M"
        else "Vous cherchez un appartement : ce logement est une maison."
    )
    return Reason("kind.not_wished", text, BLOCKS, {"kind": offer.kind, "wished": asked})


def large_enough(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason | None:
    """The surface against the legal one, under which the household would be over-occupying (CCH L822-10)."""
    people = size(household)
    if not over_occupied(offer.surface, people, on):
        return None
    least = legal_surface(people, on)
    text = f"{number(offer.surface)} m² : c’est moins que les {least} m² que la loi demande pour {persons(people)}."
    return Reason("surface.small", text, BLOCKS, {"surface": offer.surface, "least": least, "people": people})


def place_wished(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason:
    """The commune is wished, or lies in the inter-municipal body of a wished one when nearby places are accepted."""
    wish = household.wish
    values = {"commune": offer.commune, "epci": offer.epci}
    if offer.commune in wish.communes:
        rank = wish.communes.index(offer.commune) + 1
        which = "votre premier choix" if rank == 1 else f"votre choix n° {rank}"
        return Reason("place.wished", f"La commune est {which}.", FITS, {**values, "rank": rank})
    near = bool(offer.epci) and offer.epci in wish.epcis
    if near and wish.widened:
        return Reason(
            "place.nearby",
            "La commune est voisine d’une commune souhaitée, et vous acceptez les alentours.",
            FITS,
            values,
        )
    if near:
        text = (
            "La commune n’est pas dans vos souhaits, mais elle est voisine d’une commune souhaitée : vous "
            "pouvez l’ajouter ou accepter les alentours."
        )
        return Reason("place.near_not_widened", text, BLOCKS, values)
    return Reason(
        "place.not_wished",
        "La commune n’est pas dans vos souhaits : vous pouvez l’ajouter à votre demande.",
        BLOCKS,
        values,
    )


def contingent_open(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason | None:
    """Whom the reservation of the dwelling opens it to (CCH R441-5)."""
    values = {"contingent": offer.contingent}
    if offer.contingent == "action_logement":
        return _employees(household, values)
    if offer.contingent == "state_priority":
        held = next(
            (
                s
                for s in household.situations
                if s.code in PRIORITY_SITUATIONS and s.proof == AUTHORITY and household.situation(s.code, on) is s
            ),
            None,
        )
        if held is not None:
            return Reason(
                "contingent.priority",
                "Ce logement est réservé aux publics prioritaires : votre situation est reconnue.",
                FITS,
                values,
            )
        text = (
            "Ce logement est réservé par l’État aux ménages reconnus prioritaires : faites reconnaître "
            "votre situation si elle y ouvre droit."
        )
        return Reason("contingent.not_priority", text, BLOCKS, values)
    if offer.contingent == "state_agents":
        if household.employer_confirmed and household.employer is not None and household.employer.public:
            return Reason(
                "contingent.state_agent",
                "Ce logement est réservé aux agents de l’État : votre employeur est confirmé.",
                FITS,
                values,
            )
        return Reason("contingent.not_state_agent", "Ce logement est réservé aux agents de l’État.", BLOCKS, values)
    if offer.contingent in ("authority", "other"):
        text = "Ce logement est réservé : son réservataire choisit, parmi les candidats, ceux qu’il propose."
        return Reason("contingent.holder", text, NOTE, values)
    return None


def _employees(household: Household, values: dict[str, Any]) -> Reason:
    employer = household.employer
    if employer is None or employer.state == "denied":
        return Reason(
            "contingent.not_employee",
            "Ce logement est réservé aux salariés d’entreprises cotisant à Action Logement.",
            BLOCKS,
            values,
        )
    if employer.contributes is False:
        return Reason(
            "contingent.not_contributing",
            "Ce logement est réservé par Action Logement : votre employeur n’y cotise pas.",
            BLOCKS,
            values,
        )
    if employer.state != "confirmed":
        text = (
            "Ce logement est réservé par Action Logement : votre employeur doit d’abord confirmer que vous "
            "y travaillez."
        )
        return Reason("contingent.employer_unconfirmed", text, BLOCKS, values)
    if employer.contributes is None:
        return Reason(
            "contingent.employer_unknown",
            "Votre employeur est confirmé ; sa cotisation à Action Logement reste à vérifier.",
            UNKNOWN,
            values,
        )
    return Reason("contingent.employee", "Votre employeur est confirmé et cotise à Action Logement.", FITS, values)


def employees_of(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason | None:
    """A dwelling that one company's contribution reserves goes to its employees, whatever the establishment."""
    if not offer.employees_of:
        return None
    values = {"company": offer.employees_of}
    name = offer.company or "une autre entreprise"
    if household.employer is not None and household.employer.siret.startswith(offer.employees_of):
        return Reason(
            "company.own", f"Ce logement est réservé aux salariés de votre entreprise ({name}).", FITS, values
        )
    return Reason("company.other", f"Ce logement est réservé aux salariés de {name}.", BLOCKS, values)


def adapted_dwelling(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason | None:
    """Adapted dwellings go to those who need their equipment; those who need one are told when it is not."""
    need = household.wish.adapted
    if offer.adapted and need:
        return Reason("adapted.needed", "Le logement est adapté au handicap, comme vous l’avez demandé.", FITS)
    if offer.adapted:
        return Reason(
            "adapted.for_others", "Ce logement est équipé pour une personne handicapée qui en a besoin.", BLOCKS
        )
    if need:
        return Reason(
            "adapted.lacking",
            "Ce logement n’est pas adapté au handicap : vérifiez qu’il convient à vos besoins.",
            WARNS,
        )
    return None


def accessible(household: Household, offer: OfferFacts, on: date, figures: dict[str, Any]) -> Reason | None:
    """Steps, floor and lift against what the household can climb."""
    wish, values = household.wish, {"floor": offer.floor, "lift": offer.lift, "step_free": offer.step_free}
    if wish.step_free:
        if offer.step_free or offer.adapted:
            return Reason("access.step_free", "On entre dans le logement sans marche.", FITS, values)
        return Reason("access.steps", "Il faut monter des marches pour entrer dans ce logement.", BLOCKS, values)
    upstairs = offer.kind == "flat" and (offer.floor or 0) > 0
    if upstairs and not offer.lift and not wish.without_lift:
        return Reason(
            "access.no_lift", f"Étage {offer.floor} sans ascenseur : vous avez demandé un ascenseur.", BLOCKS, values
        )
    if offer.kind == "flat" and offer.floor == 0 and not wish.ground_floor:
        return Reason(
            "access.ground_floor", "Le logement est au rez-de-chaussée, que vous préférez éviter.", WARNS, values
        )
    return None
