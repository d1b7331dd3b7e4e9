"""The lists of several dwellings made together (mission C5): `law.plans` on the candidates of offers that wait for theirs.

The plan covers the offers that its actor designates for, whose applications have ended and whose list is not made.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.applications.actions import designates, make_shortlist
from palier.applications.models import Shortlist
from palier.applications.offers import describe
from palier.applications.queries import Rank, ranks
from palier.common import clock
from palier.common.errors import Refused
from palier.common.locks import locked_all
from palier.demands import facts
from palier.demands.models import Demand, Wish
from palier.homes.models import Offer
from palier.law.income import first_quartile
from palier.law.plans import Departure, Plan, Quota, Vacancy, joint, plain
from palier.territories.queries import setting

# More dwellings than that are planned in several times, the first to close before.
MOST = 100


@dataclass(frozen=True, slots=True)
class Together:
    """The offers in the order of their closing, their candidates, and the two plans."""

    offers: list[Offer]
    places: dict[int, list[Rank]]
    plain: Plan
    joint: Plan

    @property
    def seal(self) -> str:
        """Changes with the candidates, the order or the plan: what is adopted is what was seen."""
        seen = [[[place.application_id, str(place.points)] for place in self.places[offer.pk]] for offer in self.offers]
        told = [seen, sorted(self.joint.sent.items()), sorted(self.joint.firsts.items())]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def same(self) -> bool:
        """Whether both plans send the same files: nobody is a candidate twice, or it changes nothing."""
        return dict(self.plain.sent) == dict(self.joint.sent)

    def departures_of(self, offer: Offer) -> list[Departure]:
        return [one for one in self.joint.departures if one.vacancy == str(offer.pk)]


def waiting(actor: Actor) -> QuerySet[Offer]:
    """Offers whose applications have ended and whose list is to be made, the first closed first."""
    own = designates(actor)
    if actor.role == Role.LANDLORD:
        own = own.filter(holder=None)
    return (
        own.select_related("dwelling__commune__epci")
        .filter(state__in=["published", "suspended", "closed"], closes_at__lte=clock.now(), shortlists=None)
        .order_by("closes_at", "pk")[:MOST]
    )


def together(actor: Actor, *, by_preference: bool = False) -> Together:
    """The plain plan and the joint one. `by_preference`: follow the order of the communes that each household wished."""
    offers = list(waiting(actor))
    places = {offer.pk: ranks(offer.pk) for offer in offers}
    offers = [offer for offer in offers if places[offer.pk]]
    week = [
        Vacancy(
            key=str(offer.pk),
            label=f"le {describe(offer)}, {offer.dwelling.reference}",
            order=tuple(str(place.demand_id) for place in places[offer.pk]),
            files=setting("files_sent", on=clock.today(), territory=offer.dwelling.commune.department_id),
        )
        for offer in offers
    ]
    wished = _wished(offers, places) if by_preference else None
    return Together(offers, places, plain(week), joint(week, _quotas(offers, places), wished))


def _wished(offers: Sequence[Offer], places: dict[int, list[Rank]]) -> dict[str, list[str]]:
    """household → its offers, those in the communes that it named first at the head."""
    asked = {place.demand_id for offer in offers for place in places[offer.pk]}
    order = {(w.demand_id, w.commune_id): w.rank for w in Wish.objects.filter(demand__in=asked)}
    found: dict[str, list[tuple[float, str]]] = {}
    for offer in offers:
        for place in places[offer.pk]:
            at = order.get((place.demand_id, offer.dwelling.commune_id), math.inf)
            found.setdefault(str(place.demand_id), []).append((at, str(offer.pk)))
    return {household: [key for _, key in sorted(keys, key=lambda one: one[0])] for household, keys in found.items()}


def _quotas(offers: Sequence[Offer], places: dict[int, list[Rank]]) -> list[Quota]:
    """A quarter of the dwellings outside priority quarters go to the first quartile (CCH L441-1), by EPCI.

    None where the yearly order's threshold is not entered for the territory.
    """
    today = clock.today()
    found = []
    for epci in sorted({offer.dwelling.commune.epci_id or "" for offer in offers}):
        outside = [o for o in offers if (o.dwelling.commune.epci_id or "") == epci and not o.dwelling.qpv]
        threshold = setting("first_quartile_income", on=today, territory=epci)
        if not threshold or not outside:
            continue
        asked = {place.demand_id for offer in outside for place in places[offer.pk]}
        poorest = {
            str(demand.pk)
            for demand in Demand.objects.filter(pk__in=asked).order_by("pk")
            if first_quartile(facts.household(demand, on=today), threshold, today)
        }
        least = math.ceil(len(outside) * setting("first_quartile_share", on=today, territory=epci) / 100)
        name = f"Premier quartile, {outside[0].dwelling.commune.epci.name}" if epci else "Premier quartile"
        found.append(Quota(name, frozenset(str(o.pk) for o in outside), frozenset(poorest), least))
    return found


@transaction.atomic
def adopt(*, actor: Actor, seal: str, by_preference: bool = False) -> list[Shortlist]:
    """Make every list of the plan, each departure with its reason. Refused when the plan is no longer the one seen."""
    offers = list(waiting(actor))
    locked_all(designates(actor).filter(pk__in=[offer.pk for offer in offers]))
    plan = together(actor, by_preference=by_preference)
    if not plan.offers:
        raise Refused("plan.nothing", "Aucun logement n’attend de liste.")
    if plan.seal != seal:
        raise Refused("plan.changed", "Des candidatures ont changé depuis que cette page est ouverte. Relisez le plan.")
    made = []
    for offer in plan.offers:
        by_demand = {str(place.demand_id): place.application_id for place in plan.places[offer.pk]}
        departures = {by_demand[one.household]: one.reason.text for one in plan.departures_of(offer)}
        made.append(make_shortlist(actor=actor, offer_id=offer.pk, departures=departures))
    return made
