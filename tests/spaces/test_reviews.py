"""The pages of the review of occupation, from the campaign to the way found, each role in its own."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from palier.common import clock
from palier.reviews.models import Examination, Review, Tenancy, Voice
from tests.reviews.conftest import CLOSES, OPENS, House

ANSWER = {
    "adults": "1", "children": "0", "couple": "no", "age": "72", "disability": "no", "needs_adaptation": "no",
    "tax_income": "17200", "monthly": "1450", "wish": "stay",
}  # fmt: skip
OPINION = {"types": ["T1", "T2"], "financings": ["PLUS"], "most_rent": "478", "words": ""}
HOME = "/bailleur/occupation/"


def form(**data: Any) -> dict[str, Any]:
    return {"once": str(uuid.uuid4()), **data}


@pytest.fixture
def house(build) -> House:
    return House(build)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_from_the_campaign_to_the_way_found(house, client_for):
    agent, tenant, secretary = (client_for(a) for a in (house.agent, house.tenant, house.secretary))
    assert "1 bail arrive" in text(agent.get(HOME))
    assert agent.post(f"{HOME}demander/", form()).headers["Location"] == f"{HOME}?voir=declarations"
    review = Review.objects.get()
    assert "Dites qui vit dans votre logement" in text(tenant.get("/mon-espace/mon-logement/"))
    mine = f"/mon-espace/mon-logement/examens/{review.pk}/"
    wrong = tenant.post(mine, form(**{**ANSWER, "adults": "", "age": "7"}))
    assert wrong.status_code == 422 and 'value="17200"' in text(wrong)
    assert tenant.post(mine, form(**ANSWER)).status_code == 302
    one = f"{HOME}examens/{review.pk}/"
    assert agent.post(f"{one}controler/", form()).status_code == 302
    assert "Logement trop grand pour le ménage" in text(agent.get(one))
    session = house.session()
    assert agent.post(f"{one}inscrire/", form(session=session.pk, **OPINION)).status_code == 302
    assert "sans le nom des locataires" in text(agent.get(one))
    assert secretary.post(f"/bailleur/seances/{session.pk}/publier/", form()).status_code == 302
    examination = Examination.objects.get()
    with clock.frozen_at(OPENS + timedelta(hours=1)):
        for member in (house.president, house.mayor):
            browser = client_for(member)
            assert "Donner vos avis" in text(browser.get("/commission/"))
            assert "Avis à donner" in text(browser.get(f"/commission/seances/{session.pk}/"))
            shown = text(browser.get(f"/commission/occupation/{examination.pk}/"))
            assert "Loyer et charges : jusqu’à 478 €" in shown and "Jeanne" not in shown
            browser.post(f"/commission/occupation/{examination.pk}/avis/", form(choice="agree"))
            assert "1 sur 1" in text(browser.get("/commission/"))
    with clock.frozen_at(CLOSES + timedelta(hours=1)):
        secretary.post(f"/bailleur/seances/{session.pk}/depouiller/", form())
        assert "Avis de la commission" in text(secretary.get(f"/bailleur/seances/{session.pk}/"))
        client_for(house.president).post(f"/commission/seances/{session.pk}/signer/", form())
        opened = text(tenant.get("/mon-espace/mon-logement/"))
        assert "Ce n’est pas un congé" in opened and "Logement adapté au ménage : T1, T2." in opened
        assert tenant.get(f"{mine}lettre/").headers["Content-Type"] == "application/pdf"
        step = {"kind": "meeting", "on": clock.today().isoformat(), "note": "Elle reste"}
        assert agent.post(f"{one}parcours/", form(**step)).status_code == 302
        assert agent.post(f"{one}terminer/", form()).status_code == 302
        assert "Elle reste" in text(tenant.get("/mon-espace/mon-logement/"))
    assert Review.objects.get().state == "followed"


def test_another_view_keeps_what_was_typed(house, client_for):
    examination = house.examined()
    browser = client_for(house.president)
    with clock.frozen_at(OPENS + timedelta(hours=1)):
        wrong = browser.post(f"/commission/occupation/{examination.pk}/avis/", form(choice="other", words=""))
        assert wrong.status_code == 422 and "quel autre avis" in text(wrong)
        browser.post(f"/commission/occupation/{examination.pk}/avis/", form(choice="other", words="La garder là"))
    assert Voice.objects.get().words == "La garder là"


def test_the_secretary_writes_what_the_commission_said(house, client_for):
    examination = house.examined()
    house.speak(examination, president="other", mayor="other")
    house.count(examination.session_id)
    browser = client_for(house.secretary)
    page = f"{HOME}avis/{examination.pk}/ecrire/"
    assert "Rester, avec une aide" in text(browser.get(page))
    assert browser.post(page, form(**OPINION)).status_code == 422
    assert browser.post(page, form(**{**OPINION, "words": "Elle reste."})).status_code == 302
    assert Examination.objects.get().opinion["words"] == "Elle reste."


def test_a_file_with_wrong_lines(house, client_for):
    house.build.dwelling(house.landlord, reference="BON")
    content = "logement;titulaires;bail_signe_le\nBON;Paul Exemple;01/02/2019\nRIEN;Paul;01/02/2019\nBON;Paul;hier\n"
    browser = client_for(house.agent)
    sent = SimpleUploadedFile("baux.csv", content.encode("cp1252"), content_type="text/csv")
    answer = browser.post(f"{HOME}baux/fichier/", form(file=sent))
    shown = text(answer)
    assert answer.status_code == 422 and "2 lignes à corriger" in shown and "1 ligne est inscrite" in shown
    assert "« hier » n’est pas une date" in shown and "Aucun de vos logements" in shown
    assert Tenancy.objects.filter(dwelling__reference="BON").count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Ce fichier est vide."),
        (b"a;b\n1;2\n", "Il manque : logement, titulaires, bail_signe_le"),
        (b"\x00\xff\xfe", "Il manque"),
    ],
)
def test_a_file_that_is_none(house, client_for, content, words):
    sent = SimpleUploadedFile("x.csv", content)
    answer = client_for(house.agent).post(f"{HOME}baux/fichier/", form(file=sent))
    assert answer.status_code == 422 and words in text(answer)


def test_a_lease_by_form_and_its_end(house, client_for):
    house.build.dwelling(house.landlord, reference="NEUF")
    browser = client_for(house.agent)
    given = {"reference": "NEUF", "tenants": "Paul Exemple", "signed_on": "2018-01-02"}
    assert browser.post(f"{HOME}baux/nouveau/", form(**{**given, "reference": "X"})).status_code == 422
    assert browser.post(f"{HOME}baux/nouveau/", form(**given)).status_code == 302
    held = Tenancy.objects.get(dwelling__reference="NEUF")
    assert browser.post(f"{HOME}baux/{held.pk}/fin/", form(ended_on="2017-01-01")).status_code == 422
    assert browser.post(f"{HOME}baux/{held.pk}/fin/", form(ended_on="2026-11-01")).status_code == 302


def test_a_paper_answer_is_typed(house, client_for):
    review = house.asked()
    browser = client_for(house.agent)
    answer = browser.post(
        f"{HOME}examens/{review.pk}/reponse/", form(**{**ANSWER, "disability": "", "needs_adaptation": ""})
    )
    assert answer.status_code == 302
    review.refresh_from_db()
    assert (review.on_paper, review.declaration["needs_adaptation"]) == (True, None)


def test_every_step_of_the_way_has_its_tab(house, client_for):
    house.examined()
    browser = client_for(house.agent)
    for here in ("", "declarations", "situations", "parcours", "termines", "autre"):
        assert browser.get(f"{HOME}?voir={here}").status_code == 200
