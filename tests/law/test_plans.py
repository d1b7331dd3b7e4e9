"""Many dwellings at once: no more can be housed, nobody is passed over without a reason, quotas come first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.plans import Plan, Quota, Vacancy, joint, plain

HOUSEHOLDS = [f"m{n}" for n in range(9)]
orders = st.lists(st.sampled_from(HOUSEHOLDS), unique=True, max_size=9).map(tuple)


@st.composite
def weeks(draw):
    count = draw(st.integers(1, 6))
    return [Vacancy(f"d{n}", f"le logement {n}", draw(orders), draw(st.integers(1, 4))) for n in range(count)]


def most_housed(vacancies: list[Vacancy], allowed=lambda v, h: True) -> int:
    """The largest number of dwellings with a household each, by augmenting paths."""
    at: dict[str, Vacancy] = {}

    def seat(vacancy: Vacancy, tried: set[str]) -> bool:
        for household in vacancy.order:
            if household in tried or not allowed(vacancy, household):
                continue
            tried.add(household)
            if household not in at or seat(at[household], tried):
                at[household] = vacancy
                return True
        return False

    return sum(seat(v, set()) for v in vacancies if v.files)


def well_formed(vacancies: list[Vacancy], plan: Plan) -> None:
    for v in vacancies:
        sent = plan.sent[v.key]
        assert list(sent) == [h for h in v.order if h in sent]
        assert len(sent) == min(v.files, len(v.order))
        assert v.key not in plan.firsts or plan.firsts[v.key] in sent
    assert len(set(plan.firsts.values())) == len(plan.firsts)


@given(weeks())
def test_as_many_as_can_be_are_housed(vacancies):
    plan = joint(vacancies)
    well_formed(vacancies, plan)
    assert plan.housed == most_housed(vacancies) >= plain(vacancies).housed
    assert plan.reached >= plain(vacancies).reached


@given(weeks())
def test_nobody_without_a_dwelling_is_passed_over(vacancies):
    plan = joint(vacancies)
    placed = set(plan.firsts.values())
    for v in vacancies:
        if v.key in plan.firsts:
            before = v.order[: v.position(plan.firsts[v.key]) - 1]
            assert set(before) <= placed


@given(weeks())
def test_every_departure_has_its_reason(vacancies):
    plan = joint(vacancies)
    told = {(d.vacancy, d.household): d for d in plan.departures}
    for v in vacancies:
        last = v.position(plan.sent[v.key][-1]) if plan.sent[v.key] else 0
        passed = {h for h in v.order[:last] if h not in plan.sent[v.key]}
        assert {h for key, h in told if key == v.key} == passed
    for departure in told.values():
        assert departure.towards and departure.reason.code != "plan.quota"
        assert departure.towards == plan.files_of(departure.household)


@given(weeks(), st.sets(st.sampled_from(HOUSEHOLDS)), st.integers(0, 6))
def test_a_quota_comes_first_and_a_shortage_is_said(vacancies, priority, least):
    quota = Quota("Premier quartile", frozenset(v.key for v in vacancies[::2]), frozenset(priority), least)
    plan = joint(vacancies, [quota])
    well_formed(vacancies, plan)
    within = sum(k in quota.vacancies and h in quota.households for k, h in plan.firsts.items())
    possible = most_housed(vacancies[::2], lambda v, h: h in priority)
    assert within >= min(least, possible)
    assert plan.missing == ({"Premier quartile": least - possible} if possible < least else {})


@given(weeks(), st.data())
def test_with_preferences_no_pair_would_rather(vacancies, data):
    wishes = {h: data.draw(st.permutations([v.key for v in vacancies if h in v.order]), label=h) for h in HOUSEHOLDS}
    plan = joint(vacancies, preferences=wishes)
    well_formed(vacancies, plan)
    has = {h: key for key, h in plan.firsts.items()}
    for v in vacancies:
        for h in v.order:
            rather_here = h not in has or wishes[h].index(v.key) < wishes[h].index(has[h])
            rather_them = v.key not in plan.firsts or v.position(h) < v.position(plan.firsts[v.key])
            assert not (rather_here and rather_them)


def test_the_same_four_households_everywhere():
    """Three dwellings, the same four at the top of each: the plain order reaches four households, the plan twelve."""
    top = ("a", "b", "c", "d")
    week = [Vacancy(f"d{n}", f"le T3 n° {n}", (*top, *(f"{n}{c}" for c in "wxyz")), 4) for n in range(3)]
    before, after = plain(week), joint(week)
    assert (before.reached, after.reached) == (4, 12)
    assert (before.housed, after.housed) == (3, 3)
    assert set(after.firsts.values()) == {"a", "b", "c"}


def test_words():
    week = [Vacancy("x", "le T2 de Caen", ("a", "b", "c"), 1), Vacancy("y", "le T3 d’Alençon", ("a",), 1)]
    plan = joint(week)
    assert plan.firsts == {"x": "b", "y": "a"}
    [departure] = plan.departures
    assert departure.reason.text == "Proposé en premier pour le T3 d’Alençon, où il est premier de la liste."


@pytest.mark.parametrize(
    "vacancies",
    [
        [Vacancy("x", "", ("a",)), Vacancy("x", "", ("b",))],
        [Vacancy("x", "", ("a", "a"))],
    ],
)
def test_what_comes_twice_is_refused(vacancies):
    with pytest.raises(ValueError, match="twice"):
        joint(vacancies)


def test_nothing_to_let():
    assert joint([]) == plain([]) == Plan({}, {})
    assert joint([Vacancy("x", "", ())]).sent == {"x": ()}
