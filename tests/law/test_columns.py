"""One definition, two ways of running: the columns give what the household's own score gives, on any grid and household."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palier.law import codes, columns
from palier.law.calendar import months_between
from palier.law.cotation import load_grid, score
from palier.law.facts import BOOLEAN, CODES, FACTS, NUMBER, Setting
from palier.law.grid import Band, Criterion, Exclusion, Family, Grid, RefusalRule, Test
from palier.law.grid_files import shipped
from palier.law.household import PROOFS, SECTIONS, Household
from tests.law.people import households

NUMBERS = [fact.name for fact in FACTS.values() if fact.kind == NUMBER]
amounts = st.decimals(-50, 200, places=2) | st.integers(-20, 100).map(Decimal)
positive = st.decimals(0, 300, places=1) | st.integers(0, 300).map(Decimal)


@st.composite
def conditions(draw: st.DrawFn) -> Test:
    fact = draw(st.sampled_from(list(FACTS.values())))
    if fact.kind == BOOLEAN:
        return Test(fact.name, "is", draw(st.booleans()))
    if fact.kind == NUMBER:
        number = draw(st.integers(-5, 60) | st.floats(0, 100).map(lambda x: round(x, 2)))
        return Test(fact.name, draw(st.sampled_from(["is", "at_least", "at_most", "above", "below"])), number)
    known = [code for code, _ in codes.LISTS[fact.choices]]
    several = st.frozensets(st.sampled_from(known), min_size=1, max_size=6)
    if fact.kind == CODES:
        return Test(fact.name, "has_any", draw(several))
    if draw(st.booleans()):
        return Test(fact.name, "is", draw(st.sampled_from(known)))
    return Test(fact.name, "in", draw(several))


@st.composite
def criteria(draw: st.DrawFn, key: str) -> Criterion:
    kind = draw(st.sampled_from(["flat", "per_month", "threshold_bonus", "bands"]))
    when = tuple(draw(st.lists(conditions(), max_size=2)))
    any_of = tuple(draw(st.lists(conditions(), max_size=2)))
    if kind == "flat" and not (when or any_of):
        when = (draw(conditions()),)
    fact = (when or any_of)[0].fact if kind == "flat" else draw(st.sampled_from(NUMBERS))
    bands = ()
    if kind == "bands":
        limits = sorted(draw(st.sets(positive, min_size=1, max_size=4)))
        bands = tuple(Band(limit, draw(amounts)) for limit in limits)
        if draw(st.booleans()):
            bands += (Band(None, draw(amounts)),)
    return Criterion(
        key, key, kind, draw(amounts), draw(st.sampled_from(PROOFS)), draw(st.sampled_from(["provisional", "nothing"])),
        fact, when, any_of, tuple(dict.fromkeys([*([fact] if kind != "flat" else []), *(t.fact for t in when)])),
        draw(st.integers(1, 24)), draw(st.none() | positive), draw(positive) if kind == "threshold_bonus" else None, bands,
    )  # fmt: skip


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    families = []
    for place in range(draw(st.integers(1, 3))):
        held = [draw(criteria(f"c{place}-{n}")) for n in range(draw(st.integers(1, 4)))]
        families.append(
            Family(f"f{place}", "", draw(st.sampled_from(["sum", "max"])), draw(st.none() | positive), tuple(held))
        )
    refusal = RefusalRule(
        draw(st.sampled_from(["none", "points", "freeze_seniority"])), -abs(draw(amounts)), draw(st.integers(1, 36)),
        draw(st.integers(0, 2)), draw(st.none() | positive.map(lambda x: -x)), draw(st.booleans()),
    )  # fmt: skip
    return Grid(
        "g", "", "", 1, date(2020, 1, 1), None, "", False, False, "",
        draw(st.sampled_from(["all", "all", "first_demand", "transfer"])), Setting(), draw(st.none() | positive), tuple(families),
        tuple(Exclusion(f"x{n}", (draw(conditions()),)) for n in range(draw(st.integers(0, 2)))), refusal,
    )  # fmt: skip


proved = st.dictionaries(st.sampled_from(SECTIONS), st.sampled_from(PROOFS))


def agree(grid: Grid, some: list[Household], on: date) -> None:
    facts = columns.frame(some, on, grid.place)
    ready = columns.compiled(grid, on)
    rows = ready.details(facts).rows(named=True)
    for household, row in zip(some, rows, strict=True):
        alone = score(grid, household, on, explain=False)
        assert Decimal(row["points"]) / ready.scale == alone.points
        assert Decimal(row["provisional"]) / ready.scale == alone.provisional
        assert bool(row["excluded"]) == bool(alone.excluded)
        given_by = {c.key: Decimal(row[f"points.{c.key}"]) / ready.scale for c in grid.criteria}
        told = {line.criterion: line.points for line in alone.lines if line.counted and line.family != "refusal"}
        assert {key: points for key, points in given_by.items() if points} == told


@settings(max_examples=150)
@given(
    grids(),
    st.lists(st.builds(dataclasses.replace, households, proofs=proved), min_size=1, max_size=4),
    st.dates(date(2025, 2, 1), date(2026, 12, 31)),
)
def test_both_ways_agree_on_any_grid_and_household(grid: Grid, some: list[Household], on: date) -> None:
    agree(grid, some, on)


@pytest.mark.parametrize("name", sorted(shipped()))
@settings(max_examples=25)
@given(some=st.lists(st.builds(dataclasses.replace, households, proofs=proved), min_size=1, max_size=6))
def test_both_ways_agree_on_the_grids_that_ship(name: str, some: list[Household]) -> None:
    agree(load_grid(name), some, date(2026, 11, 23))


@given(st.dates(date(1960, 1, 1), date(2027, 12, 31)), st.dates(date(2024, 1, 1), date(2028, 3, 1)))
def test_months_over_a_column_are_those_of_the_calendar(start: date, on: date) -> None:
    held = {"d.month": [start.year * 12 + start.month], "d.day": [start.day]}
    found = pl.DataFrame(held).select(columns.months_since("d", on)).item()
    assert found == months_between(start, on)
    by_row = pl.DataFrame({**held, "then": [on]}).select(columns.months_since("d", pl.col("then"))).item()
    assert by_row == found


def test_the_closest_band_edges_and_thresholds_agree() -> None:
    """A ratio exactly on a limit that no binary number can hold."""
    criterion = Criterion(
        "c", "c", "threshold_bonus", Decimal(5), "declared", "provisional", "home.effort", (), (), ("home.effort",),
        above=Decimal("33.3"),
    )  # fmt: skip
    grid = Grid(
        "g", "", "", 1, date(2020, 1, 1), None, "", False, False, "", "all", Setting(), None,
        (Family("f", "", "sum", None, (criterion,)),), (), RefusalRule(),
    )  # fmt: skip
    facts = columns.frame([], date(2026, 1, 1), Setting())
    row = {name: None for name in facts.columns} | {"home.effort": 33.3, "transfer": False}
    ready = columns.compiled(grid, date(2026, 1, 1))
    assert ready.totals(pl.DataFrame([row], schema=columns.schema())).item(0, "points") == 0
