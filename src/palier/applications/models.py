"""Applications and shortlists."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from palier.applications.states import APPLICATION, DOUBT, HEADINGS, LIVE


class Application(models.Model):
    """A demand on an offer.

    `live_slot` numbers the household's live applications (1 by default; a territory may allow more):
    the database itself refuses one too many. `ticket` stands for the household in this offer's receipt and in no
    other; `draw` breaks the last ties: a hash of the offer's seed and this ticket. Both are fixed at deposit.
    `points` and `registered_on` place it among the others: they follow the household while it is live (`placing`).
    `priority`: on offers that points do not order, the class that comes before the date (`law.products`), of the deposit.
    `employer_points`: those among them that come from the employer's priorities, on its own contingent alone.
    """

    demand = models.ForeignKey("demands.Demand", models.PROTECT, related_name="applications")
    offer = models.ForeignKey("homes.Offer", models.PROTECT, related_name="applications")
    state = models.CharField(max_length=14, choices=APPLICATION.choices, default=APPLICATION.initial)
    live_slot = models.PositiveSmallIntegerField(null=True, default=1)
    applied_at = models.DateTimeField()
    ticket = models.CharField(max_length=16)
    draw = models.CharField(max_length=16)
    points = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    employer_points = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    registered_on = models.DateField()
    priority = models.PositiveSmallIntegerField(default=1)
    # What the household was told of its odds when it applied: kept so that it can be checked later.
    told = models.JSONField(default=dict)
    reason_codes = ArrayField(models.CharField(max_length=40), default=list)
    reason_text = models.CharField(max_length=500, blank=True)
    note = models.TextField(blank=True, help_text="Note d’instruction : objective, lisible par le ménage")
    state_at = models.DateTimeField()
    # The dwelling is gone and the household is still to be written to: the worker finds it by this.
    parting_due = models.BooleanField(default=False)

    class Meta:
        ordering = ["-applied_at", "-pk"]
        indexes = [
            models.Index(fields=["id"], name="application_parting", condition=models.Q(parting_due=True)),
            models.Index(fields=["offer", "state"], name="application_offer"),
            # All that a rank asks of an offer's candidates.
            models.Index(
                fields=["offer"], condition=models.Q(live_slot__isnull=False), name="application_places",
                include=["points", "registered_on", "draw", "id", "demand"],
            ),
        ]  # fmt: skip
        constraints = [
            APPLICATION.constraint("application_state"),
            models.CheckConstraint(
                condition=models.Q(state__in=LIVE, live_slot__isnull=False)
                | (~models.Q(state__in=LIVE) & models.Q(live_slot=None)),
                name="application_live_holds_a_slot",
            ),
            models.UniqueConstraint(fields=["demand", "live_slot"], name="application_one_live"),
            models.UniqueConstraint(
                fields=["demand", "offer"], condition=models.Q(state__in=LIVE), name="application_once_per_offer"
            ),
        ]


class Instruction(models.Model):
    """The landlord's work on a file: which agent took it, when it came and was answered. Never shown to the household.

    Made when an agent takes the file or answers it; until then a file sent waits, taken by nobody.
    """

    application = models.OneToOneField(Application, models.CASCADE, related_name="instruction")
    received_at = models.DateTimeField()
    taken_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(taken_by=None, taken_at=None)
                | models.Q(taken_by__isnull=False, taken_at__isnull=False),
                name="instruction_taken_is_dated",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_by=None, answered_at=None)
                | models.Q(answered_at__gte=models.F("received_at")),
                name="instruction_answered_after_it_came",
            ),
        ]


class Doubt(models.Model):
    """What a landlord thinks wrong in the declared form, and what it should say; the household accepts or contests.

    The form is the household's: nothing here changes it. `answer`: why it contests.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="doubts")
    heading = models.CharField(max_length=10, choices=list(HEADINGS.items()))
    declared = models.CharField(max_length=200)
    proposed = models.CharField(max_length=200)
    why = models.CharField(max_length=300)
    proposed_at = models.DateTimeField()
    answer_by = models.DateField()
    answer = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=DOUBT.choices, default=DOUBT.initial)

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            DOUBT.constraint("doubt_state"),
            models.UniqueConstraint(
                fields=["application", "heading"], condition=models.Q(state="proposed"), name="doubt_one_open"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="contested") | ~models.Q(answer=""), name="doubt_contested_in_words"
            ),
        ]


class SeenRank(models.Model):
    """The household's own place on a day when it looked at it: the next look is explained from there (`law.moves`).

    `points` and `registered_on` are its own; of the others, how many they were and how many came before.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="seen_ranks")
    on = models.DateField()
    at = models.DateTimeField()
    position = models.PositiveIntegerField()
    of = models.PositiveIntegerField()
    points = models.DecimalField(max_digits=8, decimal_places=2)
    registered_on = models.DateField()

    class Meta:
        ordering = ["application", "-on"]
        constraints = [
            models.UniqueConstraint(fields=["application", "on"], name="seen_rank_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, position__lte=models.F("of")), name="seen_rank_among"
            ),
        ]


class Shortlist(models.Model):
    """The candidates of an offer as they stood when the files were sent. `receipt`: what redoes it (`law.receipts`).

    Written once: whoever downloads the receipt later gets the one that was fixed.
    """

    offer = models.ForeignKey("homes.Offer", models.PROTECT, related_name="shortlists")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    seed = models.CharField(max_length=32)
    candidates = models.PositiveIntegerField()
    receipt = models.JSONField()

    class Meta:
        ordering = ["-made_at", "-pk"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class ShortlistEntry(models.Model):
    """One ranked candidate of a shortlist. `departure` explains a candidate taken out of the order."""

    shortlist = models.ForeignKey(Shortlist, models.CASCADE, related_name="entries")
    application = models.ForeignKey(Application, models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    points = models.DecimalField(max_digits=8, decimal_places=2)
    sent = models.BooleanField(default=False)
    departure = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["shortlist", "position"]
        constraints = [
            models.UniqueConstraint(fields=["shortlist", "position"], name="entry_position_once"),
            models.UniqueConstraint(fields=["shortlist", "application"], name="entry_once"),
        ]
