"""A file goes to the commission complete, or with a reason that everyone reads."""

from __future__ import annotations

import pytest

from palier.applications import actions
from palier.applications.models import Application
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Event, Message
from palier.documents.models import Piece
from palier.documents.queries import unchecked
from tests.chain.test_chain import Stage


@pytest.fixture
def stage(build) -> Stage:
    return Stage(build)


@pytest.fixture
def sent(stage) -> Application:
    stage.apply()
    stage.as_(stage.agent, actions.make_shortlist, offer_id=stage.offer.pk)
    return Application.objects.filter(state="sent").order_by("pk").first()


def test_documents_still_to_check_need_a_reason(stage, sent):
    with pytest.raises(Refused) as refusal:
        stage.as_(stage.agent, actions.admit, application_id=sent.pk, why="  ")
    sent.refresh_from_db()
    assert (refusal.value.field, sent.state) == ("why", "sent")


def test_the_household_reads_the_reason_and_what_is_still_due(stage, sent):
    stage.as_(stage.agent, actions.admit, application_id=sent.pk, why="Originaux vus au rendez-vous.")
    with acting(SYSTEM):
        event = Event.objects.get(verb="applications.admit")
        mail = Message.objects.filter(kind="applications.admitted").get()
        due = unchecked(sent.demand)
    assert event.data["found"] == "recevable, sans attendre toutes les pièces : Originaux vus au rendez-vous."
    assert event.data["unchecked"] == [row.kind for row in due]
    assert all(row.label in mail.text for row in due) and due


def test_a_complete_file_needs_no_reason(stage, sent):
    with acting(SYSTEM):
        for row in unchecked(sent.demand):
            Piece.objects.create(
                demand=sent.demand, kind=row.kind, about=row.about, state="accepted", original_name="piece.pdf",
                file_name=f"{row.kind}-{row.about}", media_type="application/pdf", size=1000, sha256=row.kind,
                uploaded_at=clock.now(), uploaded_role="applicant", checked_at=clock.now(),
            )  # fmt: skip
        assert unchecked(sent.demand) == []
    stage.as_(stage.agent, actions.admit, application_id=sent.pk)
    with acting(SYSTEM):
        assert Event.objects.get(verb="applications.admit").data["found"] == "complet et recevable"


def test_the_page_asks_for_the_reason_beside_its_field(stage, sent, client_for):
    client = client_for(stage.agent)
    page = client.get(f"/bailleur/dossiers/{sent.pk}/").content.decode()
    assert "Recevable malgré ces pièces" in page
    refused = client.post(f"/bailleur/dossiers/{sent.pk}/recevable/", {"why": ""})
    assert (refused.status_code, "Dites pourquoi le dossier passe sans ces pièces." in refused.content.decode()) == (
        422,
        True,
    )
    assert client.post(f"/bailleur/dossiers/{sent.pk}/recevable/", {}).status_code == 422
    long = client.post(f"/bailleur/dossiers/{sent.pk}/recevable/", {"why": "x" * 301})
    assert (long.status_code, "x" * 301 in long.content.decode()) == (422, True)
    assert client.post(f"/bailleur/dossiers/{sent.pk}/recevable/", {"why": "Originaux vus."}).status_code == 302
