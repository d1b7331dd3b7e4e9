"""What each kind of offer is described by: a rent or a price, a room, a longest stay."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict

from palier.common import clock
from palier.common.errors import Refused
from palier.homes.models import Dwelling
from palier.law import products
from palier.law.parameters import parameter_set


class Terms(TypedDict, total=False):
    """What a landlord says of an offer's kind; the names are those of `Offer`. An empty `product` is the dwelling's usual one."""

    product: str
    rent: Decimal | None
    price: Decimal | None
    rooms: int | None
    room_surface: Decimal | None
    months_at_most: int | None


_NEEDED = {
    "rent": (lambda p: p != products.SALE, "Donnez le loyer, ou la redevance.", "Un logement à vendre n’a pas de loyer."),
    "price": (lambda p: p == products.SALE, "Donnez le prix de vente.", "Seul un logement à vendre a un prix."),
    "rooms": (
        lambda p: p == products.SHARED, "Dites combien de chambres a la colocation.", "Seule une colocation compte ses chambres."
    ),
    "room_surface": (
        lambda p: p == products.SHARED, "Donnez la surface de la chambre.", "Seule une colocation a une chambre à décrire."
    ),
    "months_at_most": (
        lambda p: p == products.RESIDENCE, "Dites combien de mois dure le séjour.", "Seule une résidence limite le séjour."
    ),
}  # fmt: skip


def fields_of(product: str) -> list[str]:
    """The names of what a kind of offer is described by."""
    return [name for name, (needs, _, _) in _NEEDED.items() if needs(product)]


def checked(dwelling: Dwelling, terms: Terms) -> Terms:
    """The terms as they are kept: all that its kind needs, and nothing else. Refused beside the field that is wrong."""
    product = terms.get("product") or products.usual(dwelling.financing)
    if product not in products.PRODUCTS:
        raise Refused("offer.product", "Choisissez comment ce logement est proposé.", field="product")
    if unsuited := products.unsuited(product, dwelling.financing):
        raise Refused("offer.product_financing", unsuited, field="product")
    for name, (needs, missing, foreign) in _NEEDED.items():
        if needs(product) and not terms.get(name):
            raise Refused(f"offer.{name}", missing, field=name)
        if not needs(product) and terms.get(name) is not None:
            raise Refused(f"offer.{name}", foreign, field=name)
    _check_figures(dwelling, product, terms)
    return {**terms, "product": product}


def _check_figures(dwelling: Dwelling, product: str, terms: Terms) -> None:
    rule = parameter_set("products", on=clock.today()).values
    if product == products.SHARED:
        if terms["rooms"] < rule["shared"]["rooms_least"]:
            raise Refused("offer.rooms", "Une colocation a au moins deux chambres.", field="rooms")
        if terms["room_surface"] >= dwelling.surface:
            raise Refused("offer.room_surface", "La chambre est plus petite que le logement.", field="room_surface")
    most = rule["residence"]["months_most"]
    if product == products.RESIDENCE and terms["months_at_most"] > most:
        raise Refused("offer.months_at_most", f"Le séjour dure {most} mois au plus.", field="months_at_most")
