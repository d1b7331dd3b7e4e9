"""A session that starts digital, two ballots on line, and ends as a meeting recorded by keyboard, confirmed on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from palier.applications.models import Application
from palier.commissions.models import AgendaItem, Ballot, Session
from palier.common.isolation import SYSTEM, acting
from palier.demo.people import BY_KEY
from tests.journeys import moves
from tests.journeys.people import PHONE, Stage, pdf_text, submit
from tests.journeys.test_accessibility import findings

pytestmark = pytest.mark.browser


def test_a_digital_session_becomes_a_meeting(stage: Stage, browser):
    offer = stage.offer()
    stage.rivals(offer, months=(48, 36, 24))
    moves.close_the_list(stage, offer, candidates=3)
    with acting(SYSTEM):
        files = list(Application.objects.order_by("pk").values_list("pk", flat=True))
    moves.admit(stage, files)
    moves.prepare_the_session(stage, offer)
    stage.jump("après l’ouverture")
    for key in ("helene.maire", "yves.membre"):
        vote_online(stage, key)
    cast = ballots()
    desk = turn_into_a_meeting(stage)
    assert (ballots(), len(cast)) == (cast, 2)
    note_who_is_there(stage, desk)
    record_by_keyboard(stage, desk)
    every_page_can_be_used_by_anyone(stage, browser)
    confirm_on_a_phone(stage)
    count_and_sign(stage, desk)
    with acting(SYSTEM):
        assert AgendaItem.objects.get().count["votes"] == 9
        # Nobody's ballot was lost nor changed by the change of form.
        assert [b for b in ballots() if b["given"] == "online"] == cast


def ballots() -> list[dict]:
    with acting(SYSTEM):
        return list(Ballot.objects.order_by("pk").values())


def vote_online(stage: Stage, key: str) -> None:
    page = stage.as_(key, "/commission/")
    page.get_by_role("link", name="Classer les candidats").click()
    first = page.locator("[data-ranking] li").first.get_attribute("data-title")
    moves.bring_first(page, first, by_key=False)
    moves.record(page)


def turn_into_a_meeting(stage: Stage) -> Page:
    desk = stage.as_("nadia.secretaire", "/bailleur/seances/")
    desk.get_by_role("link", name=re.compile("Ouvrir")).first.click()
    desk.get_by_role("link", name="Tenir en réunion").click()
    desk.get_by_label("Réunion", exact=True).check()
    desk.get_by_label(re.compile("Où se réunir")).fill("Siège, salle du conseil")
    submit(desk, "Passer en réunion et prévenir les membres")
    expect(desk.locator("main")).to_contain_text("Écrivez pourquoi")
    expect(desk.get_by_label(re.compile("Où se réunir"))).to_have_value("Siège, salle du conseil")
    desk.get_by_label("Pourquoi").fill("Deux membres souhaitent échanger")
    stage.shot(desk, "secretariat-forme")
    submit(desk, "Passer en réunion et prévenir les membres")
    expect(desk.locator("main")).to_contain_text("Notez qui est là")
    assert any("se tient en réunion" in subject for subject in stage.mails("denis.membre@exemple.fr"))
    return desk


def note_who_is_there(stage: Stage, desk: Page) -> None:
    """The tenants' member is on the phone; with one button all the others are there."""
    desk.get_by_role("group", name=re.compile("Inès Robert")).get_by_label("Présence").select_option("phone")
    submit(desk, "Tous les autres sont là")
    expect(desk.locator("main")).to_contain_text("Enregistrez les votes")
    stage.shot(desk, "secretariat-presences")


def record_by_keyboard(stage: Stage, desk: Page) -> None:
    """Tab, digits, Enter: the seven who have not voted on line; the others' ballots stay closed."""
    desk.get_by_role("link", name=re.compile("Logement suivant")).click()
    expect(desk.locator("main")).to_contain_text("Voté en ligne")
    desk.get_by_label(re.compile("Tous du même avis")).focus()
    desk.keyboard.type("213")
    desk.get_by_label("Inès Robert", exact=True).focus()
    desk.keyboard.type("3 2")
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_contain_text("Candidat 1 : donnez-lui une place, ou un motif de refus.")
    expect(desk.get_by_label(re.compile("Tous du même avis"))).to_have_value("213")
    desk.get_by_label("Inès Robert", exact=True).focus()
    desk.keyboard.press("End")
    desk.keyboard.type(" 1")
    stage.shot(desk, "secretariat-votes")
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_contain_text("7 votes enregistrés")
    recorded = [(b["given"], b["answer"]) for b in ballots() if b["given"] != "online"]
    assert sorted(recorded) == [("phone", ""), *[("room", "")] * 6]


def every_page_can_be_used_by_anyone(stage: Stage, browser) -> None:
    """axe, and the width of a phone; the crawl of all pages follows one session only, and it is digital."""
    with acting(SYSTEM):
        item = AgendaItem.objects.get()
    found = []
    for key, paths in {
        "nadia.secretaire": [
            f"/bailleur/seances/{item.session_id}/{page}" for page in ("", "forme/", "reunion/", "reunion/feuille/")
        ]
        + [f"/bailleur/seances/logements/{item.pk}/votes/"],
        "ines.membre": ["/commission/", f"/commission/seances/{item.session_id}/", "/commission/votes-enregistres/"],
    }.items():
        context = browser.new_context(locale="fr-FR", bypass_csp=True)
        page = context.new_page()
        page.goto(f"{stage.site}/demo/")
        page.get_by_role("button", name=f"{BY_KEY[key].first_name} {BY_KEY[key].last_name}").click()
        page.wait_for_url(lambda url: "/demo/" not in url)
        for path in paths:
            page.goto(stage.site + path)
            found += findings(page, key, path)
        context.close()
    assert found == []


def confirm_on_a_phone(stage: Stage) -> None:
    phone = stage.as_("ines.membre", "/commission/")
    phone.set_viewport_size(PHONE)
    phone.get_by_role("link", name="Relire et confirmer").click()
    expect(phone.locator(".meeting-line ol li")).to_have_text([re.compile(f"Candidat {n}") for n in (3, 2, 1)])
    stage.shot(phone, "membre-confirme")
    submit(phone, "Je confirme")
    expect(phone.locator("main")).to_contain_text("vos votes sont confirmés")
    stage.shot(phone, "membre-confirmé")


def count_and_sign(stage: Stage, desk: Page) -> None:
    desk.reload()
    submit(desk, "Enregistrer et clore le vote")
    expect(desk.locator("main")).to_contain_text("Tous les votes sont clos")
    desk.get_by_role("link", name="Aller au dépouillement").click()
    submit(desk, "Dépouiller les votes")
    stage.shot(desk, "secretariat-decisions")
    with acting(SYSTEM):
        tied = AgendaItem.objects.get().open_ties
    assert tied == []
    president = stage.as_("yves.membre", "/commission/")
    president.locator("main a[href*='/commission/seances/']").first.click()
    expect(president.locator("main")).to_contain_text(re.compile(r"6\svotes sans confirmation du membre"))
    stage.shot(president, "presidence-signe")
    president.get_by_role("link", name="Relire et signer").click()
    submit(president, "Signer le procès-verbal")
    with acting(SYSTEM):
        signed = Session.objects.get()
    assert signed.state == "signed"
    text = pdf_text(bytes(signed.minutes))
    for words in (
        "Présencesàlaréunion",
        "avotéenligne",
        "confirméparlemembre",
        "nonconfirméparlemembre",
        "autéléphone",
    ):
        assert words in text, words
