"""Conventions, turns and signed balances."""

from __future__ import annotations

import pgtrigger
from django.db import models

from palier.homes.models import CONTINGENTS
from palier.law.reasons import number
from palier.reservations.states import TURN

RESERVED = [(code, label) for code, label in CONTINGENTS if code != "none"]
KINDS = [
    ("flow", "Dans le flux"), ("first", "Première mise en location"), ("transfer", "Mutation"),
    ("renewal", "Renouvellement urbain"), ("coownership", "Copropriété dégradée"), ("sale", "Vente"),
    ("defence", "Défense et sécurité intérieure"), ("hospital", "Hôpital public"), ("intermediate", "Logement intermédiaire"),
]  # fmt: skip


class Convention(models.Model):
    """One reservation: `percent` of the yearly flow of a landlord in a department, or in one commune of it.

    It holds from `valid_from` until `valid_to` excluded. `returned_counts`: whether a dwelling given back undesignated
    was a turn all the same.
    """

    landlord = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="conventions")
    holder = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="held_conventions")
    contingent = models.CharField(max_length=20, choices=RESERVED)
    department = models.ForeignKey("territories.Department", models.PROTECT, related_name="+")
    commune = models.ForeignKey("territories.Commune", models.PROTECT, null=True, related_name="+")
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    designation_days = models.PositiveSmallIntegerField()
    returned_counts = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["valid_from", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(percent__gt=0, percent__lte=100), name="convention_percent"),
            models.CheckConstraint(
                condition=models.Q(designation_days__gte=1, designation_days__lte=120), name="convention_days"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="convention_dates",
            ),
            models.CheckConstraint(
                condition=models.Q(contingent__in=[code for code, _ in RESERVED]), name="convention_contingent"
            ),
            models.UniqueConstraint(
                fields=["landlord", "holder", "contingent", "department", "commune"], nulls_distinct=False,
                condition=models.Q(valid_to=None), name="convention_once",
            ),
        ]  # fmt: skip

    @property
    def name(self) -> str:
        """« Action Logement », « Préfecture du Calvados (agents publics) »."""
        agents = " (agents publics)" if self.contingent == "state_agents" else ""
        return f"{self.holder.name}{agents}"

    @property
    def share(self) -> str:
        """« 25 % », « 12,5 % »."""
        return f"{number(self.percent, 0 if self.percent == int(self.percent) else 1)}\u00a0%"


class Turn(models.Model):
    """Whose turn a vacancy was, and why. No convention: the landlord's own.

    `kind`: what the vacancy is for the flow. `called`: the convention whose turn the rule said, None for the landlord;
    `why`: how the rule found it; `departure`: the landlord's reason for another choice. `due_at`: the holder designates before.
    """

    vacancy = models.ForeignKey("homes.Vacancy", models.PROTECT, related_name="turns")
    landlord = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    holder = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="turns")
    convention = models.ForeignKey(Convention, models.PROTECT, null=True, related_name="turns")
    called = models.ForeignKey(Convention, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=KINDS)
    state = models.CharField(max_length=10, choices=TURN.choices, default=TURN.initial)
    on = models.DateField()
    due_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=500)
    departure = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    given_back = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["on", "pk"]
        indexes = [
            models.Index(fields=["landlord", "on"], name="turn_year"),
            models.Index(fields=["due_at"], name="turn_due", condition=models.Q(state="open")),
        ]
        constraints = [
            TURN.constraint("turn_state"),
            # No dwelling is counted twice: one turn for a vacancy, unless the former was cancelled.
            models.UniqueConstraint(
                fields=["vacancy"], condition=~models.Q(state="cancelled"), name="turn_once_for_a_vacancy"
            ),
            models.CheckConstraint(
                condition=models.Q(convention=None, holder=None, due_at=None)
                | models.Q(convention__isnull=False, holder__isnull=False, due_at__isnull=False),
                name="turn_of_a_holder_has_a_term",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["open", "designated", "returned"]) | models.Q(convention__isnull=False),
                name="turn_designated_by_a_holder",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=[code for code, _ in KINDS]), name="turn_kind"),
        ]


class Balance(models.Model):
    """The yearly balance that a landlord signed for a holder: what it says, its PDF and its seal. Written once."""

    landlord = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    holder = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="balances")
    year = models.PositiveSmallIntegerField()
    department = models.ForeignKey("territories.Department", models.PROTECT, related_name="+")
    record = models.JSONField()
    sha256 = models.CharField(max_length=64)
    seal = models.CharField(max_length=16)
    document = models.BinaryField()
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["landlord", "holder", "year", "department"], name="balance_once")
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
