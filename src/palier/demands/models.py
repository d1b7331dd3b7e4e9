"""A demand, its versions, its wishes; drafts; and the counter of unique numbers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from palier.demands.states import DEMAND, REMOVAL_GROUNDS


class Demand(models.Model):
    """A registered demand.

    `form` is the declared national form as `demands.form.Form` writes it; the columns below it are
    derived from it by `demands.form.columns` for lists, search and statistics, never typed apart.
    """

    number = models.CharField(max_length=18, unique=True)
    register_code = models.CharField(max_length=3)
    department = models.ForeignKey("territories.Department", models.PROTECT)
    person = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="demands")
    desk = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=DEMAND.choices, default=DEMAND.initial)
    # Seniority: the day of the first deposit, kept through renewals, imports and mergers (R441-2-7).
    first_registered_on = models.DateField(db_index=True)
    received_at = models.DateTimeField()
    renewed_on = models.DateField(null=True)
    expires_on = models.DateField()
    removal_ground = models.CharField(max_length=6, blank=True)
    removed_on = models.DateField(null=True)
    revision = models.PositiveIntegerField(default=1)
    form = models.JSONField()
    # What a national file held that our form has no field for: kept, sent back, shown to the desk.
    unmapped = models.JSONField(default=list)

    last_name_key = models.CharField(max_length=80)
    first_name_key = models.CharField(max_length=80)
    birth_date = models.DateField(null=True)
    people = models.PositiveSmallIntegerField()
    adults = models.PositiveSmallIntegerField()
    monthly_resources = models.IntegerField(null=True)
    tax_income = models.IntegerField(null=True)
    wanted_types = ArrayField(models.CharField(max_length=3))
    transfer = models.BooleanField(default=False)
    main_motive = models.CharField(max_length=2, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["last_name_key", "first_name_key", "birth_date"], name="demand_identity"),
            models.Index(fields=["department", "state", "first_registered_on"], name="demand_department"),
        ]
        constraints = [
            DEMAND.constraint("demand_state"),
            models.CheckConstraint(
                condition=models.Q(state="active", removal_ground="", removed_on=None)
                | models.Q(state="removed", removal_ground__in=list(REMOVAL_GROUNDS), removed_on__isnull=False),
                name="demand_removal_has_a_legal_ground",
            ),
            # One live demand per person and register (one per department, one for Île-de-France).
            models.UniqueConstraint(
                fields=["person", "register_code"],
                condition=models.Q(state="active", person__isnull=False),
                name="demand_one_per_register",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on__gt=models.F("first_registered_on")), name="demand_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"Demande {self.pk}"


class DemandVersion(models.Model):
    """The form as it stood at a revision, so that any past score can be replayed."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="versions")
    revision = models.PositiveIntegerField()
    at = models.DateTimeField()
    form = models.JSONField()

    class Meta:
        ordering = ["demand", "revision"]
        constraints = [models.UniqueConstraint(fields=["demand", "revision"], name="version_once")]


class Wish(models.Model):
    """A commune wished, in the household's order (1 first)."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="wishes")
    commune = models.ForeignKey("territories.Commune", models.PROTECT)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["demand", "rank"]
        constraints = [models.UniqueConstraint(fields=["demand", "commune"], name="wish_once")]


class Draft(models.Model):
    """What somebody has typed and not yet registered: raw text by step, valid or not, nothing lost.

    `demand` is set while a registered demand is being changed; `author` is the agent at a desk.
    """

    author = models.ForeignKey("accounts.Person", models.CASCADE, related_name="drafts")
    demand = models.ForeignKey(Demand, models.CASCADE, null=True, related_name="drafts")
    for_self = models.BooleanField(default=True)
    answers = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["author"], condition=models.Q(demand=None, for_self=True), name="draft_one_for_self"
            ),
            models.UniqueConstraint(
                fields=["author", "demand"], condition=models.Q(demand__isnull=False), name="draft_one_per_demand"
            ),
        ]


class Claim(models.Model):
    """A code mailed to take over a demand registered elsewhere. `demand` is empty when the number led nowhere."""

    person = models.ForeignKey("accounts.Person", models.CASCADE, related_name="claims")
    demand = models.ForeignKey(Demand, models.CASCADE, null=True, related_name="claims")
    code = models.CharField(max_length=200, help_text="hashed")
    sent_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)


class NumberCounter(models.Model):
    """The last sequence issued in a register and a month; locked while the next one is taken."""

    register_code = models.CharField(max_length=3)
    month = models.CharField(max_length=4, help_text="MMYY of the first registration")
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register_code", "month"], name="counter_once")]
