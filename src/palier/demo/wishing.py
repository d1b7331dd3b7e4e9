"""Where a household of the demonstration lives, why it asks, what it wishes, and what makes it urgent."""

from __future__ import annotations

from datetime import date
from functools import cache
from random import Random
from typing import Any

from palier.demo import places
from palier.demo.chance import lines, table
from palier.demo.family import LONE, Family
from palier.demo.livelihoods import stage
from palier.law.household import Situation
from palier.territories.geography import CommuneRow

TRANSFER = {"young": 0.16, "adult": 0.325, "senior": 0.345, "old": 0.38}
_STATUSES = {
    "young": table({"LP": 33, "CPE": 33, "CP": 14, "LTG": 4, "SH": 5, "SLHT": 3, "RS": 4, "RE": 2.5, "SD": 1, "HOT": 0.5}),
    "adult": table({"LP": 51, "CPE": 9, "CP": 11, "LTG": 6, "SH": 6, "SLHT": 4, "RS": 4, "POCC": 5, "SD": 1.4, "HOT": 0.8,
                    "CAMCAR": 0.6, "FONC": 0.6, "RHVS": 0.3, "CDEFCM": 0.2, "SQUAT": 0.1}),
    "senior": table({"LP": 57, "CPE": 3, "CP": 9, "LTG": 7, "SH": 3, "RS": 4, "POCC": 14, "SD": 1, "CAMCAR": 1, "FONC": 1}),
    "old": table({"LP": 56, "CPE": 4, "CP": 5, "LTG": 6, "RS": 5, "POCC": 23, "CAMCAR": 1}),
}  # fmt: skip
_WHY = {
    "HLM": table({"13": 24, "17": 17, "08": 11, "10": 9, "09": 9, "20": 8, "21": 6, "07": 6, "19": 4, "11": 4, "03": 2}),
    "LP": table({"09": 27, "13": 15, "03": 10, "04": 9, "17": 6, "20": 6, "19": 6, "05": 4, "08": 5, "21": 5, "07": 4,
                 "11": 2, "10": 1}),
    "CPE": table({"12": 52, "01": 34, "14": 5, "19": 5, "11": 4}),
    "CP": table({"01": 71, "11": 14, "06": 4, "14": 4, "19": 4, "15": 3}),
    "POCC": table({"11": 42, "22": 18, "08": 12, "10": 9, "20": 11, "21": 8}),
    "FONC": table({"18": 40, "04": 40, "20": 20}),
}  # fmt: skip
_NO_HOME = table({"01": 86, "06": 5, "05": 4, "15": 3, "08": 2})
_ALIKE = {"LTG": "CP", "SLHT": "CP"}
_SECOND = table({"20": 20, "21": 17, "19": 16, "09": 15, "13": 10, "08": 9, "17": 8, "23": 5})
_NEEDS = (table({"T1": 14, "T2": 74, "T3": 12}), table({"T2": 45, "T3": 55}), table({"T3": 72, "T4": 28}),
          table({"T4": 70, "T3": 30}), table({"T4": 52, "T5": 48}), table({"T5": 70, "T4": 20, "T6P": 10}))  # fmt: skip
_SIZES = ("T1", "T2", "T3", "T4", "T5", "T6P")
_SURFACE = {"T1": 28, "T2": 45, "T3": 62, "T4": 78, "T5": 94, "T6P": 112}
_RENT = {"HLM": 6.9, "LP": 11.2}
_HOW_MANY = table({1: 32, 2: 24, 3: 20, 4: 11, 5: 8, 6: 5})
_HOSTED = frozenset({"CPE", "CP", "LTG", "SLHT"})
_ROOFLESS = frozenset({"SD", "HOT", "CAMCAR", "SQUAT"})
_SHELTERED = frozenset({"SH", "RS", "RHVS", "CDEFCM"})


def address(chance: Random, commune: CommuneRow) -> dict[str, Any]:
    """An invented street in the commune."""
    streets = lines("streets.txt")
    line = f"{1 + int(chance.random() * 88)} {streets[int(chance.random() * len(streets))]}"
    return {"line": line, "extra": "", "postcode": commune.postcodes[0], "commune": commune.code}


def home(chance: Random, household: Family, commune: CommuneRow, day: int) -> dict[str, Any]:
    """The present home; tenants know its size and rent, hosted households seldom do."""
    draw = chance.random
    period = stage(household.age)
    statuses = _STATUSES[period]
    status = "HLM" if draw() < TRANSFER[period] else statuses[int(draw() * len(statuses))]
    lives = len(household.adults) + len(household.children)
    out: dict[str, Any] = {
        "status": status, "kind": "", "type": "", "surface": None, "occupants": lives, "rent": None, "landlord": "",
        "entered_on": date.fromordinal(day - 40 - int(chance.expovariate(1 / 1500) % 9000)).isoformat(),
    }  # fmt: skip
    if status in ("HLM", "LP", "POCC", "FONC"):
        rooms = min(max(lives - 1 + int(draw() * 2.6), 1), 6)
        size = _SIZES[rooms - 1]
        surface = int(_SURFACE[size] * (0.8 + 0.35 * draw()))
        out |= {"type": size, "surface": surface, "kind": "M" if draw() < 0.25 else "A"}
        if status in _RENT:
            out["rent"] = int(surface * _RENT[status] * (0.85 + 0.3 * draw())) + 70
    elif status in _HOSTED:
        out["occupants"] = lives + 1 + int(draw() * 3)
    return out


