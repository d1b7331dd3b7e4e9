"""Words that a free text may not hold are told: while one types, and once sent without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from palier.accounts.roles import Role
from palier.common.isolation import SYSTEM, acting
from palier.demo.people import BY_KEY
from tests.builders import Builder
from tests.spaces.applicant.steps import SOUND, fill, messages, url

WHO = BY_KEY["amina.benali"]
WORDS = "À relire : « dépressive » dit une maladie ou un diagnostic : dites seulement ce qu’il faut dans le logement. La personne peut lire ce texte."


def test_a_household_is_told_once_and_its_text_is_kept(build, client_for):
    household = build.actor(Role.APPLICANT)
    client = client_for(household)
    fill(client, "identite", "menage", "ressources", "logement")
    answer = client.post(url("souhaits"), {**SOUND["souhaits"], "notes": "Ma mère est dépressive."}, follow=True)
    assert messages(answer) == [WORDS]
    assert "Ma mère est dépressive." in answer.content.decode()


def test_an_agent_is_told_and_the_note_is_kept(build, client_for):
    landlord = build.organisation()
    application = build.application(build.demand(build.person()), build.offer(landlord), state="sent")
    client = client_for(build.actor(Role.LANDLORD, landlord))
    answer = client.post(f"/bailleur/dossiers/{application.pk}/note/", {"text": "Dame dépressive."}, follow=True)
    assert messages(answer) == ["Note enregistrée.", WORDS]
    application.refresh_from_db()
    assert application.note == "Dame dépressive."


@pytest.mark.browser
def test_the_warning_comes_while_one_types(site, browser_page):
    with acting(SYSTEM):
        Builder().person(email=WHO.email, first_name=WHO.first_name, last_name=WHO.last_name)
    browser_page.goto(f"{site}/demo/")
    browser_page.get_by_role("button", name=f"{WHO.first_name} {WHO.last_name}").click()
    browser_page.wait_for_url("**/mon-espace/")
    browser_page.goto(site + url("souhaits"))
    notes = browser_page.get_by_label("Précisions utiles")
    notes.fill("Ma mère est dépressive.")
    expect(browser_page.locator("#id_notes_careful")).to_have_text(WORDS)
    notes.fill("Ma mère a besoin d’un rez-de-chaussée.")
    expect(browser_page.locator("#id_notes_careful")).to_have_text("")
