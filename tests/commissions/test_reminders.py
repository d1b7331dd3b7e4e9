"""The summons says how many dwellings and where; reminders leave before the closing, once, to whoever has not voted on all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from palier.commissions import actions
from palier.commissions.models import Reminder, Session
from palier.commissions.rules import Rules
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Event, Message
from tests.builders import Builder
from tests.chain.test_chain import CLOSES, Stage
from tests.conftest import NOW
from tests.threads import together


def rule(stage, **fields):
    stage.as_(
        stage.secretary, actions.publish_rules, commission_id=stage.commission.pk, valid_from=NOW.date(),
        rules=replace(Rules(), quorum=2, **fields),
    )  # fmt: skip


def run(at) -> int:
    with clock.frozen_at(at):
        return actions.remind_all()


def reminded() -> list[str]:
    return list(Message.objects.filter(kind="commissions.reminder").order_by("pk").values_list("to", flat=True))


def mails(stage, *members) -> list[str]:
    return [m.person.email for m in members]


def test_reminders_leave_at_their_hours_to_those_who_have_not_voted(stage):
    rule(stage, reminder_hours=(12, 3))
    candidates = stage.to_agenda()
    advisory = stage._member("advisory")
    assert run(CLOSES - timedelta(hours=12, minutes=1)) == 0
    assert run(CLOSES - timedelta(hours=12)) == 3
    assert reminded() == mails(stage, stage.president, stage.mayor, stage.tenant)
    with clock.frozen_at(CLOSES - timedelta(hours=6)):
        stage.as_(stage.mayor, actions.cast_ballot, item_id=candidates[0].item_id, ranking=[c.pk for c in candidates])
        stage.as_(stage.tenant, actions.declare_interest, item_id=candidates[0].item_id, reason="cousin")
    assert run(CLOSES - timedelta(hours=3)) == 1
    assert reminded()[3:] == mails(stage, stage.president)
    assert advisory.person.email not in reminded()
    assert [run(CLOSES - timedelta(hours=2)), run(CLOSES), run(CLOSES + timedelta(hours=1))] == [0, 0, 0]


def test_run_again_it_tells_nobody_twice(stage):
    rule(stage, reminder_hours=(12,))
    stage.to_agenda()
    at = CLOSES - timedelta(hours=12)
    assert [run(at), run(at), run(at + timedelta(hours=5))] == [3, 0, 0]
    assert Reminder.objects.count() == 3


def test_two_workers_at_once_tell_once(committed):
    with acting(SYSTEM):
        stage = Stage(Builder())
        rule(stage, reminder_hours=(12,))
        stage.to_agenda()
    at = CLOSES - timedelta(hours=12)
    assert sorted(together(lambda: run(at), lambda: run(at))) == [0, 3]
    with acting(SYSTEM):
        assert len(reminded()) == 3


def test_after_an_outage_only_the_last_reminder_is_worth_a_mail(stage):
    rule(stage, reminder_hours=(12, 3))
    stage.to_agenda()
    assert run(CLOSES - timedelta(hours=2)) == 3
    assert set(Reminder.objects.values_list("hours", flat=True)) == {3}


def test_a_session_called_after_the_hour_of_a_reminder_does_not_send_it(stage):
    rule(stage, reminder_hours=(12,))
    with clock.frozen_at(CLOSES - timedelta(hours=4)):
        stage.to_agenda()
    assert run(CLOSES - timedelta(hours=3)) == 0


def test_a_dwelling_withdrawn_is_no_reason_to_remind(stage):
    rule(stage, reminder_hours=(12,))
    candidates = stage.to_agenda()
    stage.as_(stage.secretary, actions.withdraw_dwelling, item_id=candidates[0].item_id, reason="Vendu")
    assert run(CLOSES - timedelta(hours=12)) == 0


def test_the_reminder_goes_to_whoever_stands_in_and_says_what_is_left(stage):
    rule(stage, reminder_hours=(12,))
    stage.to_agenda()
    stage.as_(
        stage.secretary, actions.name_stand_in, seat_id=stage.seat_of(stage.mayor).pk,
        person_id=stage.spare.person_id, session_id=stage.session.pk,
    )  # fmt: skip
    run(CLOSES - timedelta(hours=12))
    assert reminded() == mails(stage, stage.president, stage.spare, stage.tenant)
    text = Message.objects.filter(kind="commissions.reminder").first().text.replace("\u00a0", " ")
    assert "Il vous reste 1 logement à classer : 1 à Caen" in text


def test_a_mayor_of_elsewhere_is_neither_called_nor_reminded(stage):
    rule(stage, reminder_hours=(12,))
    elsewhere = stage._member("mayor", commune_id="14366")
    stage.to_agenda()
    run(CLOSES - timedelta(hours=12))
    assert Message.objects.filter(to=elsewhere.person.email).count() == 0
    called = Message.objects.filter(kind="commissions.summons").order_by("pk").values_list("to", flat=True)
    assert list(called) == mails(stage, stage.president, stage.mayor, stage.tenant)


def test_a_short_notice_is_written_down(stage):
    rule(stage, notice_days=5)
    stage.to_agenda()
    event = Event.objects.get(verb="sessions.publish")
    assert event.data["short_notice"] == "Convocation 2 jours avant l’ouverture ; le règlement en demande 5"
    assert Session.objects.get().summoned_at == NOW


def test_with_the_notice_of_the_rules_nothing_is_noted(stage):
    rule(stage, notice_days=2)
    stage.to_agenda()
    assert "short_notice" not in Event.objects.get(verb="sessions.publish").data


def test_a_session_already_past_is_not_published(stage):
    stage.to_agenda()
    Session.objects.update(state="preparing")
    with clock.frozen_at(CLOSES), pytest.raises(Refused) as refusal:
        stage.as_(stage.secretary, actions.publish, session_id=stage.session.pk)
    assert refusal.value.code == "session.past"


def test_a_dwelling_that_lost_its_candidates_is_not_published(stage):
    from palier.applications.actions import withdraw

    candidates = stage.to_agenda()
    Session.objects.update(state="preparing")
    for candidate in candidates[:2]:
        stage.as_(stage.household_of(candidate), withdraw, application_id=candidate.application_id)
    with pytest.raises(Refused) as refusal:
        stage.as_(stage.secretary, actions.publish, session_id=stage.session.pk)
    assert refusal.value.code == "agenda.too_few"
    assert refusal.value.message.startswith("T3 de 62 m² à Caen : ")


def test_the_house_reminds_three_hours_before(stage):
    stage.to_agenda()
    assert [run(CLOSES - timedelta(hours=4)), run(CLOSES - timedelta(hours=3))] == [0, 3]
