"""A demand, its versions, its wishes and its warnings; drafts; the counter of unique numbers; what a night has done."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models

from palier.demands.states import DEMAND, LIKENESS, OUTCOMES, REMOVAL_GROUNDS, SUBGROUNDS, WARNED
from palier.law import calendar


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
    removal_subground = models.CharField(max_length=6, blank=True)
    removed_on = models.DateField(null=True)
    erased_on = models.DateField(null=True)
    revision = models.PositiveIntegerField(default=1)
    form = models.JSONField()
    # What a national file held that our form has no field for: kept, sent back, shown to the desk.
    unmapped = models.JSONField(default=list)

    last_name_key = models.CharField(max_length=80)
    first_name_key = models.CharField(max_length=80)
    birth_date = models.DateField(null=True)
    # The address is sealed apart: nobody but the household reads it (`demands.sheltering`).
    sheltered = models.BooleanField(default=False)
    identity_keys = ArrayField(models.CharField(max_length=16), default=list)
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
            # What a night looks for: the demands about to expire, and those removed long ago.
            models.Index(fields=["expires_on"], name="demand_to_renew", condition=models.Q(state="active")),
            models.Index(fields=["removed_on"], name="demand_to_erase", condition=models.Q(state="removed")),
        ]
        constraints = [
            DEMAND.constraint("demand_state"),
            models.CheckConstraint(
                condition=models.Q(state="active", removal_ground="", removed_on=None)
                | models.Q(
                    state__in=["removed", "erased"], removal_ground__in=list(REMOVAL_GROUNDS), removed_on__isnull=False
                ),
                name="demand_removal_has_a_legal_ground",
            ),
            # IRRSEJ or IRRRES, for a rejection by a commission and for nothing else.
            models.CheckConstraint(
                condition=models.Q(removal_ground="RADIRR", removal_subground__in=list(SUBGROUNDS))
                | (~models.Q(removal_ground="RADIRR") & models.Q(removal_subground="")),
                name="demand_rejection_has_a_subground",
            ),
            models.CheckConstraint(
                condition=models.Q(state="erased", erased_on__isnull=False, person=None, last_name_key="", form={})
                | (~models.Q(state="erased") & models.Q(erased_on=None)),
                name="demand_erased_holds_nobody",
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

    @property
    def confirmed_on(self) -> date:
        """The day of the deposit or of the last renewal, from which the delays run.

        A demand brought in with an end of validity of its own counts back from it.
        """
        own = self.renewed_on or self.first_registered_on
        if calendar.life(own, None, self.expires_on).expires_on == self.expires_on:
            return own
        return calendar.add_months(self.expires_on, -calendar.validity(self.expires_on))

    @property
    def reactivation_until(self) -> date | None:
        """The last day on which this removed demand may come back; None when it never may."""
        if self.state != "removed" or self.removed_on is None:
            return None
        return calendar.reactivation_until(self.removal_ground, self.removed_on, self.confirmed_on)


class Notice(models.Model):
    """A warning before a removal: the renewal notice (RADREN), a letter left unanswered (RADCON), a rejection (RADIRR).

    `sent_on` and `removal_on` stay empty while a letter waits to be posted: a delay that nobody was told does not run.
    `proof`: the tracking number or the means by which it reached the household. Nothing is removed on one of these
    grounds but through an open notice whose `removal_on` has come.
    """

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="notices")
    ground = models.CharField(max_length=6)
    subground = models.CharField(max_length=6, blank=True)
    by = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    sent_on = models.DateField(null=True)
    removal_on = models.DateField(null=True)
    proof = models.CharField(max_length=200, blank=True)
    closed_on = models.DateField(null=True)
    outcome = models.CharField(max_length=10, blank=True, choices=OUTCOMES)

    class Meta:
        ordering = ["demand", "-made_at", "-pk"]
        indexes = [
            models.Index(
                fields=["removal_on"],
                name="notice_due",
                condition=models.Q(closed_on__isnull=True, removal_on__isnull=False),
            )
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(ground__in=WARNED), name="notice_ground"),
            models.CheckConstraint(
                condition=models.Q(ground="RADIRR", subground__in=list(SUBGROUNDS))
                | (~models.Q(ground="RADIRR") & models.Q(subground="")),
                name="notice_subground",
            ),
            models.UniqueConstraint(
                fields=["demand", "ground"], condition=models.Q(closed_on=None), name="notice_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(sent_on=None, removal_on=None)
                | models.Q(proof__gt="", removal_on__gt=models.F("sent_on")),
                name="notice_delay_runs_from_its_sending",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on=None, outcome="") | models.Q(closed_on__isnull=False, outcome__gt=""),
                name="notice_closed_has_an_outcome",
            ),
        ]


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


class Mandate(models.Model):
    """Somebody whom a household lets act for it: who, what for in the mandate's own words, until when."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="mandates")
    holder = models.CharField(max_length=120, help_text="person or structure, as the mandate names it")
    words = models.CharField(max_length=500)
    from_on = models.DateField()
    until_on = models.DateField()
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True)

    class Meta:
        ordering = ["demand", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(until_on__gte=models.F("from_on")), name="mandate_ends_later"),
        ]


class Shelter(models.Model):
    """What a sheltered household keeps to itself. `home`, `work`, `co_work`: communes that scoring alone reads."""

    demand = models.OneToOneField(Demand, models.CASCADE, related_name="shelter")
    since = models.DateField()
    sealed = models.TextField()
    home = models.CharField(max_length=5, blank=True)
    work = models.CharField(max_length=5, blank=True)
    co_work = models.CharField(max_length=5, blank=True)


class Identity(models.Model):
    """One key of one live demand, kept by a trigger from `Demand.identity_keys`, so that a person is found by an index:
    row security lets none be used for arrays."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="+")
    register_code = models.CharField(max_length=3)
    key = models.CharField(max_length=16)

    class Meta:
        indexes = [models.Index(fields=["register_code", "key"], name="identity_key")]


class Likeness(models.Model):
    """Two live demands of one register that the same person seems to hold: to be looked at, never merged by itself.

    `first` is the older key. `undo`: what a merger changed, so that it can be taken back.
    """

    first = models.ForeignKey(Demand, models.CASCADE, related_name="+")
    second = models.ForeignKey(Demand, models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=LIKENESS.choices, default=LIKENESS.initial)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=500, blank=True)
    kept = models.ForeignKey(Demand, models.CASCADE, null=True, related_name="+")
    undo = models.JSONField(default=dict)

    class Meta:
        ordering = ["found_at", "pk"]
        constraints = [
            LIKENESS.constraint("likeness_state"),
            models.UniqueConstraint(fields=["first", "second"], name="likeness_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="likeness_in_order"),
            models.CheckConstraint(
                condition=models.Q(state="merged", kept__isnull=False)
                | ~models.Q(state="merged") & models.Q(kept=None),
                name="likeness_merged_keeps_one",
            ),
        ]


class NumberCounter(models.Model):
    """The last sequence issued in a register and a month; locked while the next one is taken."""

    register_code = models.CharField(max_length=3)
    month = models.CharField(max_length=4, help_text="MMYY of the first registration")
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register_code", "month"], name="counter_once")]


class NightStep(models.Model):
    """How far a step of a night has gone: the key of the last demand or notice done, so that a crash goes on from there."""

    day = models.DateField()
    step = models.CharField(max_length=20)
    after = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["day", "pk"]
        constraints = [models.UniqueConstraint(fields=["day", "step"], name="night_step_once")]
