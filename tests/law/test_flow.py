"""Reservations by yearly flow: nothing counted twice or lost, shares that add up, and an order that does not matter."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law import flow
from palier.law.flow import FIRST, FLOW, LANDLORD, Line, Share, Vacant

DAY = date(2026, 5, 4)
PARIS = ZoneInfo("Europe/Paris")
TOWNS = ["14118", "14366", "61001"]
KINDS = [FLOW, FLOW, FLOW, FIRST, *flow.exclusions(DAY)]


@st.composite
def conventions(draw, places: list[str] | None = None) -> list[Line]:
    """Lines whose shares never add up to more than the flow of any commune."""
    count = draw(st.integers(0, 5))
    percents = draw(st.lists(st.integers(1, 100 // max(count, 1)), min_size=count, max_size=count))
    where = st.sampled_from(["", *(TOWNS if places is None else places)])
    return [
        Line(n, f"Réservataire {n}", Fraction(p), place=draw(where), returned_counts=draw(st.booleans()))
        for n, p in enumerate(percents, start=1)
    ]


@st.composite
def years(draw) -> tuple[list[Line], list[Vacant]]:
    lines = draw(conventions())
    one = st.builds(
        Vacant, key=st.just(0), commune=st.sampled_from(TOWNS), on=st.just(DAY), kind=st.sampled_from(KINDS),
        line=st.sampled_from([None, LANDLORD, 99, *(line.key for line in lines)]),
        state=st.sampled_from(["open", "designated", "returned", "cancelled"]), let=st.booleans(),
    )  # fmt: skip
    return lines, [replace(v, key=n) for n, v in enumerate(draw(st.lists(one, max_size=40)))]


@given(years())
def test_every_dwelling_is_in_one_place_and_one_only(year) -> None:
    _, vacancies = year
    base = flow.base_of(vacancies)
    assert base.total == len(vacancies)
    assert len({v.key for v in (*base.counted, *base.first)}) == len(base.counted) + len(base.first)


@given(years())
def test_what_is_due_and_the_objectives_add_up_to_the_base(year) -> None:
    lines, vacancies = year
    counted = flow.base_of(vacancies).counted
    due = flow.dues(lines, counted)
    assert sum(due.values()) == len(counted)
    assert min(due.values()) >= 0
    aims = flow.objectives(lines, counted)
    assert sum(aims.values()) == len(counted)
    assert [key for key, aim in aims.items() if abs(aim - due[key]) >= 1] == []


@given(years())
def test_the_balance_counts_each_dwelling_once(year) -> None:
    lines, vacancies = year
    base = flow.base_of(vacancies)
    rows = flow.balance(lines, vacancies, landlord="Bailleur")
    for name in ("offered", "objective", "took"):
        assert (name, sum(getattr(row, name) for row in rows)) == (name, len(base.counted))
    assert sum(row.first for row in rows) == len(base.first)
    assert sum(row.let for row in rows) == sum(v.let for v in base.counted)
    assert [row.line.key for row in rows] == [*(line.key for line in lines), LANDLORD]


@given(years(), st.randoms(use_true_random=False))
def test_the_order_in_which_vacancies_were_recorded_changes_nothing(year, chance) -> None:
    lines, vacancies = year
    mixed = chance.sample(vacancies, len(vacancies))
    coming = Vacant(1_000, TOWNS[0], DAY)
    assert flow.base_of(mixed) == flow.base_of(vacancies)
    assert flow.balance(lines, mixed, landlord="B") == flow.balance(lines, vacancies, landlord="B")
    assert flow.next_turn(lines, mixed, coming, landlord="B") == flow.next_turn(lines, vacancies, coming, landlord="B")


@given(conventions(places=[]), st.integers(1, 60))
def test_nobody_is_ever_a_dwelling_ahead_of_its_share(lines, count) -> None:
    given_out: list[Vacant] = []
    for n in range(count):
        coming = Vacant(n, TOWNS[0], DAY)
        turn = flow.next_turn(lines, given_out, coming, landlord="B")
        given_out.append(replace(coming, line=turn.line.key, state="designated"))
        behind = [row.behind for row in flow.standings(lines, given_out, landlord="B")]
        assert sum(behind) == 0
        assert min(behind) > -1
        assert max(behind) <= len(lines)


@given(conventions(), st.lists(st.sampled_from(TOWNS), max_size=25))
def test_a_lot_is_shared_out_whole(lines, communes) -> None:
    lot = [Vacant(n, commune, DAY, kind=FIRST) for n, commune in enumerate(communes)]
    given_out = flow.share_out(lines, lot, landlord="B")
    places = {line.key: line.place for line in lines}
    assert list(given_out) == [v.key for v in lot]
    assert [v for v in lot if places.get(given_out[v.key], "") not in ("", v.commune)] == []


@given(st.lists(st.fractions(0, 5, max_denominator=20), min_size=1, max_size=6))
def test_largest_remainders_keep_the_total(parts) -> None:
    due = dict(enumerate(parts)) | {99: Fraction(10) - sum(parts) % 1}
    whole = flow.largest_remainders(due, list(due))
    assert sum(whole.values()) == sum(due.values())
    assert Counter(abs(whole[k] - due[k]) < 1 for k in due) == {True: len(due)}


def test_what_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError):
        flow.largest_remainders({1: Fraction(1, 3)}, [1])
    with pytest.raises(ValueError):
        flow.base_of([Vacant(1, TOWNS[0], DAY), Vacant(1, TOWNS[0], DAY)])


def test_a_convention_is_due_nothing_of_what_came_before_it() -> None:
    lines = [
        Line(1, "Nouveau", Fraction(50), since=date(2026, 7, 1)),
        Line(2, "Fini", Fraction(50), until=date(2026, 7, 1)),
    ]
    year = [Vacant(n, TOWNS[0], date(2026, month, 1)) for n, month in enumerate((2, 3, 7, 8))]
    assert flow.dues(lines, year) == {1: 1, 2: 1, LANDLORD: 2}
    assert [row.line.key for row in flow.next_turn(lines, [], year[0], landlord="B").standings] == [2, LANDLORD]


@pytest.mark.parametrize("counts, took, next_one", [(True, 1, LANDLORD), (False, 0, 1)])
def test_a_dwelling_given_back_counts_as_the_convention_says(counts, took, next_one) -> None:
    lines = [Line(1, "Action Logement", Fraction(50), returned_counts=counts)]
    back = [Vacant(1, TOWNS[0], DAY, line=1, state="returned", let=True)]
    row, own = flow.balance(lines, back, landlord="B")
    assert (row.took, row.offered, row.returned, row.let, own.let) == (took, 1, 1, 0, 1)
    assert flow.next_turn(lines, back, Vacant(2, TOWNS[0], DAY), landlord="B").line.key == next_one


def test_equal_delays_go_to_the_larger_share_then_to_the_order_of_the_conventions() -> None:
    lines = [Line(1, "A", Fraction(20)), Line(2, "B", Fraction(20)), Line(3, "C", Fraction(20))]
    turn = flow.next_turn(lines, [], Vacant(1, TOWNS[0], DAY), landlord="Bailleur")
    assert [row.line.key for row in turn.standings] == [LANDLORD, 1, 2, 3]
    halves = [Line(1, "A", Fraction(50))]
    assert flow.next_turn(halves, [], Vacant(1, TOWNS[0], DAY), landlord="Bailleur").text == (
        "A (50\u00a0% du flux) : 0,5 logement lui revient avec celui-ci, 0 reçu. "
        "À égalité avec Bailleur : la plus grande part passe d’abord, puis l’ordre des conventions."
    )


@pytest.mark.parametrize(
    "kind, asked",
    [
        (FLOW, {"financing": "PLUS", "first_letting": False}),
        (FIRST, {"financing": "PLAI", "first_letting": True}),
        ("transfer", {"financing": "PLUS", "first_letting": False, "exclusion": "transfer"}),
        ("sale", {"financing": "PLUS", "first_letting": True, "exclusion": "sale"}),
        ("intermediate", {"financing": "LLI", "first_letting": False}),
    ],
)
def test_what_a_vacancy_is_for_the_flow(kind, asked) -> None:
    assert flow.kind_of(on=DAY, **asked) == kind


def test_an_exclusion_that_the_law_does_not_list_is_refused() -> None:
    with pytest.raises(ValueError):
        flow.kind_of(financing="PLUS", first_letting=False, exclusion="friend", on=DAY)


def test_the_delay_ends_with_its_last_day_summer_time_or_not() -> None:
    opened = datetime(2026, 3, 20, 23, 30, tzinfo=PARIS)
    due = flow.due_at(opened, 15, PARIS)
    assert due == datetime(2026, 4, 4, 23, 59, 59, tzinfo=PARIS)
    assert flow.told_until(due, PARIS) == "jusqu’au 4 avril 2026 inclus"


@pytest.mark.parametrize(
    "shares, found",
    [
        ([Share("state_priority", Fraction(25)), Share("state_agents", Fraction(5))], 0),
        ([Share("state_priority", Fraction(31))], 1),
        ([Share("state_agents", Fraction(6))], 1),
        ([Share("action_logement", Fraction(60)), Share("authority", Fraction(40), "14118")], 0),
        ([Share("action_logement", Fraction(60)), Share("authority", Fraction(41), "14118")], 1),
        ([Share("authority", Fraction(60), "14118"), Share("authority", Fraction(60), "14366")], 0),
    ],
)
def test_conventions_that_cannot_hold_together(shares, found) -> None:
    assert len(flow.objections(shares, DAY)) == found


def test_an_unusual_share_is_told_and_allowed() -> None:
    shares = [Share("authority", Fraction(15), "14118"), Share("authority", Fraction(10))]
    assert (len(flow.notices(shares, DAY)), flow.notices(shares[:1], DAY), flow.objections(shares, DAY)) == (1, [], [])
