"""Offers that no commission decides, with candidates at each step: intermediate rents, rooms, a residence, homes for sale."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from palier.accounts.models import Organisation
from palier.allocations import actions as allocations
from palier.applications.models import Application
from palier.applications.offers import facts, seen
from palier.applications.placing import follow
from palier.applications.receipts import lot
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demands.models import Demand
from palier.demo.playing import character, play
from palier.homes.models import Dwelling, Offer, Vacancy
from palier.law import eligibility
from palier.law.products import INTERMEDIATE, RESIDENCE, SALE, SHARED, priority
from palier.territories.models import Commune

# How many demands are looked at for candidates, the oldest first.
_LOOKED_AT = 1500


@dataclass(frozen=True, slots=True)
class _Home:
    """`days`: since when it is on the site. `candidates`: how many apply; `admitted`: of them, those already examined."""

    product: str
    commune: str
    address: str
    type: str
    surface: int
    financing: str
    charges: int
    words: str
    terms: dict[str, Any]
    days: int = 6
    candidates: int = 4
    admitted: int = 2
    dwelling: dict[str, Any] = field(default_factory=dict)


_ROOM = {"rent": Decimal(310), "rooms": 4, "room_surface": Decimal("13.5")}
_HOUSE = {"kind": "house", "floor": None, "lift": False}
HOMES = (
    _Home(INTERMEDIATE, "14118", "8 quai Vendeuvre", "T3", 64, "LLI", 70,
          "Traversant, balcon, parking en sous-sol.", {"rent": Decimal("612.50")}, candidates=5, admitted=3),
    _Home(INTERMEDIATE, "14118", "21 avenue de Creully", "T2", 46, "LLI", 55,
          "Résidence récente, local à vélos.", {"rent": Decimal(475)}, candidates=3, admitted=0),
    _Home(INTERMEDIATE, "14327", "3 rue du Clos", "T4", 82, "LLI", 60,
          "Maison mitoyenne avec jardin.", {"rent": Decimal(745)}, candidates=2, admitted=1, dwelling=_HOUSE),
    _Home(SHARED, "14118", "15 rue de la Délivrande", "T5", 96, "PLUS", 65,
          "Chambre meublée, cuisine et séjour partagés, internet compris, près du campus.", _ROOM),
    _Home(SHARED, "14118", "17 rue de la Délivrande", "T4", 84, "PLS", 60,
          "Chambre sur cour, deux colocataires en place.",
          {"rent": Decimal(295), "rooms": 3, "room_surface": Decimal("11")}, candidates=2, admitted=0),
    _Home(RESIDENCE, "14118", "2 rue des Cultures", "T1", 20, "PLAI", 0,
          "Studio meublé, laverie, salle commune, eau et chauffage compris.",
          {"rent": Decimal(398), "months_at_most": 12}),
    _Home(RESIDENCE, "14366", "6 rue du Bouteiller", "T1", 18, "PLAI", 0,
          "Studio meublé en foyer de jeunes travailleurs, à cinq minutes de la gare.",
          {"rent": Decimal(345), "months_at_most": 24}, candidates=2, admitted=0),
    _Home(SALE, "14118", "4 rue de Touraine", "T3", 62, "PLUS", 115,
          "Vente d’un appartement du parc social, cave, ravalement fait en 2024.", {"price": Decimal(98_000)}, days=34),
    _Home(SALE, "14366", "12 rue Roger Aini", "T4", 79, "PLUS", 0,
          "Maison de ville avec jardinet, chaudière récente.", {"price": Decimal(119_000)}, candidates=2, admitted=0,
          dwelling=_HOUSE),
)  # fmt: skip


def begin(landlord: Organisation) -> dict[str, int]:
    """Put them on the site; the first intermediate dwelling is proposed to the first household whose file is ready."""
    with acting(SYSTEM):
        offers = [_offer(landlord, n, home) for n, home in enumerate(HOMES, start=1)]
        made = _candidates(list(zip(offers, HOMES, strict=True)))
        first = Application.objects.filter(offer=offers[0], state="admissible").order_by("applied_at", "pk").first()
    if first is not None:
        play(character("sophie.bailleur"), allocations.choose, application_id=first.pk)
    return {"offres sans commission": len(offers), "candidatures": made}


def _offer(landlord: Organisation, n: int, home: _Home) -> Offer:
    now, commune = clock.now(), Commune.objects.get(code=home.commune)
    dwelling = Dwelling.objects.create(
        landlord=landlord, reference=f"DIRECT-{n:03d}", address=home.address, postcode=commune.postcodes[0],
        commune=commune, type=home.type, surface=home.surface, financing=home.financing, energy_class="C",
        latitude=commune.latitude, longitude=commune.longitude, **{"kind": "flat", "floor": 2, "lift": True, **home.dwelling},
    )  # fmt: skip
    vacancy = Vacancy.objects.create(
        dwelling=dwelling, notice_on=clock.today() - timedelta(days=home.days + 20),
        available_on=clock.today() + timedelta(days=12),
    )  # fmt: skip
    return Offer.objects.create(
        vacancy=vacancy, dwelling=dwelling, state="published", product=home.product, charges=home.charges,
        description=home.words, published_at=now - timedelta(days=home.days), closes_at=now + timedelta(days=11),
        confirmed_at=now - timedelta(hours=7 + n), draw_seed=hashlib.sha256(f"demo direct {n}".encode()).hexdigest()[:32],
        **home.terms,
    )  # fmt: skip


def _candidates(offered: list[tuple[Offer, _Home]]) -> int:
    """Households without an account nor a live application that may have each home; they applied one hour after another."""
    on, left = clock.today(), {offer.pk: home.candidates for offer, home in offered}
    free = (
        Demand.objects.filter(state="active", person=None, department="14")
        .exclude(pk__in=Application.objects.filter(live_slot__isnull=False).values("demand"))
        .order_by("pk")[:_LOOKED_AT]
    )
    made: list[Application] = []
    for demand in free.iterator():
        if not any(left.values()):
            break
        household = seen(demand, on)
        for offer, home in offered:
            if left[offer.pk] and eligibility.check(household, facts(offer), on).eligible:
                rank = home.candidates - left[offer.pk]
                left[offer.pk] -= 1
                at = clock.now() - timedelta(days=4) + timedelta(hours=5 * rank)
                made.append(
                    Application(
                        demand=demand, offer=offer, state="admissible" if rank < home.admitted else "sent", applied_at=at,
                        state_at=at, registered_on=demand.first_registered_on, priority=priority(offer.terms, household, on),
                        **lot(offer.draw_seed, demand.pk),
                    )
                )  # fmt: skip
                break
    Application.objects.bulk_create(made)
    follow([application.demand_id for application in made])
    return len(made)
