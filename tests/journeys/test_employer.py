"""The employer's page of answers and the landlord's queue, by the keyboard alone (mission B5, B7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from palier.accounts.actor import Actor
from palier.accounts.models import Organisation
from palier.accounts.roles import Role
from palier.applications.models import Application
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demo.playing import character, play
from palier.employers import actions
from palier.employers.models import Company, JobAttestation
from tests.journeys.people import Stage
from tests.journeys.test_checking import reach

pytestmark = pytest.mark.browser


def asked(stage: Stage, count: int) -> list[int]:
    """Employees of the cast's employer who agreed that it be asked, the last to ask first on its page."""
    with acting(SYSTEM):
        company = Company.objects.get(organisation=character("marc.employeur").organisation_id)
        people = [stage.build.person() for _ in range(count)]
        for person in people:
            stage.build.demand(person)
    for person in people:
        actor = Actor(role=Role.APPLICANT, person=person)
        play(actor, actions.declare, employer_siret=company.siret, contract="CDI")
        play(actor, actions.ask)
    with acting(SYSTEM):
        return list(JobAttestation.objects.order_by("-consent_at", "pk").values_list("pk", flat=True))


def test_a_page_of_answers_by_the_keyboard(stage: Stage):
    first, second, third = asked(stage, 3)
    page = stage.as_("marc.employeur", "/employeur/")
    reach(page, f"[name=says-{first}]")
    page.keyboard.press("c")
    page.keyboard.press("n")
    page.keyboard.type("Contrat fini en juin")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("p")
    stage.shot(page, "reponses")
    page.get_by_role("button", name="Envoyer mes réponses").press("Enter")
    expect(page.locator("main")).to_contain_text("2 réponses transmises")
    with acting(SYSTEM):
        states = {job.pk: (job.state, job.denial_reason) for job in JobAttestation.objects.order_by("pk")}
    assert states == {
        first: ("confirmed", ""), second: ("denied", "Contrat fini en juin"), third: ("asked", ""),
    }  # fmt: skip


def queue(stage: Stage) -> list[Application]:
    with acting(SYSTEM):
        landlord = Organisation.objects.get(pk=character("sophie.bailleur").organisation_id)
        return [
            stage.build.application(
                stage.build.demand(stage.build.person()), stage.build.offer(landlord), state="sent",
                state_at=clock.now() - timedelta(days=9 - n),
            )
            for n in range(2)
        ]  # fmt: skip


def test_the_landlords_queue_by_the_keyboard(stage: Stage):
    first, second = queue(stage)
    page: Page = stage.as_("sophie.bailleur", f"/bailleur/dossiers/{first.pk}/")
    page.keyboard.press("s")
    page.wait_for_url(f"**/dossiers/{second.pk}/")
    page.keyboard.press("p")
    page.wait_for_url(f"**/dossiers/{first.pk}/")
    page.keyboard.press("r")
    page.keyboard.type("Originaux vus au rendez-vous.")
    page.get_by_role("button", name="Recevable malgré").press("Enter")
    page.wait_for_url(f"**/dossiers/{second.pk}/")
    with acting(SYSTEM):
        assert Application.objects.get(pk=first.pk).state == "admissible"
