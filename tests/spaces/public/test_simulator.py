"""The simulator gives the rules' own answer, keeps nothing, and says what is wrong where it is wrong."""

import pytest
from django.test import Client

from palier.law.aid import housing_aid_of
from palier.law.ceilings import ceiling
from tests.conftest import NOW

ON = NOW.date()
PARENT = {
    "lieu": "caen", "who": "seul", "children": "1", "tax": "21000", "earned": "1350", "benefits": "150",
    "rent": "430", "charges": "80",
}  # fmt: skip


def told(world, **changes):
    response = Client().post("/simulateur/", PARENT | changes)
    return response, " ".join(response.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def test_the_page_opens_empty(world):
    page = Client().get("/simulateur/").content.decode()
    assert "Ai-je droit" in page and "Votre réponse" not in page
    assert f"Revenu fiscal de référence de {ON.year - 2}" in page


def test_ceilings_aid_and_effort_are_those_of_the_law(world):
    response, page = told(world)
    assert response.status_code == 200
    for financing in ("PLAI", "PLUS", "PLS"):
        assert f"{ceiling(financing, 'other', 3, ON):,} €".replace(",", " ") in page
    # 1 350 euros of wages count for 90 %, the family benefits do not.
    yearly = -(-1350 * 12 * 0.9 // 100) * 100
    aid = housing_aid_of(couple=False, dependants=1, yearly=yearly, rent=430, zone=2, on=ON, reduction=True)
    assert f"− {aid.amount} €" in page and aid.rent_reduction > 0
    left = 510 - aid.relief
    assert f"{left:.2f} €".replace(".", ",") in page
    assert f"{left / 1500 * 100:.0f} %" in page


def test_a_lower_recent_income_opens_more(world):
    _, before = told(world, tax="39000")
    assert "2 sortes de logement" in before
    _, after = told(world, tax="39000", recent_tax="22000")
    assert "4 sortes de logement" in after
    _, hardly = told(world, tax="39000", recent_tax="36000")
    assert "2 sortes de logement" in hardly


def test_too_much_income_is_said_kindly(world):
    _, page = told(world, tax="400000")
    assert "Vos revenus dépassent tous les plafonds" in page and "quels que soient vos revenus" in page


def test_a_young_couple_reads_the_third_category(world):
    alone = {"who": "couple", "children": "0", "rent": "", "charges": ""}
    _, plain = told(world, **alone)
    _, young = told(world, **alone, young="on")
    assert f"{ceiling('PLUS', 'other', 2, ON):,}".replace(",", " ") in plain
    assert f"{ceiling('PLUS', 'other', 3, ON):,}".replace(",", " ") in young


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lieu": "Nulleville"}, "Nous ne connaissons pas cette commune"),
        ({"lieu": ""}, "Écrivez une commune"),
        ({"tax": ""}, "Écrivez un montant en euros"),
        ({"tax": "-1"}, "ne peut pas être négatif"),
        ({"tax": "12,5"}, "nombre entier d’euros"),
        ({"children": "40"}, "va jusqu’à 13"),
        ({"rent": ""}, "Écrivez aussi le loyer"),
        ({"young": "on"}, "ne vaut que pour un couple"),
        ({"who": "foule"}, "Sélectionnez un choix valide"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(world, changes, said):
    response, page = told(world, **changes)
    assert response.status_code == 422
    assert said in page and 'value="1350"' in page and "Votre réponse" not in page


def test_without_resources_no_aid_is_invented(world):
    _, page = told(world, earned="", benefits="")
    assert "Aide au logement (APL)" not in page and "Écrivez vos ressources" in page


@pytest.mark.parametrize("children", range(14))
def test_any_size_of_household(world, children):
    response, _ = told(world, children=str(children), who="deux")
    assert response.status_code == 200
