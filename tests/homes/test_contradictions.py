"""Two sources that say the opposite: an alert for the landlord's agents, nothing guessed, nothing blocked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.applications.models import Application
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.common.models import Event
from palier.homes import actions
from palier.homes.models import AvailabilityStatement, Contradiction, Offer
from palier.homes.queries import open_contradictions
from tests.chain.test_chain import AFTER, Stage
from tests.conftest import NOW
from tests.homes.test_freshness import hours, offer, state


def begin(build) -> Stage:
    """The offer was confirmed on the site three hours ago; four households wait."""
    made = Stage(build)
    made.apply()
    return made


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def settle(stage, says: str, actor=None) -> Contradiction:
    return stage.as_(actor or stage.agent, actions.settle, contradiction_id=Contradiction.objects.get().pk, says=says)


def test_the_system_says_let_while_the_form_says_available(stage):
    said = state(stage, "let", hours=-1)
    found = Contradiction.objects.get()
    assert (said.effect, said.freed, found.state, found.statement) == ("contradicts", 0, "open", said)
    assert found.against == "disponible en ligne le 23\u00a0novembre\u00a02026 à 07:00"
    assert offer(stage).state == "published"
    assert set(Application.objects.values_list("state", flat=True)) == {"submitted"}
    event = Event.objects.get(verb="contradictions.open")
    assert event.data["said"] == "loué par son système le 23\u00a0novembre\u00a02026 à 09:00"


def test_far_apart_the_later_one_is_believed(stage):
    hours("contradiction_hours", 2, "14")
    assert state(stage, "let").freed == 4
    assert Contradiction.objects.count() == 0


def test_one_alert_however_often_it_is_said_and_nothing_happens_before_a_person_speaks(stage):
    state(stage, "let", hours=-1)
    with clock.frozen_at(NOW + timedelta(days=3)):
        assert state(stage, "let", hours=70).effect == "contradicts"
        assert state(stage, "withdrawn", hours=71, via="file").effect == "contradicts"
    assert (Contradiction.objects.count(), offer(stage).state) == (1, "published")


def test_a_person_settles_that_it_is_let_and_everybody_is_freed(stage):
    state(stage, "let", hours=-1)
    found = settle(stage, "let")
    assert (found.state, found.says, found.settled_by, found.settled_at) == ("settled", "let", stage.agent.person, NOW)
    assert offer(stage).state == "let"
    assert AvailabilityStatement.objects.get(effect="applied").freed == 4
    assert settle(stage, "available").says == "let"


def test_a_person_settles_that_it_is_free(stage):
    state(stage, "let", hours=-1)
    settle(stage, "available")
    assert (offer(stage).state, offer(stage).confirmed_at, offer(stage).confirmed_via) == ("published", NOW, "form")
    with clock.frozen_at(NOW + timedelta(hours=13)):
        assert state(stage, "let", hours=13).freed == 4


def test_only_an_agent_of_the_landlord_settles(stage, build):
    state(stage, "let", hours=-1)
    with pytest.raises(NotYours):
        settle(stage, "let", stage.secretary)
    with pytest.raises(Contradiction.DoesNotExist):
        settle(stage, "let", build.actor(Role.LANDLORD))
    with pytest.raises(Refused):
        settle(stage, "maybe")


def test_each_landlord_sees_its_own_alerts_alone(stage, build):
    state(stage, "let", hours=-1)
    stranger = build.actor(Role.LANDLORD)
    seen = {}
    for name, actor in {"agent": stage.agent, "stranger": stranger, "household": stage.households[0]}.items():
        with acting(actor.scope):
            seen[name] = (Contradiction.objects.count(), open_contradictions(actor).count())
    assert seen == {"agent": (1, 1), "stranger": (0, 0), "household": (0, 0)}


@pytest.fixture
def leased(build) -> Stage:
    stage = Stage(build)
    candidates = stage.to_agenda()
    stage.vote_and_sign(candidates)
    with clock.frozen_at(AFTER):
        proposal = Proposal.objects.get(state="sent")
        stage.as_(stage.household_of(candidates[0]), allocations.accept, proposal_id=proposal.pk)
        stage.as_(
            stage.agent, allocations.record_lease, proposal_id=proposal.pk, signed_on=AFTER.date(),
            starts_on=AFTER.date(), rent=stage.offer.rent, charges=stage.offer.charges,
        )  # fmt: skip
    return stage


def test_available_after_a_lease_signed_here_is_no_guess(leased):
    with clock.frozen_at(AFTER + timedelta(days=20)):
        said = leased.as_(
            leased.agent, actions.state_availability, offer_id=leased.offer.pk, says="available", via="system",
            stated_at=AFTER + timedelta(days=19),
        )  # fmt: skip
    assert (said.effect, offer(leased).state) == ("contradicts", "let")
    assert Contradiction.objects.get().against == "bail signé sur Palier le 26 novembre 2026"


def test_let_while_a_lease_of_the_same_dwelling_was_signed_on_another_offer(leased, build):
    dwelling = leased.offer.dwelling
    with clock.frozen_at(AFTER + timedelta(hours=1)):
        second = build.offer(dwelling=dwelling, confirmed_via="system")
        said = leased.as_(
            leased.agent,
            actions.state_availability,
            offer_id=second.pk,
            says="let",
            via="system",
            stated_at=clock.now(),
        )
    assert (said.effect, Offer.objects.get(pk=second.pk).state) == ("contradicts", "published")
    assert Contradiction.objects.get().against.startswith("bail signé sur Palier")


def test_a_person_may_not_confirm_an_ended_offer_by_a_late_click(leased):
    with clock.frozen_at(AFTER + timedelta(hours=1)), pytest.raises(Refused) as refusal:
        leased.as_(leased.agent, actions.confirm, offer_id=leased.offer.pk)
    assert refusal.value.code == "statement.ended"
    assert Contradiction.objects.count() == 0
