"""Synthetic households, block by block: the same seed gives the same people; nobody here exists.

Shares follow the published profile of demands: 43 % persons alone, 27 % lone parents, about a third
already tenants of the social stock (sources in `data/SOURCES.md`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import log
from random import Random

from palier.demands.form import Address, Adult, Dependant, Form, Home, Wish, Work
from palier.demo.chance import blocks, lines, table
from palier.demo.livelihoods import benefits, means, tax_income
from palier.demo.places import homes_of, wished_around, wished_in
from palier.law.occupancy import types_for

SHAPES = table({"alone": 43, "lone": 27, "couple": 12, "family": 18})
STATUSES = table(
    {"HLM": 31, "LP": 34, "CPE": 12, "CP": 9, "SH": 3, "HOT": 1, "SD": 1, "RS": 3, "SLHT": 2, "POCC": 3, "LTG": 1}
)
MOTIVES = table(
    {
        "13": 22,
        "09": 14,
        "01": 12,
        "12": 8,
        "11": 8,
        "08": 6,
        "17": 6,
        "19": 6,
        "04": 3,
        "05": 2,
        "10": 4,
        "20": 4,
        "21": 3,
        "07": 2,
    }
)


def households(
    total: int, departments: tuple[str, ...], *, today: date, seed: int = 14, start: int = 0
) -> Iterator[tuple[date, str, Form]]:
    """(first registration, department, form) of each demand."""
    for first, last, chance in blocks(total, start=start, stop=None, seed=seed):
        for _ in range(first, last):
            yield _household(chance, departments, today)


def _pick(chance: Random, items):
    return items[int(chance.random() * len(items))]


def _household(chance: Random, departments: tuple[str, ...], today: date) -> tuple[date, str, Form]:
    place = _pick(chance, homes_of(departments))
    shape = _pick(chance, SHAPES)
    age = int(19 + 62 * chance.random() ** 1.7)
    surname = _pick(chance, lines("surnames.txt"))
    children = 0 if shape in ("alone", "couple") else 1 + int(3 * chance.random() ** 1.8)
    applicant = _adult(chance, surname, age, today)
    partner = (
        replace(_adult(chance, surname, age + chance.randint(-4, 4), today), link="M")
        if shape in ("couple", "family")
        else None
    )
    dependants = tuple(_child(chance, surname, age, today) for _ in range(children))
    benefits(
        applicant.resources, people=1 + children + (partner is not None), children=children,
        baby=any(d.birth_date and (today - d.birth_date).days < 1000 for d in dependants), alone=partner is None, drawn=chance.random(),
    )  # fmt: skip
    people = 1 + children + (partner is not None)
    suited = types_for(people, today).types
    types = tuple(t for t in suited if chance.random() < 0.7) or suited[-1:]
    around = wished_around()[f"{place.epci or ''}{place.department}"]
    wished = dict.fromkeys(
        _pick(chance, around) if chance.random() < 0.7 else _pick(chance, wished_in(place.department))
        for _ in range(1 + int(4 * chance.random() ** 1.5))
    )
    status = _pick(chance, STATUSES)
    renting = status in ("HLM", "LP")
    waited = int(-560 * _log(chance)) if chance.random() < 0.85 else int(1400 + 2000 * chance.random())
    form = Form(
        applicant=applicant, coapplicant=partner, dependants=dependants,
        address=Address(line=f"{chance.randint(1, 90)} {_pick(chance, lines('streets.txt'))}", extra=place.name,
                        postcode=place.postcodes[0] if place.postcodes else "", commune=place.code),
        home=Home(status=status, kind="A", type=_pick(chance, ("T1", "T2", "T3")), surface=chance.randint(18, 75),
                  occupants=people, rent=chance.randint(280, 720) if renting else None),
        motives=(_pick(chance, MOTIVES),),
        wish=Wish(types=types, communes=tuple(wished), widened=chance.random() < 0.5, max_rent=chance.randint(35, 80) * 10),
    )  # fmt: skip
    return today - timedelta(days=min(waited, 4000)), place.department, form


def _log(chance: Random) -> float:

    return log(1 - chance.random())


def _adult(chance: Random, surname: str, age: int, today: date) -> Adult:
    woman = chance.random() < 0.56
    held = means(chance, age)
    former, last = tax_income(chance, held.pay)
    return Adult(
        last_name=surname, first_names=_pick(chance, lines("first_names_f.txt" if woman else "first_names_m.txt")),
        civility="2" if woman else "1", birth_date=today - timedelta(days=age * 365 + chance.randint(0, 364)),
        nationality="1" if chance.random() < 0.82 else "3", family_status="C",
        work=Work(contract=held.contract, profession=held.profession, employer=held.employer_name),
        tax={str(today.year - 2): former, str(today.year - 1): last}, resources=dict(held.resources),
    )  # fmt: skip


def _child(chance: Random, surname: str, parent: int, today: date) -> Dependant:
    age = int(min(17, max(0, parent - 19)) * chance.random())
    woman = chance.random() < 0.49
    return Dependant(
        first_names=_pick(chance, lines("first_names_f.txt" if woman else "first_names_m.txt")), last_name=surname,
        birth_date=today - timedelta(days=age * 365 + chance.randint(0, 364)), sex="F" if woman else "M",
    )  # fmt: skip
