"""Each mayor is told what was allocated in the commune, without a household; the secretary has every paper on one page."""

from __future__ import annotations

import io

import pikepdf
import pytest

from palier.accounts.roles import Role
from palier.commissions.models import Seat
from palier.common import clock
from palier.common.models import Message
from tests.chain.test_chain import AFTER, Stage, on_agenda
from tests.commissions.reading import text_of

begin = on_agenda


@pytest.fixture
def signed(begun) -> Stage:
    return begun


def sign(stage) -> str:
    stage.vote_and_sign(stage.candidates)
    return f"/commission/seances/{stage.session.pk}/attributions/14118/"


def test_the_mayor_gets_a_mail_and_a_list_without_households(signed, client_for):
    address = sign(signed)
    mail = Message.objects.get(kind="allocations.mayor")
    assert (mail.person, address in mail.text, "1 logement à Caen" in mail.text) == (signed.mayor.person_id, True, True)
    with clock.frozen_at(AFTER):
        answer = client_for(signed.mayor).get(address)
    text = text_of(answer.content)
    expected = ["Mairie de Caen", "T3 de 62 m² à Caen", signed.offer.dwelling.reference, signed.session.number]
    assert [word in text for word in expected] == [True] * 4
    personal = ["Essai1", "Camille", signed.candidates[0].application.demand.number, "enfant", "points"]
    assert [word for word in personal if word in text.replace("Essai", "Essai", 1)] == []
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert bool(document.Root.MarkInfo.Marked)


def test_the_list_is_for_its_mayor_and_the_president_only(signed, client_for, build):
    address = sign(signed)
    others = [signed.tenant, signed.agent, signed.households[0], build.actor(Role.MEMBER)]
    assert [client_for(a).get(address).status_code for a in (signed.president, signed.mayor)] == [200, 200]
    assert [client_for(a).get(address).status_code for a in others] == [404] * 4
    assert client_for(signed.mayor).get(address.replace("14118", "14366")).status_code == 404


def test_a_commune_whose_mayor_has_no_seat_is_marked_to_be_sent(signed, client_for):
    Seat.objects.filter(capacity="mayor").update(capacity="board", commune=None)
    sign(signed)
    assert Message.objects.filter(kind="allocations.mayor").count() == 0
    client = client_for(signed.secretary)
    page = client.get(f"/bailleur/seances/{signed.session.pk}/papiers/").content.decode()
    note = f"/bailleur/seances/{signed.session.pk}/attributions/14118/"
    assert ("À envoyer : pas de siège" in page, f'href="{note}"' in page) == (True, True)
    assert client.get(note).headers["Content-Type"] == "application/pdf"


def test_the_page_of_papers_lists_minutes_letters_and_notes(signed, client_for, build):
    sign(signed)
    address = f"/bailleur/seances/{signed.session.pk}/papiers/"
    page = client_for(signed.secretary).get(address).content.decode()
    letters = [f'href="/bailleur/candidatures/{c.application_id}/decision/"' in page for c in signed.candidates]
    assert (letters, "proces-verbal/" in page, "Envoyé au maire" in page) == ([True] * 4, True, True)
    for actor in (build.actor(Role.SECRETARY), signed.president, signed.agent):
        assert client_for(actor).get(address).status_code == 404


def test_no_paper_page_before_the_signature(signed, client_for):
    address = f"/bailleur/seances/{signed.session.pk}/papiers/"
    assert client_for(signed.secretary).get(address).status_code == 404
