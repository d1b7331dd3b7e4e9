"""What each reader may know: whoever may not reads words that many others bear, whatever the household declared."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law import codes, discretion
from palier.law.cotation import Score, load_grid, parse_grid, score, shipped
from palier.law.discretion import Reader
from palier.law.grid_files import source_of
from palier.law.household import AUTHORITY, Situation
from tests.law.people import lone_parent

ON = date(2026, 11, 23)
MOTIVES = st.lists(st.sampled_from([code for code, _ in codes.MOTIVES]), max_size=3, unique=True)
HELD = st.lists(st.sampled_from(sorted(codes.PRIORITY_SITUATIONS)), max_size=6, unique=True)


@given(MOTIVES)
def test_others_never_read_a_sensitive_motive_nor_a_blank_in_its_place(declared):
    shown = discretion.motives(declared, Reader.OTHERS)
    assert not codes.SENSITIVE_MOTIVES & set(shown)
    assert bool(shown) == bool(declared)
    assert [m for m in shown if m != "23"] == [m for m in declared if m not in (*codes.SENSITIVE_MOTIVES, "23")]
    for reader in (Reader.HOUSEHOLD, Reader.NAMED, Reader.DESK):
        assert discretion.motives(declared, reader) == tuple(declared)


@given(HELD, HELD)
def test_two_sets_of_general_situations_are_read_alike(some, others):
    open_ones = [code for code in some if code not in discretion.GENERAL_SITUATIONS]
    general = [code for code in others if code in discretion.GENERAL_SITUATIONS]
    read = discretion.priorities([*open_ones, *general])
    assert read == [codes.label("situation", c) for c in open_ones] + [discretion.PRIORITY] * bool(general)
    assert codes.SENSITIVE_SITUATIONS < discretion.GENERAL_SITUATIONS


def test_the_desk_reads_motives_and_not_situations():
    assert {r for r in Reader if discretion.knows_situations(r)} == {Reader.HOUSEHOLD, Reader.NAMED}
    assert [r for r in Reader if discretion.hidden_kinds(r)] == [Reader.DESK, Reader.OTHERS]


@given(HELD.filter(bool))
def test_the_lines_that_others_read_say_the_total_and_no_name(held):
    grid = load_grid("exemple-calvados-orne")
    full = score(grid, lone_parent(situations=tuple(Situation(code, AUTHORITY) for code in held)), ON)
    shown = Score(full.points, full.provisional, full.discreet_lines)
    kept = sum(line.points for line in full.lines if line.counted)
    assert sum(line.points for line in shown.lines if line.counted) == kept
    general = [line for line in shown.lines if line.criterion == "priority"]
    assert len(general) <= 1
    told = str(shown.to_dict())
    assert [word for word in ("iolence", "expulsion", "indigne", "abri") if word in told and word != "abri"] == []


@pytest.mark.parametrize("name", [name for name in shipped() if load_grid(name).example])
def test_no_example_grid_gives_a_sensitive_situation_points_of_its_own(name):
    assert discretion.given_away(load_grid(name)) == []


def test_a_grid_that_names_it_by_its_points_is_seen():

    source = source_of("exemple-calvados-orne").replace(
        'label = "Sans abri, reconnu par un service"\npoints = 90',
        'label = "Sans abri, reconnu par un service"\npoints = 80',
    )
    assert discretion.given_away(parse_grid(source)) == ["violence"]
