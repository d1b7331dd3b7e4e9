"""A territory writes its grid: a mistake shown on its line, mended, tried, voted, published; inhabitants read it; points follow."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation import refresh
from palier.cotation.models import Grid, Score
from tests.journeys.people import Stage, submit

pytestmark = pytest.mark.browser


def test_a_grid_from_a_mistake_to_the_day_it_applies(stage: Stage):
    demand = stage.household("amina.benali", years=2)
    with acting(SYSTEM):
        before = Score.objects.get(demand=demand).points
    page = stage.as_("luc.epci", "/collectivite/grilles/")
    stage.shot(page, "grilles")
    submit(page, "Commencer le brouillon")
    expect(page.locator("main")).to_contain_text("Le brouillon est prêt")
    text = page.get_by_label("Texte de la grille")
    source = text.input_value()

    text.fill(source.replace("cap = 60\n", 'cap = "soixante"\n'))
    submit(page, "Enregistrer et vérifier")
    expect(page.locator("main")).to_contain_text("Cette grille ne peut pas encore être lue")
    expect(page.locator(".remark")).to_contain_text("« cap » est un nombre. Écrivez cap = 10, sans guillemets.")
    assert page.get_by_role("button", name="Publier cette version").count() == 0
    stage.shot(page, "erreur")
    page.get_by_role("link", name=re.compile("Ligne ")).click()
    selected = "() => { const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionEnd); }"
    assert page.evaluate(selected) == 'cap = "soixante"'
    assert 'cap = "soixante"' in text.input_value()

    today = clock.today().isoformat()
    voted = re.sub(r"valid_from = .*", f"valid_from = {today}", source.replace("example = true\n", ""))
    text.fill(voted.replace("points = 1\nmost = 40\n", "points = 2\nmost = 80\n").replace("cap = 60\n", "cap = 100\n"))
    submit(page, "Enregistrer et vérifier")
    expect(page.locator("main")).to_contain_text("Elle peut être publiée")
    expect(page.locator(".changes")).to_contain_text("2\xa0points par mois, au plus 80\xa0points")
    stage.shot(page, "brouillon")
    page.get_by_role("link", name="L’essayer sur toutes les demandes").click()
    assert page.get_by_label("Grille à essayer").input_value() == page.url.split("grille=")[1]

    page.go_back()
    submit(page, "Publier cette version")
    expect(page.locator(".error-summary")).to_contain_text("Confirmez que la grille a été adoptée")
    page.get_by_label("Cette grille a été adoptée par l’assemblée compétente.").check()
    submit(page, "Publier cette version")
    expect(page.locator("main")).to_contain_text("La grille est publiée")
    stage.shot(page, "publiee")

    refresh.follow_grids()
    with acting(SYSTEM):
        grid = Grid.objects.get(key="cu-caen-la-mer")
        score = Score.objects.get(demand=demand)
    assert (grid.state, score.grid_id, score.points) == ("published", grid.pk, before + 24)

    reader = stage.visitor()
    reader.goto(f"{stage.site}/grilles/")
    reader.get_by_role("link", name=grid.title).first.click()
    expect(reader.locator("main")).to_contain_text("2\xa0points par mois, au plus 80\xa0points")
    expect(reader.locator("main")).to_contain_text("Ce qui a changé")
    stage.shot(reader, "habitants")
    with reader.expect_download() as download:
        reader.get_by_role("link", name="Télécharger la grille").click()
    assert download.value.path().read_text(encoding="utf-8") == grid.source
    own = stage.as_("amina.benali", "/mon-espace/reperes/")
    own.get_by_role("link", name="La grille qui les donne, en mots").first.click()
    expect(own.locator("h1")).to_have_text(grid.title)
