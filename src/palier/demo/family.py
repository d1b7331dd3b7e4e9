"""Who lives in a household of the demonstration: its adults, their means, its children."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from palier.demo import livelihoods
from palier.demo.chance import table
from palier.demo.livelihoods import Means
from palier.demo.names import first_name, last_name
from palier.territories.geography import CommuneRow

SINGLE, LONE, COUPLE, COUPLE_CHILDREN, ADULTS = "single", "lone", "couple", "couple_children", "adults"
KINDS = table({SINGLE: 43, LONE: 27, COUPLE: 11, COUPLE_CHILDREN: 16.5, ADULTS: 2.5})
# Longer for those who need a large dwelling; the mean over all households is that of the figures.
PATIENCE = {SINGLE: 0.94, LONE: 0.98, COUPLE: 0.95, COUPLE_CHILDREN: 1.2, ADULTS: 1.0}
_AGES = {
    SINGLE: table({(18, 25): 19, (26, 39): 27, (40, 54): 23, (55, 64): 15, (65, 84): 16}),
    LONE: table({(20, 25): 7, (26, 39): 52, (40, 54): 41}),
    COUPLE: table({(19, 25): 18, (26, 39): 27, (40, 54): 18, (55, 64): 17, (65, 84): 20}),
    COUPLE_CHILDREN: table({(21, 25): 6, (26, 39): 55, (40, 52): 39}),
    ADULTS: table({(38, 54): 40, (55, 64): 35, (65, 80): 25}),
}
_CHILDREN = {LONE: table({1: 52, 2: 31, 3: 12, 4: 5}), COUPLE_CHILDREN: table({1: 35, 2: 36, 3: 19, 4: 7, 5: 3})}
_NATIONALITIES = table({"1": 80, "2": 4, "3": 16})
_ALONE = {
    "young": table({"C": 100}), "adult": table({"C": 62, "D": 20, "S": 17, "V": 1}),
    "senior": table({"C": 40, "D": 40, "S": 10, "V": 10}), "old": table({"C": 22, "D": 33, "S": 5, "V": 40}),
}  # fmt: skip
_TOGETHER = table({"M": 46, "P": 14, "U": 40})
_LINKS = {"M": "M", "P": "P", "U": "C"}


@dataclass(frozen=True, slots=True)
class Grown:
    """An adult. `days_old` on the day of the build."""

    civility: str
    first_name: str
    last_name: str
    birth_date: date
    days_old: int
    nationality: str
    family_status: str
    link: str
    means: Means


@dataclass(frozen=True, slots=True)
class Family:
    """`signs_two`: the second adult is the co-applicant. Children, custody and birth are parts of the form."""

    kind: str
    adults: tuple[Grown, ...]
    signs_two: bool = False
    children: list[dict[str, Any]] = field(default_factory=list)
    custody: list[dict[str, Any]] = field(default_factory=list)
    expected: dict[str, Any] | None = None

    @property
    def people(self) -> int:
        unborn = self.expected["count"] if self.expected else 0
        return len(self.adults) + len(self.children) + len(self.custody) + unborn

    @property
    def patience(self) -> float:
        return PATIENCE[self.kind]

    @property
    def age(self) -> int:
        return int(self.adults[0].days_old / 365.25)

    @property
    def pay(self) -> int:
        """Monthly resources of all adults."""
        return sum(sum(a.means.resources.values()) for a in self.adults)


def found(chance: Random, today: date) -> Family:
    """A household drawn by kind, then ages, then means."""
    draw = chance.random
    kind = KINDS[int(draw() * len(KINDS))]
    low, high = _AGES[kind][int(draw() * len(_AGES[kind]))]
    age = low + int(draw() * (high - low + 1))
    woman = 0.84 if kind == LONE else 0.5
    alone = kind in (SINGLE, LONE)
    statuses = _ALONE[livelihoods.stage(age)] if alone else _TOGETHER
    status = "D" if kind == ADULTS else statuses[int(draw() * len(statuses))]
    surname = last_name(draw())
    first = _grown(chance, "2" if draw() < woman else "1", surname, age, status, "", today)
    adults = [first]
    if kind in (COUPLE, COUPLE_CHILDREN):
        partner_name = surname if status == "M" and draw() < 0.8 else last_name(draw())
        other = "1" if first.civility == "2" else "2"
        partner = first.civility if draw() < 0.03 else other
        years = max(19, age - 4 + int(draw() * 9))
        adults.append(_grown(chance, partner, partner_name, years, status, _LINKS[status], today))
    if kind == ADULTS:
        adults.append(_grown(chance, "2" if draw() < 0.5 else "1", surname, max(19, age - 22), "C", "", today))
    children = _children(chance, kind, age, surname, today)
    _share_benefits(chance, kind, adults, children, today)
    custody, expected = _others(chance, kind, age, today)
    return Family(kind, tuple(adults), kind in (COUPLE, COUPLE_CHILDREN), children, custody, expected)


def _grown(chance: Random, civility: str, surname: str, age: int, status: str, link: str, today: date) -> Grown:
    draw = chance.random
    days = int(age * 365.25 + draw() * 364)
    return Grown(
        civility, first_name(civility, draw()), surname, date.fromordinal(today.toordinal() - days), days,
        _NATIONALITIES[int(draw() * len(_NATIONALITIES))], status, link, livelihoods.means(chance, age),
    )  # fmt: skip


def _children(chance: Random, kind: str, age: int, surname: str, today: date) -> list[dict[str, Any]]:
    if kind not in _CHILDREN:
        return []
    draw = chance.random
    count = _CHILDREN[kind][int(draw() * len(_CHILDREN[kind]))]
    days = 20 + int(draw() * min(age - 18, 18) * 300)
    children = []
    for _ in range(count):
        civility = "2" if draw() < 0.49 else "1"
        children.append({
            "first_names": first_name(civility, draw()), "last_name": surname,
            "birth_date": date.fromordinal(today.toordinal() - days).isoformat(),
            "sex": "F" if civility == "2" else "M", "link": "E",
        })  # fmt: skip
        days += 400 + int(draw() * 1100)
        if days > (age - 17) * 365:
            break
    return children


def _share_benefits(
    chance: Random, kind: str, adults: list[Grown], children: list[dict[str, Any]], today: date
) -> None:
    """Family benefits go to the applicant; a couple has one RSA for both, none when somebody earns."""
    young = f"{today.year - 3}{today.isoformat()[4:]}"
    resources = adults[0].means.resources
    livelihoods.benefits(
        resources, people=len(adults) + len(children), children=len(children),
        baby=any(c["birth_date"] > young for c in children), alone=kind == LONE, drawn=chance.random(),
    )  # fmt: skip
    for other in adults[1:]:
        if "RSA" in other.means.resources:
            del other.means.resources["RSA"]
    if "RSA" in resources and any(a.means.resources for a in adults[1:]):
        del resources["RSA"]


def _others(chance: Random, kind: str, age: int, today: date) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """Children in shared custody or visiting, and births expected, in families only: single persons stay single."""
    drawn = chance.random()
    if kind in (LONE, COUPLE_CHILDREN) and drawn < 0.05:
        born = today.toordinal() - int((3 + chance.random() * min(12, age - 23)) * 365)
        child = {"birth_date": date.fromordinal(born).isoformat(), "sex": "F" if drawn < 0.025 else "M",
                 "arrangement": "G" if drawn < 0.03 else "D"}  # fmt: skip
        return ([child], None) if age > 26 else ([], None)
    if kind in (COUPLE, COUPLE_CHILDREN) and age < 42 and drawn > 0.93:
        due = date.fromordinal(today.toordinal() + 10 + int(chance.random() * 180))
        return [], {"count": 1, "due_on": due.isoformat()}
    return [], None


def adult_form(chance: Random, adult: Grown, commune: CommuneRow, today: date) -> dict[str, Any]:
    """The adult as a part of the form; the address for letters is added to the applicant's."""
    means = adult.means
    firm = means.employer
    before, after = livelihoods.tax_income(chance, means.pay)
    drawn = chance.random()
    # About one in seventeen has not given a tax notice yet, as many only the older one.
    tax = {} if drawn < 0.06 else {str(today.year - 2): before}
    if drawn > 0.12:
        tax[str(today.year - 1)] = after
    working = means.contract in livelihoods.WORKING
    return {
        "last_name": adult.last_name, "first_names": adult.first_name, "birth_name": "", "civility": adult.civility,
        "birth_date": adult.birth_date.isoformat(), "nationality": adult.nationality,
        "family_status": adult.family_status, "link": adult.link,
        "phone": f"063998{int(chance.random() * 10_000):04d}", "email": "",
        "work": {
            "contract": means.contract, "profession": means.profession, "employer": means.employer_name,
            "workplace": (firm.commune if firm else commune.code) if working else "",
        },
        "tax": tax, "resources": means.resources, "paid": {},
    }  # fmt: skip
