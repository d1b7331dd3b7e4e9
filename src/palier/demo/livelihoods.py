"""What adults of the demonstration live on: contract, occupation, employer, monthly resources, tax income.

Amounts are orders of magnitude of 2026 in whole euros, tuned so that 73 % of households are under the
PLAI ceiling (Cour des comptes 2020, profile of 2019); they are no reference for anybody's rights.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from random import Random
from typing import NamedTuple

from palier.demo.bodies import Body, employers
from palier.demo.chance import DATA, lines, table

WORKING = frozenset({"CDI", "CDD", "ART", "APP"})
# Reference tax income per euro of net taxable pay (standard allowance of 10 %).
TAXED = 0.9
# A lone parent or a household without pay: RSA by number of persons, housing flat rate deducted.
RSA = (0, 570, 760, 900, 1060, 1230)
FAMILY_ALLOWANCE = (0, 0, 151, 345, 539, 733)
PAJE, AAH, ASPA = 196, 1033, 1043


class Means(NamedTuple):
    """`pay`: monthly income that tax counts. `employer`: a known body, else None. `resources`: code → euros a month."""

    contract: str
    profession: str
    employer_name: str
    employer: Body | None
    resources: dict[str, int]
    pay: int


_CONTRACTS = {
    "young": table({"CDI": 26, "CDD": 23, "APP": 12, "ETU": 15, "CHO": 11, "AUT": 12, "ART": 1}),
    "adult": table({"CDI": 43, "CDD": 15, "CHO": 15, "AUT": 24, "ART": 3}),
    "senior": table({"CDI": 27, "CDD": 8, "CHO": 15, "AUT": 34, "ART": 3, "RET": 13}),
    "old": table({"RET": 93, "AUT": 5, "CDI": 2}),
}
_OTHER_PAY = table({"RSA": 60, "AAH": 27, "PINV": 8, "NONE": 5})


@cache
def _professions() -> dict[str, tuple[tuple[str, int], ...]]:
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    with (DATA / "professions.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            found[r["contract"]].append((r["name"], int(r["wage"])))
    return {contract: tuple(held) for contract, held in found.items()}


@cache
def _employers() -> tuple[Body, ...]:
    return table([(e, e.weight) for e in employers()])


def stage(age: int) -> str:
    """The stage of life that decides how one earns."""
    return "young" if age < 26 else "adult" if age < 55 else "senior" if age < 64 else "old"


def means(chance: Random, age: int) -> Means:
    """One adult's means, benefits of the household apart."""
    draw = chance.random
    held = _CONTRACTS[stage(age)]
    contract = held[int(draw() * len(held))]
    if contract in WORKING:
        known = _professions()[contract]
        profession, wage = known[int(draw() * len(known))]
        # Part time for nearly a third: what makes most working households eligible to PLAI.
        pay = int(wage * (0.45 + 0.35 * draw() if draw() < 0.29 else 0.92 + 0.33 * draw()))
        if contract != "ART" and draw() < 0.45:
            firms = _employers()
            firm = firms[int(draw() * len(firms))]
            return Means(contract, profession, firm.name, firm, {"SAL": pay}, pay)
        firm_names = lines("small_firms.txt")
        name = "" if contract == "ART" else firm_names[int(draw() * len(firm_names))]
        return Means(contract, profession, name, None, {"SAL": pay}, pay)
    if contract == "CHO":
        pay = int(560 + 740 * draw() ** 1.3)
        return Means(contract, "", "", None, {"CHO": pay}, pay)
    if contract == "RET":
        pay = int(620 + 1050 * draw() ** 1.2)
        top_up = {"RET": pay, "AMV": ASPA - pay} if pay < ASPA - 60 and draw() < 0.6 else {"RET": pay}
        return Means(contract, "", "", None, top_up, pay)
    if contract == "ETU":
        return Means(contract, "", "", None, {"BE": int(150 + 480 * draw())}, 0)
    return _other(draw())


def _other(drawn: float) -> Means:
    kind = _OTHER_PAY[int(drawn * len(_OTHER_PAY))]
    if kind == "AAH":
        return Means("AUT", "", "", None, {"AAH": AAH}, 0)
    if kind == "PINV":
        return Means("AUT", "", "", None, {"PINV": 790}, 790)
    return Means("AUT", "", "", None, {"RSA": 1} if kind == "RSA" else {}, 0)


def benefits(resources: dict[str, int], *, people: int, children: int, baby: bool, alone: bool, drawn: float) -> None:
    """Add to the applicant's resources what goes with the household: family benefits, alimony, RSA by size.

    `drawn`: a number in [0, 1) that decides on alimony.
    """
    if children >= 2:
        resources["AF"] = FAMILY_ALLOWANCE[min(children, 5)]
    if baby:
        resources["PAJE"] = PAJE
    if alone and children and drawn < 0.45:
        resources["PAR"] = int(children * (120 + 200 * drawn))
    if "RSA" in resources:
        resources["RSA"] = RSA[min(people, 5)]


def tax_income(chance: Random, pay: int) -> tuple[int, int]:
    """Reference tax income of the two years before: the pay of a month over a year, with the accidents of work."""
    yearly = pay * 12 * TAXED
    drawn = chance.random()
    if drawn < 0.72:
        return int(yearly * 0.96), int(yearly * 0.98)
    if drawn < 0.88:
        return int(yearly * (0.5 + 0.4 * chance.random())), int(yearly * 0.9)
    return int(yearly * (1.1 + 0.4 * chance.random())), int(yearly * (0.8 + 0.3 * chance.random()))
