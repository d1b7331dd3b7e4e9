"""Figures by commune: a table that stays readable, small numbers hidden, one's own territory first, an export."""

from __future__ import annotations

import csv
import io

import pytest

from palier.accounts.roles import OrganisationKind, Role
from palier.observatory.models import CommuneIndicator
from palier.territories.models import Commune
from tests.builders import ALENCON, CAEN, LISIEUX
from tests.conftest import NOW


def indicator(code: str, demands: int, allocations: int, median: int | None = 400) -> None:
    CommuneIndicator.objects.create(
        commune_id=code, on=NOW.date(), demands=demands, first_choice=demands, allocations=allocations,
        wait_median=median, wait_ninth_decile=median and median * 3,
    )  # fmt: skip


@pytest.fixture
def officer(build, client_for):
    epci = Commune.objects.get(code=CAEN).epci_id
    body = build.organisation(OrganisationKind.AUTHORITY, departments=["14"], epci_id=epci)
    return client_for(build.actor(Role.AUTHORITY, body))


def test_ten_households_are_not_shown_and_eleven_are(officer):
    indicator(CAEN, 10, 11)
    html = officer.get("/collectivite/").content.decode()
    assert html.count("moins de 11") == 1
    indicator_row = html.split("<tbody", 1)[1]
    assert ">11<" in indicator_row


def shown(answer) -> set[str]:
    return {name for name in ("Caen", "Lisieux", "Alençon") if f">{name}<" in answer.content.decode()}


def test_one_s_own_territory_then_the_department(officer):
    for code in (CAEN, LISIEUX, ALENCON):
        indicator(code, 50, 20)
    own, wide = (shown(officer.get(f"/collectivite/{query}")) for query in ("", "?territoire=departement"))
    assert (own, wide) == ({"Caen"}, {"Caen", "Lisieux"})


def test_the_export_is_what_the_page_shows(officer):
    indicator(CAEN, 10, 20)
    text = officer.get("/collectivite/export/").content.decode()
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[1] == ["Caen", CAEN, "", "20", "400", "1200"]


def test_a_long_table_is_cut_until_all_of_it_is_asked_for(world, client):
    for n, code in enumerate(
        Commune.objects.filter(successor=None).order_by("code").values_list("code", flat=True)[:45]
    ):
        indicator(code, 100 + n, 20)
    short, whole = (client.get(f"/observatoire/{query}").content.decode() for query in ("", "?tout=oui"))
    assert (short.count("<tr"), whole.count("<tr")) == (41, 46)
    assert "5 communes de plus" in short.replace("\xa0", " ")


def test_before_the_first_night_the_page_says_so(world, client):
    assert "Les premiers chiffres arrivent" in client.get("/observatoire/").content.decode()
