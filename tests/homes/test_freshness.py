"""An offer is a dated statement: silence suspends it, candidates are told, a confirmation brings it back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palier.accounts.roles import Role
from palier.applications.models import Application
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.ledger import timeline
from palier.common.models import Event, Message
from palier.homes import actions
from palier.homes.models import AvailabilityStatement, Offer
from palier.territories.models import Commune, Setting
from tests.builders import ALENCON
from tests.chain.test_chain import Stage
from tests.conftest import NOW

begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def state(stage, says: str, *, hours: float = 0, via: str = "system", **more) -> AvailabilityStatement:
    return stage.as_(
        stage.agent, actions.state_availability, offer_id=stage.offer.pk, says=says, via=via,
        stated_at=NOW + timedelta(hours=hours), **more,
    )  # fmt: skip


def offer(stage) -> Offer:
    return Offer.objects.get(pk=stage.offer.pk)


def confirmed(stage, days: float) -> None:
    Offer.objects.filter(pk=stage.offer.pk).update(confirmed_at=NOW - timedelta(days=days))


def hours(key: str, value: int, territory: str = "") -> None:
    Setting.objects.create(key=key, territory=territory, value=value, valid_from=NOW.date(), source="essai")


def test_a_statement_is_dated_by_its_source_and_named(stage):
    said = state(stage, "available", hours=-1)
    found = offer(stage)
    assert (found.confirmed_at, found.confirmed_via) == (NOW - timedelta(hours=1), "system")
    assert (said.organisation, said.received_at, said.effect) == (stage.landlord, NOW, "applied")


def test_an_older_statement_is_recorded_and_changes_nothing(stage):
    said = state(stage, "available", hours=-5)
    assert said.effect == "older"
    assert offer(stage).confirmed_at == stage.offer.confirmed_at


def test_a_repeated_statement_is_recorded_once(stage):
    first = state(stage, "available", hours=-1)
    assert state(stage, "available", hours=-1).pk == first.pk
    assert AvailabilityStatement.objects.count() == 1
    assert Event.objects.filter(verb="offers.confirm").count() == 1


@pytest.mark.parametrize(("says", "hours", "via", "code"), [
    ("perhaps", 0, "system", "statement.says"), ("let", 0, "pigeon", "statement.via"), ("let", 1, "system", "statement.future"),
])  # fmt: skip
def test_what_cannot_be_a_statement_is_refused(stage, says, hours, via, code):
    with pytest.raises(Refused) as refusal:
        state(stage, says, hours=hours, via=via)
    assert refusal.value.code == code
    assert AvailabilityStatement.objects.count() == 0


def test_only_the_landlord_of_the_dwelling_speaks_of_it(stage, build):
    with pytest.raises(Offer.DoesNotExist):
        stage.as_(
            build.actor(Role.LANDLORD), actions.state_availability, offer_id=stage.offer.pk, says="let", via="form",
            stated_at=NOW,
        )  # fmt: skip
    with pytest.raises(NotYours):
        stage.as_(stage.secretary, actions.confirm, offer_id=stage.offer.pk)


def test_silence_suspends_and_candidates_keep_their_place_and_are_told(stage):
    stage.apply()
    confirmed(stage, 7.1)
    assert actions.suspend_stale() == 1
    assert offer(stage).state == "suspended"
    assert set(Application.objects.values_list("state", flat=True)) == {"submitted"}
    told = Message.objects.filter(kind="applications.paused")
    assert sorted(told.values_list("person", flat=True)) == sorted(h.person_id for h in stage.households)
    assert "rien n’est perdu" in told.first().text
    story = timeline(stage.demands[0].pk, "applicant")
    assert story[0]["verb"] == "applications.pause"
    assert actions.suspend_stale() == 0
    assert Message.objects.filter(kind="applications.paused").count() == 4


def test_confirmed_again_it_takes_applications_and_candidates_are_told(stage):
    stage.apply()
    confirmed(stage, 7.1)
    actions.suspend_stale()
    stage.as_(stage.agent, actions.confirm, offer_id=stage.offer.pk)
    found = offer(stage)
    assert (found.state, found.confirmed_at, found.confirmed_via) == ("published", NOW, "form")
    assert Message.objects.filter(kind="applications.resumed").count() == 4
    assert timeline(stage.demands[0].pk, "applicant")[0]["verb"] == "applications.resume"


def test_a_suspended_offer_does_not_come_back_on_an_old_word(stage):
    confirmed(stage, 9)
    actions.suspend_stale()
    assert state(stage, "available", hours=-24 * 8).effect == "older"
    assert offer(stage).state == "suspended"


def test_each_territory_sets_its_own_delay(stage, build):
    away = build.offer(stage.landlord, build.dwelling(stage.landlord, commune=Commune.objects.get(code=ALENCON)))
    Offer.objects.update(confirmed_at=NOW - timedelta(hours=60))
    hours("freshness_hours", 48, "61")
    assert actions.suspend_stale() == 1
    assert Offer.objects.get(state="suspended").pk == away.pk


def test_one_reminder_for_all_the_offers_near_their_end(stage, build):
    colleague = build.actor(Role.LANDLORD, stage.landlord)
    soon, later = (build.offer(stage.landlord) for _ in range(2))
    Offer.objects.filter(pk=soon.pk).update(confirmed_at=NOW - timedelta(days=5, hours=1))
    Offer.objects.filter(pk=later.pk).update(confirmed_at=NOW - timedelta(days=1))
    assert actions.remind_landlords() == 0
    confirmed(stage, 6.2)
    assert actions.remind_landlords() == 2
    mails = list(Message.objects.filter(kind="homes.freshness").order_by("pk"))
    assert [m.person for m in mails] == [stage.agent.person_id, colleague.person_id]
    assert (stage.offer.dwelling.reference in mails[0].text, soon.dwelling.reference in mails[0].text) == (True, True)
    assert later.dwelling.reference not in mails[0].text
    with clock.frozen_at(NOW + timedelta(hours=20)):
        assert actions.remind_landlords() == 0
    stage.as_(stage.agent, actions.confirm, offer_id=stage.offer.pk)
    with clock.frozen_at(NOW + timedelta(days=6, hours=1)):
        assert actions.remind_landlords() == 2


def test_the_notice_is_a_dated_setting_of_the_territory(stage):
    confirmed(stage, 5.5)
    assert actions.remind_landlords() == 0
    hours("freshness_reminder_hours", 48, "14")
    assert actions.remind_landlords() == 1


def test_a_closed_offer_is_confirmed_without_opening_again(stage):
    stage.apply()
    stage.as_(stage.agent, actions.confirm_all, answers={stage.offer.pk: "available"})
    Offer.objects.filter(pk=stage.offer.pk).update(state="closed", confirmed_at=NOW - timedelta(days=1))
    assert state(stage, "available").effect == "applied"
    assert (offer(stage).state, offer(stage).confirmed_at) == ("closed", NOW)


def test_one_button_and_its_exceptions(stage, build):
    free, gone = build.offer(stage.landlord), build.offer(stage.landlord)
    stage.apply()
    done = stage.as_(
        stage.agent, actions.confirm_all,
        answers={free.pk: "available", stage.offer.pk: "let", gone.pk: "withdrawn"},
    )  # fmt: skip
    assert done == {"available": 1, "let": 1, "withdrawn": 1, "ended": 0, "freed": 4}
    assert list(Offer.objects.order_by("pk").values_list("state", flat=True)) == ["let", "published", "withdrawn"]
    assert stage.as_(stage.agent, actions.confirm_all, answers={stage.offer.pk: "available"})["ended"] == 1
