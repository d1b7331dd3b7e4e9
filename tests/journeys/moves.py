"""From the closed list to the signed minutes: what the landlord, the secretary and the members do in every journey."""

from __future__ import annotations

import re
from collections.abc import Iterable

from playwright.sync_api import Locator, Page, expect

from palier.homes.models import Offer
from tests.journeys.people import Stage, pdf_text, submit


def close_the_list(stage: Stage, offer: Offer, *, candidates: int) -> None:
    """The landlord fixes the order of an offer's candidates and receives the first files."""
    desk = stage.as_("sophie.bailleur", f"/bailleur/offres/{offer.pk}/candidats/")
    expect(desk.locator("main tbody tr")).to_have_count(candidates)
    stage.shot(desk, "bailleur-candidats")
    submit(desk, "Arrêter la liste")
    expect(desk.locator("main")).to_contain_text("La liste est arrêtée")


def admit(stage: Stage, applications: Iterable[int]) -> None:
    """The landlord opens each file and finds it complete, or says why it goes on without some documents."""
    for pk in applications:
        desk = stage.as_("sophie.bailleur", f"/bailleur/dossiers/{pk}/")
        stage.shot(desk, "bailleur-dossier")
        waiting = desk.get_by_label("Pourquoi le dossier passe")
        if waiting.count():
            waiting.fill("Originaux vus au rendez-vous.")
        submit(desk, "Recevable malgré ces pièces" if waiting.count() else "Complet et recevable")
        expect(desk.locator("main")).to_contain_text("il peut passer en commission")


def prepare_the_session(stage: Stage, offer: Offer) -> None:
    """The secretary opens the usual window, puts the dwelling on the agenda, publishes and convenes."""
    desk = stage.as_("nadia.secretaire", "/bailleur/seances/nouvelle/")
    submit(desk, "Créer la séance")
    desk.goto(f"{stage.site}/bailleur/offres/{offer.pk}/ordre-du-jour/")
    stage.shot(desk, "secretariat-ordre-du-jour")
    submit(desk, "Inscrire à l’ordre du jour")
    submit(desk, "Publier et convoquer")
    expect(desk.locator("main")).to_contain_text("publiée")


def vote(stage: Stage, *, favourite: int, candidates: int = 3) -> None:
    """Three members bring the same candidate (its place in the list, -1 for the last) to the first rank.

    The mayor does it with the keyboard, the others by click; the last one changes her mind before the closing.
    """
    stage.jump("après l’ouverture")
    for key in ("yves.membre", "helene.maire", "ines.membre"):
        page = stage.as_(key, "/commission/")
        page.get_by_role("link", name="Classer les candidats").click()
        items = page.locator("[data-ranking] li")
        expect(items).to_have_count(candidates)
        chosen = items.nth(favourite).get_attribute("data-title")
        if key == "helene.maire":
            stage.shot(page, "commission-candidats")
        if key == "ines.membre":
            other = items.nth(0 if favourite else 1).get_attribute("data-title")
            bring_first(page, other, by_key=False)
            record(page)
            page.locator("main a[href*='/commission/logements/']").first.click()
        bring_first(page, chosen, by_key=key == "helene.maire")
        record(page)


def record(page: Page) -> None:
    """Each change left by itself; the button goes on, to the summary after the last dwelling."""
    expect(page.locator("[data-ballot-state]")).to_contain_text("Enregistré")
    page.locator(".ballot-send").click()
    page.wait_for_url("**/commission/seances/*/")
    expect(page.locator("main")).to_contain_text("tous vos logements sont classés")


def bring_first(page: Page, title: str, *, by_key: bool) -> None:
    """Choose this candidate first and the others as they come; or, once they are placed, bring it up."""
    mine = page.locator(f"[data-ranking] li[data-title='{title}']")
    # The buttons show once the page's module has taken the list over: before, they are neither on nor off.
    expect(mine.locator("button:visible").first).to_be_visible()
    wanted, up = mine.locator("[data-choose]"), mine.locator("[data-move='-1']")
    if wanted.is_visible():
        _press(page, wanted, "Enter" if by_key else "")
        while (others := page.locator("[data-choose]:visible")).count():
            _press(page, others.first, "Enter" if by_key else "")
    while up.is_enabled():
        _press(page, up, "ArrowUp" if by_key else "")
    expect(page.locator("[data-ranking] li").first).to_have_attribute("data-title", title)


def _press(page: Page, button: Locator, key: str) -> None:
    button.focus()
    page.keyboard.press(key) if key else button.click()


def count_and_sign(stage: Stage) -> None:
    """The secretary counts, the president signs, and the minutes can be read."""
    stage.jump("après la clôture")
    desk = stage.as_("nadia.secretaire", "/bailleur/seances/")
    desk.locator("main tbody a").first.click()
    submit(desk, "Dépouiller les votes")
    stage.shot(desk, "secretariat-decisions")
    president = stage.as_("yves.membre", "/commission/")
    president.locator("main a[href*='/commission/seances/']").first.click()
    president.get_by_role("link", name="Relire et signer").click()
    submit(president, "Signer le procès-verbal")
    expect(president.locator("main")).to_contain_text("signé")
    link = president.get_by_role("link", name=re.compile("procès-verbal", re.I)).get_attribute("href")
    answer = president.request.get(stage.site + link)
    assert (answer.status, "Procès-verbal" in pdf_text(answer.body())) == (200, True)
