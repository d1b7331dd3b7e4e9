"""A grid beside another: places, groups and homes let again, against slow and obvious ways."""

import numpy
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from palier.law.simulation import (
    DIMENSIONS,
    FIRST_QUARTILE,
    MOVED,
    QUARTILES,
    UNKNOWN,
    Home,
    Seekers,
    groups,
    let_again,
    places,
    quartiles,
    ranked,
    share,
)

COMMUNES = ["A", "B", "C"]


@st.composite
def registers(draw):
    count = draw(st.integers(1, 25))
    whole = st.integers(0, 4)
    points = numpy.array(draw(st.lists(whole, min_size=count, max_size=count)), dtype=numpy.int64)
    registered = numpy.array(draw(st.lists(whole, min_size=count, max_size=count)), dtype=numpy.int64)
    return points, registered


@given(registers())
def test_points_then_seniority_then_the_line(register):
    points, registered = register
    lines = sorted(range(len(points)), key=lambda n: (-points[n], registered[n], n))
    assert list(ranked(points, registered)) == lines
    found = places(ranked(points, registered))
    assert found.min() == 0
    assert len(found) == 1 or found.max() == 100
    assert sorted(range(len(points)), key=lambda n: found[n]) == lines


@given(registers(), st.data())
def test_homes_go_to_the_first_not_yet_housed_to_whom_they_are_open(register, data):
    order = ranked(*register)
    count = len(order)
    opens = numpy.array(data.draw(st.lists(st.integers(0, 7), min_size=count, max_size=count)), dtype=numpy.int64)
    wishes = {c: data.draw(st.lists(st.integers(0, count - 1), unique=True)) for c in COMMUNES[:2]}
    homes = data.draw(
        st.lists(st.builds(Home, st.sampled_from(COMMUNES), st.integers(0, 7), st.booleans()), max_size=30)
    )
    seekers = Seekers(opens, {c: numpy.array(lines, dtype=numpy.int64) for c, lines in wishes.items()})
    housed: set[int] = set()
    obvious: list[int | None] = []
    for home in homes:
        open_to = [
            int(n) for n in order
            if n not in housed and n in wishes.get(home.place, []) and opens[n] & home.needs == home.needs
        ]  # fmt: skip
        obvious.append(open_to[0] if open_to else None)
        housed.update(open_to[:1])
    assert let_again(homes, seekers, order) == obvious


def rows(count: int, **columns) -> pl.DataFrame:
    held = {d: columns.get(d, ["x"] * count) for d in DIMENSIONS}
    return pl.DataFrame(held)


def test_a_group_that_rises_is_told():
    age = ["jeune"] * 20 + ["âgé"] * 20
    before = places(numpy.arange(40))
    after = places(numpy.array([*range(20, 40), *range(20)]))
    told = {g.label: g for g in groups(rows(40, age=age), before, after, 11)["age"]}
    assert (told["jeune"].rise, told["jeune"].fall) == (0, 1)
    assert (told["âgé"].rise, told["âgé"].fall) == (1, 0)
    assert told["âgé"].after < told["âgé"].before
    assert told["âgé"].share == 0.5


def test_a_move_under_the_least_is_neither_rise_nor_fall():
    before = numpy.full(20, 50.0)
    told = groups(rows(20), before, before - (MOVED - 0.01), 1)["age"][0]
    assert (told.rise, told.fall) == (0, 0)


def test_small_groups_are_hidden_and_named():
    age = ["peu"] * 10 + ["assez"] * 11
    before = places(numpy.arange(21))
    told = {g.label: g for g in groups(rows(21, age=age), before, before, 11)["age"]}
    assert told["peu"].demands is None
    assert told["peu"].before is None
    assert told["assez"].demands == 11


def test_shares_of_the_housed():
    age = ["jeune"] * 20 + ["âgé"] * 20
    seats = places(numpy.arange(40))
    now, then = numpy.zeros(40, bool), numpy.zeros(40, bool)
    now[:4] = True
    then[2:4], then[20:22] = True, True
    told = {g.label: g.housed for g in groups(rows(40, age=age), seats, seats, 1, (now, then))["age"]}
    assert told == {"jeune": (1.0, 0.5), "âgé": (0.0, 0.5)}


def test_quarters_of_the_register_or_the_published_threshold():
    held = pl.DataFrame({"income.per_unit": [1000.0, 2000.0, 3000.0, 4000.0, None]})
    assert quartiles(held)["income"].to_list() == [*QUARTILES, UNKNOWN]
    poor = quartiles(held, first=2500)["income"].to_list()
    assert poor.count(FIRST_QUARTILE) == 2
    assert (
        quartiles(pl.DataFrame({"income.per_unit": [None]}, schema={"income.per_unit": pl.Float64}))["income"][0]
        == UNKNOWN
    )


def test_a_share_counts_the_homes_kept_only():
    member = numpy.array([True, False, False])
    assert share([0, 1, None, 2], [True, True, True, False], member) == 0.5
    assert share([None], [True], member) is None
