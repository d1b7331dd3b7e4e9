"""A photograph sent over a line that breaks: it ends by itself, goes on after a closed page, and is never doubled."""

from __future__ import annotations

import math
import os
import re
import time

import pytest
from django.contrib.sessions.models import Session
from django.test import override_settings
from playwright.sync_api import Page, expect

from palier.common.isolation import SYSTEM, acting
from palier.documents.models import Piece, Upload
from tests.documents import files
from tests.journeys.people import Stage
from tests.journeys.test_accessibility import findings

pytestmark = pytest.mark.browser
BLOCK = 32 * 1024
PHOTO = files.jpeg(width=1200, height=900) + os.urandom(900_000)
BLOCKS = math.ceil(len(PHOTO) / BLOCK)


@pytest.fixture(autouse=True)
def small_blocks():
    with override_settings(UPLOAD_BLOCK_BYTES=BLOCK):
        yield


@pytest.fixture
def papers(stage: Stage) -> Page:
    stage.household("amina.benali", years=1)
    return stage.as_("amina.benali", "/mon-espace/pieces/")


class Line:
    """The page's connection: slow, cut and mended; and which blocks the site has counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.counted = page, []
        page.on("response", self._note)

    def _note(self, response) -> None:
        if (offset := response.request.headers.get("upload-offset")) and response.status == 200:
            self.counted.append(int(offset))

    def slow(self) -> None:
        link = self.page.context.new_cdp_session(self.page)
        link.send("Network.enable")
        link.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 20, "downloadThroughput": 10**7, "uploadThroughput": 300_000},
        )

    def cut(self) -> None:
        self.page.context.set_offline(True)

    def mend(self) -> None:
        self.page.context.set_offline(False)


def choose(page: Page, name: str = "photo.jpg", row: str = "#piece-identity-applicant") -> None:
    page.locator(f"{row} input[type=file]").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": PHOTO})


def half_sent(page: Page) -> None:
    expect(page.locator(".upload-row")).to_contain_text(re.compile(r"[45]\d\d ko envoyés"))


def taken() -> tuple[int, int]:
    """Documents, and files sent in part."""
    with acting(SYSTEM):
        return Piece.objects.count(), Upload.objects.count()


def settled() -> int:
    """What is held once the site has dealt with the block that was on its way."""
    held = -1
    while True:
        with acting(SYSTEM):
            former, held = held, Upload.objects.get().received
        if held == former:
            return held
        time.sleep(1)


def test_a_cut_line_is_told_and_the_sending_ends_by_itself(stage: Stage, papers: Page):
    line = Line(papers)
    line.slow()
    choose(papers)
    half_sent(papers)
    stage.shot(papers, "pendant")
    line.cut()
    row = papers.locator(".upload-row")
    expect(row).to_contain_text(re.compile(r"Connexion perdue, l’envoi reprendra tout seul \(\d+ % déjà reçus\)"))
    expect(papers.locator("#announce")).to_contain_text("Connexion perdue")
    expect(row.get_by_role("button", name="Reprendre")).to_be_visible()
    stage.shot(papers, "coupure")
    assert taken() == (0, 1)
    line.mend()
    expect(papers.locator("main")).to_contain_text("Votre pièce est bien reçue", timeout=30_000)
    stage.shot(papers, "recue")
    assert taken() == (1, 0)
    # Every block is answered for once; at most the one that the cut caught was held without its answer.
    missing = {n * BLOCK for n in range(BLOCKS)} - set(line.counted)
    assert (len(line.counted), len(missing) <= 1) == (BLOCKS - len(missing), True)


def test_a_closed_page_goes_on_from_where_it_was(stage: Stage, papers: Page):
    line = Line(papers)
    line.slow()
    choose(papers)
    half_sent(papers)
    papers.goto("about:blank")
    held = settled()
    papers.goto(f"{stage.site}/mon-espace/pieces/")
    waiting = papers.locator("#envois")
    expect(waiting).to_contain_text(f"photo.jpg : {100 * held // len(PHOTO)} % reçus")
    expect(waiting).to_contain_text("choisissez à nouveau le même fichier")
    stage.shot(papers, "apres-fermeture")
    assert 0 < held < len(PHOTO)
    line.counted.clear()
    choose(papers)
    expect(papers.locator("main")).to_contain_text("Votre pièce est bien reçue", timeout=30_000)
    assert sorted(line.counted) == list(range(held, len(PHOTO), BLOCK))
    assert taken() == (1, 0)
    # Chosen once more, it is there already: not one block leaves.
    line.counted.clear()
    papers.locator("#ligne-identity-applicant summary").click()
    choose(papers, "copie.jpg")
    expect(papers.locator("main")).to_contain_text("Votre pièce est bien reçue")
    assert (line.counted, taken()) == ([], (1, 0))


def test_a_sending_is_given_up_while_it_runs_or_later(stage: Stage, papers: Page):
    line = Line(papers)
    line.slow()
    choose(papers)
    half_sent(papers)
    papers.locator(".upload-row").get_by_role("button", name="Annuler").click()
    expect(papers.locator(".upload-row")).to_have_count(0)
    expect(papers.locator("#announce")).to_contain_text("est annulé")
    choose(papers)
    half_sent(papers)
    papers.reload()
    papers.locator("#envois").get_by_role("button", name="Oublier").click()
    expect(papers.locator("main")).to_contain_text("L’envoi est annulé")
    expect(papers.locator("#envois")).to_have_count(0)
    assert taken() == (0, 0)


def test_a_full_disk_is_told_and_the_sending_goes_on_once_there_is_room(stage: Stage, papers: Page):
    with override_settings(DISK_RESERVE_BYTES=10**18):
        choose(papers)
        row = papers.locator(".upload-row")
        expect(row).to_contain_text("La place manque sur le serveur")
        stage.shot(papers, "disque-plein")
    row.get_by_role("button", name="Reprendre").click()
    expect(papers.locator("main")).to_contain_text("Votre pièce est bien reçue")
    assert taken() == (1, 0)


def test_what_is_no_document_is_told_in_its_row(stage: Stage, papers: Page):
    papers.locator("#piece-identity-applicant input[type=file]").set_input_files(
        {"name": "jeu.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\x00" + b"\0" * 5000}
    )
    expect(papers.locator(".upload-row")).to_contain_text("Ce fichier est un programme, pas un document")
    expect(papers.locator(".upload-row").get_by_role("button", name="Reprendre")).to_be_hidden()
    stage.shot(papers, "refus")
    assert taken() == (0, 0)


def test_the_desk_sends_by_blocks_too(stage: Stage):
    demand = stage.household("amina.benali", years=1)
    desk = stage.as_("claire.guichet", f"/guichet/dossiers/{demand.pk}/")
    line = Line(desk)
    desk.locator("#ligne-identity-applicant summary").click()
    line.slow()
    choose(desk)
    half_sent(desk)
    stage.shot(desk, "guichet-pendant")
    line.cut()
    expect(desk.locator(".upload-row")).to_contain_text("Connexion perdue")
    line.mend()
    expect(desk.locator("main")).to_contain_text("La pièce est jointe au dossier", timeout=30_000)
    assert taken() == (1, 0)


def test_a_session_that_ends_meanwhile_is_said(stage: Stage, papers: Page):
    with acting(SYSTEM):
        Session.objects.all().delete()
    choose(papers)
    expect(papers.locator(".upload-row")).to_contain_text("Votre session a pris fin")
    assert taken() == (0, 0)


def test_axe_finds_nothing_on_a_break_nor_afterwards(stage: Stage, browser):
    stage.household("amina.benali", years=1)
    page = browser.new_context(locale="fr-FR", bypass_csp=True).new_page()
    page.goto(f"{stage.site}/demo/")
    page.get_by_role("button", name="Amina Benali").click()
    page.goto(f"{stage.site}/mon-espace/pieces/")
    line = Line(page)
    line.slow()
    choose(page)
    half_sent(page)
    line.cut()
    expect(page.locator(".upload-row")).to_contain_text("Connexion perdue")
    found = findings(page, "amina.benali", "on a break")
    page.goto("about:blank")
    line.mend()
    page.goto(f"{stage.site}/mon-espace/pieces/")
    expect(page.locator("#envois")).to_be_visible()
    assert found + findings(page, "amina.benali", "afterwards") == []
