"""A signed session never changes: not by an action, not by SQL; what is served is what was sealed."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from palier.commissions import actions
from palier.commissions.minutes import draw_minutes, seal
from palier.commissions.models import (
    AgendaItem,
    Ballot,
    Candidate,
    Comment,
    Decision,
    ReadMark,
    Recusal,
    SealedRecord,
    Seat,
    Session,
)
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from tests.chain.test_chain import AFTER, Stage
from tests.commissions.reading import text_of

MADE_OF = (Session, AgendaItem, Candidate, Ballot, Recusal, Comment, ReadMark, Decision, SealedRecord)


def begin(build) -> Stage:
    stage = Stage(build)
    candidates = stage.to_agenda()
    with clock.frozen_at(stage.session.opens_at):
        stage.as_(stage.president, actions.post_comment, item_id=candidates[0].item_id, text="Bonjour à tous.")
        stage.as_(stage.mayor, actions.mark_read, item_id=candidates[0].item_id, upto=10**9)
        advisory = stage._member("advisory")
        stage.as_(advisory, actions.declare_interest, item_id=candidates[0].item_id, reason="voisin")
    stage.vote_and_sign(candidates)
    stage.candidates = candidates
    stage.session.refresh_from_db()
    return stage


@pytest.fixture
def signed(begun) -> Stage:
    return begun


def everything() -> list:
    return [list(model.objects.order_by("pk").values()) for model in MADE_OF]


def test_the_minutes_carry_their_seal_and_the_one_before(signed):
    link = SealedRecord.objects.get()
    text = text_of(bytes(signed.session.minutes)).replace(" ", "")
    assert (link.sha256 in text, link.previous) == (True, "")
    assert link.sha256 == seal("", signed.session.record)
    assert draw_minutes(signed.session.record, seal=link.sha256, previous="") == bytes(signed.session.minutes)


def test_the_next_session_follows_the_seal_of_the_one_before(signed, build):
    first = SealedRecord.objects.get()
    other = Stage(build)
    other.vote_and_sign(other.to_agenda())
    second = SealedRecord.objects.exclude(pk=first.pk).get()
    other.session.refresh_from_db()
    assert (second.previous, second.sha256) == (first.sha256, seal(first.sha256, other.session.record))
    printed = text_of(bytes(other.session.minutes)).replace(" ", "")
    assert (first.sha256 in printed, second.sha256 in printed) == (True, True)


@pytest.mark.parametrize("role", ["secretary", "president", "mayor"])
def test_what_is_served_is_what_was_sealed(signed, client_for, role):
    answer = client_for(getattr(signed, role)).get(f"/bailleur/seances/{signed.session.pk}/proces-verbal/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert hashlib.sha256(answer.content).hexdigest() == signed.session.minutes_sha256
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_nobody_else_reads_the_minutes(signed, client_for, build):
    address = f"/bailleur/seances/{signed.session.pk}/proces-verbal/"
    for actor in (signed.households[0], signed.agent, build.actor("secretary"), build.actor("member")):
        assert client_for(actor).get(address).status_code == 404


def test_every_action_leaves_a_signed_session_as_it_is(signed):
    one, item = signed.candidates[0], signed.candidates[0].item_id
    session, keys = signed.session.pk, [c.pk for c in signed.candidates]
    ballot = Ballot.objects.get(seat__person=signed.president.person)
    attempts = [
        (signed.secretary, actions.add_to_agenda, {"session_id": session, "offer_id": signed.offer.pk, "application_ids": [one.application_id]}),
        (signed.secretary, actions.add_candidate, {"item_id": item, "application_id": one.application_id, "reason": "oubli"}),
        (signed.secretary, actions.correct_dwelling, {"item_id": item, "reason": "loyer"}),
        (signed.secretary, actions.correct_facts, {"candidate_id": one.pk, "reason": "revenus"}),
        (signed.secretary, actions.withdraw_dwelling, {"item_id": item, "reason": "vendu"}),
        (signed.secretary, actions.fill_agenda, {"session_id": session, "offer_ids": [signed.offer.pk]}),
        (signed.secretary, actions.name_stand_in, {"seat_id": signed.seat_of(signed.tenant).pk, "person_id": signed.spare.person_id, "session_id": session}),
        (signed.secretary, actions.cancel, {"session_id": session, "reason": "trop tard"}),
        (signed.president, actions.cast_ballot, {"item_id": item, "ranking": keys[::-1]}),
        (signed.secretary, actions.close_item, {"item_id": item}),
        (signed.president, actions.confirm_votes, {"session_id": session, "seen": {ballot.pk: ballot.revision}}),
        (signed.president, actions.contest_vote, {"ballot_id": ballot.pk}),
        (signed.secretary, actions.count, {"session_id": session}),
        (signed.secretary, actions.decide, {"candidate_id": one.pk, "kind": "ranked", "rank": 4}),
        (signed.tenant, actions.declare_interest, {"item_id": item, "reason": "cousin"}),
        (signed.secretary, actions.hold, {"session_id": session, "form": "meeting", "place": "Siège", "why": "échange"}),
        (signed.secretary, actions.note_attendance, {"session_id": session, "marks": [actions.Mark(ballot.seat_id, "present")]}),
        (signed.president, actions.post_comment, {"item_id": item, "text": "Encore un mot."}),
        (signed.president, actions.mark_read, {"item_id": item, "upto": 10**9}),
        (signed.secretary, actions.postpone, {"item_id": item}),
        (signed.secretary, actions.publish, {"session_id": session}),
        (signed.secretary, actions.record_recusal, {"item_id": item, "seat_id": ballot.seat_id, "reason": "cousin"}),
        (signed.secretary, actions.record_signature, {"session_id": session, "seat_id": ballot.seat_id}),
        (signed.secretary, actions.record_votes, {"item_id": item, "entries": [actions.Entry(ballot.seat_id, keys)]}),
        (signed.secretary, actions.reopen_item, {"item_id": item, "reason": "erreur"}),
        (signed.secretary, actions.strike_recusal, {"item_id": item, "seat_id": ballot.seat_id}),
        (signed.secretary, actions.remove_candidate, {"candidate_id": one.pk, "reason": "erreur"}),
        (signed.secretary, actions.settle_ties, {"item_id": item, "settlements": [(keys[:2], "raison")]}),
        (signed.president, actions.sign, {"session_id": session}),
    ]  # fmt: skip
    # These do not act on a signed session: those of the commission itself, the worker's rounds, what an offer that ends leaves.
    untouched = {
        "after_signature", "create_session", "leave_agendas", "Entry", "Mark", "add_seat", "elect", "end_seat", "publish_rules", "remind_all",
        "tell_waiting", "withdraw_stand_in",
    }  # fmt: skip
    assert {action.__name__ for _, action, _ in attempts} | untouched == set(actions.__all__)
    before, answers = everything(), {}
    for moment in (signed.session.opens_at + timedelta(hours=1), AFTER):
        for actor, action, arguments in attempts:
            with clock.frozen_at(moment):
                try:
                    signed.as_(actor, action, **arguments)
                    answers[action.__name__] = "once"
                except (Refused, NotYours) as refusal:
                    answers[action.__name__] = type(refusal).__name__
    assert everything() == before
    # Signing again answers the session already signed; every other act is refused.
    assert answers == {name: "Refused" for name in answers} | {"sign": "once"}


@pytest.mark.parametrize("model", MADE_OF, ids=lambda model: model.__name__)
def test_postgresql_itself_refuses_to_change_or_delete_what_is_signed(signed, model):
    row = model.objects.order_by("pk").first()
    field = {Session: "number", AgendaItem: "exception_note", Candidate: "position", Ballot: "meeting",
             Recusal: "reason", Comment: "text", ReadMark: "upto", Decision: "reason_text", SealedRecord: "previous"}[model]  # fmt: skip
    value = {"position": 9, "meeting": True, "upto": 0}.get(field, "autre")
    for act in (
        lambda: model.objects.filter(pk=row.pk).update(**{field: value}),
        lambda: model.objects.filter(pk=row.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="signed|Cannot update or delete"), transaction.atomic(), acting(SYSTEM):
            act()


def test_postgresql_refuses_a_vote_added_to_a_signed_session(signed):
    late = Seat.objects.get(capacity="advisory")
    with pytest.raises(DatabaseError, match="signed"), transaction.atomic():
        Ballot.objects.create(item_id=signed.candidates[0].item_id, seat=late, cast_at=AFTER)


def test_the_chain_cannot_fork(signed, build):
    with pytest.raises(DatabaseError, match="previous"), transaction.atomic():
        SealedRecord.objects.create(
            session=Session.objects.create(
                commission=signed.commission, number="x", opens_at=AFTER, closes_at=AFTER + timedelta(days=1)
            ),
            previous="", sha256="0" * 64, at=AFTER,
        )  # fmt: skip
