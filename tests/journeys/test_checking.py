"""The desk's queue: a document refused with its reason in three clicks, or by the keyboard alone; renewed in time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demands import nights
from palier.demo.models import Mail
from palier.documents.models import Piece
from tests.journeys.people import PHONE, Stage, png, submit

pytestmark = pytest.mark.browser


@pytest.fixture
def home(stage: Stage) -> Page:
    """A household that sent its identity document and said until when it is valid."""
    stage.household("famille.morel", years=1)
    page = stage.as_("famille.morel", "/mon-espace/pieces/")
    with acting(SYSTEM):
        assert Piece.objects.count() == 0
    row = page.locator("#ligne-identity-applicant")
    row.locator("input[type=file]").set_input_files(
        {"name": "carte.png", "mimeType": "image/png", "buffer": png("carte d’identité")}
    )
    row.get_by_role("button", name="Envoyer").click()
    expect(page.locator("#ligne-identity-applicant")).to_contain_text("Reçue, à vérifier")
    return page


def reach(page: Page, matches: str, *, most: int = 80) -> None:
    """Press Tab until what has the focus matches."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", matches):
            return
    raise AssertionError(f"the keyboard does not reach {matches}")


def told(stage: Stage) -> str:
    stage.deliver()
    with acting(SYSTEM):
        return Mail.objects.order_by("-pk").first().text


def test_three_clicks_refuse_a_document_and_the_mail_says_what_to_do(stage: Stage, home: Page):
    desk = stage.as_("claire.guichet", "/guichet/")
    stage.shot(desk, "guichet")
    desk.get_by_role("link", name="Vérifier la plus ancienne").click()
    desk.get_by_text("La pièce est illisible, floue ou coupée").click()
    stage.shot(desk, "piece")
    desk.get_by_role("button", name="Refuser la pièce").click()
    expect(desk.locator("main")).to_contain_text("Pièce refusée : la personne en est informée")
    with acting(SYSTEM):
        refused = Piece.objects.get()
    assert (refused.state, refused.refusal_code) == ("refused", "unreadable")
    words = told(stage)
    for part in ("illisible, floue ou coupée", "les quatre coins", "recto et verso", "/mon-espace/pieces/"):
        assert part in words
    home.reload()
    expect(home.locator("#ligne-identity-applicant")).to_contain_text("À remplacer")
    stage.shot(home, "piece-refusee")


def test_the_keyboard_alone_refuses_a_document(stage: Stage, home: Page):
    desk = stage.as_("claire.guichet", "/guichet/")
    reach(desk, "a[href^='/guichet/pieces/']:not([href='/guichet/pieces/'])")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/guichet/pieces/*/")
    reach(desk, "input[name='code']")
    desk.keyboard.press("ArrowDown")
    reach(desk, "textarea[name='text']", most=3)
    desk.keyboard.type("Il manque le verso")
    reach(desk, "button[type='submit']", most=3)
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_contain_text("Pièce refusée")
    with acting(SYSTEM):
        assert Piece.objects.get().reason == "Il manque des pages – Il manque le verso"


def test_a_date_said_checked_and_renewed_in_time(stage: Stage, home: Page):
    today = clock.today()
    ends = today + timedelta(days=50)
    home.locator("#ligne-identity-applicant input[type=date]").fill(ends.isoformat())
    stage.shot(home, "date")
    submit(home, "Noter la date")
    expect(home.locator("main")).to_contain_text("La date est notée")

    desk = stage.as_("claire.guichet", "/guichet/")
    desk.get_by_role("link", name="Vérifier la plus ancienne").click()
    expect(desk.get_by_label("Date de fin de validité")).to_have_value(ends.isoformat())
    desk.get_by_label("Date de fin de validité").fill((today - timedelta(days=3)).isoformat())
    submit(desk, "Accepter")
    expect(desk.locator(".field-wrong")).to_contain_text("la pièce ne vaut plus depuis")
    stage.shot(desk, "piece-expiree")
    desk.get_by_label("Date de fin de validité").fill(ends.isoformat())
    submit(desk, "Accepter")
    expect(desk.locator("main")).to_contain_text("Elle vaut jusqu’au")

    row = home.locator("#ligne-identity-applicant")
    home.reload()
    expect(row).to_contain_text("Valable jusqu’au")
    stage.shot(home, "valable")
    _age(ends, today + timedelta(days=20))
    home.reload()
    expect(row).to_contain_text("À renouveler avant le")
    stage.shot(home, "a-renouveler")
    _age(today + timedelta(days=20), today - timedelta(days=2))
    home.reload()
    expect(row).to_contain_text("Expirée depuis le")
    expect(row).to_contain_text("envoyez la nouvelle pièce d’identité")
    assert home.viewport_size == PHONE
    stage.shot(home, "expiree")
    with acting(SYSTEM):
        assert nights.run()["proofs"] == 1
    assert "jusqu’au" in told(stage)


def _age(before: date, after: date) -> None:
    """The same document, some weeks later."""
    with acting(SYSTEM):
        assert Piece.objects.filter(valid_until=before).update(valid_until=after, expires_on=after) == 1
