"""A seat has one occupant in a session: its member, or whoever stands in with the same capacity; never both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist

from palier.commissions import actions
from palier.commissions.models import Ballot, Candidate, Seat, Session, StandIn
from palier.commissions.queries import seat_of, sessions_for
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.common.models import Message
from tests.chain.test_chain import AFTER, CLOSES, OPENS, Stage, on_agenda
from tests.conftest import NOW

TODAY = NOW.date()
WEEK = {"since": TODAY, "until": TODAY + timedelta(days=7)}


begin = on_agenda


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def name(stage, member=None, person=None, actor=None, **span):
    seat = stage.seat_of(member or stage.mayor)
    return stage.as_(
        actor or stage.secretary,
        actions.name_stand_in,
        seat_id=seat.pk,
        person_id=(person or stage.spare).person_id,
        **span,
    )


def vote(stage, member, candidates, at=OPENS):
    with clock.frozen_at(at):
        return stage.as_(member, actions.cast_ballot, item_id=candidates[0].item_id, ranking=[c.pk for c in candidates])


def sees(actor) -> list[int]:
    with acting(actor.scope):
        return list(Candidate.objects.order_by("pk").values_list("pk", flat=True))


def refused(act) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_a_stand_in_sees_votes_and_weighs_as_the_member_who_sees_nothing_meanwhile(stage):
    candidates = stage.candidates
    keys = [c.pk for c in candidates]
    assert (sees(stage.mayor), sees(stage.spare)) == (keys, [])
    name(stage, session_id=stage.session.pk)
    assert (sees(stage.mayor), sees(stage.spare)) == ([], keys)
    with acting(stage.spare.scope):
        seat = seat_of(stage.spare, stage.session)
        assert (seat.capacity, seat.occupant.pk) == ("mayor", stage.spare.person_id)
    vote(stage, stage.spare, candidates[::-1])
    vote(stage, stage.president, candidates)
    with pytest.raises(ObjectDoesNotExist):
        vote(stage, stage.mayor, candidates)
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
    # Two opposed votes: the mayor's casting vote settles them, in the hands of whoever stands in.
    item = Session.objects.get().items.get()
    assert [int(key) for key in item.count["order"]] == keys[::-1]


def test_the_minutes_name_both(stage):
    candidates = stage.candidates
    name(stage, session_id=stage.session.pk)
    vote(stage, stage.spare, candidates)
    vote(stage, stage.president, candidates)
    with clock.frozen_at(AFTER):
        stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
        stage.as_(stage.president, actions.sign, session_id=stage.session.pk)
    members = Session.objects.get().record["items"][0]["members"]
    words = f"{stage.spare.person.full_name}, en suppléance de {stage.mayor.person.full_name}"
    assert [m["presence"] for m in members if m["name"] == words] == ["a voté"]


def test_whoever_stands_in_for_the_president_signs_in_their_place(stage):
    candidates = stage.candidates
    name(stage, stage.president, session_id=stage.session.pk)
    vote(stage, stage.spare, candidates)
    vote(stage, stage.mayor, candidates)
    with clock.frozen_at(AFTER):
        stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
        with pytest.raises(Session.DoesNotExist):
            stage.as_(stage.president, actions.sign, session_id=stage.session.pk)
        session = stage.as_(stage.spare, actions.sign, session_id=stage.session.pk)
    assert session.state == "signed"
    assert session.record["president"]["name"].startswith(stage.spare.person.full_name)


def test_a_period_covers_the_sessions_that_open_in_it(stage):
    candidates = stage.candidates
    name(stage, **WEEK)
    assert (sees(stage.spare), sees(stage.mayor)) == ([c.pk for c in candidates], [])
    name(
        stage,
        stage.tenant,
        stage.build.actor("member", stage.landlord),
        since=TODAY + timedelta(days=8),
        until=TODAY + timedelta(days=9),
    )
    assert sees(stage.tenant) == [c.pk for c in candidates]


def test_a_published_session_calls_the_stand_in_at_once_and_tells_the_member(stage):
    Message.objects.all().delete()
    name(stage, session_id=stage.session.pk)
    sent = {m.kind: m for m in Message.objects.order_by("pk")}
    assert {kind: m.to for kind, m in sent.items()} == {
        "commissions.stand_in": stage.mayor.person.email, "commissions.summons": stage.spare.person.email,
    }  # fmt: skip
    assert f"en suppléance de {stage.mayor.person.full_name}" in sent["commissions.summons"].text
    assert "1 logement vous concerne : 1 à Caen" in sent["commissions.summons"].text.replace("\u00a0", " ")


def test_a_seat_that_has_voted_keeps_its_vote(stage):
    candidates = stage.candidates
    vote(stage, stage.mayor, candidates)
    with clock.frozen_at(OPENS):
        assert refused(lambda: name(stage, session_id=stage.session.pk)) == "stand_in.voted"
        assert refused(lambda: name(stage, **WEEK)) == "stand_in.voted"
    assert StandIn.objects.count() == 0


def test_nobody_has_two_voices_nor_a_seat_two_stand_ins(stage):
    other = stage.build.actor("member", stage.landlord)
    assert refused(lambda: name(stage, person=stage.tenant, **WEEK)) == "stand_in.seated"
    name(stage, **WEEK)
    assert refused(lambda: name(stage, person=other, **WEEK)) == "stand_in.other"
    assert refused(lambda: name(stage, stage.tenant, **WEEK)) == "stand_in.twice"
    assert refused(lambda: name(stage, person=other, session_id=stage.session.pk)) == "stand_in.other"
    assert refused(
        lambda: stage.as_(
            stage.secretary, actions.add_seat, commission_id=stage.commission.pk, person_id=stage.spare.person_id, capacity="board"
        )
    ) == "seat.stand_in"  # fmt: skip


@pytest.mark.parametrize(
    "span, code",
    [
        ({}, "stand_in.span"),
        ({"since": TODAY}, "stand_in.span"),
        ({"since": TODAY, "until": TODAY - timedelta(days=1)}, "stand_in.until"),
        ({"since": TODAY - timedelta(days=9), "until": TODAY - timedelta(days=2)}, "stand_in.past"),
        ({"session_id": 0}, "stand_in.session"),
    ],
)
def test_a_session_or_a_whole_period_is_asked_for(stage, span, code):
    assert refused(lambda: name(stage, **span)) == code


def test_a_stranger_never_stands_in(stage, build):
    assert refused(lambda: name(stage, person=build.actor("member"), **WEEK)) == "seat.person"


def test_a_session_that_is_over_gets_no_new_occupant(stage):
    with clock.frozen_at(CLOSES):
        assert refused(lambda: name(stage, **WEEK)) == "stand_in.over"
        assert refused(lambda: name(stage, session_id=stage.session.pk)) == "stand_in.session"


def test_a_member_names_their_own_stand_in_and_nobody_elses(stage):
    named = name(stage, actor=stage.mayor, **WEEK)
    assert named.named_by_id == stage.mayor.person_id
    with pytest.raises(NotYours):
        name(stage, stage.tenant, stage.build.actor("member", stage.landlord), actor=stage.mayor, **WEEK)


def test_the_same_twice_is_once(stage):
    assert name(stage, **WEEK).pk == name(stage, **WEEK).pk


def test_withdrawn_before_the_opening_the_member_sits_again_and_is_called(stage):
    candidates = stage.candidates
    one = name(stage, session_id=stage.session.pk)
    Message.objects.all().delete()
    stage.as_(stage.secretary, actions.withdraw_stand_in, stand_in_id=one.pk)
    stage.as_(stage.secretary, actions.withdraw_stand_in, stand_in_id=one.pk)
    assert (sees(stage.mayor), sees(stage.spare)) == ([c.pk for c in candidates], [])
    assert list(Message.objects.values_list("kind", "to")) == [("commissions.summons", stage.mayor.person.email)]


def test_once_the_session_has_opened_the_stand_in_stays_to_its_end(stage):
    one = name(stage, session_id=stage.session.pk)
    with clock.frozen_at(OPENS):
        assert (
            refused(lambda: stage.as_(stage.secretary, actions.withdraw_stand_in, stand_in_id=one.pk))
            == "stand_in.begun"
        )


def test_a_period_withdrawn_halfway_ends_with_the_session_that_has_opened(stage):
    one = name(stage, since=TODAY, until=TODAY + timedelta(days=30))
    with clock.frozen_at(AFTER):
        ended = stage.as_(stage.secretary, actions.withdraw_stand_in, stand_in_id=one.pk)
    assert (ended.until, ended.withdrawn_at) == (OPENS.date(), None)
    assert sees(stage.spare) != []


def test_a_stand_in_who_steps_out_sees_no_candidate_any_more(stage):
    candidates = stage.candidates
    name(stage, session_id=stage.session.pk)
    with clock.frozen_at(OPENS):
        stage.as_(stage.spare, actions.declare_interest, item_id=candidates[0].item_id, reason="voisin")
    assert sees(stage.spare) == []
    assert refused(lambda: vote(stage, stage.spare, candidates)) == "ballot.recused"


def test_pages_of_the_stand_in_and_of_the_member_replaced(stage, client_for):
    candidates = stage.candidates
    name(stage, session_id=stage.session.pk)
    address = f"/commission/logements/{candidates[0].item_id}/"
    with clock.frozen_at(OPENS):
        spare, mayor = client_for(stage.spare), client_for(stage.mayor)
        assert spare.get(address).status_code == 200
        assert spare.get(f"/commission/seances/{stage.session.pk}/").status_code == 200
        spare.post(f"{address}classer/", {f"rank_{c.pk}": n for n, c in enumerate(candidates, 1)})
        assert 'value="1" max="1"' in spare.get("/commission/").content.decode()
        assert mayor.get(address).status_code == 404
        assert mayor.get("/commission/").status_code == 200
    assert Ballot.objects.get().seat == stage.seat_of(stage.mayor)
    with acting(stage.mayor.scope):
        assert list(sessions_for(stage.mayor)) == []


def seat(stage, person=None, **fields):
    return stage.as_(
        stage.secretary, actions.add_seat, commission_id=stage.commission.pk,
        person_id=(person or stage.spare).person_id, **{"capacity": "board", **fields},
    )  # fmt: skip


@pytest.mark.parametrize(
    "fields, code",
    [
        ({"capacity": "mayor"}, "seat.commune"),
        ({"capacity": "epci"}, "seat.epci"),
        ({"capacity": "king"}, "seat.capacity"),
        ({"president": True}, "seat.president"),
        ({"capacity": "prefect", "president": True}, "seat.president.board"),
    ],
)
def test_a_seat_that_cannot_be_is_refused(stage, fields, code):
    assert refused(lambda: seat(stage, **fields)) == code


def test_a_new_seat_is_called_to_the_session_already_published(stage):
    Message.objects.all().delete()
    made = seat(stage, capacity="mayor", commune_id="14118")
    assert seat(stage, capacity="mayor", commune_id="14118") == made
    assert list(Message.objects.values_list("kind", "to")) == [("commissions.summons", stage.spare.person.email)]


def test_a_seat_ends_but_not_while_its_vote_waits_for_the_signature(stage):
    candidates = stage.candidates
    vote(stage, stage.mayor, candidates)
    end = lambda member: stage.as_(stage.secretary, actions.end_seat, seat_id=stage.seat_of(member).pk)  # noqa: E731
    assert refused(lambda: end(stage.mayor)) == "seat.voted"
    assert end(stage.tenant).until == TODAY
    assert sees(stage.tenant) == []


def test_the_presidency_goes_to_another_member_of_the_board(stage):
    made = seat(stage)
    stage.as_(stage.secretary, actions.elect, seat_id=made.pk)
    assert list(Seat.objects.filter(president=True).values_list("pk", flat=True)) == [made.pk]
    mayor = stage.seat_of(stage.mayor).pk
    assert refused(lambda: stage.as_(stage.secretary, actions.elect, seat_id=mayor)) == "seat.president.board"


def test_a_member_away_names_a_stand_in_from_their_page_and_sits_again(stage, client_for):
    client, seat, spare = client_for(stage.mayor), stage.seat_of(stage.mayor), stage.spare.person
    address = f"/commission/remplacement/{seat.pk}/"
    wrong = client.post(address, {"person": spare.pk, "span": "session"})
    assert (wrong.status_code, "Choisissez une séance" in wrong.content.decode()) == (422, True)
    client.post(address, {"person": spare.pk, "span": "session", "session": stage.session.pk})
    page = client.get("/commission/remplacement/").content.decode()
    assert (spare.full_name in page, f"séance {stage.session.number}" in page) == (True, True)
    client.post(f"/commission/remplacement/suppleances/{StandIn.objects.get().pk}/retirer/")
    assert spare.full_name not in client.get("/commission/remplacement/").content.decode()
    assert client_for(stage.tenant).get(address).status_code == 404


def test_whoever_is_replaced_knows_in_which_session_and_nothing_of_it(stage):
    name(stage, session_id=stage.session.pk)
    with acting(stage.mayor.scope):
        assert (Session.objects.count(), Session.objects.get().items.count()) == (1, 0)
    with acting(stage.spare.scope):
        assert Session.objects.count() == 1
    with acting(stage.build.actor("member", stage.landlord).scope):
        assert Session.objects.count() == 0
