"""What a grid would change before it is voted: the whole register of a territory under two grids, side by side.

1. Each demand is scored by both grids and ranked by points, then seniority, then its line (who draws first is chance, the
   same for both). Its *place in a hundred* is 0 for the first and 100 for the last: registers of any size compare.
2. It *rises* or *falls* when its place moves by at least MOVED; groups are told by the mean place and by who rises or falls.
3. *Housed*: the homes let over some past years are let again, in the order of their leases, to the register of today in
   the strict order of each grid; a home goes to the first demand not yet housed that wishes its commune and to whom its
   type and its financing are open. Nobody declines and no commission departs from the order: it shows the pull of the
   grid alone, not what would have happened.

Groups of fewer than `least` demands are hidden, in each table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy
import polars as pl
from numpy.typing import NDArray

from palier.law.codes import PRIORITY_SITUATIONS

# In places out of a hundred.
MOVED = 5.0
Order = NDArray[numpy.int64]

UNKNOWN = "Non renseigné"
# key → title; the groups of each are columns of `traits` with the same key.
DIMENSIONS = {
    "kind": "Type de ménage",
    "income": "Revenus par unité de consommation",
    "age": "Âge du demandeur",
    "gender": "Genre du demandeur",
    "disability": "Handicap dans le ménage",
    "commune": "Commune demandée en premier",
    "seniority": "Ancienneté de la demande",
    "origin": "Situation actuelle",
    "priority": "Situation prioritaire",
}
_AGES = ((25, "Moins de 25 ans"), (30, "25 à 29 ans"), (40, "30 à 39 ans"), (50, "40 à 49 ans"), (65, "50 à 64 ans"))
_OLDEST = "65 ans et plus"
_WAITS = ((12, "Moins d’un an"), (24, "1 à 2 ans"), (36, "2 à 3 ans"), (60, "3 à 5 ans"))
_LONGEST = "5 ans et plus"
QUARTILES = ("Premier quart (les plus modestes)", "Deuxième quart", "Troisième quart", "Dernier quart (les plus aisés)")
FIRST_QUARTILE = QUARTILES[0]
PRIORITY = "Prioritaire"
_GENDERS = {"1": "Homme", "2": "Femme"}


def traits(facts: pl.DataFrame, months: pl.Series, civility: Sequence[str], commune: Sequence[str]) -> pl.DataFrame:
    """The group of each demand in each dimension but income, and `income.per_unit` (quartiles need all rows: `quartiles`).

    `facts`: columns of `law.columns`; `months`: of seniority; `civility`: the register's code; `commune`: a name.
    """
    children = pl.col("household.dependants").fill_null(0) + pl.col("household.expected").fill_null(0) > 0
    kind = (
        pl.when(pl.col("household.size").is_null()).then(pl.lit(UNKNOWN))
        .when(pl.col("household.lone_parent")).then(pl.lit("Parent seul avec enfants"))
        .when(pl.col("household.couple") & children).then(pl.lit("Couple avec enfants"))
        .when(pl.col("household.couple")).then(pl.lit("Couple sans enfant"))
        .when(pl.col("household.size") == 1).then(pl.lit("Personne seule"))
        .otherwise(pl.lit("Autre ménage"))
    )  # fmt: skip
    situations = [f"situation.{code}" for code in sorted(PRIORITY_SITUATIONS) if f"situation.{code}" in facts.columns]
    priority = pl.any_horizontal(pl.col(name).fill_null(False) for name in situations)
    return facts.with_columns(pl.Series("months", months)).select(
        kind.alias("kind"),
        _banded("applicant.age", _AGES, _OLDEST).alias("age"),
        pl.Series("gender", [_GENDERS.get(c, UNKNOWN) for c in civility], dtype=pl.String),
        _yes("household.disability", "Au moins une personne", "Aucune personne").alias("disability"),
        pl.Series("commune", [c or UNKNOWN for c in commune], dtype=pl.String),
        _banded("months", _WAITS, _LONGEST).alias("seniority"),
        _yes("transfer", "Déjà locataire du parc social", "Première demande").alias("origin"),
        pl.when(priority).then(pl.lit(PRIORITY)).otherwise(pl.lit("Autre")).alias("priority"),
        pl.col("income.per_unit"),
    )


def _banded(column: str, bands: Sequence[tuple[float, str]], last: str) -> pl.Expr:
    found: Any = pl.when(pl.col(column).is_null()).then(pl.lit(UNKNOWN))
    for below, label in bands:
        found = found.when(pl.col(column) < below).then(pl.lit(label))
    whole: pl.Expr = found.otherwise(pl.lit(last))
    return whole


def _yes(column: str, yes: str, no: str) -> pl.Expr:
    return pl.when(pl.col(column).fill_null(False)).then(pl.lit(yes)).otherwise(pl.lit(no))


def quartiles(rows: pl.DataFrame, first: float | None = None) -> pl.DataFrame:
    """`rows` with the group of `income`: quarters of the register itself, in euros a year and a unit of consumption.

    `first`: the threshold published for the first quartile (CCH L441-1), where the territory has entered it.
    """
    known = rows["income.per_unit"].drop_nulls()
    edges = [known.quantile(q, "lower") for q in (0.25, 0.5, 0.75)] if len(known) else [0.0, 0.0, 0.0]
    if first is not None:
        edges = [first, *(max(first, edge or 0) for edge in edges[1:])]
    found: Any = pl.when(pl.col("income.per_unit").is_null()).then(pl.lit(UNKNOWN))
    for edge, label in zip(edges, QUARTILES, strict=False):
        found = found.when(pl.col("income.per_unit") <= edge).then(pl.lit(label))
    return rows.with_columns(found.otherwise(pl.lit(QUARTILES[-1])).alias("income"))


def ranked(points: NDArray[numpy.int64], registered: NDArray[numpy.int64]) -> Order:
    """The lines of the demands, first to last: points, then the day of registration, then the line."""
    return numpy.lexsort((numpy.arange(len(points)), registered, -points))


def places(order: Order) -> NDArray[numpy.float64]:
    """The place in a hundred of each line."""
    found = numpy.empty(len(order))
    found[order] = numpy.linspace(0, 100, len(order)) if len(order) > 1 else 0.0
    return found


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a dimension: mean places in a hundred, shares (0 to 1) of its demands that rise and that fall.

    `housed`: its shares among those housed (now, proposed), where homes were let again. None: hidden, too few.
    """

    label: str
    demands: int | None
    before: float | None = None
    after: float | None = None
    rise: float | None = None
    fall: float | None = None
    share: float | None = None
    housed: tuple[float, float] | None = None


