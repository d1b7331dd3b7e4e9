"""The demand in a browser: errors one can reach, text that outlives a cut line, rows, the way back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from palier.accounts.models import Person
from palier.common.isolation import SYSTEM, acting
from palier.demands.models import Draft
from palier.demo.people import BY_KEY
from tests.browsing import PATIENCE
from tests.builders import Builder
from tests.spaces.applicant.steps import SOUND, url

pytestmark = pytest.mark.browser
WHO = BY_KEY["amina.benali"]


@pytest.fixture(autouse=True)
def _still_clock() -> None:
    """Here time goes by."""


@pytest.fixture
def page(site, browser_page):
    """A household signed in, that has typed nothing yet."""
    with acting(SYSTEM):
        Builder().person(email=WHO.email, first_name=WHO.first_name, last_name=WHO.last_name)
    browser_page.goto(f"{site}/demo/")
    browser_page.get_by_role("button", name=f"{WHO.first_name} {WHO.last_name}").click()
    browser_page.wait_for_url("**/mon-espace/")
    return browser_page


def fill(page, key: str, **changes) -> None:
    for name, value in {**SOUND[key], **changes}.items():
        field = page.locator(f"form[data-autosave] [name='{name}']:not(template *)").first
        if field.evaluate("field => field.type") in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                page.locator(f"[name='{name}'][value='{one}']").check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def go_on(page) -> None:
    page.locator(".actions").get_by_role("button", name="Continuer").click()


def answers(key: str) -> dict:
    with acting(SYSTEM):
        draft = Draft.objects.filter(author=Person.objects.get(email=WHO.email)).first()
        return draft.answers.get(key, {}) if draft else {}


def test_errors_are_reached_from_the_summary_that_takes_the_focus(site, page):
    page.goto(site + url("identite"))
    fill(page, "identite", last_name="Benali 🙂", postcode="1")
    go_on(page)
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(2)
    summary.get_by_role("link").first.click()
    field = page.locator("#id_last_name")
    expect(field).to_be_focused()
    expect(field).to_have_value("Benali 🙂")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "Erreur : Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes."
    )
    expect(page).to_have_title("Erreur : Vous – Palier")


def test_what_is_typed_is_saved_as_one_types_and_outlives_a_cut_line(site, page):
    page.goto(site + url("identite"))
    state = page.locator("[data-autosave-state]")
    page.locator("#id_last_name").fill("Benali")
    expect(state).to_have_text(re.compile(r"^Enregistré à \d\d:\d\d$"))
    assert answers("identite")["last_name"] == ["Benali"]
    page.context.set_offline(True)
    page.locator("#id_line").fill("4 rue des Écoles")
    expect(state).to_have_text("Hors connexion : vos réponses sont gardées sur cet appareil.")
    page.context.set_offline(False)
    expect(state).to_have_text(re.compile(r"^Enregistré à \d\d:\d\d$"))
    assert answers("identite")["line"] == ["4 rue des Écoles"]
    page.goto(site + url("identite"))
    expect(page.locator("#id_line")).to_have_value("4 rue des Écoles")


def test_a_page_closed_while_offline_gives_its_text_back_rows_included(site, page):
    page.goto(site + url("menage"))
    page.context.set_offline(True)
    page.get_by_role("button", name="Ajouter une personne à charge").click()
    page.locator("#id_child_1_first_names").fill("Zoé")
    expect(page.locator("[data-autosave-state]")).to_have_attribute("data-state", "kept")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#id_child_1_first_names")).to_have_value("Zoé")


def test_rows_are_added_and_taken_away_on_the_page(site, page):
    page.goto(site + url("menage"))
    rows = page.locator("[data-rows=child] [data-row]")
    expect(rows).to_have_count(1)
    for _ in range(13):
        page.get_by_role("button", name="Ajouter une personne à charge").click()
    expect(rows).to_have_count(14)
    expect(page.locator("#id_child_13_first_names")).to_be_focused()
    for n in range(14):
        page.locator(f"#id_child_{n}_first_names").fill("abcdefghijklmn"[n] * 3)
        page.locator(f"#id_child_{n}_birth_date").fill("2015-01-01")
    rows.nth(2).get_by_role("button", name="Retirer").click()
    expect(rows).to_have_count(13)
    expect(rows.nth(2).locator("legend")).to_have_text("Personne 3")
    page.get_by_role("button", name="Ajouter une personne à charge").click()
    expect(page.locator("#id_child_14_first_names")).to_be_focused()
    page.locator("#id_family_status").select_option("C")
    go_on(page)
    page.wait_for_url("**/ressources/")
    names = [v for k, [v] in answers("menage").items() if k.endswith("first_names") and v]
    assert (len(names), "ccc" in names) == (13, False)


def test_back_then_on_again_keeps_the_second_version(site, page):
    page.goto(site + url("identite"))
    fill(page, "identite")
    go_on(page)
    page.wait_for_url("**/menage/")
    page.go_back()
    page.wait_for_url("**/identite/")
    page.locator("#id_last_name").fill("Benali-Roux")
    go_on(page)
    page.wait_for_url("**/menage/")
    assert answers("identite")["last_name"] == ["Benali-Roux"]


def test_the_whole_demand_without_javascript(site, page, browser):
    plain = browser.new_context(java_script_enabled=False, viewport=page.viewport_size, locale="fr-FR")
    plain.add_cookies(page.context.cookies())
    bare = plain.new_page()
    bare.set_default_timeout(PATIENCE)
    bare.goto(site + url("identite"))
    for key in SOUND:
        if key == "menage":
            bare.get_by_role("button", name="Ajouter une personne à charge").click()
            expect(bare.locator("[data-rows=child] [data-row]")).to_have_count(2)
        fill(bare, key)
        go_on(bare)
    bare.wait_for_url("**/recapitulatif/**")
    bare.get_by_label("Je déclare").check()
    bare.get_by_role("button", name="Enregistrer ma demande").click()
    expect(bare.locator("main")).to_contain_text("Numéro unique")
    plain.close()
