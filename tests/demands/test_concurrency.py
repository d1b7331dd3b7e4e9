"""Two clicks, two tabs, a crowd: on real commits, one demand each and no text written over another."""

from __future__ import annotations

import dataclasses

import pytest

from palier.accounts.roles import Role
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.demands import actions
from palier.demands.form import Home
from palier.demands.models import Demand, Draft
from tests.builders import Builder
from tests.threads import together


@pytest.fixture
def build(committed) -> Builder:
    return Builder()


def actor_with(build):
    with acting(SYSTEM):
        return build.actor(Role.APPLICANT)


def register(build, household):
    def act():
        with acting(household.scope):
            return actions.register(actor=household, form=build.form(), department="14", person=household.person).pk

    return act


def test_the_same_click_twice_at_once_gives_one_demand_and_one_number(build):
    household = actor_with(build)
    first, second, third = together(*[register(build, household)] * 3)
    assert first == second == third
    with acting(SYSTEM):
        assert [d.number[3:13] for d in Demand.objects.all()] == ["1126000001"]


def test_a_crowd_gets_numbers_that_follow_each_other(build):
    households = [actor_with(build) for _ in range(6)]
    together(*[register(build, one) for one in households])
    with acting(SYSTEM):
        numbers = sorted(Demand.objects.values_list("number", flat=True))
    assert [n[7:13] for n in numbers] == [f"{n:06d}" for n in range(1, 7)]


def test_two_tabs_at_once_one_is_told(build):
    household = actor_with(build)
    with acting(SYSTEM):
        demand = build.demand(household.person)

    def change(rent: int):
        def act():
            form = dataclasses.replace(build.form(), home=Home(status="LP", rent=rent))
            with acting(household.scope):
                return actions.change(
                    actor=household, demand_id=demand.pk, form=form, revision=1, sections=["logement"]
                )

        return act

    answers = together(change(500), change(600))
    told = [a.code for a in answers if isinstance(a, Refused)]
    kept = [a for a in answers if isinstance(a, Demand)]
    assert (told, len(kept)) == (["demand.conflict"], 1)
    with acting(SYSTEM):
        demand.refresh_from_db()
        assert (demand.revision, demand.form["home"]["rent"]) == (2, kept[0].form["home"]["rent"])


def test_two_steps_saved_at_once_are_both_kept(build):
    household = actor_with(build)

    def save(step: str):
        def act():
            with acting(household.scope):
                actions.save_draft(actor=household, demand=None, step=step, answers={"a": [step]})

        return act

    steps = ["identite", "menage", "ressources", "logement", "souhaits"]
    assert together(*[save(step) for step in steps]) == [None] * 5
    with acting(SYSTEM):
        assert Draft.objects.get().answers == {step: {"a": [step]} for step in steps}
