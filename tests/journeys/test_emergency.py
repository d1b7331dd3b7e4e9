"""An eviction: reported with its proof, recognised by the service that may, and visible in the points at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import Stage, png, submit

pytestmark = pytest.mark.browser


def points(page: Page) -> int:
    return int(re.search(r"Vos points\s+(\d+)", page.inner_text("main")).group(1))


def test_an_emergency_is_recognised_and_counts_at_once(stage: Stage):
    stage.household("famille.morel", years=1, motives=("05",))
    offer = stage.offer()
    home = stage.as_("famille.morel", f"/mon-espace/offres/{offer.pk}/postuler/")
    submit(home, "Je postule")
    application = home.url
    stage.rivals(offer, months=(60,))
    home.reload()
    before = points(home)
    expect(home.locator("main")).to_contain_text("2e")

    home.goto(f"{stage.site}/mon-espace/pieces/urgence/")
    home.get_by_label(re.compile("xpulsion")).first.check()
    home.locator("input[type=file]").set_input_files(
        {"name": "commandement.png", "mimeType": "image/png", "buffer": png("commandement de quitter les lieux")}
    )
    stage.shot(home, "urgence")
    submit(home, "Envoyer mon signalement")
    expect(home.locator("main")).to_contain_text("En attente de réponse")
    stage.shot(home, "urgence-signalee")

    service = stage.as_("claire.guichet", "/guichet/situations/")
    stage.shot(service, "situations")
    service.locator("main a[href*='/guichet/situations/']").first.click()
    submit(service, "Reconnaître la situation")
    expect(service.locator("main")).to_contain_text("La situation est reconnue")

    home.goto(application)
    assert points(home) == before + 60
    expect(home.locator("main")).to_contain_text("1er")
    stage.shot(home, "urgence-reconnue")
