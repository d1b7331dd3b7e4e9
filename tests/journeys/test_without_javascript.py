"""Without JavaScript: search, open an account, register, apply, withdraw. Slower hands, the same service."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from palier.applications.models import Application
from palier.common.isolation import SYSTEM, acting
from palier.demands.models import Demand
from palier.demo.models import Mail
from tests.browsing import PATIENCE
from tests.journeys.people import PHONE, Stage

pytestmark = pytest.mark.browser
EMAIL = "sans.script@exemple.fr"


@pytest.fixture
def plain(browser) -> Page:
    page = browser.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=False).new_page()
    page.set_default_timeout(PATIENCE)
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def test_from_the_search_to_a_withdrawn_application(stage: Stage, plain: Page):
    offer = stage.offer(type="T2", surface=45)
    plain.goto(f"{stage.site}/offres/")
    plain.locator(".filters summary").first.click()
    plain.locator("[name=lieu]").fill("Caen")
    press(plain, "Voir les résultats")
    assert "lieu=Caen" in plain.url
    plain.get_by_role("link", name=re.compile("à Caen")).first.click()
    expect(plain.locator("main")).to_contain_text("confirmé par le bailleur")

    plain.goto(f"{stage.site}/compte/signup/")
    plain.locator("[name=email]").fill(EMAIL)
    plain.locator("[name=password1]").fill("un-mot-de-passe-assez-long")
    press(plain, "Recevoir le lien")
    stage.deliver()
    with acting(SYSTEM):
        link = re.search(r"(/compte/\S*confirm\S*)", Mail.objects.get(to=EMAIL).text).group(1)
    plain.goto(stage.site + link)
    plain.locator("main form button").first.click()

    register(stage, plain)
    plain.goto(f"{stage.site}/mon-espace/offres/{offer.pk}/postuler/")
    press(plain, "Je postule")
    expect(plain.locator("main")).to_contain_text("Déposée")
    press(plain, "Retirer ma candidature")
    with acting(SYSTEM):
        assert list(Application.objects.values_list("state", flat=True)) == ["withdrawn"]


def register(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.site}/mon-espace/demande/etape/identite/")
    page.get_by_label("Madame").check()
    for name, text in {
        "last_name": "Lefort", "first_names": "Jeanne", "birth_date": "1990-02-03", "line": "3 rue Froide",
        "postcode": "14000", "town": "Caen",
    }.items():  # fmt: skip
        page.locator(f"[name={name}]").fill(text)
    page.get_by_label("Française").check()
    press(page, "Continuer")
    page.get_by_label("Votre situation de famille").select_option("C")
    press(page, "Continuer")
    page.get_by_label("Votre situation professionnelle").select_option("CDI")
    page.locator("[name=res_SAL]").fill("1300")
    page.locator("[name=tax_2024]").fill("14000")
    page.locator("[name=tax_2025]").fill("14000")
    press(page, "Continuer")
    page.get_by_label("Vous êtes actuellement").select_option("LP")
    press(page, "Continuer")
    press(page, "Continuer")
    page.get_by_label("Votre motif principal").select_option("13")
    page.locator("[name=types][value=T2]").check()
    page.locator("[name=place_1]").fill("Caen")
    press(page, "Continuer")
    page.get_by_label("Je déclare").check()
    press(page, "Enregistrer ma demande")
    with acting(SYSTEM):
        assert Demand.objects.get().person.email == EMAIL
