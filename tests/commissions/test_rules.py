"""Rules of procedure are dated versions, only added; a session keeps those of its opening, as they were when it was published."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from palier.commissions import actions
from palier.commissions.models import Commission, RulesVersion, Session
from palier.commissions.queries import turnout
from palier.commissions.rules import Rules, rules_of, rules_of_session
from palier.common import clock
from palier.common.errors import NotYours, Refused
from tests.chain.test_chain import CLOSES, OPENS, Stage
from tests.conftest import NOW

TODAY = NOW.date()


begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def publish(stage, rules=None, valid_from=TODAY, actor=None, **more):
    return stage.as_(
        actor or stage.secretary, actions.publish_rules, commission_id=stage.commission.pk,
        rules=rules or replace(Rules(), quorum=3), valid_from=valid_from, **more,
    )  # fmt: skip


def test_each_day_has_its_version(stage):
    later = publish(stage, replace(Rules(), quorum=3), TODAY + timedelta(days=10))
    assert later.version == 2
    assert [rules_of(stage.commission, TODAY + timedelta(days=n)).quorum for n in (0, 9, 10)] == [2, 2, 3]
    publish(stage, replace(Rules(), quorum=1), TODAY + timedelta(days=10))
    assert rules_of(stage.commission, TODAY + timedelta(days=10)).quorum == 1


def test_before_the_first_version_those_of_the_house_hold_with_the_usual_window(stage):
    other = Commission.objects.create(landlord=stage.landlord, name="Autre commission", department_id="14")
    assert rules_of(other, TODAY) == Rules(opens="wed 09:00", closes="thu 13:00")


def test_the_same_version_twice_is_once(stage):
    assert publish(stage).pk == publish(stage).pk
    assert RulesVersion.objects.count() == 2


def test_the_past_is_not_written_anew(stage):
    with pytest.raises(Refused) as refusal:
        publish(stage, valid_from=TODAY - timedelta(days=1))
    assert (refusal.value.code, refusal.value.field) == ("rules.past", "valid_from")


@pytest.mark.parametrize(
    "change, field",
    [
        ({"quorum": 4}, "quorum"),
        ({"quorum_kinds": {"prefect": 1}}, "kind_prefect"),
        ({"closes": "wed 08:00"}, "closes"),
    ],
)
def test_rules_that_cannot_be_applied_are_refused_beside_their_field(stage, change, field):
    with pytest.raises(Refused) as refusal:
        publish(stage, replace(Rules(), **{"quorum": 2, **change}))
    assert refusal.value.field == field


def test_only_the_secretary_of_the_commission_writes_its_rules(stage, build):
    with pytest.raises(NotYours):
        publish(stage, actor=stage.agent)
    with pytest.raises(stage.commission.DoesNotExist):
        publish(stage, actor=build.actor("secretary"))


def test_a_version_never_changes(stage):
    for act in (lambda q: q.update(quorum=1), lambda q: q.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act(RulesVersion.objects.filter(commission=stage.commission))


def test_a_session_under_way_keeps_the_rules_it_was_published_with(stage):
    stage.to_agenda()
    kept = rules_of_session(Session.objects.get())
    publish(stage, replace(Rules(), quorum=3, counting="majority", reminder_hours=(5,)), TODAY)
    session = Session.objects.get()
    assert rules_of_session(session) == kept == replace(Rules(), quorum=2)
    assert (session.rules["version"], session.rules["valid_from"]) == (1, "2020-01-01")
    assert rules_of(stage.commission, TODAY).counting == "majority"


def test_a_session_in_preparation_follows_the_version_of_its_opening(stage):
    publish(stage, replace(Rules(), quorum=3), OPENS.date())
    publish(stage, replace(Rules(), quorum=1), OPENS.date() + timedelta(days=1))
    session = stage.as_(
        stage.secretary, actions.create_session, commission_id=stage.commission.pk, opens_at=OPENS, closes_at=CLOSES
    )
    assert rules_of_session(session).quorum == 3


def vote(stage, member, candidates, **more):
    with clock.frozen_at(OPENS):
        return stage.as_(
            member, actions.cast_ballot, item_id=candidates[0].item_id, ranking=[c.pk for c in candidates], **more
        )


def test_a_quorum_by_kind_is_not_reached_without_that_kind_and_says_which_lacks(stage):
    publish(stage, replace(Rules(), quorum=2, quorum_kinds={"tenants": 1}), TODAY)
    candidates = stage.to_agenda()
    vote(stage, stage.president, candidates)
    vote(stage, stage.mayor, candidates)
    seen = turnout(candidates[0].item)
    assert (seen["voted"], seen["quorum"], seen["reached"], seen["missing"]) == (2, 2, False, {"tenants": 1})
    assert seen["lacks"] == "il manque 1 représentant des locataires"
    with clock.frozen_at(CLOSES), pytest.raises(Refused) as refusal:
        stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
    assert "T3 de 62 m² à Caen (2 sur 3, il manque 1 représentant des locataires)" in refusal.value.message
    with clock.frozen_at(CLOSES):
        item = stage.as_(stage.secretary, actions.postpone, item_id=candidates[0].item_id)
    assert item.postponed == "Quorum non atteint : il manque 1 représentant des locataires"


def test_with_that_kind_it_is_reached_and_counted(stage):
    publish(stage, replace(Rules(), quorum=2, quorum_kinds={"tenants": 1}), TODAY)
    candidates = stage.to_agenda()
    vote(stage, stage.tenant, candidates)
    vote(stage, stage.mayor, candidates)
    assert turnout(candidates[0].item)["lacks"] == ""
    with clock.frozen_at(CLOSES):
        session = stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
    assert session.state == "counted"


def test_who_may_ask_for_a_meeting_is_read_in_the_rules(stage):
    publish(stage, replace(Rules(), quorum=2, meeting_by="president"), TODAY)
    candidates = stage.to_agenda()
    with pytest.raises(Refused) as refusal:
        vote(stage, stage.mayor, candidates, meeting=True)
    assert refusal.value.code == "ballot.meeting"
    assert vote(stage, stage.president, candidates, meeting=True).meeting


def test_the_minutes_say_under_which_rules(stage):
    stage.vote_and_sign(stage.to_agenda())
    record = Session.objects.get().record
    assert record["procedure"]["version"] == 1
    assert ["Quorum", "2 voix, logement par logement"] in record["procedure"]["rules"]
