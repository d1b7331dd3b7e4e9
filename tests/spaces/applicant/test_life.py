"""The household's pages: where its demand stands, and each step it may take."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from palier.accounts.actor import PALIER
from palier.accounts.roles import Role
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demands import living, nights
from palier.demands.models import Demand
from palier.law.calendar import PARIS, add_months
from tests.conftest import NOW

TODAY = NOW.date()
PAGE = "/mon-espace/demande/"


@pytest.fixture
def household(build):
    return build.actor(Role.APPLICANT)


@pytest.fixture
def client(household, client_for):
    return client_for(household)


def born(build, household, *, months: int, **fields) -> Demand:
    """A demand registered so many months ago and never renewed."""
    first = add_months(TODAY, -months)
    return build.demand(household.person, first_registered_on=first, expires_on=add_months(first, 12), **fields)


def at(day: date):
    return clock.frozen_at(datetime.combine(day, time(10), PARIS))


def read(client, where: str = PAGE) -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


@pytest.mark.parametrize(
    ("months", "words"),
    [(3, "Nous vous écrirons le 23 juillet 2027"), (11, "à renouveler avant le 23 décembre 2026"),
     (12, "à renouveler avant le 23 novembre 2026")],
)  # fmt: skip
def test_the_page_says_where_the_demand_stands(build, household, client, months, words):
    born(build, household, months=months)
    assert words in read(client)
    assert ("Renouveler ma demande" in read(client)) == (months > 10)
    assert ("Renouveler ma demande" in read(client, "/mon-espace/")) == (months > 10)


def test_renewing_shows_what_was_declared_and_takes_one_tick(build, household, client):
    demand = born(build, household, months=11)
    shown = read(client, PAGE + "renouveler/")
    assert "aide-soignante" in shown
    assert "/mon-espace/demande/etape/ressources/" in shown
    assert client.post(PAGE + "renouveler/", {}).status_code == 422
    assert client.post(PAGE + "renouveler/", {"declare": "on"}).status_code == 302
    demand.refresh_from_db()
    assert (demand.renewed_on, demand.expires_on) == (TODAY, add_months(TODAY, 12))
    assert "Votre demande est renouvelée" in read(client)
    assert client.get(PAGE + "attestation/").content.startswith(b"%PDF")


def test_late_says_until_when_and_loses_nothing(build, household, client):
    demand = born(build, household, months=12)
    with acting(SYSTEM):
        nights.run()
    with at(TODAY + timedelta(days=5)):
        assert "encore la renouveler jusqu’à la veille du 23 décembre 2026" in read(client)
        client.post(PAGE + "renouveler/", {"declare": "on"})
    demand.refresh_from_db()
    assert demand.expires_on == add_months(TODAY + timedelta(days=5), 12)


def test_i_am_here(build, household, client):
    demand = born(build, household, months=2)
    desk = build.actor(Role.DESK)
    with acting(desk.scope):
        living.warn(actor=desk, demand_id=demand.pk, sent_on=TODAY, proof="1A 234 567")
    assert "peut être radiée à partir du 23 janvier 2027" in read(client)
    client.post(PAGE + "je-suis-la/")
    assert demand.notices.get().outcome == "answered"
    assert "Je suis là" not in read(client)


def test_contesting_a_rejection(build, household, client):
    demand = born(build, household, months=2)
    with acting(SYSTEM):
        living.warn_of_rejection(actor=PALIER, demand_id=demand.pk, subground="IRRSEJ", by=build.organisation())
    assert "Répondre à la décision" in read(client)
    assert client.post(PAGE + "contester/", {"text": ""}).status_code == 422
    assert client.post(PAGE + "contester/", {"text": "Mon titre de séjour est renouvelé."}).status_code == 302
    assert demand.notices.get().outcome == "contested"
    assert "Aucun rejet" in read(client, PAGE + "contester/")


def test_giving_up_says_what_is_lost_first(build, household, client):
    demand = born(build, household, months=30)
    application = build.application(demand, build.offer())
    shown = read(client, PAGE + "renoncer/")
    assert shown.index("Ce que vous perdez") < shown.index("Renoncer définitivement")
    assert "Votre candidature en cours" in shown
    assert client.post(PAGE + "renoncer/", {}).status_code == 422
    client.post(PAGE + "renoncer/", {"declare": "on"})
    application.refresh_from_db()
    demand.refresh_from_db()
    assert (demand.removal_ground, application.state) == ("RADABA", "released")
    assert "son ancienneté repart de zéro" in read(client)
    assert "Commencer une nouvelle demande" in read(client)


def test_coming_back_in_one_click_then_not_any_more(build, household, client):
    removed = {"state": "removed", "removal_ground": "RADREN", "removed_on": TODAY}
    demand = born(build, household, months=13, **removed)
    assert "réactiver jusqu’au 23 avril 2027" in read(client)
    with at(add_months(TODAY, 5) + timedelta(days=1)):
        assert "Réactiver ma demande" not in read(client)
        client.post(PAGE + "reactiver/")
        assert Demand.objects.get(pk=demand.pk).state == "removed"
        assert "son ancienneté repart de zéro" in read(client)
    client.post(PAGE + "reactiver/")
    demand.refresh_from_db()
    assert (demand.state, demand.expires_on) == ("active", add_months(TODAY, 12))
    assert "réactivée avec son numéro" in read(client, "/mon-espace/historique/")


def test_the_story_tells_each_event(build, household, client):
    demand = born(build, household, months=11)
    with acting(SYSTEM):
        nights.run()
    client.post(PAGE + "renouveler/", {"declare": "on"})
    client.post(PAGE + "renoncer/", {"declare": "on"})
    told = read(client, "/mon-espace/historique/")
    for words in ("à renouveler avant le 23 décembre 2026", "renouvelée jusqu’au 23 novembre 2027", "est radiée"):
        assert words in told
    assert Demand.objects.get(pk=demand.pk).state == "removed"
