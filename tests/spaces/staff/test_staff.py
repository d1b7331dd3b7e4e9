"""Support reads the household's own timeline, journaled; administrators add dated figures and see no household."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from palier.accounts.roles import Role
from palier.common.isolation import acting
from palier.demands.models import Demand
from palier.documents import actions
from palier.documents.models import Reading
from palier.spaces.staff.administration import WORDS
from palier.territories.models import Setting
from palier.territories.queries import setting
from tests.documents import files


@pytest.fixture
def demand(build):
    actor = build.actor(Role.APPLICANT)
    demand = build.demand(actor.person)
    with acting(actor.scope):
        actions.receive(actor=actor, demand=demand, kind="identity", upload=files.upload(files.pdf()))
    return demand


@pytest.fixture
def support(build, client_for):
    return client_for(build.actor(Role.SUPPORT, build.organisation("operator", name="Palier Assistance")))


@pytest.fixture
def administrator(build, client_for):
    return client_for(build.actor(Role.ADMINISTRATOR))


def test_support_finds_by_number_says_why_and_reads_what_the_person_reads(support, demand):
    find, dossier = reverse("staff:support"), reverse("staff:dossier", args=[demand.pk])
    assert support.get(dossier).headers["Location"] == find
    answer = support.post(find, {"number": demand.number.lower(), "why": "Appel de la personne"})
    assert (answer.status_code, answer.headers["Location"]) == (302, dossier)
    page = support.get(dossier).content.decode()
    assert "Pièce reçue" in page
    assert demand.form["applicant"]["last_name"] not in page.split("<main")[1]
    reading = Reading.objects.get()
    assert (reading.signature, reading.why) == (
        "Palier Assistance (agent d’assistance)", "Assistance : Appel de la personne",
    )  # fmt: skip
    assert "Lire ce que lit la personne" in support.get(dossier, {"mots": "agent"}).content.decode()


@pytest.mark.parametrize("typed", [{}, {"number": "014"}, {"number": "014032500000XPALIE", "why": "x"}])
def test_a_bad_number_or_no_reason_opens_nothing(support, demand, typed):
    assert support.post(reverse("staff:support"), typed).status_code == 422


def test_support_of_another_territory_finds_nothing(build, client_for, demand):
    far = client_for(build.actor(Role.SUPPORT, build.organisation("operator", departments=["61"])))
    answer = far.post(reverse("staff:support"), {"number": demand.number, "why": "Appel"})
    assert (answer.status_code, "Aucune demande de votre territoire" in answer.content.decode()) == (422, True)
    assert far.get(reverse("staff:dossier", args=[demand.pk])).status_code == 404


def test_the_administrator_sees_bodies_and_agents_but_no_household(build, administrator, demand):
    agent = build.actor(Role.DESK, build.organisation("desk", name="Guichet de Lisieux"))
    build.organisation("desk", name="Guichet de Bayeux")
    page = administrator.get(reverse("staff:organisations"), {"nom": "lisieux", "genre": "desk"}).content.decode()
    assert ("Guichet de Lisieux" in page, "Guichet de Bayeux" in page) == (True, False)
    one = administrator.get(reverse("staff:organisation", args=[agent.organisation_id])).content.decode()
    assert agent.person.full_name in one
    with acting(build.actor(Role.ADMINISTRATOR).scope):
        assert list(Demand.objects.all()) == []
    assert administrator.get(reverse("staff:support")).status_code == 404


def test_a_dated_row_changes_the_figure_from_that_day_only(administrator):
    url = reverse("staff:setting", args=["files_sent"])
    typed = {"territory": "14", "value": "6", "valid_from": "2026-12-01", "source": "Délibération d’essai"}
    assert administrator.post(url, typed).status_code == 302
    assert [setting("files_sent", on=day, territory="14") for day in (date(2026, 11, 30), date(2026, 12, 1))] == [5, 6]
    assert setting("files_sent", on=date(2026, 12, 1), territory="61") == 5
    assert "À venir" in administrator.get(reverse("staff:settings")).content.decode()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"valid_from": "2026-11-22"}, "ne change pas le passé"),
        ({"value": "beaucoup"}, "de la même forme"),
        ({"value": '"six"'}, "de la même nature"),
        ({"source": ""}, "Indiquez le texte"),
        ({"territory": "99"}, "Sélectionnez un choix valide"),
        ({"valid_from": ""}, "premier jour"),
    ],
)
def test_a_figure_that_makes_no_sense_is_refused(administrator, wrong, told):
    before = Setting.objects.count()
    typed = {"territory": "14", "value": "6", "valid_from": "2026-12-01", "source": "Délibération", **wrong}
    answer = administrator.post(reverse("staff:setting", args=["files_sent"]), typed)
    assert (answer.status_code, told in answer.content.decode(), Setting.objects.count()) == (422, True, before)


def test_every_figure_has_words_for_people(administrator):
    assert set(Setting.objects.values_list("key", flat=True)) == set(WORDS)


def test_an_unknown_figure_does_not_exist(administrator):
    assert administrator.get(reverse("staff:setting", args=["rien"])).status_code == 404
