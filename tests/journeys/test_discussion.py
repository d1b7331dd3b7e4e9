"""A member and the secretary, each in a browser, while the session lives: nobody reloads, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from palier.commissions import actions
from palier.commissions.models import AgendaItem, ReadMark
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demo.playing import character, play
from palier.demo.underway import begin
from tests.journeys.people import Stage
from tests.streams import Server

pytestmark = pytest.mark.browser
LISTENING, ASKING = "html[data-live-state=listening]", "html[data-live-state=asking]"


@pytest.fixture
def server(stage: Stage, settings) -> Iterator[Server]:
    made = Server(pages=int(stage.site.rpartition(":")[2]))
    settings.LIVE_PORT = made.port
    yield made
    made.stop()


@pytest.fixture
def item(stage: Stage) -> AgendaItem:
    """A dwelling of a published session of the cast's commission."""
    with acting(SYSTEM):
        offers = [stage.build.offer(dwelling=stage.build.dwelling(stage.landlord)) for _ in range(3)]
    for offer in offers:
        stage.rivals(offer, months=(60, 48, 36, 24, 12))
    with acting(SYSTEM):
        begin(instructed=offers[0], convened=[offers[1]], allocated=offers[2])
        return AgendaItem.objects.select_related("session").get(session__state="published")


def write(page: Page, words: str) -> None:
    page.get_by_label("Votre message").fill(words)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".thread-own").last).to_contain_text(words)


def test_messages_votes_and_read_marks_come_by_themselves_with_and_without_the_stream(stage, item, server):
    member = stage.as_("ines.membre", f"/commission/logements/{item.pk}/")
    desk = stage.as_("nadia.secretaire", f"/bailleur/seances/logements/{item.pk}/discussion/")
    for page in (member, desk):
        expect(page.locator(LISTENING)).to_be_attached()
        page.evaluate("window.sameDocument = true")

    member.get_by_label("Votre message").fill("Une question à moitié écrite")
    write(desk, "Le logement est libre le 15.")
    expect(member.locator(".thread-team")).to_contain_text("Le logement est libre le 15.")
    expect(member.get_by_label("Votre message")).to_have_value("Une question à moitié écrite")
    # Seen for a moment, it is read; and the author is told so.
    expect(desk.locator(".thread-read")).to_contain_text("Lu par 1 membre")
    expect(member.locator("#nav-unread")).to_be_empty()
    with acting(SYSTEM):
        assert ReadMark.objects.filter(person__email="ines.membre@exemple.fr", upto__gt=0).count() == 1

    write(member, "Y a-t-il un ascenseur ?")
    expect(desk.locator(".thread")).to_contain_text("Y a-t-il un ascenseur ?")
    stage.shot(member, "membre")
    stage.shot(desk, "secretaire")

    server.kill()
    expect(member.locator(ASKING)).to_be_attached()
    write(desk, "Oui, au troisième.")
    expect(member.locator(".thread")).to_contain_text("Oui, au troisième.")
    server.start()
    expect(member.locator(LISTENING)).to_be_attached()
    assert [page.evaluate("window.sameDocument") for page in (member, desk)] == [True, True]

    desk.goto(f"{stage.site}/bailleur/seances/{item.session_id}/")
    expect(desk.locator(LISTENING)).to_be_attached()
    desk.evaluate("window.sameDocument = true")
    with clock.frozen_at(item.session.opens_at):
        with acting(SYSTEM):
            ranking = list(item.candidates.order_by("position").values_list("pk", flat=True))
        play(character("yves.membre"), actions.cast_ballot, item_id=item.pk, ranking=ranking)
    expect(desk.locator(f"#turnout-{item.pk}")).to_contain_text("Ont voté : 1 sur")
    assert desk.evaluate("window.sameDocument") is True


def test_a_word_to_be_read_again_comes_back_with_its_reason_and_the_text(stage, item):
    member = stage.as_("ines.membre", f"/commission/logements/{item.pk}/")
    expect(member.locator(ASKING)).to_be_attached()
    text = "La maison de retraite pour malades et la prison sont loin."
    member.get_by_label("Votre message").fill(text)
    member.get_by_role("button", name="Envoyer").click()
    expect(member.locator(".field-error")).to_contain_text("Message non envoyé. À relire : « prison »")
    expect(member.get_by_label("Votre message")).to_have_value(text)
    expect(member.get_by_label("Votre message")).to_be_focused()
    stage.shot(member, "a-relire")
    member.get_by_label("J’ai relu").check()
    member.get_by_role("button", name="Envoyer").click()
    expect(member.locator(".thread-own")).to_contain_text(text)
    expect(member.get_by_label("J’ai relu")).to_have_count(0)
