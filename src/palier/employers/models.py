"""Companies and job attestations."""

from __future__ import annotations

from django.db import models

from palier.employers.states import ATTESTATION


class Company(models.Model):
    """An employer known by its SIRET (14 digits, Luhn key). `organisation` once it has an account here.

    `peec`: pays the employers' contribution (private, 50 employees or more: CCH L313-1).
    """

    siret = models.CharField(max_length=14, unique=True)
    name = models.CharField(max_length=120)
    organisation = models.OneToOneField("accounts.Organisation", models.PROTECT, null=True, related_name="company")
    headcount = models.PositiveIntegerField(null=True)
    sector = models.CharField(max_length=20, default="private")
    peec = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class JobAttestation(models.Model):
    """What a person declares of their job, and the employer's answer once they agreed to ask."""

    person = models.OneToOneField("accounts.Person", models.CASCADE, related_name="job")
    siret = models.CharField(max_length=14)
    company = models.ForeignKey(Company, models.PROTECT, null=True)
    employer_name = models.CharField(max_length=120)
    staff_number = models.CharField(max_length=30, blank=True)
    entered_on = models.DateField(null=True)
    contract = models.CharField(max_length=3)
    workplace = models.ForeignKey("territories.Commune", models.PROTECT, null=True)
    consent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    denial_reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=ATTESTATION.choices, default=ATTESTATION.initial)

    class Meta:
        constraints = [
            ATTESTATION.constraint("attestation_state"),
            models.CheckConstraint(
                condition=models.Q(state="declared") | models.Q(consent_at__isnull=False, company__isnull=False),
                name="attestation_needs_consent",
                violation_error_message="L’employeur n’est interrogé qu’avec l’accord du salarié.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["confirmed", "denied"]) | models.Q(answered_at__isnull=False),
                name="attestation_answer_dated",
            ),
        ]
