"""What an offer means for one household: eligibility with its reasons, rent after aid, effort, candidates.

Puts the stored facts in front of `law` and its answer in words; decides nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from palier.applications.queries import Place, places
from palier.demands.facts import household as declared
from palier.demands.models import Demand
from palier.documents.queries import recognised
from palier.employers.queries import job_of
from palier.homes.models import Offer
from palier.homes.queries import Listed, candidate_counts, open_offers, open_to
from palier.law import eligibility, means, products
from palier.law.eligibility import Eligibility, OfferFacts
from palier.law.household import Household
from palier.law.products import REACHED
from palier.law.reach import reach
from palier.law.reasons import Reason


@dataclass(frozen=True, slots=True)
class Assessment:
    """One offer for one household. Amounts in euros a month; `effort_rate` between 0 and 1, None without resources.

    `net_rent`: what is left to pay; None for a home for sale, which has an `instalment` instead.
    """

    offer: Offer | Listed
    eligibility: Eligibility
    aid: Decimal | None
    net_rent: Decimal | None
    effort_rate: Decimal | None
    place: Place

    @property
    def total_rent(self) -> Decimal | None:
        """With charges, before aid; None for a home for sale."""
        return None if self.offer.rent is None else self.offer.rent + self.offer.charges

    @property
    def instalment(self) -> float | None:
        """Of the typical loan for the whole price, a month; None for what is let."""
        return self.eligibility.figures.get("instalment")

    @property
    def particular(self) -> tuple[Reason, ...]:
        """The reasons that differ from one suitable offer to the next: the others are said once for the whole list."""
        return tuple(r for r in self.eligibility.reasons if r.code not in _SAID_ONCE)

    @property
    def heavy(self) -> bool:
        return any(r.code == "effort.heavy" for r in self.eligibility.warnings)

    @property
    def first_obstacle(self) -> str:
        """The first reason against, in the household's words."""
        return next((r.text for r in self.eligibility.blocking), "")

    @property
    def effort_text(self) -> str:
        return "" if self.effort_rate is None else f"{self.effort_rate * 100:.0f} %"


_SAID_ONCE = frozenset(
    {
        "ceiling.under",
        "size.fits",
        "type.wished",
        "rent.within_wish",
        "effort.bearable",
        "effort.heavy",
        "effort.unknown",
    }
)


def describe(offer: Offer) -> str:
    """An offer in a few words: type, surface, place; a room, a residence and a sale say that they are."""
    dwelling = offer.dwelling
    home = f"{dwelling.type.replace('P', ' et plus')} de {dwelling.surface:.0f} m²"
    return f"{_WORDS.get(offer.product, '{home}').format(home=home, room=offer.surface)} à {dwelling.commune.name}"


_WORDS = {
    products.SHARED: "Chambre de {room:.0f} m² en colocation",
    products.RESIDENCE: "{home} en résidence",
    products.SALE: "{home} à vendre",
}


def facts(offer: Offer) -> OfferFacts:
    """The offer as `law.eligibility` reads it."""
    dwelling, commune = offer.dwelling, offer.dwelling.commune
    return OfferFacts(
        commune=commune.pk,
        epci=commune.epci_id or "",
        department=commune.department_id,
        zone=commune.ceiling_zone,
        type=dwelling.type,
        surface=float(offer.surface),
        financing=dwelling.financing,
        rent=float(offer.rent or 0),
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
        employees_of=offer.reserved_for.siren if offer.reserved_for else "",
        company=offer.reserved_for.name if offer.reserved_for else "",
        product=offer.product,
        price=float(offer.price or 0),
        months=offer.months_at_most or 0,
    )


def _facts(offer: Listed) -> OfferFacts:
    return OfferFacts(
        commune=offer.commune, epci=offer.epci, department=offer.department, zone=offer.zone, type=offer.type,
        surface=float(offer.surface), financing=offer.financing, rent=float(offer.rent), charges=float(offer.charges),
        contingent=offer.contingent, adapted=offer.adapted, step_free=offer.step_free, floor=offer.floor,
        lift=offer.lift, qpv=offer.qpv, kind=offer.kind, rent_zone=offer.rent_zone, aid_zone=offer.aid_zone,
        employees_of=offer.reserved_siret[:9], company=offer.reserved_name, product=offer.product,
    )  # fmt: skip


