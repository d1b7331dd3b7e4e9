"""A commission at the same instant: a vote and the count, two signatures, a withdrawal and the signature."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palier.allocations.models import Proposal
from palier.applications.actions import withdraw
from palier.applications.models import Application
from palier.commissions import actions
from palier.commissions.minutes import seal
from palier.commissions.models import Ballot, Decision, SealedRecord, Session
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Event, Message
from palier.homes import actions as homes
from palier.homes.models import Offer
from tests.builders import Builder
from tests.chain.test_chain import AFTER, CLOSES, OPENS, Stage
from tests.threads import one_then_the_other, together


def prepared(build: Builder) -> Stage:
    with acting(SYSTEM):
        stage = Stage(build)
        stage.candidates = stage.to_agenda()
        stage.item = stage.candidates[0].item_id
    return stage


@pytest.fixture
def stage(committed) -> Stage:
    return prepared(Builder())


@pytest.fixture
def counted(stage) -> Stage:
    return to_count(stage)


def to_count(stage: Stage) -> Stage:
    stage.vote(stage.candidates)
    count(stage)()
    return stage


def at(moment, act):
    def frozen():
        with clock.frozen_at(moment):
            return act()

    return frozen


def count(stage):
    return at(CLOSES, lambda: stage.as_(stage.secretary, actions.count, session_id=stage.session.pk))


def sign(stage):
    return at(AFTER, lambda: stage.as_(stage.president, actions.sign, session_id=stage.session.pk))


def vote(stage, member, order, moment=CLOSES - timedelta(seconds=1)):
    ranking = [c.pk for c in order]
    return at(moment, lambda: stage.as_(member, actions.cast_ballot, item_id=stage.item, ranking=ranking))


def leave(stage):
    """The first household takes its application back."""
    first = stage.candidates[0]
    household = seen(lambda: stage.household_of(first))
    return at(AFTER, lambda: stage.as_(household, withdraw, application_id=first.application_id))


def seen(act):
    with acting(SYSTEM):
        return act()


def ranks() -> dict[int, int | None]:
    return seen(lambda: dict(Decision.objects.order_by("pk").values_list("candidate_id", "rank")))


def test_a_vote_of_the_last_second_is_counted(stage):
    order = stage.candidates[::-1]
    vote(stage, stage.president, order, OPENS)()
    last, session = one_then_the_other(stage.mayor.scope, vote(stage, stage.mayor, order), count(stage))
    assert (type(last), session.state) == (Ballot, "counted")
    assert ranks() == {c.pk: rank for rank, c in enumerate(order, start=1)}
    assert seen(lambda: session.items.get().count["votes"]) == 2


def test_a_vote_that_comes_during_the_count_is_refused_and_kept_nowhere(stage):
    for member in (stage.president, stage.mayor):
        vote(stage, member, stage.candidates, OPENS)()
    _, late = one_then_the_other(stage.secretary.scope, count(stage), vote(stage, stage.tenant, stage.candidates[::-1]))
    assert (type(late), late.code) == (Refused, "ballot.closed")
    assert seen(Ballot.objects.count) == 2


def test_counting_twice_at_once_proposes_each_decision_once(stage):
    stage.vote(stage.candidates)
    answers = together(count(stage), count(stage))
    assert [a.state for a in answers] == ["counted", "counted"]
    assert len(ranks()) == 4
    assert seen(Event.objects.filter(verb="sessions.count").count) == 1


def test_settling_a_tie_twice_at_once_keeps_one_order(stage):
    a, b, *rest = stage.candidates
    vote(stage, stage.president, [a, b, *rest])()
    vote(stage, stage.tenant, [b, a, *rest])()
    count(stage)()

    def settle(*order):
        settlements = [([c.pk for c in order], "Naissance attendue.")]
        return at(
            CLOSES, lambda: stage.as_(stage.secretary, actions.settle_ties, item_id=stage.item, settlements=settlements)
        )

    done, late = one_then_the_other(stage.secretary.scope, settle(a, b), settle(b, a))
    assert (late.code, ranks()[a.pk], ranks()[b.pk]) == ("ties.settled", 1, 2)
    assert done.settlements[0]["order"] == [str(a.pk), str(b.pk)]


def test_signing_twice_at_once_signs_once_and_tells_once(counted):
    answers = together(sign(counted), sign(counted))
    assert [a.state for a in answers] == ["signed", "signed"]
    assert seen(SealedRecord.objects.count) == 1
    assert seen(lambda: list(Proposal.objects.order_by("rank").values_list("state", flat=True))) == [
        "sent", "waiting", "waiting", "waiting",
    ]  # fmt: skip
    told = Message.objects.filter(kind__startswith="allocations.").exclude(kind="allocations.mayor")
    assert (seen(told.count), seen(Message.objects.filter(kind="allocations.mayor").count)) == (4, 1)


def test_two_commissions_that_sign_at_once_make_one_chain(committed):
    build = Builder()
    one, two = to_count(prepared(build)), to_count(prepared(build))
    first, second = one_then_the_other(one.president.scope, sign(one), sign(two))
    links = seen(lambda: list(SealedRecord.objects.order_by("pk").values_list("session", "previous", "sha256")))
    records = seen(lambda: dict(Session.objects.order_by("pk").values_list("pk", "record")))
    start = seal("", records[first.pk])
    assert links == [(first.pk, "", start), (second.pk, start, seal(start, records[second.pk]))]


def test_a_household_that_left_just_before_the_signature_is_not_decided(counted):
    household = seen(lambda: counted.household_of(counted.candidates[0]))
    _, session = one_then_the_other(household.scope, leave(counted), sign(counted))
    assert session.state == "signed"
    assert ranks() == {c.pk: rank for rank, c in enumerate(counted.candidates[1:], start=1)}


def test_a_household_cannot_leave_once_it_is_being_decided(counted):
    _, late = one_then_the_other(counted.president.scope, sign(counted), leave(counted))
    assert (type(late), late.code) == (Refused, "applications.withdraw.state")
    assert ranks()[counted.candidates[0].pk] == 1


def test_an_offer_withdrawn_during_the_signature_ends_everything_without_deadlock(counted):
    end = at(
        AFTER, lambda: counted.as_(counted.agent, homes.withdraw, offer_id=counted.offer.pk, reason="dégât des eaux")
    )
    one_then_the_other(counted.president.scope, sign(counted), end)
    assert seen(lambda: list(Offer.objects.values_list("state", flat=True))) == ["withdrawn"]
    assert set(seen(lambda: list(Proposal.objects.values_list("state", flat=True)))) == {"cancelled"}
    assert set(seen(lambda: list(Application.objects.values_list("state", flat=True)))) == {"released"}


def test_an_offer_withdrawn_just_before_the_signature_leaves_nobody_to_decide(counted):
    end = at(
        AFTER, lambda: counted.as_(counted.agent, homes.withdraw, offer_id=counted.offer.pk, reason="dégât des eaux")
    )
    _, session = one_then_the_other(counted.agent.scope, end, sign(counted))
    assert (session.state, ranks()) == ("signed", {})
    words = {c["decision"] for c in session.record["items"][0]["candidates"]}
    assert words == {"Sans objet : le ménage n’est plus candidat"}
