"""How long a score holds: the first day on which the calendar alone may change it.

Months of seniority count at the steps that a grid reads; birthdays, ends of recognised situations, new years (income of
year N-2) and new figures of the law may change any other fact. The day may come early, never late: until the day
before it the score is the same, and that is proved on random grids and households.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from math import ceil, floor

from palier.law.calendar import add_months, months_between
from palier.law.grid import Criterion, Grid, Test
from palier.law.household import Household
from palier.law.parameters import subjects, versions

SENIORITY = "seniority.months"
LONGEST = 1200
_DAY = timedelta(days=1)


def facts_until(household: Household, on: date) -> date:
    """The first day after `on` when a fact other than seniority and refusals may be another."""
    days = [date(on.year + 1, 1, 1), *_new_figures(on)]
    for person in household.people:
        if person.birth_date is not None:
            days.append(_next_birthday(person.birth_date, on))
    days += [held.valid_to + _DAY for held in household.situations if held.valid_to and held.valid_to >= on]
    return min(days)


def score_until(grid: Grid, household: Household, on: date) -> date:
    """The first day after `on` when the score of a household under a grid may be another."""
    days = [facts_until(household, on), *_refusals(grid, household, on)]
    steps = next_steps(grid)
    if household.registered_on is not None:
        if grid.refusal.effect == "freeze_seniority" and household.refusals and steps:
            days.append(_monthly(household.registered_on, on))
        elif step := _after(steps, months_between(household.registered_on, on)):
            days.append(add_months(household.registered_on, step))
        # A day of registration to come: nothing counts before it.
        if household.registered_on > on:
            days.append(household.registered_on)
    return min(day for day in days if day > on)


@lru_cache(maxsize=64)
def next_steps(grid: Grid) -> tuple[int, ...]:
    """Months of seniority at which a grid gives or takes something, in order."""
    found: set[int] = set()
    for criterion in grid.criteria:
        found.update(_of_criterion(criterion))
    for test in (t for exclusion in grid.excluded for t in exclusion.when):
        found.update(_of_test(test))
    return tuple(sorted(step for step in found if 0 < step <= LONGEST))


def _after(steps: tuple[int, ...], months: int) -> int:
    return next((step for step in steps if step > months), 0)


def _of_criterion(criterion: Criterion) -> Iterator[int]:
    for test in (*criterion.when, *criterion.any_of):
        yield from _of_test(test)
    if criterion.fact != SENIORITY:
        return
    if criterion.kind == "threshold_bonus":
        yield floor(criterion.above or 0) + 1
    elif criterion.kind == "per_month":
        last = LONGEST
        if criterion.most is not None and criterion.points > 0:
            last = min(ceil(criterion.most / criterion.points) * criterion.every, LONGEST)
        yield from range(criterion.every, last + 1, criterion.every)
    elif criterion.kind == "bands":
        yield from (ceil(band.below) for band in criterion.bands if band.below is not None)


def _of_test(test: Test) -> Iterator[int]:
    if test.fact == SENIORITY:
        number = float(test.operand)
        yield from (floor(number), ceil(number), floor(number) + 1)


def _refusals(grid: Grid, household: Household, on: date) -> Iterator[date]:
    """Days when a refusal begins or ends to weigh; short months make some of them come up to three days later."""
    rule = grid.refusal
    if rule.effect == "none":
        return
    for refused in (r.on for r in household.refusals if r.adapted):
        ends = add_months(refused, rule.months)
        yield refused
        yield from (ends + n * _DAY for n in range(5))
        if rule.effect == "freeze_seniority":
            yield from (_monthly(refused, on), _monthly(ends, on))


def _monthly(start: date, on: date) -> date:
    return add_months(start, months_between(start, on) + 1) if start <= on else start


def _next_birthday(born: date, on: date) -> date:
    for year in (on.year, on.year + 1):
        # Born on 29 February: a year older on 1 March.
        leap = born.month == 2 and born.day == 29
        day = date(year, 3, 1) if leap and not _is_leap(year) else born.replace(year=year)
        if day > on:
            return day
    raise AssertionError("a birthday comes every year")


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@lru_cache(maxsize=512)
def _new_figures(on: date) -> tuple[date, ...]:
    return tuple(v.valid_from for name in subjects() for v in versions(name) if v.valid_from > on)
