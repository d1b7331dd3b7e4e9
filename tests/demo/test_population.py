"""The drawn territory looks like the published figures, comes back the same, and can start again in the middle."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from functools import cache
from itertools import islice
from statistics import mean

import pytest

from palier.demands import facts
from palier.demands.form import Form, columns
from palier.demands.models import Demand
from palier.demo.population import DemandRow, demands
from palier.law import numbers
from palier.law.ceilings import ceiling
from palier.law.household import Household, category, size
from palier.law.income import reference_income

TODAY = date(2026, 11, 23)


@cache
def drawn() -> tuple[DemandRow, ...]:
    return tuple(demands("department", today=TODAY, stop=12_000))


@cache
def households() -> tuple[Household, ...]:
    return tuple(
        facts.from_form(
            Form.from_json(r.form),
            Demand(first_registered_on=r.first_registered_on),
            epcis=r.epcis,
            situations=r.situations,
        )
        for r in drawn()[:6000]
    )


def share(of: list[bool]) -> float:
    return sum(of) / len(of)


def digest(seed: int, **bounds: int) -> str:
    rows = demands("desk", today=TODAY, seed=seed, **bounds)
    return hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()


def test_same_seed_same_people():
    assert digest(14) == digest(14)
    assert digest(14) != digest(15)


def test_a_build_starts_again_at_any_block():
    assert list(demands("desk", today=TODAY, start=1000)) == list(demands("desk", today=TODAY))[1000:]
    with pytest.raises(ValueError, match="multiple of 1000"):
        next(demands("desk", today=TODAY, start=1500))


def test_the_largest_scale_is_streamed():
    rows = list(islice(demands("region", today=TODAY, start=799_000), 5))
    assert [r.index for r in rows] == [799_000, 799_001, 799_002, 799_003, 799_004]
    assert len(list(demands("region", today=TODAY, start=799_000))) == 1000


def test_the_desk_scale_is_one_department():
    rows = list(demands("desk", today=TODAY))
    assert (len(rows), {r.department for r in rows}) == (2000, {"14"})


def test_household_shapes_follow_the_published_profile():
    people = households()
    assert share([size(h) == 1 for h in people]) == pytest.approx(0.43, abs=0.015)
    assert share([len(h.adults) == 1 and size(h) > 1 for h in people]) == pytest.approx(0.27, abs=0.015)
    assert share([h.transfer for h in people]) == pytest.approx(0.31, abs=0.015)


def test_three_quarters_are_under_the_plai_ceiling():
    known = [(h, i) for h in households() if (i := reference_income(h, TODAY).amount) is not None]
    under = [income <= ceiling("PLAI", "other", category(h, TODAY), TODAY) for h, income in known]
    assert len(known) / len(households()) > 0.88
    assert share(under) == pytest.approx(0.73, abs=0.02)


def test_waits_follow_the_published_mean_with_a_long_tail():
    waits = sorted((TODAY - r.first_registered_on).days for r in drawn())
    assert mean(waits) == pytest.approx(721, rel=0.05)
    assert share([w > 365 for w in waits]) == pytest.approx(0.57, abs=0.03)
    assert waits[int(len(waits) * 0.99)] > 3000


def test_emergencies_are_few():
    held = Counter(s.code for r in drawn() for s in r.situations)
    for code, most in {"dalo": 0.02, "violence": 0.02, "eviction": 0.03, "disability": 0.04, "homeless": 0.05}.items():
        assert 0 < held[code] / len(drawn()) < most, code


def test_towns_are_wished_first():
    first = Counter(r.wishes[0] for r in drawn())
    assert [code for code, _ in first.most_common(3)] == ["14118", "61001", "14327"]
    assert {len(r.wishes) for r in drawn()} == {1, 2, 3, 4, 5, 6}


def holds(whole, part) -> bool:
    """Every answer of `part` stands in `whole`: a drawn household leaves out what it was not asked."""
    if isinstance(part, dict):
        return part.keys() <= whole.keys() and all(holds(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(holds, whole, part))
    return whole == part


def test_form_and_columns_are_those_of_the_application():
    for row in drawn()[:1500]:
        form = Form.from_json(row.form)
        assert holds(form.to_json(), row.form)
        assert columns(form) == row.columns


def test_numbers_are_valid_and_unique():
    rows = drawn()
    assert len({r.number for r in rows}) == len({r.email for r in rows}) == len(rows)
    for row in rows[:1500]:
        number = numbers.parse(row.number)
        assert (str(number), number.flags) == (row.number, frozenset())
        assert number.first_month(TODAY) == row.first_registered_on.replace(day=1)


def test_dates_hold_together():
    for row in drawn():
        assert row.first_registered_on <= TODAY
        assert row.renewed_on is None or row.first_registered_on < row.renewed_on <= TODAY
        # Not renewed in time: removed a month after the term, so none is older than that.
        assert (TODAY - row.expires_on).days <= 62
        assert (row.first_registered_on - row.columns["birth_date"]).days >= 6574


def test_nobody_can_be_reached():
    for row in drawn():
        assert row.email.endswith("@exemple.fr") and row.email.isascii() and " " not in row.email
        assert all(a["phone"].startswith("063998") and len(a["phone"]) == 10 for a in _adults(row))


def test_children_are_born_of_adults_and_apart():
    for row in drawn():
        parent = row.columns["birth_date"]
        born = sorted(date.fromisoformat(d["birth_date"]) for d in row.form["dependants"])
        assert all((b - parent).days > 16 * 365 and b <= TODAY for b in born)
        assert all((after - before).days > 300 for before, after in zip(born, born[1:], strict=False))


def test_a_job_is_with_a_known_employer_and_agrees_with_the_form():
    jobs = [(r, r.job) for r in drawn() if r.job]
    assert share([r.job is not None for r in drawn()]) > 0.15
    assert Counter(j.state for _, j in jobs).keys() == {"declared", "asked", "confirmed", "denied"}
    assert [r.index for r, j in jobs if r.form["applicant"]["work"]["employer"] != j.employer_name] == []


def _adults(row: DemandRow) -> list[dict]:
    return [a for a in (row.form["applicant"], row.form["coapplicant"], *row.form["other_adults"]) if a]
