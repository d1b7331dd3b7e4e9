"""The journal of changes: written by whoever acts, numbered once committed, nothing skipped."""

from __future__ import annotations

import threading

from palier.accounts.roles import Role
from palier.applications import actions as applications
from palier.common.isolation import SYSTEM, acting
from palier.exchanges.landlords import changes
from palier.exchanges.landlords.models import Change
from palier.exchanges.landlords.scopes import KINDS
from palier.homes.models import Dwelling
from tests.builders import Builder
from tests.threads import Person


def told(landlord_id: int, after: int = 0) -> list[tuple[str, int, str]]:
    found = changes.since(landlord_id, after, kinds=list(KINDS), most=100)
    return [(c.kind, c.key, c.state) for c in found]


def test_what_is_slow_to_commit_is_read_after_what_was_already_read(committed):
    """The trap of a plain sequence: the slow change has the lower key, and its reader has passed it."""
    with acting(SYSTEM):
        build = Builder()
        landlord = build.organisation()
        slow, quick = build.dwelling(landlord).pk, build.dwelling(landlord).pk
    changes.number()
    with acting(SYSTEM):
        start = changes.last_position()
    acted, commit = threading.Event(), threading.Event()

    def hold() -> None:
        with acting(SYSTEM):
            Dwelling.objects.filter(pk=slow).update(parking=True)
            acted.set()
            assert commit.wait(20)

    early = Person(hold)
    early.start()
    assert acted.wait(20)
    with acting(SYSTEM):
        Dwelling.objects.filter(pk=quick).update(parking=True)
    changes.number()
    with acting(SYSTEM):
        assert told(landlord.pk, start) == [("dwelling", quick, "corrected")]
        middle = changes.last_position()
    commit.set()
    early.join(20)
    changes.number()
    with acting(SYSTEM):
        assert told(landlord.pk, middle) == [("dwelling", slow, "corrected")]


def test_it_is_written_whoever_acts_and_read_by_its_landlord_alone(build):
    agent, other = build.actor(Role.LANDLORD), build.actor(Role.LANDLORD)
    household = build.actor(Role.APPLICANT)
    offer = build.offer(agent.organisation)
    application = build.application(build.demand(household.person), offer, state="sent")
    changes.number()
    start = changes.last_position()
    with acting(household.scope):
        applications.withdraw(actor=household, application_id=application.pk)
    changes.number()
    with acting(agent.scope):
        assert told(agent.organisation_id, start) == [("candidate", application.pk, "withdrawn")]
    for stranger in (other, household):
        with acting(stranger.scope):
            assert Change.objects.count() == 0


def test_what_was_never_sent_is_not_told(build):
    agent, household = build.actor(Role.LANDLORD), build.actor(Role.APPLICANT)
    application = build.application(build.demand(household.person), build.offer(agent.organisation))
    changes.number()
    start = changes.last_position()
    with acting(household.scope):
        applications.withdraw(actor=household, application_id=application.pk)
    assert changes.number() == 0
    assert told(agent.organisation_id, start) == []


def test_a_change_of_points_is_none(build):
    agent = build.actor(Role.LANDLORD)
    application = build.application(build.demand(build.person()), build.offer(agent.organisation), state="sent")
    changes.number()
    type(application).objects.filter(pk=application.pk).update(points=7)
    assert changes.number() == 0


def test_numbered_once(build):
    build.dwelling(build.organisation())
    assert changes.number() > 0
    before = list(Change.objects.order_by("pk").values_list("pk", "position"))
    assert changes.number() == 0
    assert list(Change.objects.order_by("pk").values_list("pk", "position")) == before
