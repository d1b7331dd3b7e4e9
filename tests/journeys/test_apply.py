"""In a browser: find an offer as a visitor, become an applicant, apply in one click, withdraw."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from palier.accounts.roles import Role
from palier.applications.models import Application
from palier.common.isolation import SYSTEM, acting
from palier.cotation.actions import publish_grid, rescore
from palier.demo.people import BY_KEY
from palier.law.grid_files import source_of
from palier.territories.models import Commune
from tests.builders import CAEN, Builder

pytestmark = pytest.mark.browser


def build_world() -> int:
    """One applicant of the cast with a demand, one offer in Caen; the real clock, since the server runs on it."""
    build, now = Builder(), timezone.now()
    with acting(SYSTEM):
        epci = Commune.objects.get(code=CAEN).epci_id
        publish_grid(
            actor=build.actor(Role.AUTHORITY),
            key="essai",
            title="Grille d’essai",
            source=source_of("exemple-calvados-orne"),
            valid_from=date(2024, 1, 1),
            epcis=[epci],
        )
        person = build.person(email=BY_KEY["amina.benali"].email, first_name="Amina", last_name="Benali")
        demand = build.demand(person)
        rescore(demand)
        offer = build.offer(
            published_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=9),
            confirmed_at=now - timedelta(hours=3),
        )
        return offer.pk


def state() -> list[str]:
    with acting(SYSTEM):
        return list(Application.objects.values_list("state", flat=True))


def test_from_the_search_to_a_withdrawn_application(site, browser_page):
    offer = build_world()
    page = browser_page
    page.goto(f"{site}/offres/?lieu=Caen")
    page.get_by_role("link", name="T3 de 62 m² à Caen").click()
    page.wait_for_url(f"**/offres/{offer}/")
    assert "confirmé" in page.inner_text("main")
    page.goto(f"{site}/demo/")
    page.get_by_role("button", name="Amina Benali").click()
    page.wait_for_url("**/mon-espace/")
    page.goto(f"{site}/mon-espace/offres/{offer}/postuler/")
    page.get_by_role("button", name="Je postule").dblclick()
    page.wait_for_url("**/mon-espace/candidatures/*/")
    assert "Déposée" in page.inner_text("main")
    assert state() == ["submitted"]
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Retirer ma candidature").click()
    page.wait_for_timeout(300)
    confirm = page.get_by_role("dialog").get_by_role("button")
    if confirm.count():
        confirm.last.click()
    page.wait_for_url("**/mon-espace/candidatures/")
    assert state() == ["withdrawn"]
