"""Emergencies: who recognises what, and who never learns of it (mission A15)."""

from __future__ import annotations

from datetime import date

import pytest

from palier.accounts.roles import Role
from palier.common.errors import Refused
from palier.common.isolation import acting
from palier.common.ledger import timeline
from palier.common.models import Message
from palier.documents import actions, queries
from palier.documents.models import Piece, Recognition
from palier.law.household import Situation
from tests.documents import files


@pytest.fixture
def household(build):
    actor = build.actor(Role.APPLICANT)
    return actor, build.demand(actor.person)


@pytest.fixture
def state(build):
    return build.actor(Role.RESERVATION_HOLDER, build.organisation("state", name="DDETS du Calvados"))


def ask(household, situation, proof=True):
    actor, demand = household
    with acting(actor.scope):
        upload = files.upload(files.pdf()) if proof else None
        return actions.ask_recognition(actor=actor, demand=demand, situation=situation, upload=upload)


def test_the_states_service_recognises_and_the_proof_level_rises(household, state):
    recognition = ask(household, "dalo")
    demand = household[1]
    assert queries.situations(demand) == (Situation("dalo", "declared", date(2026, 11, 23)),)
    with acting(state.scope):
        assert list(queries.to_recognise(state)) == [recognition]
        actions.recognise(actor=state, recognition_id=recognition.pk, valid_to=date(2027, 6, 30))
    assert queries.situations(demand) == (Situation("dalo", "authority", date(2026, 11, 23), date(2027, 6, 30)),)
    assert queries.situations(demand, on=date(2027, 7, 1)) == ()
    assert Message.objects.filter(kind="recognition", to=household[0].person.email).count() == 1


def test_a_checked_proof_lifts_a_declared_situation_to_a_documented_one(household, build):
    recognition = ask(household, "eviction")
    desk = build.actor(Role.DESK)
    with acting(desk.scope):
        actions.accept(actor=desk, piece_id=recognition.piece_id)
    assert queries.situations(household[1]) == (Situation("eviction", "document", date(2026, 11, 23)),)


def test_a_refusal_gives_its_reason_and_the_situation_may_be_signalled_again(household, state):
    recognition = ask(household, "unfit")
    with pytest.raises(Refused), acting(state.scope):
        actions.refuse_recognition(actor=state, recognition_id=recognition.pk, reason="  ")
    with acting(state.scope):
        actions.refuse_recognition(actor=state, recognition_id=recognition.pk, reason="Le rapport date de 2019")
    assert queries.situations(household[1]) == ()
    again = ask(household, "unfit", proof=False)
    assert (again.pk != recognition.pk, again.state) == (True, "asked")


def test_signalling_twice_is_one_signal_that_gains_its_proof(household):
    first, second = ask(household, "homeless", proof=False), ask(household, "homeless")
    assert first.pk == second.pk
    assert (second.piece.kind, Recognition.objects.count()) == ("address", 1)


def test_each_service_decides_only_what_it_is_authorised_for(household, build):
    recognition = ask(household, "dalo")
    desk = build.actor(Role.DESK)
    housing = build.actor(Role.RESERVATION_HOLDER)
    with pytest.raises(Recognition.DoesNotExist), acting(desk.scope):
        actions.recognise(actor=desk, recognition_id=recognition.pk)
    with pytest.raises(Recognition.DoesNotExist), acting(housing.scope):
        actions.recognise(actor=housing, recognition_id=recognition.pk)
    with acting(desk.scope):
        assert list(queries.to_recognise(desk)) == []


def test_violence_is_known_to_the_household_and_the_states_service_alone(household, build, state):
    recognition = ask(household, "violence")
    for actor in (household[0], state):
        with acting(actor.scope):
            assert list(Recognition.objects.all()) == [recognition]
            assert list(Piece.objects.all()) == [recognition.piece]
    for role in (Role.DESK, Role.LANDLORD, Role.SECRETARY, Role.SUPPORT):
        with acting(build.actor(role).scope):
            assert list(Recognition.objects.all()) == []
            assert list(Piece.objects.all()) == []


def test_violence_is_named_neither_in_the_history_nor_in_a_mail(household, state):
    recognition = ask(household, "violence")
    with acting(state.scope):
        actions.recognise(actor=state, recognition_id=recognition.pk)
    told = [str(entry) for audience in ("applicant", "agent") for entry in timeline(household[1].pk, audience)]
    told += [m.text + m.html + m.subject for m in Message.objects.order_by("pk")]
    assert [words for words in told if "violence" in words.lower() or "plainte" in words.lower()] == []


def test_the_states_service_of_another_department_sees_nothing(household, build):
    ask(household, "dalo")
    far = build.actor(Role.RESERVATION_HOLDER, build.organisation("state", departments=["61"]))
    with acting(far.scope):
        assert list(Recognition.objects.all()) == []


def test_an_end_in_the_past_is_refused(household, state):
    recognition = ask(household, "dalo")
    with pytest.raises(Refused) as caught, acting(state.scope):
        actions.recognise(actor=state, recognition_id=recognition.pk, valid_to=date(2026, 11, 22))
    assert caught.value.field == "valid_to"