def assess(
    demand: Demand, offer: Offer, *, on: date, household: Household | None = None, place: Place | None = None
) -> Assessment:
    """Everything a household should know of an offer before applying."""
    household = household or seen(demand, on)
    place = place or _place(demand, offer)
    return _assessed(offer, facts(offer), household, on, place)


def _place(demand: Demand, offer: Offer) -> Place:
    """Where the household would stand; after everybody where points do not order, but for the classes of a sale."""
    if not offer.terms.direct:
        return places(demand, [offer.pk])[offer.pk]
    candidates = candidate_counts([offer.pk]).get(offer.pk, 0)
    return Place(candidates, candidates)


def _assessed(offer: Offer | Listed, dwelling: OfferFacts, household: Household, on: date, place: Place) -> Assessment:
    checked = eligibility.check(household, dwelling, on=on)
    figures = checked.figures
    aid = figures.get("aid")
    rate = figures.get("effort_rate")
    return Assessment(
        offer=offer,
        eligibility=checked,
        aid=None if aid is None else Decimal(str(aid)),
        net_rent=None if offer.rent is None else offer.rent + offer.charges - Decimal(str(aid or 0)),
        effort_rate=None if rate is None else Decimal(str(rate)),
        place=place,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """The open offers of a household's department, looked at for it.

    `shown`: the first ones, assessed; `count`: all those of their kind; `others`: those of the other kind.
    """

    shown: list[Assessment]
    count: int
    others: int

    @property
    def left(self) -> int:
        """How many of the same kind are not shown."""
        return self.count - len(self.shown)


def fitting_for(demand: Demand, *, on: date, now: datetime, most: int) -> Choice:
    """The offers that the household may have, the least to pay first."""
    household = seen(demand, on)
    fitting = [offer for _, offer in _least_first(demand, household, on, now)]
    at = places(demand, [offer.pk for offer in fitting[:most]])
    shown = [_assessed(offer, _facts(offer), household, on, at[offer.pk]) for offer in fitting[:most]]
    return Choice(shown, len(fitting), _elsewhere(fitting, demand, now))


def cheapest_for(demand: Demand, *, on: date, now: datetime, most: int) -> list[tuple[Decimal, Listed]]:
    """The same offers with what is left to pay a month, nothing being said of ranks: for a mail to many households."""
    return _least_first(demand, seen(demand, on), on, now)[:most]


def _least_first(demand: Demand, household: Household, on: date, now: datetime) -> list[tuple[Decimal, Listed]]:
    estimate = means.aids(household, on)

    def to_pay(offer: Listed) -> Decimal:
        aid = estimate(offer.financing, float(offer.rent), offer.aid_zone)
        return offer.rent + offer.charges - Decimal(aid.amount if aid else 0)

    priced = [(to_pay(offer), offer) for offer in _open(demand, household, on, now)]
    return sorted(priced, key=lambda row: (row[0], row[1].pk))


def unsuitable_for(demand: Demand, *, on: date, now: datetime, most: int) -> Choice:
    """The offers that the household may not have: those with the fewest obstacles first, then the least to pay.

    Nobody applies to them: their candidates are not counted.
    """
    household = seen(demand, on)
    offers = _open(demand, household, on, now, fits=False)
    others = [_assessed(offer, _facts(offer), household, on, Place(0, 0)) for offer in offers]
    others.sort(key=lambda a: (len(a.eligibility.blocking), a.net_rent, a.offer.pk))
    return Choice(others[:most], len(others), _elsewhere(offers, demand, now))


def _open(demand: Demand, household: Household, on: date, now: datetime, *, fits: bool = True) -> list[Listed]:
    return open_to(reach(household, on), department=demand.department_id, now=now, fits=fits)


def _elsewhere(offers: list[Listed], demand: Demand, now: datetime) -> int:
    """How many open offers of the department are not among these, which are all of their kind."""
    if offers:
        return offers[0].around - len(offers)
    return open_offers(now).filter(product__in=REACHED, dwelling__commune__department=demand.department_id).count()


def seen(demand: Demand, on: date) -> Household:
    """The household without what only points rest on: eligibility reads no document, and recognised situations alone."""
    return declared(demand, on=on, situations=recognised(demand, on), job=job_of(demand.person_id))
