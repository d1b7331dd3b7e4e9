"""Giving, checking, replacing documents; who may; what the household is told (mission A8)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from palier.accounts.actor import PALIER
from palier.accounts.roles import Role
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.common.ledger import timeline
from palier.common.models import Message
from palier.documents import actions, queries, store, tasks
from palier.documents.models import Piece
from tests.documents import files


@pytest.fixture
def household(build):
    actor = build.actor(Role.APPLICANT)
    return actor, build.demand(actor.person)


@pytest.fixture
def desk(build):
    return build.actor(Role.DESK)


def give(actor, demand, content=None, kind="identity", name="cni.pdf"):
    with acting(actor.scope):
        return actions.receive(actor=actor, demand=demand, kind=kind, upload=files.upload(content or files.pdf(), name))


def refuse(actor, piece, code="unreadable", text=""):
    with acting(actor.scope):
        return actions.refuse(actor=actor, piece_id=piece.pk, code=code, text=text)


def test_the_same_file_sent_twice_is_one_document(household):
    content = files.pdf()
    first, second = give(*household, content), give(*household, content)
    assert first == second
    assert Piece.objects.count() == 1


def test_the_database_itself_refuses_the_same_file_twice(household):
    piece = give(*household)
    piece.pk, piece.file_name = None, "other"
    with pytest.raises(IntegrityError), transaction.atomic():
        piece.save(force_insert=True)


def test_what_is_due_follows_what_was_given_and_checked(household, desk):
    actor, demand = household

    def state():
        return next(row.state for row in queries.due(demand) if (row.kind, row.about) == ("identity", "applicant"))

    assert state() == "missing"
    piece = give(actor, demand)
    assert state() == "waiting"
    refuse(desk, piece)
    assert state() == "refused"
    better = give(actor, demand, files.pdf(pages=2))
    assert (state(), Piece.objects.get(pk=piece.pk).state) == ("waiting", "replaced")
    with acting(desk.scope):
        actions.accept(actor=desk, piece_id=better.pk)
    assert (state(), queries.proofs(demand)["identity"]) == ("accepted", "document")


def test_a_refusal_has_its_reason_in_the_space_the_history_and_the_mail(household, desk):
    actor, demand = household
    piece = give(actor, demand)
    refused = refuse(desk, piece, "expired", "La carte a expiré en 2019")
    words = "La pièce n’est plus valable – La carte a expiré en 2019"
    message = Message.objects.get(kind="piece_refused")
    assert (refused.reason, message.to, words in message.text) == (words, actor.person.email, True)
    assert timeline(demand.pk, "applicant")[0]["sentence"].endswith(f"est refusée : {words}")


def test_the_file_that_was_refused_is_not_taken_again(household, desk):
    content = files.pdf()
    refuse(desk, give(*household, content))
    with pytest.raises(Refused, match="même fichier"):
        give(*household, content)


@pytest.mark.parametrize(("code", "text", "field"), [("", "", "code"), ("virus", "", "code"), ("other", " ", "text")])
def test_a_refusal_without_a_reason_is_refused(household, desk, code, text, field):
    piece = give(*household)
    with pytest.raises(Refused) as caught:
        refuse(desk, piece, code, text)
    assert (caught.value.field, Piece.objects.get(pk=piece.pk).state) == (field, "received")


def test_only_those_who_check_may_check(household, build):
    actor, demand = household
    piece = give(actor, demand)
    for role in (Role.APPLICANT, Role.SUPPORT, Role.SECRETARY):
        other = actor if role == Role.APPLICANT else build.actor(role)
        with pytest.raises(NotYours), acting(other.scope):
            actions.accept(actor=other, piece_id=piece.pk)


def test_a_desk_of_another_department_does_not_see_it(household, build):
    piece = give(*household)
    far = build.actor(Role.DESK, build.organisation("desk", departments=["61"]))
    with acting(far.scope):
        assert list(Piece.objects.all()) == []
        with pytest.raises(Piece.DoesNotExist):
            actions.accept(actor=far, piece_id=piece.pk)


def test_a_kind_outside_the_legal_list_and_a_stranger_to_the_demand_are_refused(household):
    actor, demand = household
    with pytest.raises(Refused, match="ne fait pas partie"):
        give(actor, demand, kind="casier-judiciaire")
    with pytest.raises(Refused, match="plus partie de la demande"), acting(actor.scope):
        actions.receive(actor=actor, demand=demand, kind="identity", about="adult-7", upload=files.upload(files.pdf()))


def test_accepting_and_withdrawing_twice_does_it_once(household, desk):
    actor, demand = household
    piece = give(actor, demand)
    with acting(actor.scope):
        assert actions.withdraw(actor=actor, piece_id=piece.pk).state == "withdrawn"
        assert actions.withdraw(actor=actor, piece_id=piece.pk).state == "withdrawn"
    second = give(actor, demand)
    with acting(desk.scope):
        actions.accept(actor=desk, piece_id=second.pk)
        actions.accept(actor=desk, piece_id=second.pk)
    assert sum(e["verb"] == "pieces.accept" for e in timeline(demand.pk, "agent")) == 1
    with pytest.raises(Refused, match="Acceptée"), acting(actor.scope):
        actions.withdraw(actor=actor, piece_id=second.pk)


def test_a_document_that_waits_for_the_virus_check_cannot_be_accepted(household, desk):
    piece = give(*household)
    Piece.objects.filter(pk=piece.pk).update(scan="waiting")
    with pytest.raises(Refused, match="antivirus"), acting(desk.scope):
        actions.accept(actor=desk, piece_id=piece.pk)
    assert list(queries.to_check(desk)) == []
    actions.settle_scan(piece_id=piece.pk, infected=True)
    assert Piece.objects.get(pk=piece.pk).state == "refused"
    assert not store.path_of(piece.file_name).exists()


def test_later_apps_hear_of_every_check(household, desk, monkeypatch):
    heard = []
    monkeypatch.setattr("palier.documents.actions.telling.after_recognition", [heard.append])
    piece = give(*household)
    with acting(desk.scope):
        actions.accept(actor=desk, piece_id=piece.pk)
    assert heard == [household[1]]


def test_files_that_no_dossier_shows_are_swept_after_a_day(household, monkeypatch):
    actor, demand = household
    kept, gone = give(actor, demand), give(actor, demand, files.pdf(pages=3))
    with acting(actor.scope):
        actions.withdraw(actor=actor, piece_id=gone.pk)
    tasks.sweep_documents(0)
    assert {name for name, _ in store.stored_names()} == {kept.file_name, gone.file_name}
    monkeypatch.setattr(tasks, "DAY", -60)
    tasks.sweep_documents(0)
    assert {name for name, _ in store.stored_names()} == {kept.file_name}


def test_the_system_signs_what_it_does(household):
    piece = give(*household)
    actions.refuse(actor=PALIER, piece_id=piece.pk, code="virus")
    assert timeline(household[1].pk, "applicant")[0]["by"] == "Palier (automatique)"
