"""A ballot made from an older one never replaces a newer one; what is recorded may come again; who may ask for a meeting."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palier.commissions import actions
from palier.commissions.models import Ballot, Seat
from palier.commissions.queries import ballots_of, may_postpone
from palier.common import clock
from palier.common.errors import Refused
from palier.common.models import Event
from tests.chain.test_chain import CLOSES, OPENS, Stage


def vote(stage, member, candidates, at=OPENS, **more):
    with clock.frozen_at(at):
        ranking = [c.pk for c in candidates]
        return stage.as_(member, actions.cast_ballot, item_id=stage.item, ranking=ranking, **more)


def refusal(stage, member, candidates, **more) -> str:
    with pytest.raises(Refused) as refused:
        vote(stage, member, candidates, **more)
    return refused.value.code


def begin(build) -> Stage:
    stage = Stage(build)
    stage.candidates = stage.to_agenda()
    stage.item = stage.candidates[0].item_id
    return stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


@pytest.fixture
def agenda(stage):
    return stage.candidates


def test_each_change_says_from_which_ballot_it_was_made(stage, agenda):
    assert vote(stage, stage.tenant, agenda, revision=0).revision == 1
    assert vote(stage, stage.tenant, agenda[::-1], revision=1).revision == 2
    assert refusal(stage, stage.tenant, agenda, revision=1) == "ballot.revised"
    assert refusal(stage, stage.tenant, agenda, revision=0) == "ballot.revised"
    assert refusal(stage, stage.tenant, agenda, revision=3) == "ballot.revised"
    assert Ballot.objects.get().ranking == [c.pk for c in agenda[::-1]]


def test_a_ballot_from_nothing_does_not_pass_for_a_first_one(stage, agenda):
    assert refusal(stage, stage.tenant, agenda, revision=1) == "ballot.revised"
    assert Ballot.objects.count() == 0


def test_what_is_recorded_may_come_again_even_after_the_closing(stage, agenda):
    vote(stage, stage.tenant, agenda, revision=0)
    for at in (OPENS, CLOSES):
        again = vote(stage, stage.tenant, agenda, at=at, revision=0)
        assert (again.revision, again.cast_at) == (1, OPENS)
    assert Event.objects.filter(verb="ballots.cast").count() == 1
    assert refusal(stage, stage.tenant, agenda[::-1], at=CLOSES, revision=1) == "ballot.closed"
    assert refusal(stage, stage.tenant, agenda, at=OPENS - timedelta(minutes=1)) == "ballot.early"


@pytest.mark.parametrize(
    ("rule", "president", "tenant", "adviser"),
    [
        ("voting", "", "", "ballot.advisory"),
        ("any", "", "", ""),
        ("president", "", "ballot.meeting", "ballot.advisory"),
    ],
)
def test_the_rules_say_who_brings_a_dwelling_to_a_meeting(stage, agenda, rule, president, tenant, adviser):
    stage.build.session_rules(meeting_by=rule)
    advisory = stage._member("advisory")
    for member, expected, ranked in (
        (stage.president, president, agenda),
        (stage.tenant, tenant, agenda),
        (advisory, adviser, []),
    ):
        if expected:
            assert refusal(stage, member, ranked, meeting=True) == expected
        else:
            assert vote(stage, member, ranked, meeting=True).meeting


def test_an_adviser_who_asks_for_a_meeting_has_no_vote(stage, agenda):
    stage.build.session_rules(quorum=1, meeting_by="any")
    advisory = stage._member("advisory")
    assert refusal(stage, advisory, agenda, meeting=True) == "ballot.advisory"
    vote(stage, advisory, [], meeting=True)
    vote(stage, stage.tenant, agenda)
    item = agenda[0].item
    assert [b.seat for b in ballots_of(item)] == [Seat.objects.get(person=stage.tenant.person)]
    assert may_postpone(item) == "Un membre demande un examen en réunion"
    assert vote(stage, advisory, [], meeting=False, revision=1).meeting is False
    assert may_postpone(item) == ""
