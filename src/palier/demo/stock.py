"""The dwellings of the demonstration, what is empty and offered of them, and the allocations of past years.

Followed figures: T1 7.4 %, T2 20.2 %, T3 37 %, T4 27.8 %, T5 and more 7.5 %, mean rent 6.15 €/m² outside
Île-de-France, 31 % of the stock in priority quarters nationally (SDES, 1 January 2023 and 2024; fewer here);
mean wait of those allocated 520 days, 27 % of them transfers, success rate 12.3 % in 2021 down to 9.4 % in
2024 (ANCOLS). Vacancy, floors, energy classes and the rest are plausible, not measured.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random

from palier.demo import offering
from palier.demo.bodies import Body, landlords
from palier.demo.chance import blocks, lines, table
from palier.demo.offering import VacancyRow
from palier.demo.places import around, by_code, quarters, weight
from palier.demo.scales import SCALES, Scale
from palier.territories.geography import CommuneRow

VACANT = 0.022
_TYPES = {
    "flat": table({"T1": 9.4, "T2": 24.4, "T3": 37.5, "T4": 22.6, "T5": 5.4, "T6P": 0.7}),
    "house": table({"T2": 4, "T3": 35, "T4": 48, "T5": 11, "T6P": 2}),
}
_SURFACES = {"T1": 30, "T2": 46, "T3": 63, "T4": 78, "T5": 94, "T6P": 112}
# Small dwellings cost more by the square metre.
_RENT_BY_TYPE = {"T1": 1.18, "T2": 1.07, "T3": 1.0, "T4": 0.95, "T5": 0.92, "T6P": 0.9}
_RENTS = {"PLAI": 5.5, "PLUS": 6.16, "PLS": 8.2}
_OLD, _RECENT = table({"PLUS": 90, "PLAI": 7, "PLS": 3}), table({"PLUS": 58, "PLAI": 29, "PLS": 13})
_BUILT = table({(1950, 1965): 17, (1966, 1980): 40, (1981, 1999): 22, (2000, 2012): 12, (2013, 2025): 9})
_ENERGY = {
    1950: table({"C": 12, "D": 42, "E": 32, "F": 11, "G": 3}), 1966: table({"B": 2, "C": 24, "D": 46, "E": 22, "F": 6}),
    1981: table({"B": 4, "C": 34, "D": 45, "E": 17}), 2000: table({"B": 22, "C": 58, "D": 20}),
    2013: table({"A": 38, "B": 52, "C": 10}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DwellingRow:
    """A dwelling with the fields of `homes.Dwelling`; `landlord`: key of a body; `commune`: INSEE code.

    `rent` and `charges`: euros a month. `vacancy`: when it is empty.
    """

    index: int
    landlord: str
    reference: str
    address: str
    postcode: str
    commune: str
    kind: str
    type: str
    surface: float
    floor: int | None
    lift: bool
    step_free: bool
    adapted: bool
    energy_class: str
    financing: str
    qpv: bool
    built: int
    parking: bool
    latitude: float
    longitude: float
    rent: float
    charges: float
    vacancy: VacancyRow | None = None


@dataclass(slots=True)
class _Residence:
    """Dwellings that share an address: `left` still to be drawn."""

    commune: CommuneRow
    street: str
    kind: str
    floors: int
    lift: bool
    built: int
    energy: str
    financing: str
    qpv: bool
    latitude: float
    longitude: float
    left: int


def dwellings(
    scale: str, *, now: datetime, seed: object = 14, start: int = 0, stop: int | None = None
) -> Iterator[DwellingRow]:
    """The stock of a scale, landlord by landlord. `start` (a multiple of `chance.BLOCK`) resumes a build.

    Two and a fifth in a hundred are empty; the scale says which share of these is on the site.
    """
    size = SCALES[scale]
    owners = _owners(size)
    ends = list(accumulate(count for _, count in owners))
    for first, last, chance in blocks(size.dwellings, start=start, stop=stop, seed=f"{seed}:stock:{scale}"):
        empty = chance.sample(range(first, last), round((last - first) * VACANT))
        offered = set(empty[: round(len(empty) * size.offered)])
        vacant = set(empty)
        residence, owner = None, None
        for index in range(first, last):
            body = owners[bisect_right(ends, index)][0]
            if residence is None or residence.left == 0 or body is not owner:
                residence, owner = _residence(chance, body, size), body
            row = _dwelling(chance, index, body, residence)
            if index in vacant:
                row = offering.with_vacancy(chance, row, now, on_site=index in offered)
            yield row


@cache
def _owners(size: Scale) -> tuple[tuple[Body, int], ...]:
    """Each landlord with its number of dwellings at this scale; they add up exactly."""
    here = [b for b in landlords() if set(b.departments) & set(size.departments)]
    whole = sum(b.dwellings for b in here)
    ends = [0, *(round(end * size.dwellings / whole) for end in accumulate(b.dwellings for b in here))]
    return tuple((body, ends[n + 1] - ends[n]) for n, body in enumerate(here))


@cache
def _places(body: Body, departments: tuple[str, ...]) -> tuple[CommuneRow, ...]:
    here = [c for c in by_code().values() if c.department in departments and {c.department, c.epci} & set(body.area)]
    return table([(c, weight(c)) for c in here], 4000)


def _residence(chance: Random, body: Body, size: Scale) -> _Residence:
    draw = chance.random
    held = _places(body, size.departments)
    commune = held[int(draw() * len(held))]
    town = min(commune.population / 20_000, 1)
    kind = "house" if draw() < 0.65 - 0.44 * town else "flat"
    low, high = _BUILT[int(draw() * len(_BUILT))]
    floors = 0 if kind == "house" else 2 + int(draw() * 3 + (draw() ** 4) * 9 * town)
    financings = _OLD if high < 2000 else _RECENT
    energy = _ENERGY[low]
    quarter = quarters().get(commune.code, ())
    qpv = bool(quarter) and kind == "flat" and 1960 < high < 1999 and draw() < 0.8
    if qpv:
        place = quarter[int(draw() * len(quarter))]
        point = around(place.latitude, place.longitude, place.radius * math.sqrt(draw()), draw() * math.tau)
    else:
        spread = 300 + 900 * math.sqrt(commune.population / 20_000)
        point = around(commune.latitude, commune.longitude, spread * math.sqrt(draw()), draw() * math.tau)
    streets = lines("streets.txt")
    return _Residence(
        commune, f"{1 + int(draw() * 60)} {streets[int(draw() * len(streets))]}", kind, floors,
        floors >= 5 or (floors >= 3 and (low >= 2000 or draw() < 0.15)), low + int(draw() * (high - low + 1)),
        energy[int(draw() * len(energy))], financings[int(draw() * len(financings))], qpv, *point,
        left=1 + int(draw() * 11) if kind == "house" else (floors + 1) * (2 + int(draw() * 4)),
    )  # fmt: skip


def _dwelling(chance: Random, index: int, body: Body, residence: _Residence) -> DwellingRow:
    draw = chance.random
    residence.left -= 1
    kinds = _TYPES[residence.kind]
    kind = kinds[int(draw() * len(kinds))]
    surface = round(_SURFACES[kind] * (0.88 + 0.24 * draw()), 1)
    flat = residence.kind == "flat"
    floor = residence.left % (residence.floors + 1) if flat else None
    reachable = not floor or residence.lift
    step_free = reachable and (draw() < 0.75 if residence.built >= 2000 else draw() < 0.12)
    by_metre = _RENTS[residence.financing] * _RENT_BY_TYPE[kind] * (0.93 + 0.14 * draw())
    charges = 0.75 + 0.6 * draw() + (0.45 if residence.lift else 0) + (0.35 if flat else 0)
    return DwellingRow(
        index=index, landlord=body.key, reference=f"{body.register_desk}-{index + 1:07d}", address=residence.street,
        postcode=residence.commune.postcodes[0], commune=residence.commune.code, kind=residence.kind, type=kind,
        surface=surface, floor=floor, lift=residence.lift, step_free=step_free,
        adapted=step_free and draw() < 0.12, energy_class=residence.energy, financing=residence.financing,
        qpv=residence.qpv, built=residence.built, parking=draw() < (0.4 if flat else 0.85),
        latitude=residence.latitude, longitude=residence.longitude,
        rent=round(surface * by_metre, 2), charges=round(surface * charges, 2),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """A past lease with the fields of `observatory.PastAllocation`; `commune`: INSEE code."""

    signed_on: date
    commune: str
    type: str
    financing: str
    wait_days: int
    people: int
    points: float
    transfer: bool
    priority: bool
    first_quartile: bool
    qpv: bool


# Allocations of a year per demand active at least one day in it, and such demands per demand in stock (4.1 M / 2.76 M).
_SUCCESS = {2021: 0.123, 2022: 0.114, 2023: 0.105, 2024: 0.094}
_LATEST_SUCCESS, _ACTIVE_IN_YEAR, _YEARS = 0.092, 1.49, 4
_MEAN_WAIT, _LONG_WAIT = 410, 1400
_LET = table({"T1": 10, "T2": 25, "T3": 37, "T4": 23, "T5": 4.4, "T6P": 0.6})
_WAIT_BY_TYPE = {"T1": 0.9, "T2": 0.97, "T3": 0.93, "T4": 1.1, "T5": 1.45, "T6P": 1.65}
_PEOPLE = {"T1": (1, 1), "T2": (1, 2), "T3": (2, 3), "T4": (3, 5), "T5": (5, 7), "T6P": (6, 8)}


def past_allocations(scale: str, *, today: date, seed: object = 14) -> Iterator[AllocationRow]:
    """The leases signed in the four years before this one, and since 1 January, year by year."""
    size = SCALES[scale]
    places = table([(c, weight(c)) for c in by_code().values() if c.department in size.departments], 4000)
    for year in range(today.year - _YEARS, today.year + 1):
        chance = Random(f"{seed}:allocations:{scale}:{year}")
        begins = date(year, 1, 1).toordinal()
        days = min(date(year, 12, 31), today - timedelta(days=1)).toordinal() - begins + 1
        rate = _SUCCESS.get(year, _LATEST_SUCCESS) * days / 365
        for _ in range(round(size.demands * _ACTIVE_IN_YEAR * rate)):
            yield _allocation(chance, date.fromordinal(begins + int(chance.random() * days)), places)


def _allocation(chance: Random, signed_on: date, places: tuple[CommuneRow, ...]) -> AllocationRow:
    draw = chance.random
    commune = places[int(draw() * len(places))]
    kind = _LET[int(draw() * len(_LET))]
    low, high = _PEOPLE[kind]
    tension = 1.12 if commune.aid_zone == 2 else 0.9
    mean = _LONG_WAIT if draw() < 0.1 else _MEAN_WAIT
    priority = draw() < 0.25
    wait = chance.expovariate(1 / mean) * _WAIT_BY_TYPE[kind] * tension * (0.75 if priority else 1.09)
    financings = _OLD if draw() < 0.8 else _RECENT
    return AllocationRow(
        signed_on=signed_on, commune=commune.code, type=kind, financing=financings[int(draw() * len(financings))],
        wait_days=12 + int(min(wait, 4500)), people=low + int(draw() * (high - low + 1)),
        points=round(15 + 45 * draw() + (50 * draw() + 20 if priority else 0), 2), transfer=draw() < 0.27,
        priority=priority, first_quartile=draw() < 0.21, qpv=commune.code in quarters() and draw() < 0.42,
    )  # fmt: skip
