"""Visits on both sides: the landlord opens and cancels, the candidate books and takes it to its calendar."""

from __future__ import annotations

import pytest
from django.urls import reverse

from palier.accounts.roles import Role
from palier.allocations.models import Booking, Visit

FORM = {"at": "2026-12-01T10:00", "minutes": "30", "capacity": "1", "place": "Devant la porte", "open_to": "all"}


@pytest.fixture
def agent(build):
    return build.actor(Role.LANDLORD)


@pytest.fixture
def offer(build, agent):
    return build.offer(agent.organisation)


@pytest.fixture
def candidate(build, offer):
    actor = build.actor(Role.APPLICANT)
    return actor, build.application(build.demand(actor.person), offer)


def test_from_opening_to_the_calendar_and_back(agent, offer, candidate, client_for):
    landlord, url = client_for(agent), reverse("landlord:visits_of", args=[offer.pk])
    wrong = landlord.post(url, {**FORM, "capacity": "0"})
    assert (wrong.status_code, "au moins un ménage" in wrong.content.decode()) == (422, True)
    assert landlord.post(url, FORM).status_code == 302
    actor, application = candidate
    household, visit = client_for(actor), Visit.objects.get()
    mine = reverse("applicant:application", args=[application.pk])
    page = household.get(mine).content.decode()
    assert "Choisissez un moment" in page
    household.post(reverse("applicant:book_place", args=[application.pk, visit.pk]))
    assert "Ajouter à mon agenda" in household.get(mine).content.decode()
    file = household.get(reverse("applicant:visit_file", args=[application.pk]))
    assert (file.headers["Content-Type"], b"DTSTART:20261201T090000Z" in file.content) == (
        "text/calendar; charset=utf-8",
        True,
    )
    assert "1 sur 1" in landlord.get(url).content.decode()
    cancel = reverse("landlord:cancel_visit", args=[offer.pk, visit.pk])
    assert landlord.post(cancel, {"why": ""}).status_code == 422
    assert landlord.post(cancel, {"why": "Serrure en panne"}).status_code == 302
    assert household.get(reverse("applicant:visit_file", args=[application.pk])).status_code == 404


def test_a_place_is_given_back(agent, offer, candidate, client_for):
    client_for(agent).post(reverse("landlord:visits_of", args=[offer.pk]), FORM)
    actor, application = candidate
    household = client_for(actor)
    household.post(reverse("applicant:book_place", args=[application.pk, Visit.objects.get().pk]))
    held = Booking.objects.get()
    assert household.post(reverse("applicant:give_up_visit", args=[held.pk])).status_code == 302
    held.refresh_from_db()
    assert held.ended_at is not None


def test_another_landlord_and_another_household_find_nothing(build, agent, offer, candidate, client_for):
    client_for(agent).post(reverse("landlord:visits_of", args=[offer.pk]), FORM)
    other, stranger = client_for(build.actor(Role.LANDLORD)), client_for(build.actor(Role.APPLICANT))
    assert other.get(reverse("landlord:visits_of", args=[offer.pk])).status_code == 404
    path = reverse("applicant:book_place", args=[candidate[1].pk, Visit.objects.get().pk])
    assert stranger.post(path).status_code == 404
