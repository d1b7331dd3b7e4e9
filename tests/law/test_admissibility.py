"""Grounds of a landlord: a closed list of conditions of the law, none of which weighs households (CCH L441-2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from palier.law import codes
from palier.law.admissibility import bases, foreign, grounds
from palier.law.workload import Handled, loads

ON = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9)
files = st.lists(
    st.builds(
        lambda agent, came, took: Handled(
            agent, NOW - timedelta(hours=came), None if took is None else NOW - timedelta(hours=min(came, took))
        ),
        st.none() | st.integers(1, 4), st.integers(0, 3000), st.none() | st.integers(0, 3000),
    )
)  # fmt: skip


def test_every_ground_is_a_known_reason_with_its_text():
    held = grounds(ON)
    assert [g.code for g in held if not codes.known("non_allocation", g.code) or not g.basis.startswith("CCH")] == []
    assert len({g.code for g in held}) == len(held)


def test_what_the_commission_weighs_is_no_ground():
    weighed = ("effort_too_high", "priority", "housing_fit", "place", "too_large")
    assert foreign((*weighed, "residence"), ON) == tuple(sorted(weighed))
    assert bases(weighed, ON) == ()


@given(files)
def test_every_file_waits_once_and_no_answer_is_counted_twice(held):
    told = loads(held, since=NOW - timedelta(days=90), now=NOW)
    assert sum(load.waiting for load in told) == sum(f.answered_at is None for f in held)
    recent = [f for f in held if f.answered_at is not None and f.answered_at >= NOW - timedelta(days=90)]
    assert sum(load.answered for load in told) == len(recent)


@given(files)
def test_the_order_of_files_changes_nothing(held):
    args = {"since": NOW - timedelta(days=90), "now": NOW}
    assert loads(held, **args) == loads(reversed(held), **args)


def test_a_median_of_nothing_is_nothing():
    (load,) = loads([Handled(3, NOW - timedelta(days=2), None)], since=NOW, now=NOW)
    assert (load.median_days, load.oldest_days) == (None, 2)
