"""An employer's own order among its employees, for the dwellings that its contribution reserves.

It is a grid of the same language as a territory's (`grid_files`), with a closed list of three facts: the contract, the time
spent in the company, a mobility that the job asks for. They are what an employer knows and confirms: nothing of a household
can be written there. Its points come on top of the territory's, up to a bound, so that the public order is never undone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from palier.law.cotation import Score, score
from palier.law.facts import JOB_FACTS
from palier.law.grid import Grid, GridError, GridProblem
from palier.law.grid_files import parse_grid
from palier.law.household import AUTHORITY, Employer, Household

KEY = "priorites-employeur"


@dataclass(frozen=True, slots=True)
class Choices:
    """What an employer chooses, in points. `seniority`: for each whole year in the company, `seniority_most` at most."""

    permanent: int = 0
    fixed_term: int = 0
    apprentice: int = 0
    other: int = 0
    seniority: int = 0
    seniority_most: int = 0
    mobility: int = 0


_CONTRACTS = {
    "permanent": ("CDI", "CDI ou fonctionnaire"),
    "fixed_term": ("CDD", "CDD, intérim ou stage"),
    "apprentice": ("APP", "Apprentissage ou alternance"),
    "other": ("AUT", "Autre contrat"),
}


def compose(choices: Choices, *, company: str, version: int, on: date, most: int) -> str:
    """The grid of some choices, as the text that is kept. A choice of zero writes no criterion."""
    head = {
        "key": KEY, "title": f"Priorités de {company}", "territory": company, "version": version,
        "source": "Choix de l’employeur",
    }  # fmt: skip
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    lines += [f"valid_from = {on.isoformat()}", f"total_cap = {most}"]
    contracts = [
        _criterion(name, label, getattr(choices, name), f'fact = "job.contract"\nis = "{code}"')
        for name, (code, label) in _CONTRACTS.items()
    ]
    lines += _family("contract", "Contrat de travail", "ticked", contracts)
    by_year = _criterion(
        "seniority", "Ancienneté dans l’entreprise", choices.seniority,
        f'kind = "per_month"\nfact = "job.seniority_months"\nevery = 12\nmost = {choices.seniority_most}',
    )  # fmt: skip
    lines += _family("seniority", "Ancienneté", "sum", [by_year])
    moving = _criterion("mobility", "Mobilité demandée par l’emploi", choices.mobility, 'fact = "job.mobility"')
    lines += _family("mobility", "Mobilité", "sum", [moving])
    return "\n".join(lines) + "\n"


def _criterion(key: str, label: str, worth: int, test: str) -> str:
    if not worth:
        return ""
    return f'\n[[family.criterion]]\nkey = "{key}"\nlabel = "{label}"\n{test}\npoints = {worth}\nproof = "authority"'


def _family(key: str, label: str, combine: str, criteria: list[str]) -> list[str]:
    kept = [criterion for criterion in criteria if criterion]
    return [f'\n[[family]]\nkey = "{key}"\nlabel = "{label}"\ncombine = "{combine}"', *kept] if kept else []


def read(text: str, most: int) -> Grid:
    """The grid of a kept text. Raises GridError with every problem: an unknown fact, points taken away, no bound…

    `most`: the points that an employer may give at most (a dated setting). Each criterion counts once the employer
    confirmed the job, never on the employee's word alone.
    """
    grid = parse_grid(text, JOB_FACTS)
    problems = []
    if grid.total_cap is None or grid.total_cap > most:
        problems.append(
            ("grille", f"elle ne dit pas qu’elle donne {most} points au plus.", f"Écrivez total_cap = {most}.")
        )
    if grid.excluded or grid.refusal.effect != "none" or grid.applies_to != "all":
        problems.append(
            ("grille", "elle écarte ou pénalise des personnes.", "Retirez excluded, refusal et applies_to.")
        )
    for criterion in grid.criteria:
        where = f"critère « {criterion.key} »"
        if min((criterion.points, *(band.points for band in criterion.bands))) < 0:
            problems.append((where, "une priorité ne retire pas de points.", "Écrivez un nombre de points positif."))
        if criterion.proof != AUTHORITY or criterion.until_proved != "nothing":
            problems.append((where, "il compterait avant votre confirmation.", 'Écrivez proof = "authority".'))
    if problems:
        raise GridError([GridProblem(0, *told) for told in problems])
    return grid


def chosen(grid: Grid) -> Choices:
    """The choices that a composed grid holds."""
    held: Mapping[str, int] = {criterion.key: int(criterion.points) for criterion in grid.criteria}
    most = next((int(c.most) for c in grid.criteria if c.key == "seniority" and c.most is not None), 0)
    names = {field.name for field in fields(Choices)}
    return Choices(**{name: worth for name, worth in held.items() if name in names}, seniority_most=most)


def weigh(grid: Grid, employer: Employer, on: date) -> Score:
    """The points of a job, criterion by criterion. Nothing else of the household is read: there is nothing else here."""
    return score(grid, Household(people=(), employer=employer), on)
