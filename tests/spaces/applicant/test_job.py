"""Mon employeur: declared by the person, confirmed only with consent (mission A7)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from palier.accounts.roles import Role
from palier.employers.models import Company, JobAttestation

SIRET = "73282932000074"
TYPED = {
    "employer_siret": "732 829 320 00074", "employer_name": "Clinique d’essai", "staff_number": "A12",
    "entered_on": "2021-09-01", "contract": "CDI", "workplace": "caen",
}  # fmt: skip


@pytest.fixture
def client(build, client_for):
    return client_for(build.actor(Role.APPLICANT))


def words(answer) -> str:
    return answer.content.decode()


def test_declared_asked_and_taken_back(client, build):
    assert "Aucun employeur déclaré" in words(client.get(reverse("applicant:job")))
    assert client.get(reverse("applicant:job_edit")).status_code == 200
    assert client.post(reverse("applicant:job_edit"), TYPED).status_code == 302
    job = JobAttestation.objects.get()
    assert (job.siret, job.workplace_id, job.state) == (SIRET, "14118", "declared")
    assert "pas encore sur Palier" in words(client.get(reverse("applicant:job")))
    company = Company.objects.create(siret=SIRET, name="Clinique", organisation=build.organisation("employer"))
    assert "Rien. Il ne sait pas" in words(client.get(reverse("applicant:job")))
    client.post(reverse("applicant:job_ask"))
    job.refresh_from_db()
    assert (job.state, job.company) == ("asked", company)
    assert "Retirer mon accord" in words(client.get(reverse("applicant:job")))
    client.post(reverse("applicant:job_withdraw"))
    job.refresh_from_db()
    assert (job.state, job.consent_at) == ("declared", None)


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("employer_siret", "12345678901234", "n’est pas valable"),
        ("employer_siret", "", "nécessaire"),
        ("entered_on", "2021-02-30", "une date qui existe"),
        ("entered_on", "2030-01-01", "dans le futur"),
        ("workplace", "Atlantide", "ne connaissons pas"),
        ("contract", "RET", "Sélectionnez un choix valide"),
        ("employer_name", "x" * 200, "120"),
    ],
)
def test_errors_come_next_to_their_field(client, field, typed, told):
    answer = client.post(reverse("applicant:job_edit"), {**TYPED, field: typed})
    assert (answer.status_code, told in words(answer)) == (422, True)
    assert JobAttestation.objects.count() == 0


def test_agreeing_before_declaring_is_refused_kindly(client):
    answer = client.post(reverse("applicant:job_ask"), follow=True)
    assert "Indiquez d’abord votre employeur" in words(answer)


def test_each_state_has_its_words(client, build):
    client.post(reverse("applicant:job_edit"), TYPED)
    company = Company.objects.create(siret=SIRET, name="Clinique", organisation=build.organisation("employer"))
    job = JobAttestation.objects.get()
    for state, told in (("confirmed", "Confirmé par votre employeur"), ("denied", "Contrat terminé")):
        JobAttestation.objects.filter(pk=job.pk).update(
            state=state, company=company, consent_at="2026-11-20T10:00Z", answered_at="2026-11-21T10:00Z",
            denial_reason="Contrat terminé" if state == "denied" else "",
        )  # fmt: skip
        assert told in words(client.get(reverse("applicant:job")))


def test_withdrawing_an_agreement_that_was_never_given_is_told(build, client_for):
    client = client_for(build.actor(Role.APPLICANT))
    answer = client.post(reverse("applicant:job_withdraw"), follow=True)
    assert answer.status_code == 200
    assert "Votre accord est retiré" not in answer.content.decode()
