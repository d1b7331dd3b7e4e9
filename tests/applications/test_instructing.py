"""The landlord's queue: taken by an agent, answered on legal grounds, counted by agent (mission B5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palier.accounts.roles import Role
from palier.applications import actions
from palier.applications.models import Application, Instruction
from palier.applications.queries import neighbours, waiting_files, workload
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.common.ledger import timeline
from tests.conftest import NOW


@pytest.fixture
def agent(build):
    return build.actor(Role.LANDLORD)


@pytest.fixture
def colleague(build, agent):
    return build.actor(Role.LANDLORD, agent.organisation)


@pytest.fixture
def files(build, agent):
    """Three files, the oldest first."""
    return [
        build.application(
            build.demand(build.person()),
            build.offer(agent.organisation),
            state="sent",
            state_at=NOW - timedelta(days=9 - n),
        )
        for n in range(3)
    ]


def run(action, actor, **given):
    with acting(actor.scope):
        return action(actor=actor, **given)


def queue(actor, whose=""):
    with acting(actor.scope):
        return [a.pk for a in waiting_files(actor, whose)]


def test_a_file_taken_is_known_as_such_and_put_back(agent, colleague, files):
    first, *others = (f.pk for f in files)
    for _ in range(2):
        run(actions.take, agent, application_id=first)
    assert (queue(agent, "mine"), queue(colleague, "mine"), queue(colleague, "free")) == ([first], [], others)
    run(actions.take, colleague, application_id=first)
    assert (queue(agent, "mine"), queue(colleague, "mine")) == ([], [first])
    run(actions.put_back, colleague, application_id=first)
    assert queue(agent, "free") == [first, *others]


def test_neighbours_follow_the_queue_and_skip_what_is_answered(agent, files):
    with acting(agent.scope):
        assert [neighbours(agent, f) for f in files] == [
            (None, files[1].pk), (files[0].pk, files[2].pk), (files[1].pk, None),
        ]  # fmt: skip
    run(actions.admit, agent, application_id=files[1].pk, why="Originaux vus.")
    with acting(agent.scope):
        assert [neighbours(agent, f) for f in (files[0], files[2])] == [(None, files[2].pk), (files[0].pk, None)]


def test_the_work_is_counted_by_agent(agent, colleague, files):
    run(actions.take, agent, application_id=files[0].pk)
    run(actions.admit, colleague, application_id=files[1].pk, why="Originaux vus.")
    with acting(agent.scope):
        told = [
            (load.agent, load.waiting, load.answered, load.median_days, load.oldest_days)
            for load in workload(agent, now=clock.now())
        ]
    assert told == [
        (None, 1, 0, None, 7), (agent.person_id, 1, 0, None, 9), (colleague.person_id, 0, 1, 8.0, None),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["priority", "effort_too_high", "housing_fit", "anything"])
def test_only_a_condition_of_the_law_stops_a_file(agent, files, code):
    with pytest.raises(Refused) as caught:
        run(actions.find_inadmissible, agent, application_id=files[0].pk, codes=["residence", code], reason="x")
    assert (caught.value.field, Application.objects.get(pk=files[0].pk).state) == ("codes", "sent")


def test_a_legal_ground_stops_it_and_the_answer_is_dated(agent, files):
    run(actions.find_inadmissible, agent, application_id=files[0].pk, codes=["residence"], reason="Titre expiré.")
    held = Instruction.objects.get()
    assert (held.answered_by, held.answered_at, held.received_at) == (agent.person, clock.now(), files[0].state_at)
    assert Application.objects.get(pk=files[0].pk).state == "inadmissible"


def test_a_file_already_answered_is_not_taken(agent, files):
    run(actions.admit, agent, application_id=files[0].pk, why="Originaux vus.")
    with pytest.raises(Refused):
        run(actions.take, agent, application_id=files[0].pk)


def test_nobody_else_takes_or_sees_who_took(agent, build, files):
    run(actions.take, agent, application_id=files[0].pk)
    stranger = build.actor(Role.LANDLORD)
    with pytest.raises(Application.DoesNotExist):
        run(actions.take, stranger, application_id=files[0].pk)
    household = type(agent)(role=Role.APPLICANT, person=files[0].demand.person)
    with pytest.raises(NotYours):
        run(actions.take, household, application_id=files[0].pk)
    for actor in (stranger, household):
        with acting(actor.scope):
            assert Instruction.objects.count() == 0
    with acting(household.scope):
        assert [e for e in timeline(files[0].demand_id, "applicant") if "pris" in e["sentence"]] == []
