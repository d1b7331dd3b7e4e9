"""The last place of a visit, asked for by two households at once: real commits, each in a thread."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palier.accounts.roles import Role
from palier.allocations import actions
from palier.allocations.models import Booking
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from tests.builders import Builder
from tests.conftest import NOW
from tests.threads import one_then_the_other


@pytest.fixture
def rivals(committed):
    """A visit of one place, and two households that may book it."""
    with acting(SYSTEM):
        build = Builder()
        agent = build.actor(Role.LANDLORD)
        offer = build.offer(agent.organisation)
        people = [build.actor(Role.APPLICANT) for _ in range(2)]
        files = [build.application(build.demand(one.person), offer, state="sent") for one in people]
    with acting(agent.scope):
        visit = actions.open_visit(
            actor=agent, offer_id=offer.pk, at=NOW + timedelta(days=3), capacity=1, place="Devant la porte"
        )
    return visit, list(zip(people, files, strict=True))


def test_the_last_place_goes_to_one_and_the_other_is_told(rivals):
    visit, (first, second) = rivals

    def book(candidate):
        actor, application = candidate
        return actions.book_place(actor=actor, application_id=application.pk, visit_id=visit.pk)

    def later():
        with acting(second[0].scope):
            return book(second)

    kept, late = one_then_the_other(first[0].scope, lambda: book(first), later)
    assert (type(kept), type(late), late.code) == (Booking, Refused, "visit.full")
    with acting(SYSTEM):
        assert list(Booking.objects.values_list("application", flat=True)) == [first[1].pk]
