"""Visits with several places, before or after an allocation (mission A13, B5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.allocations import actions
from palier.allocations.models import Booking, Visit
from palier.allocations.queries import bookable, places_taken
from palier.applications import actions as applications
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.ledger import timeline
from palier.common.models import Message
from tests.conftest import NOW

AT = NOW + timedelta(days=3)


@pytest.fixture
def agent(build):
    return build.actor(Role.LANDLORD)


@pytest.fixture
def offer(build, agent):
    return build.offer(agent.organisation)


@pytest.fixture
def candidates(build, offer):
    """Three households, whose files the landlord has."""
    found = []
    for _ in range(3):
        actor = build.actor(Role.APPLICANT)
        found.append((actor, build.application(build.demand(actor.person), offer, state="sent")))
    return found


def run(action, actor, **given):
    with acting(actor.scope):
        return action(actor=actor, **given)


@pytest.fixture
def visit(agent, offer):
    return run(actions.open_visit, agent, offer_id=offer.pk, at=AT, capacity=2, place="Devant la porte")


def book(candidate, visit) -> Booking:
    actor, application = candidate
    return run(actions.book_place, actor, application_id=application.pk, visit_id=visit.pk)


def taken(visit) -> int:
    return places_taken([visit.pk]).get(visit.pk, 0)


def test_the_last_place_is_taken_once(candidates, visit):
    first, second, third = candidates
    held = book(first, visit)
    assert book(first, visit) == held
    book(second, visit)
    with pytest.raises(Refused, match="dernière place"):
        book(third, visit)
    assert taken(visit) == 2


def test_a_place_given_up_or_left_by_a_candidacy_is_free_again(candidates, visit):
    first, second, third = candidates
    held = book(first, visit)
    book(second, visit)
    for _ in range(2):
        run(actions.give_up_place, first[0], booking_id=held.pk)
    book(third, visit)
    run(applications.withdraw, second[0], application_id=second[1].pk)
    assert taken(visit) == 1
    assert book(first, visit).visit == visit


def test_booking_another_time_moves_the_visit(agent, offer, candidates, visit):
    later = run(actions.open_visit, agent, offer_id=offer.pk, at=AT + timedelta(days=1), capacity=1, place="Hall")
    book(candidates[0], visit)
    book(candidates[0], later)
    assert (taken(visit), taken(later)) == (0, 1)


def test_a_visit_that_is_full_keeps_the_one_already_held(agent, offer, candidates, visit):
    small = run(actions.open_visit, agent, offer_id=offer.pk, at=AT + timedelta(days=1), capacity=1, place="Hall")
    book(candidates[0], visit)
    book(candidates[1], small)
    with pytest.raises(Refused):
        book(candidates[0], small)
    assert taken(visit) == 1


def test_the_landlord_says_who_may_book(agent, offer, build, visit):
    actor = build.actor(Role.APPLICANT)
    application = build.application(build.demand(actor.person), offer)
    with acting(actor.scope):
        assert list(bookable(application)) == []
    with pytest.raises(Visit.DoesNotExist):
        book((actor, application), visit)
    everyone = run(
        actions.open_visit, agent, offer_id=offer.pk, at=AT + timedelta(days=1), capacity=9, place="Hall", open_to="all"
    )
    assert book((actor, application), everyone).visit == everyone


def test_a_cancelled_visit_is_told_and_can_be_chosen_no_more(agent, candidates, visit):
    book(candidates[0], visit)
    with pytest.raises(Refused):
        run(actions.cancel_visit, agent, visit_id=visit.pk, why=" ")
    for _ in range(2):
        run(actions.cancel_visit, agent, visit_id=visit.pk, why="Serrure en panne")
    assert Message.objects.filter(kind="allocations.visit_cancelled").count() == 1
    actor, application = candidates[0]
    with acting(actor.scope):
        sentence = timeline(application.demand_id, "applicant")[0]["sentence"]
    assert sentence == "La visite du 26 novembre 2026 à 10:00 est annulée : Serrure en panne"
    with pytest.raises(Visit.DoesNotExist):
        book(candidates[1], visit)


def test_the_reminder_goes_once_in_the_last_hours(candidates, visit):
    book(candidates[0], visit)
    assert actions.remind_visits() == 0
    with clock.frozen_at(AT - timedelta(hours=20)):
        assert [actions.remind_visits(), actions.remind_visits()] == [1, 0]
    assert Message.objects.filter(kind="allocations.visit_soon").count() == 1


def test_nobody_is_reminded_of_what_was_given_up_or_is_over(candidates, visit):
    held = book(candidates[0], visit)
    book(candidates[1], visit)
    run(actions.give_up_place, candidates[0][0], booking_id=held.pk)
    run(applications.withdraw, candidates[1][0], application_id=candidates[1][1].pk)
    with clock.frozen_at(AT - timedelta(hours=20)):
        assert actions.remind_visits() == 0


@pytest.mark.parametrize(
    ("wrong", "field"), [({"at": NOW - timedelta(hours=1)}, "at"), ({"place": "  "}, "place")]
)  # fmt: skip
def test_what_cannot_be_opened_is_told_next_to_its_field(agent, offer, wrong, field):
    with pytest.raises(Refused) as caught:
        run(actions.open_visit, agent, **{"offer_id": offer.pk, "at": AT, "capacity": 2, "place": "Hall", **wrong})
    assert (caught.value.field, Visit.objects.count()) == (field, 0)


def test_opening_twice_opens_once(agent, offer, visit):
    assert run(actions.open_visit, agent, offer_id=offer.pk, at=AT, capacity=2, place="Devant la porte") == visit


def test_others_see_and_do_nothing(build, offer, candidates, visit):
    book(candidates[0], visit)
    stranger, other = build.actor(Role.APPLICANT), build.actor(Role.LANDLORD)
    for actor in (stranger, other):
        with acting(actor.scope):
            assert (Visit.objects.count(), Booking.objects.count()) == (0, 0)
    with acting(candidates[1][0].scope):
        assert (Visit.objects.count(), Booking.objects.count()) == (1, 0)
        assert Visit.objects.update(capacity=99) == 0
    with pytest.raises(Visit.DoesNotExist):
        run(actions.cancel_visit, other, visit_id=visit.pk, why="x")
    # The first wall, without the second.
    with pytest.raises(Visit.DoesNotExist), acting(SYSTEM):
        actions.cancel_visit(actor=other, visit_id=visit.pk, why="x")
    landlord = Actor(role=Role.APPLICANT, person=other.person)
    with pytest.raises(NotYours):
        run(actions.open_visit, landlord, offer_id=offer.pk, at=AT, capacity=2, place="Hall")
