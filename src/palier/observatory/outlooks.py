"""What past offers say of an open one to a household that looks at it: its chance and the usual wait, or that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from palier.common import clock
from palier.law.odds import BANDS, Cell, Odds, cell, places_of, said, short, size_of
from palier.observatory.models import Comparable
from palier.territories.models import Department
from palier.territories.queries import setting

_SIZES = {"small": "T1 et T2", "middle": "T3", "large": "T4 et plus", "": "logements de toutes tailles"}


class Shown(Protocol):
    """An open offer as a list or a page holds it."""

    pk: int
    contingent: str
    published_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Home:
    """Where an offer is and what it is."""

    epci: str
    department: str
    type: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Days from registering to the lease: half waited less than `median`, nine in ten less than `ninth_decile`."""

    median: int
    ninth_decile: int
    leases: int
    homes: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """The chance and the wait for one offer; either is None where too few homes compare."""

    odds: Odds | None
    wait: Wait | None
    homes: str = ""
    among: tuple[int, int | None] = (1, None)
    since: date | None = None

    @property
    def said(self) -> str:
        return said(self.odds.chance) if self.odds else ""

    @property
    def low(self) -> str:
        return short(self.odds.low) if self.odds else ""

    @property
    def high(self) -> str:
        return short(self.odds.high) if self.odds else ""

    @property
    def places(self) -> str:
        return places_said(self.among)


def places_said(among: tuple[int, int | None]) -> str:
    """Places counted together, in words."""
    first, last = among
    if last is None:
        return f"après la {first - 1}ᵉ place"
    if first == last:
        return "à la 1ʳᵉ place" if first == 1 else f"à la {first}ᵉ place"
    return f"de la {first}ᵉ à la {last}ᵉ place"


def outlooks(offers: Iterable[tuple[Shown, Home]], positions: Mapping[int, int]) -> dict[int, Outlook]:
    """offer → its outlook for a household that would stand there (place from 1), from the narrowest homes that suffice."""
    seen = list(offers)
    places = {place for _, home in seen for place in (home.epci, home.department)}
    known = {(c.place, c.size, c.reserved): c for c in Comparable.objects.filter(place__in=places)}
    least = setting("odds_least", on=clock.today())
    now = clock.now()
    return {offer.pk: _outlook(offer, home, positions[offer.pk], known, least, now) for offer, home in seen}


def _outlook(
    offer: Shown,
    home: Home,
    position: int,
    known: Mapping[tuple[str, str, bool], Comparable],
    least: int,
    now: datetime,
) -> Outlook:
    size, reserved = size_of(home.type), offer.contingent != "none"
    breadths = ((home.epci, size), (home.department, size), (home.department, ""))
    at = cell(position, _left(offer, now))
    wait = next(
        (
            Wait(c.wait_median, c.wait_ninth_decile, c.leases, _homes(c, home))
            for place, breadth in breadths
            if (c := known.get((place, breadth, False))) and c.leases >= least
        ),
        None,
    )
    for place, breadth in breadths:
        found = known.get((place, breadth, reserved))
        odds = _odds(found, at) if found else None
        if odds and odds.applications >= least:
            return Outlook(odds, wait, _homes(found, home), places_of(at.band), found.since)
    return Outlook(None, wait)


def _odds(found: Comparable, at: Cell) -> Odds | None:
    return next((Odds(*line[2:]) for line in found.odds if tuple(line[:2]) == at), None)


def _left(offer: Shown, now: datetime) -> float:
    if not offer.published_at or not offer.closes_at or offer.closes_at <= offer.published_at:
        return 0.0
    return (offer.closes_at - now) / (offer.closes_at - offer.published_at)


def _homes(found: Comparable, home: Home) -> str:
    where = "de l’intercommunalité" if found.place == home.epci else "du département"
    return f"{_SIZES[found.size]} {where}"


def by_department(least: int) -> list[tuple[str, list[dict[str, Any]]]]:
    """Department by department, the chance at each place in the middle of the window, over homes of all sizes."""
    names = dict(Department.objects.values_list("pk", "name"))
    tables = []
    for found in Comparable.objects.filter(place__in=names, size="", reserved=False).order_by("place"):
        rows = [
            {"places": places_said(places_of(band)), "said": said(odds.chance), "applications": odds.applications}
            for band in range(BANDS)
            if (odds := _odds(found, Cell(band, 1))) and odds.applications >= least
        ]
        if rows:
            tables.append((names[found.place], rows))
    return tables
