"""The candidates of one dwelling side by side: the same criteria in the same order for every dwelling.

What differs most is pointed at by the distance between the figures alone: no criterion is better high or low here, and
none weighs more than another. People judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from palier.common.templatetags.palier_words import counted, euros, months_long, number, percent
from palier.law.reasons import listing

# Of the screen, not of the law: below a quarter between the least and the most, two figures read much alike.
MARKED = 0.25
MOST = 4

Candidate = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row. `value`: words from a candidate's facts. `figure`: the number that is compared, None for words.

    `note`: what comes under the value. `name`: how the row is called in a sentence.
    """

    key: str
    label: str
    value: Callable[[Mapping[str, Any]], str]
    figure: Callable[[Mapping[str, Any]], float | None] | None = None
    note: Callable[[Mapping[str, Any]], str] | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """`share`: the length of its bar, from 0 to 100; None where nothing is measured."""

    title: str
    text: str
    note: str
    share: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """`same`: every candidate reads alike. `apart`: among the figures that differ most."""

    key: str
    label: str
    cells: tuple[Cell, ...]
    same: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differs`: the figures that differ most, in words, the widest gap first."""

    rows: tuple[Row, ...]
    differs: tuple[str, ...]


def _figure(key: str) -> Callable[[Mapping[str, Any]], float | None]:
    return lambda facts: None if facts.get(key) is None else float(facts[key])


def _nearest(facts: Mapping[str, Any]) -> float | None:
    return facts["work_km"][0] if facts.get("work_km") else None


def _of_ceiling(facts: Mapping[str, Any]) -> str:
    income, ceiling = facts["tax_income"], facts["ceiling"]
    if ceiling is None:
        return ""
    share = f", soit {percent(income / ceiling)}" if ceiling and income is not None else ""
    return f"plafond {euros(ceiling, 0)}{share}"


def _home(facts: Mapping[str, Any]) -> str:
    home = facts["present_home"]
    surface = home.get("surface")
    parts = [
        home["type"],
        f"{surface} m²" if surface else "",
        counted(home["occupants"], "occupant") if home["occupants"] else "",
        f"{euros(home['rent'], 0)} par mois" if home["rent"] else "",
    ]
    return ", ".join(part for part in parts if part)


def _ages(facts: Mapping[str, Any]) -> str:
    return f"{listing([str(age) for age in facts['ages']])} ans" if facts["ages"] else ""


def _rank(facts: Mapping[str, Any]) -> str:
    words = [f"rang {facts['position']} de la liste"] if facts["position"] else []
    if facts.get("provisional"):
        words.append(f"dont {number(facts['provisional'])} provisoires")
    return ", ".join(words)


def _work(facts: Mapping[str, Any]) -> str:
    return listing([f"{km} km" if km else "même commune" for km in facts.get("work_km") or []]) or "—"


CRITERIA = (
    Criterion("priorities", "Urgence et priorité", lambda f: ", ".join(f["priorities"]) or "—"),
    Criterion("household", "Ménage", lambda f: f["household"], _figure("people"), _ages, "nombre de personnes"),
    Criterion("points", "Points", lambda f: number(f["points"]), _figure("points"), _rank, "points"),
    Criterion(
        "seniority", "Attend depuis", lambda f: months_long(f["seniority_months"]), _figure("seniority_months"),
        name="ancienneté",
    ),
    Criterion(
        "resources", "Revenus par mois", lambda f: euros(f["monthly_resources"], 0), _figure("monthly_resources"),
        name="revenus par mois",
    ),
    Criterion(
        "ceiling", "Revenu fiscal et plafond", lambda f: euros(f["tax_income"], 0), _figure("tax_income"), _of_ceiling,
        "revenu fiscal",
    ),
    Criterion(
        "net_rent", "Loyer après aide", lambda f: euros(f["net_rent"], 0), _figure("net_rent"),
        lambda f: f"aide estimée {euros(f['aid'], 0)}" if f["aid"] else "", "loyer après aide",
    ),
    Criterion("effort", "Taux d’effort", lambda f: percent(f["effort_rate"]), _figure("effort_rate"), name="taux d’effort"),
    Criterion(
        "left", "Reste à vivre", lambda f: euros(f["left_to_live"]), _figure("left_to_live"),
        lambda f: "par jour et par part", "reste à vivre",
    ),
    Criterion("home", "Logement actuel", lambda f: f["present_home"]["status"] or "—", note=_home),
    Criterion("motive", "Motif principal", lambda f: f["motive"] or "—"),
    Criterion(
        "work", "Distance au travail", _work, _nearest, lambda f: "à vol d’oiseau" if any(f.get("work_km") or []) else "",
        "distance au travail",
    ),
    Criterion("documents", "Pièces", lambda f: f["documents"]),
)  # fmt: skip


def compare(candidates: Sequence[Candidate]) -> Comparison:
    """The rows for candidates given as (title, facts), in their order."""
    widest = sorted(
        ((gap, n) for n, c in enumerate(CRITERIA) if (gap := spread(_figures(c, candidates))) >= MARKED),
        key=lambda found: (-found[0], found[1]),
    )[:MOST]
    apart = [n for _, n in widest]
    return Comparison(
        rows=tuple(_row(c, candidates, n in apart) for n, c in enumerate(CRITERIA)),
        differs=tuple(_in_words(CRITERIA[n], candidates) for n in apart),
    )


def spread(figures: Sequence[float | None]) -> float:
    """From 0, all alike, to 1: the distance between the least and the most, compared with the larger of them.

    A missing figure is compared with nothing; fewer than two known figures are not apart.
    """
    known = [figure for figure in figures if figure is not None]
    largest = max((abs(figure) for figure in known), default=0)
    return min(1.0, (max(known) - min(known)) / largest) if largest else 0.0


def _figures(criterion: Criterion, candidates: Sequence[Candidate]) -> list[float | None]:
    return [criterion.figure(facts) if criterion.figure else None for _, facts in candidates]


def _row(criterion: Criterion, candidates: Sequence[Candidate], apart: bool) -> Row:
    figures = _figures(criterion, candidates)
    largest = max((figure for figure in figures if figure is not None), default=0)
    cells = tuple(
        Cell(
            title, criterion.value(facts), criterion.note(facts) if criterion.note else "",
            round(100 * max(figure, 0) / largest) if figure is not None and largest > 0 else None,
        )
        for (title, facts), figure in zip(candidates, figures, strict=True)
    )  # fmt: skip
    return Row(criterion.key, criterion.label, cells, len({(c.text, c.note) for c in cells}) == 1, apart)


def _in_words(criterion: Criterion, candidates: Sequence[Candidate]) -> str:
    known = [
        (figure, facts)
        for _, facts in candidates
        if criterion.figure and (figure := criterion.figure(facts)) is not None
    ]
    least, most = (pick(known, key=lambda pair: pair[0])[1] for pick in (min, max))
    if criterion.key == "household":
        return f"{criterion.name} (de {least['people']} à {most['people']})"
    if criterion.key == "work":
        return f"{criterion.name} (de {_nearest(least):.0f} à {_nearest(most):.0f} km)"
    return f"{criterion.name} (de {criterion.value(least)} à {criterion.value(most)})"
