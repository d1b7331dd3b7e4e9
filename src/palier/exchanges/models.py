"""What came in, what goes out to the national register, what it answered, and what it told."""

from __future__ import annotations

from django.db import models

from palier.exchanges.landlords.models import Change, Delivery, KeptAnswer, LandlordSystem, StockFile
from palier.exchanges.states import OPERATION, REACTIVATION, WHAT
from palier.exchanges.takeover.models import TakenDemand, TakeOver, TakeOverLine

__all__ = [
    "Anomaly", "Change", "Cursor", "Delivery", "Import", "KeptAnswer", "LandlordSystem", "News", "Operation",
    "RegisterNumber", "StockFile", "TakeOver", "TakeOverLine", "TakenDemand",
]  # fmt: skip


class Import(models.Model):
    """One document brought in. `anomalies`: code, path and French words; never the whole document."""

    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, unique=True)
    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="imports")
    created = models.BooleanField()
    anomalies = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-pk"]


class Operation(models.Model):
    """One file for the register, written in the transaction of what it tells; a demand's go in the order of their keys.

    `revision`: the version of the form it carries. `due_at`: not before. `doubtful`: an earlier sending may have been
    taken although no answer was read. `error`: why the last one failed (`sne.errors`).
    """

    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="operations")
    kind = models.CharField(max_length=3, choices=list(WHAT.items()))
    state = models.CharField(max_length=8, choices=OPERATION.choices, default=OPERATION.initial)
    revision = models.PositiveIntegerField()
    ground = models.CharField(max_length=6, blank=True)
    subground = models.CharField(max_length=6, blank=True)
    happened_on = models.DateField()
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    refusals = models.PositiveSmallIntegerField(default=0)
    doubtful = models.BooleanField(default=False)
    error = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            OPERATION.constraint("operation_state"),
            models.CheckConstraint(condition=models.Q(kind__in=list(WHAT)), name="operation_kind"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["accepted"]) | models.Q(answered_at__isnull=False),
                name="operation_answer_dated",
            ),
            # A household enters the register once.
            models.UniqueConstraint(
                fields=["demand"], condition=models.Q(kind__in=["CRE", "CRS"]), name="operation_one_creation"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="operation_due", condition=models.Q(state__in=["waiting", "sent"])),
            models.Index(fields=["demand", "id"], name="operation_open", condition=~models.Q(state="accepted")),
            models.Index(fields=["state", "queued_at"], name="operation_list"),
        ]

    @property
    def what(self) -> str:
        """What it tells, in words. A removal without a ground is the register's way to say that it is taken back."""
        return REACTIVATION if self.kind == "RAD" and not self.ground else WHAT[self.kind]

    @property
    def tone(self) -> str:
        """Tone of its state's tag."""
        return OPERATION.states[self.state].tone


class Anomaly(models.Model):
    """One reason of a refusal, kept after it is mended: the quality report counts them.

    `path`: place in the document, empty when the register does not tell it.
    """

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="anomalies")
    round = models.PositiveSmallIntegerField(help_text="which refusal of the operation")
    at = models.DateTimeField()
    code = models.CharField(max_length=40)
    path = models.CharField(max_length=200, blank=True)
    message = models.CharField(max_length=500)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["at", "code"], name="anomaly_report")]


class RegisterNumber(models.Model):
    """The number that the register gave to a demand that Palier created: later files bear it."""

    demand = models.OneToOneField("demands.Demand", models.CASCADE, related_name="register_number")
    number = models.CharField(max_length=18, unique=True)
    at = models.DateTimeField()


class News(models.Model):
    """Something the register told of a demand that is here. `state`: applied, or unclear until an agent looks."""

    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="news")
    service = models.CharField(max_length=30)
    code = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=[("applied", "Appliquée"), ("unclear", "À vérifier")])

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=["applied", "unclear"]), name="news_state"),
        ]


class Cursor(models.Model):
    """How far a service of the register has been read. `since`: the register's own instant, to ask from next time."""

    service = models.CharField(max_length=30, primary_key=True)
    since = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=20, blank=True)
    told = models.PositiveIntegerField(default=0, help_text="demands told the last time, ours or not")