def motives(chance: Random, status: str, household: Family) -> list[str]:
    """One to three motives, the principal first."""
    draw = chance.random
    known = _WHY.get(_ALIKE.get(status, status), _NO_HOME)
    found = [known[int(draw() * len(known))]]
    if household.kind == LONE and found[0] in ("09", "13", "01") and draw() < 0.12:
        found[0] = "11"
    for likely in (0.42, 0.25):
        if draw() < likely:
            other = _SECOND[int(draw() * len(_SECOND))]
            if other not in found:
                found.append(other)
    return found


def wish(chance: Random, household: Family, commune: CommuneRow, home: dict[str, Any]) -> dict[str, Any]:
    """Types after the size of the household, one to six communes, and the rent it thinks it can bear."""
    draw = chance.random
    people = household.people
    needs = _NEEDS[min(people, 6) - 1]
    types = {needs[int(draw() * len(needs))], needs[int(draw() * len(needs))]}
    if draw() < 0.15:
        types.add(_SIZES[min(_SIZES.index(max(types)) + 1, 5)])
    bearable = int((household.pay * 0.33 + 150) / 10) * 10
    old = household.age >= 65
    drawn = draw()
    return {
        "types": sorted(types),
        "kind": "A" if drawn < 0.4 else "I" if drawn < 0.88 else "M",
        "communes": _communes(chance, commune),
        "widened": draw() < 0.45,
        "max_rent": min(max(bearable, 280), 900) if draw() < 0.55 else None,
        "ground_floor": draw() < 0.85,
        "without_lift": draw() < (0.3 if old else 0.88),
        "parking": draw() < 0.45,
    }


def _communes(chance: Random, commune: CommuneRow) -> list[str]:
    draw = chance.random
    count = _HOW_MANY[int(draw() * len(_HOW_MANY))]
    near = places.wished_around()[f"{commune.epci}{commune.department}"]
    far = places.wished_in(commune.department)
    found = {commune.code: None} if draw() < (0.75 if commune.population > 4000 else 0.3) else {}
    for _ in range(12):
        if len(found) >= count:
            break
        drawn = draw()
        pool = far if drawn < 0.3 else near
        found[pool[int(draw() * len(pool))]] = None
    return list(found)


@cache
def _epci() -> dict[str, str]:
    return {c.code: c.epci or "" for c in places.by_code().values()}


def epcis_of(communes: list[str]) -> tuple[str, ...]:
    """SIREN of the inter-municipal bodies of some communes, sorted."""
    known = _epci()
    return tuple(sorted({known[c] for c in communes} - {""}))


def disability(chance: Random, household: Family) -> dict[str, Any]:
    """Functional needs: about one household in twelve, more with age."""
    drawn = chance.random()
    likely = 0.16 if household.age >= 60 else 0.06
    if "AAH" in household.adults[0].means.resources:
        likely = 0.8
    if drawn >= likely:
        return {"concerned": False, "wheelchair": False, "adapted": False, "card": False, "needs": []}
    share = drawn / likely
    adapted = share < 0.24
    needs = ["3", "4"] if adapted else ["4"] if share < 0.5 else []
    return {"concerned": True, "wheelchair": share < 0.12, "adapted": adapted, "card": share < 0.7, "needs": needs}


def situations(chance: Random, form: dict[str, Any], household: Family, since: date) -> tuple[Situation, ...]:
    """Situations of CCH L441-1 that follow from the home and the motives; few are recognised by a service."""
    draw = chance.random
    status, why = form["home"]["status"], form["motives"]
    found = []

    def held(code: str, likely: float, recognised: float) -> None:
        if draw() < likely:
            drawn = draw()
            proof = "authority" if drawn < recognised else "document" if drawn < recognised + 0.25 else "declared"
            found.append(Situation(code, proof, since))

    if status in _ROOFLESS:
        held("homeless", 0.9, 0.2)
    elif status in _SHELTERED:
        held("sheltered", 0.75, 0.4)
    elif "01" in why:
        held("homeless", 0.08, 0.1)
    if "05" in why:
        held("eviction", 0.7, 0.15)
    if "06" in why:
        held("violence", 0.85, 0.35)
    if "03" in why:
        held("unfit", 0.5, 0.2)
    if form["disability"]["adapted"]:
        held("disability", 0.9, 0.4)
    if form["home"]["surface"] and household.children and "13" in why:
        held("overcrowded_minor", 0.2, 0.1)
    if found:
        if draw() < 0.07:
            found.append(Situation("dalo", "authority", since))
        elif draw() < 0.2:
            found.append(Situation("pdalhpd", "authority", since))
    return tuple(found)
