"""The kinds of offer: who decides, in which order candidates come, what ends it. `docs/algorithms/products.md`.

Social letting goes through the commission, by points. The others are the landlord's own choice among the files it
examined, in a public order that never rests on points: the date of the application; for a home for sale, the legal class
first (CCH L443-11, to verify). Only a social lease takes the demand off the register.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from palier.law.ceilings import SOCIAL as SOCIAL_FINANCINGS
from palier.law.household import Household
from palier.law.parameters import parameter_set
from palier.law.reasons import NOTE, Reason

SOCIAL, INTERMEDIATE, SHARED, RESIDENCE, SALE = "social", "intermediate", "shared", "residence", "sale"
COMMISSION, LANDLORD = "commission", "landlord"
POINTS, BY_DATE, BY_CLASS = "points", "date", "class"
LEASE, CONTRACT, DEED = "lease", "contract", "deed"


@dataclass(frozen=True, slots=True)
class Product:
    """A kind of offer.

    `way`: who decides (`commission`, `landlord`). `order`: how candidates come (`points`, `date`, `class`). `end`: what is
    signed (`lease`, a residence's `contract` of limited months, the `deed` of a sale). `financings`: the dwellings that may
    be offered so. `removes`: whether its end takes the demand off the register (RADATT). `how`, `rule`: the way of
    applying and the order, in words for the candidate; `signed`: what its end is called; `taken`: why the others are freed.
    """

    code: str
    name: str
    way: str
    order: str
    end: str
    financings: tuple[str, ...]
    how: str
    rule: str
    signed: str
    taken: str
    removes: bool = False

    @property
    def direct(self) -> bool:
        """The landlord chooses, without a commission."""
        return self.way == LANDLORD


_BY_DATE = "Les candidatures sont prises dans l’ordre de leur dépôt. Les points de la grille ne comptent pas."
_DIRECT = "Votre dossier va directement au bailleur, qui le vérifie puis vous propose lui-même"
PRODUCTS = {
    one.code: one
    for one in (
        Product(
            SOCIAL, "Location sociale", COMMISSION, POINTS, LEASE, SOCIAL_FINANCINGS,
            "Les premiers dossiers sont transmis au bailleur, puis la commission d’attribution décide.",
            "L’ordre : les points de la grille publique du territoire, puis l’ancienneté de la demande.",
            "Bail signé", "il est loué à un autre ménage", removes=True,
        ),
        Product(
            INTERMEDIATE, "Loyer intermédiaire", LANDLORD, BY_DATE, LEASE, ("LLI",),
            f"{_DIRECT} le logement : aucune commission ne décide.", _BY_DATE,
            "Bail signé", "il est loué à un autre ménage",
        ),
        Product(
            SHARED, "Colocation", LANDLORD, BY_DATE, LEASE, SOCIAL_FINANCINGS,
            f"{_DIRECT} la chambre. Chaque colocataire signe son propre bail.", _BY_DATE,
            "Bail signé", "la chambre est louée à quelqu’un d’autre",
        ),
        Product(
            RESIDENCE, "Résidence jeunes", LANDLORD, BY_DATE, CONTRACT, SOCIAL_FINANCINGS,
            f"{_DIRECT} un contrat de résidence, pour une durée limitée.", _BY_DATE,
            "Contrat signé", "il est occupé par quelqu’un d’autre",
        ),
        Product(
            SALE, "À vendre", LANDLORD, BY_CLASS, DEED, (*SOCIAL_FINANCINGS, "LLI"),
            f"{_DIRECT} la vente. Vous avez le temps de voir votre banque avant de signer.",
            "Les locataires du parc social passent d’abord, comme la loi le demande, puis les autres ménages ; dans chaque "
            "groupe, l’ordre de dépôt. Les points de la grille ne comptent pas.",
            "Vente signée", "il est vendu à un autre ménage",
        ),
    )
}  # fmt: skip
DIRECT = tuple(code for code, one in PRODUCTS.items() if one.direct)
# What a household's bounds (`law.reach`) speak of. The others are found by looking for them, and no reservation by flow
# counts them (CCH R441-5, to verify).
REACHED = (SOCIAL, INTERMEDIATE)
APART = tuple(code for code in PRODUCTS if code not in REACHED)


def usual(financing: str) -> str:
    """The kind of offer of a dwelling when its landlord says nothing else."""
    return INTERMEDIATE if financing == "LLI" else SOCIAL


def unsuited(code: str, financing: str) -> str:
    """Why a dwelling of that financing cannot be offered so, in words; "" when it can. Raises KeyError on an unknown kind."""
    product = PRODUCTS[code]
    if financing in product.financings:
        return ""
    if financing == "LLI":
        return "Un logement intermédiaire (LLI) se loue en loyer intermédiaire, ou se vend."
    return "Seul un logement financé en LLI se loue en loyer intermédiaire."


def sale_class(household: Household, on: date) -> int:
    """The place of a household in the legal order of a sale, from 1. Source: CCH L443-11 (to verify)."""
    classes: list[str] = parameter_set("products", on=on).values["sale"]["classes"]
    held = "social_tenant" if household.transfer else "everybody"
    return classes.index(held) + 1


def priority(product: Product, household: Household, on: date) -> int:
    """The class that orders a candidate before its date: the legal one of a sale, 1 for everybody elsewhere."""
    return sale_class(household, on) if product.order == BY_CLASS else 1


def publication_days(product: Product, on: date) -> int:
    """How long an offer stays published at least before its landlord may choose: 0 but for a home for sale
    (CCH L443-11, to verify)."""
    return parameter_set("products", on=on).values["sale"]["publication_days"] if product.code == SALE else 0


def choosable_from(product: Product, published: datetime) -> datetime:
    """When the landlord may choose among the candidates of an offer."""
    return published + timedelta(days=publication_days(product, published.date()))


@dataclass(frozen=True, slots=True)
class Applied:
    """A candidate of a landlord's choice. `key`: the number of the application, later ones being greater."""

    key: int
    at: datetime
    priority: int = 1


@dataclass(frozen=True, slots=True)
class Placed:
    """A candidate's place from 1, and why it comes before the next one."""

    position: int
    key: int
    reason: Reason


def order(product: Product, candidates: Iterable[Applied]) -> list[Placed]:
    """The public order of a landlord's choice: the class of a sale, then the date, then the number of the application.

    Raises ValueError for a product that the commission decides: its order is that of `law.ranking`.
    """
    if not product.direct:
        raise ValueError("candidates of a commission are ranked by points")
    by_class = product.order == BY_CLASS
    held = sorted(candidates, key=lambda one: (one.priority if by_class else 1, one.at, one.key))
    return [
        Placed(place, one.key, _why(one, held[place] if place < len(held) else None, by_class))
        for place, one in enumerate(held, start=1)
    ]


def _why(one: Applied, following: Applied | None, by_class: bool) -> Reason:
    if following is None:
        return Reason("order.last", "Dernière candidature de la liste.", NOTE)
    if by_class and one.priority != following.priority:
        return Reason("order.class", "Passe avant : locataire du parc social.", NOTE)
    return Reason("order.date", "Passe avant : candidature déposée plus tôt.", NOTE)


def passed_over(product: Product, candidates: Sequence[Applied], chosen: int) -> list[int]:
    """Those who come before the one chosen: taking it instead of them needs a reason that they are told."""
    placed = order(product, candidates)
    before = next(one.position for one in placed if one.key == chosen)
    return [one.key for one in placed if one.position < before]
