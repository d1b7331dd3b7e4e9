"""Mes données, in a browser: asked, made by the worker while the page waits, fetched, written in the history."""

from __future__ import annotations

import zipfile

import pytest
from playwright.sync_api import expect

from palier.rights.tasks import make_archives
from tests.journeys.people import Stage
from tests.journeys.test_accessibility import findings

pytestmark = pytest.mark.browser


def test_a_household_takes_a_copy_of_everything(stage: Stage, tmp_path):
    stage.household("amina.benali", years=1)
    page = stage.as_("amina.benali", "/mon-espace/")
    page.goto(page.url.replace("/mon-espace/", "/mon-espace/mes-donnees/"))
    page.get_by_role("button", name="Demander mes données").click()
    expect(page.get_by_text("En préparation")).to_be_visible()
    assert findings(page, "amina.benali", "mes-donnees") == []
    make_archives(0)
    link = page.get_by_role("link", name="Télécharger mes données")
    expect(link).to_be_visible(timeout=15_000)
    assert findings(page, "amina.benali", "mes-donnees") == []
    with page.expect_download() as fetched:
        link.click()
    fetched.value.save_as(tmp_path / "a.zip")
    assert {"LISEZMOI.txt", "dossier.json", "dossier.pdf"} <= set(zipfile.ZipFile(tmp_path / "a.zip").namelist())
    page.goto(page.url.replace("mes-donnees/", "historique/"))
    expect(page.get_by_text("Vous avez téléchargé l’archive de vos données")).to_be_visible()
