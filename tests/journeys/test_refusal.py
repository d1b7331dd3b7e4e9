"""The household ranked first refuses; the second is asked at once, then stays silent; the third has the keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from palier.allocations.models import Proposal
from palier.allocations.tasks import lapse_overdue
from palier.applications.models import Application
from palier.common.isolation import SYSTEM, acting
from palier.demands.models import Demand
from tests.journeys import moves
from tests.journeys.people import Stage, submit

pytestmark = pytest.mark.browser


def proposals() -> list[tuple[int, str]]:
    with acting(SYSTEM):
        return list(Proposal.objects.order_by("rank").values_list("rank", "state"))


def test_a_refusal_goes_down_to_rank_two(stage: Stage):
    for key, years in (("amina.benali", 4), ("famille.morel", 2)):
        stage.household(key, years=years)
    offer = stage.offer()
    for key in ("amina.benali", "famille.morel"):
        page = stage.as_(key, f"/mon-espace/offres/{offer.pk}/postuler/")
        submit(page, "Je postule")
    stage.rivals(offer, months=(6,))
    with acting(SYSTEM):
        files = list(Application.objects.order_by("pk").values_list("pk", flat=True))
    moves.close_the_list(stage, offer, candidates=3)
    moves.admit(stage, files)
    moves.prepare_the_session(stage, offer)
    moves.vote(stage, favourite=0)
    moves.count_and_sign(stage)
    assert proposals() == [(1, "sent"), (2, "waiting"), (3, "waiting")]

    second = stage.as_("famille.morel", "/mon-espace/candidatures/")
    second.locator("main a[href*='/mon-espace/candidatures/']").last.click()
    expect(second.locator("main")).to_contain_text("Vous êtes classé au rang 2")
    stage.shot(second, "rang-2-attend")

    first = stage.as_("amina.benali", "/mon-espace/candidatures/")
    first.locator("main a[href*='/mon-espace/candidatures/']").last.click()
    first.get_by_text("Refuser ce logement", exact=True).click()
    submit(first, "Je refuse ce logement")
    expect(first.locator("main")).to_contain_text("Un point à corriger")
    first.locator("input[name=reason]").first.check()
    first.get_by_label(re.compile("Précision")).fill("Trop loin de l’école")
    submit(first, "Je refuse ce logement")
    expect(first.locator("main")).to_contain_text("Votre refus est enregistré")
    stage.shot(first, "refus")
    assert proposals() == [(1, "declined"), (2, "sent"), (3, "waiting")]

    second.reload()
    expect(second.locator("main")).to_contain_text("Ce logement vous est attribué")
    stage.shot(second, "rang-2-appele")
    assert "Votre réponse est attendue avant le" in " ".join(stage.mails("famille.morel@exemple.fr"))

    stage.jump("onze jours plus tard")
    lapse_overdue.func(0)
    assert proposals() == [(1, "declined"), (2, "lapsed"), (3, "sent")]
    second.reload()
    expect(second.locator("main")).to_contain_text("Sans réponse dans le délai")
    with acting(SYSTEM):
        # Neither a refusal nor silence costs the demand its seniority.
        assert set(Demand.objects.values_list("state", flat=True)) == {"active"}
