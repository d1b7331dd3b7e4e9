"""Two agents of a landlord propose one room to two households at once: real commits, each in a thread."""

from __future__ import annotations

from decimal import Decimal

import pytest

from palier.accounts.roles import Role
from palier.allocations import actions
from palier.allocations.models import Proposal
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from tests.builders import Builder
from tests.threads import one_then_the_other


@pytest.fixture
def two(committed):
    """Two agents, and the two admissible candidates of a room."""
    with acting(SYSTEM):
        build = Builder()
        first = build.actor(Role.LANDLORD)
        second = build.actor(Role.LANDLORD, first.organisation)
        offer = build.offer(first.organisation, product="shared", rooms=3, room_surface=Decimal("17.5"))
        files = [
            build.application(build.demand(build.actor(Role.APPLICANT).person), offer, state="admissible")
            for _ in range(2)
        ]
    return (first, second), files


def test_the_room_is_proposed_once_and_the_other_agent_is_told(two):
    (first, second), (one, other) = two

    def later():
        with acting(second.scope):
            return actions.choose(actor=second, application_id=other.pk, reason="Premier dossier déjà vu.")

    kept, late = one_then_the_other(first.scope, lambda: actions.choose(actor=first, application_id=one.pk), later)
    assert (type(kept), type(late), late.code) == (Proposal, Refused, "choose.held")
    with acting(SYSTEM):
        assert list(Proposal.objects.values_list("application", "state")) == [(one.pk, "sent")]
