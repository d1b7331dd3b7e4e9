"""In a browser, without a commission: a young worker finds a residence, applies, is chosen, signs; the demand goes on."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from palier.accounts.models import Person
from palier.allocations.models import Lease
from palier.applications.models import Application
from palier.common.isolation import SYSTEM, acting
from palier.demands.form import Adult
from palier.demands.models import Demand
from palier.demo.people import BY_KEY
from tests.journeys.people import Stage, submit

pytestmark = pytest.mark.browser


def states() -> list[str]:
    with acting(SYSTEM):
        return list(Application.objects.order_by("pk").values_list("state", flat=True))


def test_residence(stage: Stage):
    now, born = timezone.now(), date.today().replace(day=1) - timedelta(days=365 * 24)
    young = Adult(
        last_name="Benali", first_names="Amina", civility="2", birth_date=born, nationality="1", family_status="C",
        tax={"2024": 12_000, "2025": 12_400}, resources={"SAL": 1350},
    )  # fmt: skip
    with acting(SYSTEM):
        person = Person.objects.get(email=BY_KEY["amina.benali"].email)
        stage.build.demand(person, form=stage.build.form(applicant=young, dependants=()))
        offer = stage.build.offer(
            dwelling=stage.build.dwelling(stage.landlord, type="T1", surface=Decimal(20), financing="PLAI"),
            product="residence", rent=Decimal(398), charges=Decimal(0), months_at_most=12,
            published_at=now - timedelta(days=2), closes_at=now + timedelta(days=9), confirmed_at=now - timedelta(hours=3),
        )  # fmt: skip

    household = stage.visitor("amina.benali")
    household.goto(f"{stage.site}/offres/?offre=residence")
    household.get_by_role("link", name="T1 de 20 m² à Caen").click()
    expect(household.get_by_text("12 mois au plus").first).to_be_visible()
    stage.shot(household, "offer")
    household.goto(f"{stage.site}/demo/")
    household.get_by_role("button", name="Amina Benali").click()
    household.goto(f"{stage.site}/mon-espace/offres/{offer.pk}/postuler/")
    stage.shot(household, "conditions")
    submit(household, "Je postule")
    expect(household.get_by_text("Aucune commission n’intervient").first).to_be_visible()
    stage.shot(household, "applied")
    assert (states(), stage.mails(BY_KEY["amina.benali"].email)[-1]) == (["sent"], "Votre candidature est enregistrée")

    landlord = stage.as_("sophie.bailleur", f"/bailleur/offres/{offer.pk}/candidats/")
    landlord.get_by_role("link", name="Dossier").click()
    landlord.get_by_label("Pourquoi le dossier passe sans ces pièces").fill("Originaux vus au rendez-vous.")
    submit(landlord, "Recevable malgré ces pièces")
    landlord.goto(f"{stage.site}/bailleur/offres/{offer.pk}/candidats/")
    stage.shot(landlord, "candidates")
    landlord.get_by_role("link", name="Proposer").click()
    stage.shot(landlord, "choice")
    submit(landlord, "Proposer ce logement")
    landlord.wait_for_url("**/bailleur/attributions/*/")

    household.reload()
    stage.shot(household, "proposed")
    submit(household, "J’accepte cette proposition")
    landlord.reload()
    stage.shot(landlord, "signing")
    submit(landlord, "Enregistrer la signature")
    expect(landlord.get_by_text("Contrat signé").first).to_be_visible()
    household.reload()
    expect(household.get_by_text("Votre demande de logement social reste active").first).to_be_visible()
    stage.shot(household, "signed")
    with acting(SYSTEM):
        assert (states(), Demand.objects.get().state, Lease.objects.get().ends_on is not None) == (
            ["leased"],
            "active",
            True,
        )
