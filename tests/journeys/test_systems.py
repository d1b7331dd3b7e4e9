"""A landlord's agent, on a phone and at a desk: a system with its token, and the stock by a file with a wrong cell."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from palier.common.isolation import SYSTEM, acting
from palier.exchanges.landlords.columns import model
from palier.homes.models import Dwelling
from tests.journeys.people import submit

pytestmark = pytest.mark.browser


def test_connect_a_system_then_send_a_file(stage):
    page = stage.as_("sophie.bailleur", "/bailleur/systemes/")
    page.get_by_role("link", name="Ajouter un système").first.click()
    page.get_by_label("Nom du système").fill("Gestion locative")
    submit(page, "Ajouter")
    expect(page.get_by_text("Choisissez au moins un droit.").first).to_be_visible()
    for words in ("Lire le parc", "Ajouter et corriger des logements"):
        page.get_by_label(words).check()
    stage.shot(page, "new-system")
    submit(page, "Ajouter")
    submit(page, "Créer le jeton")
    token = page.get_by_text(re.compile("^palier_"))
    expect(token).to_be_visible()
    stage.shot(page, "token-shown-once")
    page.reload()
    page.locator("[name=url]").fill("https://10.0.0.1/")
    submit(page, "Enregistrer l’adresse")
    expect(page.get_by_text("mène à un réseau privé").first).to_be_visible()
    stage.shot(page, "address-refused")
    page.locator("[name=url]").fill("http://127.0.0.1:9/palier")
    submit(page, "Enregistrer l’adresse")
    submit(page, "Envoyer un essai")
    stage.shot(page, "told")
    page.goto(page.url + "envois/")
    stage.shot(page, "log")

    page.goto(stage.site + "/bailleur/fichiers/")
    title, line, _ = model("dwellings").split("\r\n")
    content = "\r\n".join([title, line, line.replace("42", "43").replace("62,5", "grande"), line.replace("42", "44")])
    page.get_by_label("Logements", exact=True).check()
    page.get_by_label("Fichier CSV ou XLSX").set_input_files(
        {"name": "parc.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    stage.shot(page, "file")
    submit(page, "Lire le fichier")
    expect(page.get_by_text("Ce n’est pas un nombre.")).to_be_visible()
    stage.shot(page, "file-read")
    with acting(SYSTEM):
        assert Dwelling.objects.filter(reference="LOG-00042").count() == 0
    submit(page, "Inscrire les bonnes lignes")
    expect(page.get_by_text("2 lignes ajoutées")).to_be_visible()
    stage.shot(page, "file-written")
