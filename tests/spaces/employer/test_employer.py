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


def test_a_page_of_answers_is_sent_together_and_a_missing_reason_sends_nothing(employer, job, client_for, build):
    client, one = client_for(employer), job[1]
    wrong = client.post(reverse("employer:answer_all"), {f"says-{one.pk}": "deny", f"reason-{one.pk}": " "})
    assert (wrong.status_code, wrong.content.decode().count("Dites ce qui ne correspond pas")) == (422, 1)
    assert client.post(reverse("employer:answer_all"), {f"says-{one.pk}": ""}).status_code == 302
    assert JobAttestation.objects.get(pk=one.pk).state == "asked"
    assert client.post(reverse("employer:answer_all"), {f"says-{one.pk}": "confirm"}).status_code == 302
    assert JobAttestation.objects.get(pk=one.pk).state == "confirmed"


def test_headcounts_open_what_the_law_says(employer, client_for):
    client = client_for(employer)
    assert "reste à vérifier" in client.get(reverse("employer:company")).content.decode()
    assert client.post(reverse("employer:company"), {"year_2025": "abc"}).status_code == 422
    assert client.post(reverse("employer:company"), {"year_2025": "52"}).status_code == 302
    assert "52 salariés, seuil de 50" in client.get(reverse("employer:company")).content.decode()


def test_priorities_are_typed_published_and_read_back(employer, client_for):
    client, url = client_for(employer), reverse("employer:priorities")
    for wrong in ({}, {"permanent": "31"}, {"permanent": "-1"}, {"seniority": "2"}, {"permanent": "dix"}):
        assert client.post(url, wrong).status_code == 422
    assert client.post(url, {"permanent": "10", "seniority": "1", "seniority_most": "8"}).status_code == 302
    page = client.get(url).content.decode()
    assert ("Version 1" in page, "par an, au plus 8" in page) == (True, True)


def test_an_organisation_without_a_company_is_told(build, client_for):
    client = client_for(build.actor(Role.EMPLOYER))
    for name in ("company", "priorities"):
        assert "pas encore relié" in client.get(reverse(f"employer:{name}")).content.decode()


def test_the_applicant_reads_what_is_seen_and_since_when(employer, job, client_for):
    employee = type(employer)(role=Role.APPLICANT, person=job[1].person)
    client = client_for(employee)
    assert "votre nom, votre matricule" in client.get(reverse("applicant:job")).content.decode()
    assert client.post(reverse("applicant:job_follow")).status_code == 302
    assert "Ne plus partager" in client.get(reverse("applicant:job")).content.decode()
    assert client.post(reverse("applicant:job_unfollow")).status_code == 302
    client.post(reverse("applicant:job_withdraw"))
    page = client.get(reverse("applicant:job")).content.decode()
    assert ("Il ne sait pas que vous avez un compte" in page, "Du 23 novembre 2026 au 23 novembre 2026" in page) == (
        True,
        True,
    )
