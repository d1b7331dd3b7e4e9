"""Without quorum nothing is counted; after the window nobody votes; whoever stepped out has no ballot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palier.applications.models import Application
from palier.commissions import actions
from palier.commissions.models import AgendaItem, Ballot, Comment, Decision, Session
from palier.common import clock
from palier.common.errors import Refused
from palier.common.models import Event
from tests.chain.test_chain import AFTER, CLOSES, OPENS, Stage, on_agenda

begin = on_agenda


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def count(stage):
    with clock.frozen_at(CLOSES):
        return stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)


def vote(stage, member, candidates, at=OPENS, **more):
    with clock.frozen_at(at):
        ranking = [c.pk for c in candidates]
        return stage.as_(member, actions.cast_ballot, item_id=candidates[0].item_id, ranking=ranking, **more)


def test_a_session_without_quorum_is_not_counted_and_says_which_dwelling_lacks_it(stage):
    candidates = stage.candidates
    vote(stage, stage.tenant, candidates)
    with pytest.raises(Refused) as refusal:
        count(stage)
    assert refusal.value.code == "count.quorum"
    assert refusal.value.message == (
        "Le quorum n’est pas atteint : T3 de 62 m² à Caen (1 sur 3, il en faut 2). "
        "Reportez ce qui n’a pas réuni assez de votes à une autre séance, puis dépouillez le reste."
    )
    assert (Session.objects.get().state, Decision.objects.count()) == ("published", 0)


def test_the_refusal_is_on_the_page_with_the_way_out(stage, client_for):
    candidates = stage.candidates
    vote(stage, stage.tenant, candidates)
    client, address = client_for(stage.secretary), f"/bailleur/seances/{stage.session.pk}/"
    with clock.frozen_at(AFTER):
        refused = client.post(f"{address}depouiller/", follow=True).content.decode()
        assert "Le quorum n’est pas atteint" in refused
        assert f'action="/bailleur/seances/logements/{candidates[0].item_id}/reporter/"' in refused
        client.post(f"/bailleur/seances/logements/{candidates[0].item_id}/reporter/")
        assert "Reporté à une autre séance" in client.get(address).content.decode()


def test_a_postponed_dwelling_gives_its_candidates_back_and_tells_them_why(stage):
    candidates = stage.candidates
    vote(stage, stage.tenant, candidates)
    with clock.frozen_at(CLOSES):
        item = stage.as_(stage.secretary, actions.postpone, item_id=candidates[0].item_id)
    assert item.postponed == "Quorum non atteint : 1 sur 3 ont voté, il en fallait 2"
    assert set(Application.objects.values_list("state", flat=True)) == {"admissible"}
    told = Event.objects.filter(verb="applications.take_off_agenda").order_by("pk")
    assert [e.data["reason"] for e in told] == [item.postponed] * 4
    with pytest.raises(Refused) as refusal:
        count(stage)
    assert refusal.value.code == "count.empty"


def test_a_vote_that_can_be_counted_is_not_postponed_unless_a_meeting_is_asked_for(stage):
    candidates = stage.candidates
    vote(stage, stage.president, candidates)
    vote(stage, stage.mayor, candidates)
    with clock.frozen_at(CLOSES), pytest.raises(Refused) as refusal:
        stage.as_(stage.secretary, actions.postpone, item_id=candidates[0].item_id)
    assert refusal.value.code == "postpone.quorum"
    vote(stage, stage.mayor, candidates, meeting=True)
    with clock.frozen_at(OPENS), pytest.raises(Refused) as refusal:
        stage.as_(stage.secretary, actions.postpone, item_id=candidates[0].item_id)
    assert refusal.value.code == "postpone.when"
    with clock.frozen_at(CLOSES):
        item = stage.as_(stage.secretary, actions.postpone, item_id=candidates[0].item_id)
    assert item.postponed == "Un membre demande un examen en réunion"


def test_nobody_votes_after_the_closing_time(stage, client_for):
    candidates = stage.candidates
    vote(stage, stage.tenant, candidates, at=CLOSES - timedelta(seconds=1))
    with pytest.raises(Refused) as refusal:
        vote(stage, stage.tenant, candidates[::-1], at=CLOSES)
    assert refusal.value.code == "ballot.closed"
    address = f"/commission/logements/{candidates[0].item_id}/"
    with clock.frozen_at(CLOSES):
        client = client_for(stage.tenant)
        assert f'action="{address}classer/"' not in client.get(address).content.decode()
        posted = client.post(f"{address}classer/", {f"rank_{c.pk}": n for n, c in enumerate(candidates[::-1], 1)})
    assert (posted.status_code, "La séance est close" in posted.content.decode()) == (422, True)
    assert Ballot.objects.get().ranking == [c.pk for c in candidates]


def test_whoever_stepped_out_sees_no_ballot_and_no_file_and_cannot_vote(stage, client_for):
    candidates = stage.candidates
    address = f"/commission/logements/{candidates[0].item_id}/"
    client = client_for(stage.tenant)
    with clock.frozen_at(OPENS):
        before = client.get(address).content.decode()
        client.post(f"{address}se-deporter/", {"reason": "Je connais le candidat 2"})
        after = client.get(address).content.decode()
        posted = client.post(f"{address}classer/", {f"rank_{c.pk}": n for n, c in enumerate(candidates, 1)})
    shown = [f'action="{address}classer/"', 'name="rank_', candidates[0].facts["household"], 'id="discussion-title"']
    assert [words in before for words in shown] == [True] * 4
    assert [words in after for words in shown] == [False] * 4
    assert (posted.status_code, Ballot.objects.count()) == (422, 0)


def test_a_member_reads_every_candidate_and_the_household_knows_it(stage, client_for):
    from palier.documents.models import Reading

    candidates = stage.candidates
    with clock.frozen_at(OPENS):
        page = client_for(stage.mayor).get(f"/commission/logements/{candidates[0].item_id}/").content.decode()
    assert [f'name="rank_{c.pk}"' in page for c in candidates] == [True] * 4
    assert page.count(candidates[0].facts["household"]) == 8
    read = Reading.objects.order_by("demand").values_list("demand_id", "what", "person")
    assert list(read) == [
        (d.pk, "candidature", stage.mayor.person_id) for d in sorted(stage.demands, key=lambda d: d.pk)
    ]


def test_whoever_stepped_out_neither_debates_nor_reads_the_debate(stage, client_for):
    candidates = stage.candidates
    item = candidates[0].item_id
    with clock.frozen_at(OPENS):
        stage.as_(stage.president, actions.post_comment, item_id=item, text="Le T3 convient au candidat 2.")
        stage.as_(stage.tenant, actions.declare_interest, item_id=item, reason="cousin")
        with pytest.raises(Refused) as refusal:
            stage.as_(stage.tenant, actions.post_comment, item_id=item, text="Je le soutiens.")
        answer = client_for(stage.tenant).get(f"/commission/logements/{item}/discussion/")
    assert (refusal.value.code, Comment.objects.count(), answer.status_code) == ("comment.recused", 1, 302)


def test_an_interest_declared_after_the_count_is_refused(stage):
    candidates = stage.candidates
    stage.vote(candidates)
    count(stage)
    with pytest.raises(Refused) as refusal, clock.frozen_at(AFTER):
        stage.as_(stage.tenant, actions.declare_interest, item_id=candidates[0].item_id, reason="cousin")
    assert refusal.value.code == "recusal.late"


def test_a_household_that_withdrew_is_left_out_of_the_count(stage):
    from palier.applications.actions import withdraw

    candidates = stage.candidates
    stage.vote(candidates)
    with clock.frozen_at(CLOSES):
        stage.as_(stage.household_of(candidates[0]), withdraw, application_id=candidates[0].application_id)
    count(stage)
    ranks = dict(Decision.objects.order_by("pk").values_list("candidate_id", "rank"))
    assert ranks == {candidates[1].pk: 1, candidates[2].pk: 2, candidates[3].pk: 3}
    assert AgendaItem.objects.get().count["order"] == [str(c.pk) for c in candidates[1:]]


def test_a_household_that_withdraws_after_the_count_leaves_its_place_to_the_next(stage):
    from palier.applications.actions import withdraw

    candidates = stage.candidates
    stage.vote(candidates)
    count(stage)
    with clock.frozen_at(AFTER):
        stage.as_(stage.household_of(candidates[0]), withdraw, application_id=candidates[0].application_id)
        stage.as_(stage.president, actions.sign, session_id=stage.session.pk)
    ranks = dict(Decision.objects.order_by("pk").values_list("candidate_id", "rank"))
    assert ranks == {candidates[1].pk: 1, candidates[2].pk: 2, candidates[3].pk: 3}
    record = Session.objects.get().record["items"][0]["candidates"]
    assert record[0]["decision"] == "Sans objet : le ménage n’est plus candidat"


def test_a_rejection_rests_on_a_condition_of_access(stage):
    candidates = stage.candidates
    stage.vote(candidates)
    count(stage)
    arguments = {"candidate_id": candidates[3].pk, "kind": "rejection"}
    with pytest.raises(Refused) as refusal, clock.frozen_at(AFTER):
        stage.as_(stage.secretary, actions.decide, reasons=["too_large"], **arguments)
    assert refusal.value.code == "decision.rejection"
    with clock.frozen_at(AFTER):
        taken = stage.as_(stage.secretary, actions.decide, reasons=["income_over_ceiling"], **arguments)
    assert (taken.kind, taken.rank) == ("rejection", None)
