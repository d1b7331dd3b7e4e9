"""A score holds until the day it says, and a packed record gives the facts it was packed from."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from palier.law import columns, lasting, records
from palier.law.ceilings import ZONES
from palier.law.cotation import score
from palier.law.facts import FACTS, Setting
from palier.law.grid import Grid
from palier.law.household import Household, Refusal
from tests.law.people import households
from tests.law.test_columns import grids, proved

days = st.dates(date(2025, 2, 1), date(2026, 12, 31))
refusals = st.lists(st.builds(Refusal, st.dates(date(2023, 1, 1), date(2027, 3, 1))), max_size=3).map(tuple)
lives = st.builds(dataclasses.replace, households, proofs=proved, refusals=st.just(()) | refusals)


@settings(max_examples=150)
@given(grids(), lives, days, st.data())
def test_a_score_is_the_same_until_its_day(grid: Grid, household: Household, on: date, data: st.DataObject) -> None:
    until = lasting.score_until(grid, household, on)
    assert until > on
    held = score(grid, household, on, explain=False)
    last = (until - on).days - 1
    for later in {0, last, max(last - 1, 0), data.draw(st.integers(0, last))}:
        again = score(grid, household, on + timedelta(days=later), explain=False)
        assert (again.points, again.provisional, again.excluded) == (held.points, held.provisional, held.excluded)


@given(households, days, st.data())
def test_facts_are_the_same_until_their_day(household: Household, on: date, data: st.DataObject) -> None:
    last = (lasting.facts_until(household, on) - on).days - 1
    later = on + timedelta(days=data.draw(st.integers(0, last)))
    for name, fact in FACTS.items():
        if name != lasting.SENIORITY:
            assert fact.compute(household, later, Setting()) == fact.compute(household, on, Setting())


@given(st.lists(lives, min_size=1, max_size=5), days, st.sampled_from(sorted(ZONES)))
def test_a_record_gives_back_its_facts(some: list[Household], on: date, zone: str) -> None:
    place = Setting(zone)
    packed = [records.pack(household, on) for household in some]
    assert {len(one) for one in packed} == {records.SIZE}
    given_back = records.unpack(packed, place).collect().drop("refusals")
    assert given_back.equals(columns.frame(some, on, place).drop("refusals"))
