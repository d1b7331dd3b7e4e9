"""The secretary's session page: what is missing before publication, one page to correct, what followed."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest

from palier.applications import actions as applications
from palier.applications.models import Application
from palier.commissions import actions
from palier.commissions.models import AgendaItem, Correction, Session
from palier.common import clock
from tests.chain.test_chain import CLOSES, OPENS, Stage

begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


@pytest.fixture
def client(stage, client_for):
    return client_for(stage.secretary)


def words(answer) -> str:
    return unescape(answer.content.decode()).replace("\u00a0", " ")


def preparing(stage) -> str:
    stage.candidates = stage.to_agenda()
    Session.objects.update(state="preparing", rules=None, summoned_at=None)
    return f"/bailleur/seances/{stage.session.pk}/"


def test_the_page_tells_what_is_missing_before_members_are_called(client, stage):
    page = words(client.get(preparing(stage)))
    assert "Le délai de convocation n’est pas tenu" in page
    assert "Convocation 2 jours avant l’ouverture ; le règlement en demande 3" in page
    assert "Candidat 1 : il manque : " in page
    assert "Aucun siège pour l’intercommunalité et le préfet." in page
    assert "Le seuil de revenus du premier quartile n’est pas saisi" in page
    assert page.count('action="/bailleur/seances/') == 1


def test_a_session_that_cannot_be_published_has_no_button_for_it(client, stage):
    address = preparing(stage)
    for candidate in stage.candidates[:2]:
        stage.as_(stage.household_of(candidate), applications.withdraw, application_id=candidate.application_id)
    page = words(client.get(address))
    assert ("À régler d’abord" in page, f'action="{address}publier/"' in page) == (True, False)
    assert "la loi en demande 3" in words(client.post(f"{address}publier/", follow=True))
    assert Session.objects.get().state == "preparing"


def test_published_it_says_when_members_were_called_and_reminded(client, stage):
    stage.to_agenda()
    with clock.frozen_at(CLOSES - timedelta(hours=3)):
        actions.remind_all()
        page = words(client.get(f"/bailleur/seances/{stage.session.pk}/"))
    assert "Membres convoqués le" in page
    assert "Rappel 3 h avant la clôture : 3 membres." in page
    assert "Règlement, version 1" in page


def test_composing_an_agenda_from_ready_dwellings(client, stage):
    stage.apply()
    stage.as_(stage.agent, applications.make_shortlist, offer_id=stage.offer.pk)
    sent = list(Application.objects.filter(state="sent").order_by("pk"))
    for application in sent[:2]:
        stage.as_(stage.agent, applications.admit, application_id=application.pk, why="Vu.")
    session = stage.as_(
        stage.secretary, actions.create_session, commission_id=stage.commission.pk, opens_at=OPENS, closes_at=CLOSES
    )
    address = f"/bailleur/seances/{session.pk}/composer/"
    few = words(client.get(address))
    assert ("Inscrire avec une exception" in few, 'name="offers"' in few) == (True, False)
    for application in sent[2:]:
        stage.as_(stage.agent, applications.admit, application_id=application.pk, why="Vu.")
    assert f'name="offers" value="{stage.offer.pk}"' in words(client.get(address))
    empty = client.post(address, {"sent": "1"})
    assert (empty.status_code, "Choisissez au moins un logement." in words(empty)) == (422, True)
    done = client.post(address, {"offers": [stage.offer.pk]}, follow=True)
    assert "Un logement est inscrit à l’ordre du jour." in words(done)
    assert AgendaItem.objects.get().candidates.count() == 4


@pytest.mark.parametrize(
    "data, field, said",
    [
        ({"kind": "remove"}, "candidate", "Choisissez le candidat."),
        ({"kind": "facts"}, "candidate", "Choisissez le candidat."),
        ({"kind": "withdraw", "reason": ""}, "reason", "Écrivez pourquoi : chaque membre le lit"),
        ({"kind": "move"}, "kind", "move"),
    ],
)
def test_a_correction_that_is_not_whole_is_told_beside_its_field(client, stage, data, field, said):
    candidates = stage.to_agenda()
    answer = client.post(f"/bailleur/seances/logements/{candidates[0].item_id}/corriger/", {"reason": "Essai", **data})
    page = words(answer)
    assert (answer.status_code, f"id_{field}_error" in page, said in page) == (422, True, True)
    assert Correction.objects.count() == 0


def test_each_correction_is_done_from_its_page_and_shown_on_the_session(client, stage):
    candidates = stage.to_agenda()
    address = f"/bailleur/seances/logements/{candidates[0].item_id}/corriger/"
    session = f"/bailleur/seances/{stage.session.pk}/"
    client.post(address, {"kind": "remove", "candidate": candidates[3].pk, "reason": "A trouvé un logement"})
    client.post(address, {"kind": "add", "application": candidates[3].application_id, "reason": "Erreur de ma part"})
    client.post(address, {"kind": "dwelling", "reason": "Le loyer est de 412 euros"})
    same = client.post(address, {"kind": "facts", "candidate": candidates[0].pk, "reason": "Revenus"})
    assert "Rien n’a changé dans ce dossier" in words(same)
    page = words(client.get(session))
    for said in ("Candidat 4 retiré", "A trouvé un logement", "Candidat 5 ajouté", "Le loyer est de 412 euros"):
        assert said in page
    client.post(address, {"kind": "withdraw", "reason": "Dégât des eaux"})
    page = words(client.get(session))
    assert ("Retiré de l’ordre du jour" in page, "Reporté à une autre séance" in page) == (True, False)
    assert client.get(address).status_code == 302


def test_a_new_session_is_proposed_at_a_window_that_leaves_the_notice(client, stage):
    page = words(client.get("/bailleur/seances/nouvelle/"))
    # Monday: Wednesday is two days away, the rules ask for three.
    assert 'value="2026-12-02T09:00"' in page
