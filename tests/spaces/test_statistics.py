"""The page, its export and the yearly report tell the same figures."""

from __future__ import annotations

import csv
import io
from datetime import date

from palier.accounts.roles import Role
from palier.commissions.models import Commission
from palier.observatory.models import PastSession
from tests.journeys.people import pdf_text
from tests.observatory.test_profiles import seen


def made(build) -> Commission:
    commission = Commission.objects.create(
        landlord=build.organisation(name="Logis d’essai"),
        name="Commission A",
        department_id="14",
    )
    seen(commission, 60)
    seen(commission, 40, composition="family")
    PastSession.objects.create(
        commission=commission, on=date(2026, 5, 4), dwellings=33, candidates=100, called=4, voted=3, recused=0,
        decisions={"ranked": 80, "non_allocation": 20},
    )  # fmt: skip
    return commission


def test_page_export_and_report(build, client_for):
    commission = made(build)
    client = client_for(build.actor(Role.SECRETARY, commission.landlord))
    shown = client.get("/espace/statistiques/?periode=2026").content.decode()
    assert "Composition des ménages" in shown and "Premier quartile, hors quartiers prioritaires" in shown
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/espace/statistiques/export/?periode=2026").content.decode()), delimiter=";"
        )
    )
    told = {(r["tableau"], r["rubrique"], r["serie"]): r["valeur"] for r in rows}
    assert told["Composition des ménages", "Personne seule", "Examinés"] == "60.0"
    assert told["Décisions", "Non-attribution", ""] == "20"
    paper = client.get("/espace/statistiques/rapport/2026/")
    text = pdf_text(paper.content)
    assert "Rapportd’activité2026" in text and "Annéeencours." in text and "Personneseule60%" in text


def test_a_filter_made_up_is_no_filter(build, client_for):
    client = client_for(build.actor(Role.SECRETARY, made(build).landlord))
    answer = client.get("/espace/statistiques/?periode=2026&commission=999&commune=99999&x=1")
    assert answer.status_code == 200 and "Composition des ménages" in answer.content.decode()


def test_a_year_that_nobody_kept(build, client_for):
    client = client_for(build.actor(Role.SECRETARY, made(build).landlord))
    assert [client.get(f"/espace/statistiques/rapport/{y}/").status_code for y in (2021, 2022, 2027, 9999)] == [
        404,
        200,
        404,
        404,
    ]


def test_nothing_yet(build, client_for):
    for role in (Role.LANDLORD, Role.MEMBER, Role.AUTHORITY):
        assert "Aucune séance signée" in client_for(build.actor(role)).get("/espace/statistiques/").content.decode()
