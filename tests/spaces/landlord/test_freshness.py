"""Confirming all one's offers with one button, ending one, settling a contradiction; what households read of it."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from palier.accounts.roles import Role
from palier.homes import actions
from palier.homes.models import Contradiction, Offer
from tests.chain.test_chain import Stage
from tests.conftest import NOW
from tests.homes.test_freshness import state

CONFIRM = "/bailleur/offres/confirmer/"


def begin(build) -> Stage:
    made = Stage(build)
    made.apply()
    return made


@pytest.fixture
def stage(begun) -> Stage:
    return begun


@pytest.fixture
def client(stage, client_for):
    return client_for(stage.agent)


def words(answer) -> str:
    text = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(text).replace("\u00a0", " ").replace("\u202f", " ").split())


def test_one_button_confirms_what_was_shown_and_says_what_it_did(client, stage, build):
    second, unseen = build.offer(stage.landlord), build.offer(stage.landlord)
    page = words(client.get(CONFIRM))
    assert stage.offer.dwelling.reference in page and "valable jusqu’au 30 novembre 2026" in page
    answer = client.post(CONFIRM, {f"offre-{stage.offer.pk}": "let", f"offre-{second.pk}": "available"}, follow=True)
    assert "1 offre confirmée. 1 logement loué. 4 candidats libérés et prévenus." in words(answer)
    states = dict(Offer.objects.values_list("pk", "state"))
    assert states == {stage.offer.pk: "let", second.pk: "published", unseen.pk: "published"}
    assert Offer.objects.get(pk=unseen.pk).confirmed_at == unseen.confirmed_at
    assert "Loué, en ligne" in words(client.get(CONFIRM))


def test_an_unknown_answer_is_refused_beside_its_field(client, stage):
    answer = client.post(CONFIRM, {f"offre-{stage.offer.pk}": "perhaps"})
    assert answer.status_code == 422
    assert Offer.objects.get(pk=stage.offer.pk).confirmed_at == stage.offer.confirmed_at


def test_left_for_later_nothing_is_said(client, stage):
    client.post(CONFIRM, {f"offre-{stage.offer.pk}": "later"})
    assert Offer.objects.get(pk=stage.offer.pk).confirmed_at == stage.offer.confirmed_at


def test_ending_one_offer_tells_first_how_many_wait(client, stage):
    path = f"/bailleur/offres/{stage.offer.pk}/loue/"
    assert "4 candidats seront libérés et prévenus aussitôt" in words(client.get(path))
    assert "C’est noté : 4 candidats libérés et prévenus." in words(client.post(path, {}, follow=True))


def test_a_contradiction_is_shown_kept_out_of_the_button_and_settled(client, stage):
    state(stage, "let", hours=-1)
    found = Contradiction.objects.get()
    page = words(client.get(CONFIRM))
    assert (
        "loué par son système le 23 novembre 2026 à 09:00, mais disponible en ligne le 23 novembre 2026 à 07:00" in page
    )
    assert "Aucune offre n’est à confirmer." in page
    assert "Deux sources se contredisent" in words(client.get("/bailleur/"))
    path = f"/bailleur/contradictions/{found.pk}/"
    assert client.post(path, {}).status_code == 422
    client.post(path, {"says": "available"})
    assert Contradiction.objects.get().state == "settled"
    assert "Tranché" in words(client.get(path))


def test_another_landlord_meets_a_wall(stage, build, client_for):
    state(stage, "let", hours=-1)
    stranger = client_for(build.actor(Role.LANDLORD))
    assert stranger.get(f"/bailleur/contradictions/{Contradiction.objects.get().pk}/").status_code == 404
    assert stranger.post(f"/bailleur/offres/{stage.offer.pk}/loue/", {}).status_code == 404
    assert stranger.post(CONFIRM, {f"offre-{stage.offer.pk}": "let"}, follow=True).status_code == 200
    assert Offer.objects.get(pk=stage.offer.pk).state == "published"


def test_who_confirmed_how_and_when_is_public(stage, client):
    state(stage, "available", hours=-1)
    shown = f"{stage.landlord.name} · confirmé il y a 1 h , par son système"
    assert shown in words(client.get("/offres/"))
    page = words(client.get(f"/offres/{stage.offer.pk}/"))
    assert f"{stage.landlord.name} · confirmé par le bailleur il y a 1 h , par son système" in page


def test_a_suspended_offer_says_so_to_everybody_and_reassures_its_candidates(stage, client, client_for):
    Offer.objects.update(confirmed_at=NOW - timedelta(days=8))
    actions.suspend_stale()
    page = words(client.get(f"/offres/{stage.offer.pk}/"))
    assert "n’a pas confirmé à temps" in page and "dernière confirmation du bailleur il y a 8 jours" in page
    mine = stage.demands[0].applications.get()
    page = words(client_for(stage.households[0]).get(f"/mon-espace/candidatures/{mine.pk}/"))
    assert "La vôtre reste en place, avec votre rang." in page


def test_a_freed_household_reads_an_excuse_and_the_way_to_its_offers(stage, client, client_for):
    client.post(f"/bailleur/offres/{stage.offer.pk}/loue/", {})
    mine = stage.demands[0].applications.get()
    answer = client_for(stage.households[0]).get(f"/mon-espace/candidatures/{mine.pk}/")
    assert "Il a été loué en dehors de Palier. Nous vous présentons nos excuses" in words(answer)
    assert 'href="/mon-espace/offres/"' in answer.content.decode()
