"""The employer's space: consenting employees, their job, and nothing else (mission B7, F12)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from palier.accounts.roles import Role
from palier.common.isolation import acting
from palier.employers import actions
from palier.employers.models import Company, JobAttestation

SIRET = "73282932000074"


@pytest.fixture
def employer(build):
    actor = build.actor(Role.EMPLOYER)
    Company.objects.create(siret=SIRET, name="Clinique", organisation=actor.organisation)
    return actor


@pytest.fixture
def job(build, employer):
    actor = build.actor(Role.APPLICANT, person=build.person(first_name="Inès", last_name="Marchand"))
    demand = build.demand(actor.person)
    with acting(actor.scope):
        actions.declare(actor=actor, employer_siret=SIRET, employer_name="Clinique", staff_number="A12", contract="CDI")
        return demand, actions.ask(actor=actor)


def test_the_list_shows_the_job_and_nothing_of_the_demand(employer, job, client_for):
    page = client_for(employer).get(reverse("employer:home")).content.decode()
    for words in ("Inès Marchand", "A12", "CDI ou fonctionnaire", "salarié attend votre réponse"):
        assert words in page
    for hidden in (job[0].number, "0639980001", job[0].person.email, "Noa"):
        assert hidden not in page


def test_confirm_and_deny(employer, job, client_for):
    client, one = client_for(employer), job[1]
    assert client.get(reverse("employer:attestation", args=[one.pk])).status_code == 200
    assert client.post(reverse("employer:deny", args=[one.pk]), {"reason": ""}).status_code == 422
    assert client.post(reverse("employer:confirm", args=[one.pk])).status_code == 302
    assert JobAttestation.objects.get(pk=one.pk).state == "confirmed"
    answer = client.post(reverse("employer:deny", args=[one.pk]), {"reason": "Erreur"})
    assert (answer.status_code, "Ce n’est plus possible" in answer.content.decode()) == (422, True)


def test_another_employers_page_and_acts_are_404(build, job, client_for):
    other = client_for(build.actor(Role.EMPLOYER))
    for name in ("attestation", "confirm", "deny"):
        url = reverse(f"employer:{name}", args=[job[1].pk])
        answer = other.get(url) if name == "attestation" else other.post(url, {"reason": "x"})
        assert answer.status_code == 404
    assert "Aucune demande d’attestation" in other.get(reverse("employer:home")).content.decode()
