"""The gate: only what the table holds, only by those it names, and always with an event."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from palier.accounts.roles import Role
from palier.applications.states import APPLICATION, LIVE
from palier.common.errors import NotYours, Refused
from palier.common.models import Event
from palier.common.workflow import REGISTRY


@pytest.fixture
def application(build):
    applicant = build.actor(Role.APPLICANT)
    return applicant, build.application(build.demand(applicant.person), build.offer())


def test_a_transition_moves_the_state_and_appends_one_event(application):
    actor, one = application
    APPLICATION.fire(one, "withdraw", actor=actor, thread=one.demand_id, data={"offer": "T3"}, live_slot=None)
    one.refresh_from_db()
    event = Event.objects.get(verb="applications.withdraw")
    assert (one.state, event.thread, event.data["before"], event.data["after"]) == (
        "withdrawn", one.demand_id, "submitted", "withdrawn",
    )  # fmt: skip


def test_a_role_that_the_table_does_not_name_is_turned_away(application, build):
    _, one = application
    with pytest.raises(NotYours):
        APPLICATION.fire(one, "withdraw", actor=build.actor(Role.LANDLORD), thread=one.demand_id)
    assert Event.objects.count() == 0


def test_a_state_that_the_table_does_not_allow_is_refused_in_words(application):
    actor, one = application
    with pytest.raises(Refused) as refusal:
        APPLICATION.fire(one, "accept", actor=actor, thread=one.demand_id)
    assert refusal.value.message == "Ce n’est plus possible : l’état est maintenant « Déposée »."


def test_the_database_refuses_a_state_outside_the_table(application):
    _, one = application
    with pytest.raises(IntegrityError), transaction.atomic():
        type(one).objects.filter(pk=one.pk).update(state="imaginary")


def test_a_live_state_without_a_slot_is_refused_by_the_database(application):
    _, one = application
    with pytest.raises(IntegrityError), transaction.atomic():
        type(one).objects.filter(pk=one.pk).update(live_slot=None)


def test_every_live_state_can_still_end():
    final = {code for code, state in APPLICATION.states.items() if state.final}
    reachable = {s: {t.target for t in APPLICATION.transitions if s in t.sources} for s in LIVE}
    assert all(targets & final for targets in reachable.values())
    assert set(APPLICATION.states) == set(LIVE) | final


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_state_is_reachable(name):
    flow = REGISTRY[name]
    reached, frontier = {flow.initial}, [flow.initial]
    while frontier:
        state = frontier.pop()
        for t in flow.transitions:
            if state in t.sources and t.target not in reached:
                reached.add(t.target)
                frontier.append(t.target)
    assert reached == set(flow.states)
