"""The chance told before applying: never better from a worse place, true on games whose chances are known."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.odds import (
    BANDS,
    PLACES,
    THIRDS,
    Cell,
    Tally,
    calibration,
    cell,
    count,
    curve,
    places_of,
    said,
    short,
    size_of,
)

tallies = st.dictionaries(
    st.builds(Cell, st.integers(0, BANDS - 1), st.integers(0, THIRDS - 1)),
    st.integers(1, 500).flatmap(lambda n: st.builds(Tally, st.just(n), st.integers(0, n))),
    min_size=1,
)


@given(tallies)
def test_a_worse_place_never_has_a_better_chance(found):
    odds = curve(found)
    for third in range(THIRDS):
        column = [odds[Cell(band, third)] for band in range(BANDS)]
        assert all(a.chance >= b.chance - 1e-12 for a, b in zip(column, column[1:], strict=False))
        assert all(0 <= o.low <= o.chance <= o.high <= 1 for o in column)


@given(tallies)
def test_what_is_counted_is_what_was_given(found):
    odds = curve(found)
    assert {at: Tally(o.applications, o.proposed) for at, o in odds.items() if o.applications} == found


def test_a_game_of_known_chances_is_learnt():
    chance = random.Random(7)
    truth = {1: 0.6, 2: 0.35, 3: 0.2, 4: 0.08, 9: 0.02, 30: 0.001}
    cases = [(p, chance.random(), chance.random() < share) for p, share in truth.items() for _ in range(4000)]
    odds = curve(count(cases))
    for place, share in truth.items():
        learnt = odds[cell(place, 0.5)]
        assert learnt.chance == pytest.approx(share, abs=0.03)
        assert learnt.low < learnt.high


def test_no_past_gives_no_odds():
    assert curve({}) == {}


def test_few_cases_are_drawn_towards_all_times_together():
    many, few = Cell(0, 0), Cell(0, 2)
    odds = curve({many: Tally(1000, 500), few: Tally(1, 0), Cell(4, 0): Tally(1000, 10)})
    assert 0.4 < odds[few].chance < 0.5 < odds[few].high
    assert odds[few].high - odds[few].low > odds[many].high - odds[many].low


@pytest.mark.parametrize(
    ("position", "left", "found"),
    [(1, 1, (0, 0)), (1, 0.5, (0, 1)), (5, 0.1, (3, 2)), (6, 0, (4, 2)), (51, -2, (7, 2)), (900, 3, (7, 0))],
)
def test_places_and_times_are_counted_by_cells(position, left, found):
    assert cell(position, left) == found


def test_bands_follow_one_another():
    assert [places_of(b) for b in range(3)] == [(1, 1), (2, 2), (3, 3)]
    assert places_of(3) == (4, 5)
    assert places_of(len(PLACES)) == (51, None)
    with pytest.raises(ValueError, match="counted from 1"):
        cell(0, 1)


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0, "moins de 1 chance sur 100"),
        (0.013, "environ 1 chance sur 75"),
        (0.12, "environ 1 chance sur 8"),
        (0.66, "environ 7 chances sur 10"),
        (0.89, "environ 9 chances sur 10"),
        (1, "plus de 9 chances sur 10"),
    ],
)
def test_a_chance_is_said_as_people_say_it(chance, words):
    assert said(chance) == words
    assert re.sub(r"^(environ|moins de|plus de) | chances?", "", words) == short(chance)


def test_every_type_has_a_size():
    assert [size_of(t) for t in ("T1", "T2", "T3", "T4", "T5", "T6P")] == ["small", "small", "middle", *["large"] * 3]


def test_calibration_sees_a_liar():
    honest = calibration([(0.1, n % 10 == 0) for n in range(1000)])
    liar = calibration([(0.5, n % 10 == 0) for n in range(1000)])
    assert honest.error == pytest.approx(0, abs=1e-9)
    assert liar.error == pytest.approx(0.4)
    assert honest.score < liar.score
    with pytest.raises(ValueError, match="no case"):
        calibration([])