def groups(
    rows: pl.DataFrame, before: NDArray[numpy.float64], after: NDArray[numpy.float64], least: int,
    housed: tuple[NDArray[numpy.bool_], NDArray[numpy.bool_]] | None = None,
) -> dict[str, list[Group]]:  # fmt: skip
    """dimension → its groups, the largest first for communes, else in their order."""
    moved = before - after
    held = rows.with_columns(
        pl.Series("before", before), pl.Series("after", after),
        pl.Series("rise", moved >= MOVED), pl.Series("fall", moved <= -MOVED),
        pl.Series("housed_before", housed[0] if housed else numpy.zeros(len(before), bool)),
        pl.Series("housed_after", housed[1] if housed else numpy.zeros(len(before), bool)),
    )  # fmt: skip
    totals = [max(1, int(h.sum())) for h in housed] if housed else [1, 1]
    found = {}
    for dimension in DIMENSIONS:
        summed = held.group_by(dimension).agg(
            pl.len().alias("demands"), pl.col("before", "after", "rise", "fall").mean(), pl.col("housed_before", "housed_after").sum()
        )  # fmt: skip
        found[dimension] = sorted(
            (_group(row, dimension, len(rows), least, totals if housed else None) for row in summed.iter_rows(named=True)),
            key=partial(_place, dimension),
        )  # fmt: skip
    return found


def _group(row: Mapping[str, Any], dimension: str, total: int, least: int, totals: Sequence[int] | None) -> Group:
    label, demands = row[dimension], row["demands"]
    if demands < least:
        return Group(label, None)
    both = (row["housed_before"] / totals[0], row["housed_after"] / totals[1]) if totals else None
    return Group(
        label, demands, row["before"], row["after"], row["rise"], row["fall"], demands / total, both
    )  # fmt: skip


_ORDER = {
    label: place
    for place, label in enumerate(
        (
            *(label for _, label in _AGES), _OLDEST, *(label for _, label in _WAITS), _LONGEST, *QUARTILES,
            "Personne seule", "Couple sans enfant", "Parent seul avec enfants", "Couple avec enfants", "Autre ménage",
            "Femme", "Homme", "Première demande", "Déjà locataire du parc social", PRIORITY, "Autre", UNKNOWN,
        )
    )
}  # fmt: skip


def _place(dimension: str, group: Group) -> tuple[float, str]:
    if dimension == "commune":
        return -(group.demands or 0), group.label
    return _ORDER.get(group.label, -1), group.label


@dataclass(frozen=True, slots=True)
class Home:
    """A home let in the past: `place`, a commune; `needs`: the bits of `law.keys` it asks for; `qpv`: in a priority quarter."""

    place: str
    needs: int
    qpv: bool


@dataclass(frozen=True, slots=True)
class Seekers:
    """Who may be housed where, by line: the bits held (`law.keys`); `wishes`: place → the lines that wish it."""

    opens: NDArray[numpy.int64]
    wishes: Mapping[str, NDArray[numpy.int64]]


def let_again(homes: Iterable[Home], seekers: Seekers, order: Order) -> list[int | None]:
    """For each home in turn, the line of the demand that gets it, or None when nobody is left to whom it is open."""
    rank = numpy.empty(len(order), dtype=numpy.int64)
    rank[order] = numpy.arange(len(order))
    queues: dict[tuple[str, int], tuple[Order, int]] = {}
    housed = numpy.zeros(len(order), dtype=bool)
    given: list[int | None] = []
    for home in homes:
        key = home.place, home.needs
        if key not in queues:
            lines = seekers.wishes.get(home.place, numpy.empty(0, dtype=numpy.int64))
            fitting = lines[(seekers.opens[lines] & home.needs) == home.needs]
            queues[key] = fitting[numpy.argsort(rank[fitting])], 0
        queue, at = queues[key]
        while at < len(queue) and housed[queue[at]]:
            at += 1
        queues[key] = queue, at
        if at == len(queue):
            given.append(None)
        else:
            housed[queue[at]] = True
            given.append(int(queue[at]))
    return given


@dataclass(frozen=True, slots=True)
class Objective:
    """A legal share of the lettings and what each side reaches (0 to 1; None without any letting)."""

    key: str
    label: str
    least: float
    really: float | None
    before: float | None
    after: float | None

    def reached(self, share: float | None) -> bool | None:
        return None if share is None else share >= self.least


def share(given: Sequence[int | None], kept: Sequence[bool], member: NDArray[numpy.bool_]) -> float | None:
    """The share of `member` among those housed in the homes `kept`."""
    lines = [line for line, held in zip(given, kept, strict=True) if held and line is not None]
    return float(member[lines].mean()) if lines else None
