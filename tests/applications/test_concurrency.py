"""Applying while the list closes: either on the list, or told that it is closed; never in between."""

from __future__ import annotations

import pytest

from palier.applications import actions
from palier.applications.models import Application, ShortlistEntry
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.homes.models import Offer
from tests.builders import Builder
from tests.chain.test_chain import Stage
from tests.threads import one_then_the_other, together


@pytest.fixture
def stage(committed) -> Stage:
    with acting(SYSTEM):
        return Stage(Builder())


def apply(stage, place: int):
    def act():
        household, demand = stage.households[place], stage.demands[place]
        return stage.as_(household, actions.submit, demand=demand, offer_id=stage.offer.pk)

    return act


def close(stage):
    return lambda: stage.as_(stage.agent, actions.make_shortlist, offer_id=stage.offer.pk)


def listed() -> list[int]:
    with acting(SYSTEM):
        return list(ShortlistEntry.objects.order_by("position").values_list("application_id", flat=True))


def test_whoever_comes_while_the_list_closes_is_refused(stage):
    first = apply(stage, 0)()
    _, late = one_then_the_other(stage.agent.scope, close(stage), apply(stage, 1))
    assert (type(late), late.code, listed()) == (Refused, "offer.closed", [first.pk])
    with acting(SYSTEM):
        assert list(Application.objects.values_list("state", flat=True)) == ["sent"]


def test_whoever_was_first_is_on_the_list(stage):
    first = apply(stage, 0)()
    made, shortlist = one_then_the_other(stage.households[1].scope, apply(stage, 1), close(stage))
    assert (sorted(listed()), shortlist.candidates) == ([first.pk, made.pk], 2)


def test_a_crowd_at_the_closing_time_is_all_on_the_list_or_all_told(stage):
    with acting(SYSTEM):
        for _ in range(6):
            household = stage.build.actor("applicant")
            stage.households.append(household)
            stage.demands.append(stage.build.demand(household.person))
    apply(stage, 0)()
    *answers, shortlist = together(*(apply(stage, place) for place in range(1, 10)), close(stage))
    refused = [a for a in answers if isinstance(a, Refused)]
    assert {a.code for a in refused} <= {"offer.closed"}
    assert len(refused) + shortlist.candidates == 10
    with acting(SYSTEM):
        live = set(Application.objects.values_list("pk", flat=True))
        assert (set(listed()), Offer.objects.get(pk=stage.offer.pk).state) == (live, "closed")


def test_two_closings_at_once_make_one_list(stage):
    apply(stage, 0)()
    one, two = together(close(stage), close(stage))
    assert (one.pk, len(listed())) == (two.pk, 1)
