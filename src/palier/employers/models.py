"""Companies, job attestations, and an employer's own priorities."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Left

from palier.employers.states import ATTESTATION, COMPANY
from palier.law.contribution import SECTORS


class Company(models.Model):
    """An establishment of an employer, known by its SIRET (14 digits, Luhn key). `organisation` once it has an account.

    `state`: whether the establishment is still there, as the register of companies says; `successor`: where it moved.
    `headcounts`: calendar year → employees of the whole company, as the employer tells; `band`: the register's own, of
    `band_year`, for whoever told nothing. `seen_on`: the day of the register that was read, empty for an unread one.
    """

    siret = models.CharField(max_length=14, unique=True)
    name = models.CharField(max_length=120)
    organisation = models.OneToOneField("accounts.Organisation", models.PROTECT, null=True, related_name="company")
    sector = models.CharField(max_length=12, default="private", choices=SECTORS)
    headcounts = models.JSONField(default=dict)
    band = models.CharField(max_length=2, blank=True)
    band_year = models.PositiveSmallIntegerField(null=True)
    activity = models.CharField(max_length=6, blank=True)
    commune = models.CharField(max_length=5, blank=True)
    state = models.CharField(max_length=6, choices=COMPANY.choices, default=COMPANY.initial)
    closed_on = models.DateField(null=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="predecessors")
    seen_on = models.DateField(null=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            COMPANY.constraint("company_state"),
            models.CheckConstraint(
                condition=models.Q(state="active", successor=None)
                | models.Q(state="closed", successor=None)
                | models.Q(state="moved", successor__isnull=False),
                name="company_moved_somewhere",
            ),
            models.CheckConstraint(condition=models.Q(sector__in=[code for code, _ in SECTORS]), name="company_sector"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def siren(self) -> str:
        """The number of the whole company: its establishments share it."""
        return self.siret[:9]


class JobAttestation(models.Model):
    """What a person declares of their job, and the employer's answer once they agreed to ask.

    `mobility`: the job asks for a move. `statuses_at`: since when the employer may also know where the applications
    stand. `priority_points`: what the employer's priorities give on its own contingent, zero unless it confirmed.
    """

    person = models.OneToOneField("accounts.Person", models.CASCADE, related_name="job")
    siret = models.CharField(max_length=14)
    company = models.ForeignKey(Company, models.PROTECT, null=True)
    employer_name = models.CharField(max_length=120)
    staff_number = models.CharField(max_length=30, blank=True)
    entered_on = models.DateField(null=True)
    contract = models.CharField(max_length=3)
    mobility = models.BooleanField(default=False)
    workplace = models.ForeignKey("territories.Commune", models.PROTECT, null=True)
    consent_at = models.DateTimeField(null=True)
    statuses_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    denial_reason = models.CharField(max_length=300, blank=True)
    priority_points = models.DecimalField(max_digits=6, decimal_places=2, default=0)
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
                condition=models.Q(statuses_at=None) | models.Q(consent_at__isnull=False),
                name="attestation_statuses_need_consent",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["confirmed", "denied"]) | models.Q(answered_at__isnull=False),
                name="attestation_answer_dated",
            ),
            models.CheckConstraint(
                condition=models.Q(priority_points=0) | models.Q(state="confirmed"),
                name="attestation_points_once_confirmed",
            ),
        ]
        indexes = [models.Index(Left("siret", 9), name="attestation_siren")]


class Priorities(models.Model):
    """A version of an employer's priorities: a grid over employment facts (`law.priorities`). The last one holds."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="priorities")
    version = models.PositiveIntegerField()
    source = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["company", "-version"]
        constraints = [models.UniqueConstraint(fields=["company", "version"], name="priorities_version_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
