"""Before members are called, the secretary is told what is missing: candidates, documents, members."""

from __future__ import annotations

from dataclasses import replace

import pytest

from palier.applications import actions as applications
from palier.applications.models import Application
from palier.commissions import actions
from palier.commissions.models import AgendaItem, Candidate, Session
from palier.commissions.readiness import callings, gaps, lacking_documents
from palier.commissions.rules import Rules
from palier.common.errors import Refused
from palier.common.isolation import acting
from tests.chain.test_chain import CLOSES, OPENS, Stage
from tests.conftest import NOW


def texts(stage) -> list[tuple[str, bool]]:
    session = Session.objects.get()
    items = list(session.items.select_related("offer__dwelling__commune").order_by("pk"))
    with acting(stage.secretary.scope):
        found = gaps(session, items)
    return [(gap.text, gap.blocking) for row in found.values() for gap in row if not gap.text.startswith("Candidat")]


def begin(build) -> Stage:
    stage = Stage(build)
    stage.candidates = stage.to_agenda()
    Session.objects.update(state="preparing", rules=None, summoned_at=None)
    return stage


@pytest.fixture
def preparing(begun) -> Stage:
    return begun


def rule(stage, **fields):
    stage.as_(
        stage.secretary, actions.publish_rules, commission_id=stage.commission.pk, valid_from=NOW.date(),
        rules=replace(Rules(), **{"quorum": 2, **fields}),
    )  # fmt: skip


def test_seats_that_the_law_expects_and_nobody_holds(preparing):
    assert texts(preparing) == [("Aucun siège pour l’intercommunalité et le préfet.", False)]


def test_no_mayor_for_the_commune_concerned(preparing):
    seat = preparing.seat_of(preparing.mayor)
    seat.commune_id = "14366"
    seat.save(update_fields=["commune_id"])
    words = "Aucun siège pour le maire de Caen (voix prépondérante), l’intercommunalité et le préfet."
    assert texts(preparing) == [(words, False)]


def test_a_quorum_that_those_called_here_cannot_reach(preparing):
    rule(preparing, quorum=3, quorum_kinds={"mayor": 1})
    seat = preparing.seat_of(preparing.mayor)
    seat.commune_id = "14366"
    seat.save(update_fields=["commune_id"])
    assert texts(preparing) == [
        ("Le quorum demande 1 maire : aucun n’est appelé ici.", False),
        ("2 membres peuvent voter, et le quorum est de 3 voix.", False),
        ("Aucun siège pour l’intercommunalité et le préfet.", False),
    ]


def test_households_that_left_since(preparing):
    for candidate in preparing.candidates[:2]:
        preparing.as_(preparing.household_of(candidate), applications.withdraw, application_id=candidate.application_id)
    found = texts(preparing)
    assert found[0] == ("2 candidats, la loi en demande 3 (CCH R441-3), et aucune exception n’est motivée.", True)
    AgendaItem.objects.update(exception="too_few", exception_note="Deux désistements")
    assert [blocking for _, blocking in texts(preparing)] == [False]
    for candidate in preparing.candidates[2:]:
        preparing.as_(preparing.household_of(candidate), applications.withdraw, application_id=candidate.application_id)
    assert texts(preparing)[0] == ("Il ne reste aucun candidat : retirez ce logement.", True)


def test_documents_missing_are_named_and_never_the_reserved_ones(preparing):
    application = Application.objects.get(pk=preparing.candidates[0].application_id)
    with acting(preparing.secretary.scope):
        words = lacking_documents(application)
    assert words.startswith("il manque : ")
    assert words.count(",") <= 3
    session = Session.objects.get()
    with acting(preparing.secretary.scope):
        rows = gaps(session, list(session.items.select_related("offer__dwelling__commune")))
    said = [gap.text for row in rows.values() for gap in row if gap.text.startswith("Candidat")]
    assert [text.partition(" : ")[0] for text in said] == [f"Candidat {n}" for n in (1, 2, 3, 4)]


def test_who_is_called_and_for_how_many(preparing):
    elsewhere = preparing._member("mayor", commune_id="14366")
    session = Session.objects.get()
    found = callings(session, list(session.items.select_related("offer__dwelling__commune")))
    assert [(seat.person_id, n) for seat, n in found] == [
        *((m.person_id, 1) for m in (preparing.president, preparing.mayor, preparing.tenant)), (elsewhere.person_id, 0),
    ]  # fmt: skip


def test_ready_shortlists_fill_an_agenda_at_once_and_again_change_nothing(stage):
    stage.apply()
    stage.as_(stage.agent, applications.make_shortlist, offer_id=stage.offer.pk)
    for application in Application.objects.filter(state="sent").order_by("pk"):
        stage.as_(stage.agent, applications.admit, application_id=application.pk, why="Vu.")
    session = stage.as_(
        stage.secretary, actions.create_session, commission_id=stage.commission.pk, opens_at=OPENS, closes_at=CLOSES
    )
    fill = {"session_id": session.pk, "offer_ids": [stage.offer.pk]}
    stage.as_(stage.secretary, actions.fill_agenda, **fill)
    assert Candidate.objects.filter(item=AgendaItem.objects.get(session=session)).count() == 4
    with pytest.raises(Refused) as refusal:
        stage.as_(stage.secretary, actions.fill_agenda, **fill)
    assert (refusal.value.code, Candidate.objects.filter(item__session=session).count()) == ("agenda.empty", 4)
    with pytest.raises(Refused) as refusal:
        stage.as_(stage.secretary, actions.fill_agenda, session_id=session.pk, offer_ids=[])
    assert refusal.value.code == "agenda.none"
