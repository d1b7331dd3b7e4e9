"""An employer's grid: employment facts alone, points that only add, a bound, nothing before confirmation."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.facts import FACTS, JOB_FACTS
from palier.law.grid import GridError
from palier.law.grid_files import parse_grid
from palier.law.household import Employer
from palier.law.priorities import Choices, chosen, compose, read, weigh

ON = date(2026, 11, 23)
worths = st.integers(0, 40)
choices = st.builds(
    Choices, permanent=worths, fixed_term=worths, apprentice=worths, other=worths, seniority=worths,
    seniority_most=worths, mobility=st.integers(1, 40),
)  # fmt: skip
jobs = st.builds(
    Employer,
    state=st.sampled_from(["declared", "confirmed", "denied"]),
    contract=st.sampled_from(["CDI", "CDD", "APP", "AUT", ""]),
    entered_on=st.none() | st.dates(date(1980, 1, 1), date(2027, 1, 1)),
    mobility=st.booleans(),
)


def text(made: Choices | None = None, most: int = 30) -> str:
    made = made or Choices(permanent=10, mobility=5)
    return compose(made, company="L’« Atelier » \\ d’essai", version=1, on=ON, most=most)


@given(choices, jobs)
def test_points_stay_between_nothing_and_the_bound_and_wait_for_the_confirmation(made, job):
    points = weigh(read(text(made), 30), job, ON).points
    assert 0 <= points <= (30 if job.state == "confirmed" else 0)


@given(choices)
def test_what_is_composed_is_read_back(made):
    back = chosen(read(text(made), 30))
    assert (back.permanent, back.mobility, back.seniority) == (made.permanent, made.mobility, made.seniority)


@pytest.mark.parametrize("fact", sorted(FACTS))
def test_no_fact_of_a_household_can_be_written(fact):
    with pytest.raises(GridError, match="n’existe pas"):
        read(text().replace("job.mobility", fact), 30)


def test_a_territorys_grid_cannot_name_a_job():
    with pytest.raises(GridError, match="n’existe pas"):
        parse_grid(text())
    assert set(JOB_FACTS) & set(FACTS) == set()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("total_cap = 30", "total_cap = 31"), "30 points au plus"),
        (("total_cap = 30\n", ""), "30 points au plus"),
        (("points = 5", "points = -5"), "ne retire pas"),
        (('proof = "authority"', 'proof = "declared"'), "avant votre confirmation"),
        (("total_cap = 30", 'total_cap = 30\n[refusal]\neffect = "points"\npoints = -5'), "écarte ou pénalise"),
    ],
)
def test_what_an_employer_may_not_write_is_told(change, problem):
    with pytest.raises(GridError, match=problem):
        read(text().replace(*change), 30)
