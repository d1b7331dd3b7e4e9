"""What is empty in the stock of the demonstration, and how it is offered: dates, contingent, a few plain words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from palier.demo.bodies import authorities
from palier.demo.chance import table
from palier.demo.places import by_code

if TYPE_CHECKING:
    from palier.demo.stock import DwellingRow

# Shares of the yearly flow (CCH R441-5): State at most 30 %, of which 5 % for its agents.
_CONTINGENTS = table({"none": 32, "state_priority": 25, "state_agents": 5, "action_logement": 20, "authority": 18})


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer on the site, with the fields of `homes.Offer`; `holder`: key of a body, empty when not reserved."""

    contingent: str
    holder: str
    description: str
    published_at: datetime
    closes_at: datetime
    confirmed_at: datetime
    draw_seed: str


@dataclass(frozen=True, slots=True)
class VacancyRow:
    """An empty dwelling, or one that will be; `offer` is None while the landlord has works done or has not published."""

    notice_on: date
    available_on: date
    first_letting: bool
    offer: OfferRow | None


def with_vacancy(chance: Random, row: DwellingRow, now: datetime, *, on_site: bool) -> DwellingRow:
    """The dwelling with its vacancy, offered or not. `now` is aware; nothing published lies after it."""
    notice = now.date() - timedelta(days=12 + int(chance.random() * 75))
    available = notice + timedelta(days=30 + int(chance.random() * 70))
    offer = _offer(chance, row, now, available) if on_site else None
    return replace(row, vacancy=VacancyRow(notice, available, row.built >= now.year - 1, offer))


def _offer(chance: Random, row: DwellingRow, now: datetime, available: date) -> OfferRow:
    draw = chance.random
    published = now - timedelta(minutes=90 + int(draw() * 60 * 24 * 11))
    confirmed = now - timedelta(minutes=int(draw() ** 2 * 60 * 24 * 6))
    closes = (now + timedelta(days=2 + int(draw() * 14))).replace(hour=17, minute=0, second=0, microsecond=0)
    contingent = _CONTINGENTS[int(draw() * len(_CONTINGENTS))]
    return OfferRow(
        contingent=contingent, holder=_holder(contingent, row.commune), description=_words(chance, row),
        published_at=published, closes_at=closes, confirmed_at=max(confirmed, published),
        draw_seed=f"{chance.getrandbits(128):032x}",
    )  # fmt: skip


@cache
def _holder(contingent: str, commune: str) -> str:
    place = by_code()[commune]
    if contingent in ("state_priority", "state_agents"):
        return f"etat-{place.department}"
    if contingent == "action_logement":
        return "holder"
    if contingent == "authority":
        town = next((b.key for b in authorities() if b.commune == commune and b.key.startswith("ville-")), "")
        return town or next(b.key for b in authorities() if b.epci == place.epci)
    return ""


_WHERE = (
    "à dix minutes à pied des commerces",
    "près d’une ligne de bus",
    "au calme",
    "proche de l’école",
    "près du centre",
)
_ROOMS = {"T1": "une pièce principale", "T2": "une chambre", "T3": "deux chambres", "T4": "trois chambres",
          "T5": "quatre chambres", "T6P": "cinq chambres"}  # fmt: skip


def _words(chance: Random, row: DwellingRow) -> str:
    draw = chance.random
    if row.kind == "house":
        first = f"Maison avec jardin, {_ROOMS[row.type]}, {_WHERE[int(draw() * len(_WHERE))]}."
    else:
        level = (
            "au rez-de-chaussée" if not row.floor else "au 1er étage" if row.floor == 1 else f"au {row.floor}e étage"
        )
        first = f"Appartement {level}, {_ROOMS[row.type]}, {_WHERE[int(draw() * len(_WHERE))]}."
    more = []
    if row.adapted:
        more.append("Salle d’eau adaptée, douche de plain-pied.")
    elif draw() < 0.4:
        more.append("Cuisine séparée." if draw() < 0.5 else "Séjour lumineux.")
    if draw() < 0.5:
        more.append("Chauffage individuel au gaz." if draw() < 0.6 else "Chauffage collectif compris dans les charges.")
    if row.kind == "flat" and draw() < 0.4:
        more.append("Cave." if draw() < 0.5 else "Balcon.")
    return " ".join([first, *more])
