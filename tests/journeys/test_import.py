"""A demand of the national register comes in as a file, its household takes it over, and applies."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from palier.applications.models import Application
from palier.common.isolation import SYSTEM, acting
from palier.demands.models import Demand
from palier.demo.models import Mail
from palier.exchanges.actions import import_demand
from palier.law import numbers
from tests.exchanges.sne.files import sample
from tests.journeys.people import Stage, submit

pytestmark = pytest.mark.browser


def test_an_imported_demand_is_taken_over_and_applies(stage: Stage):
    brought = import_demand(sample("full"))
    assert brought["result"] == "created"
    with acting(SYSTEM):
        demand = Demand.objects.get()
    home = stage.as_("amina.benali", "/mon-espace/demande/")
    home.get_by_role("link", name="Retrouver ma demande").click()
    home.get_by_label("Numéro unique").fill("12 34")
    submit(home, "Recevoir un code")
    expect(home.locator(".error-summary")).to_be_focused()
    home.get_by_label("Numéro unique").fill(demand.number)
    stage.shot(home, "retrouver")
    submit(home, "Recevoir un code")
    stage.deliver()
    with acting(SYSTEM):
        code = re.search(r"Votre code : (\w{4} \w{4})", Mail.objects.get(subject__contains="code").text).group(1)
    home.get_by_label("Code reçu").fill("AAAA AAAA")
    submit(home, "Retrouver ma demande")
    expect(home.locator(".error-summary")).to_contain_text("Ce code n’est pas le bon")
    home.get_by_label("Code reçu").fill(code)
    submit(home, "Retrouver ma demande")
    expect(home.locator("main")).to_contain_text(numbers.parse(demand.number).spaced)
    stage.shot(home, "demande-reprise")
    # A family of five: a T3 would be refused with its reason, a T4 fits.
    offer = stage.offer(type="T4", surface=84)
    home.goto(f"{stage.site}/mon-espace/offres/{offer.pk}/postuler/")
    submit(home, "Je postule")
    expect(home.locator("main")).to_contain_text("Déposée")
    with acting(SYSTEM):
        assert Application.objects.get().demand_id == demand.pk
        assert Demand.objects.get().first_registered_on == demand.first_registered_on
