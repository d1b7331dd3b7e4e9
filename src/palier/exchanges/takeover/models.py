"""A take-over, what became of each household of its file, and which demands came from which older tool."""

from __future__ import annotations

from django.db import models

from palier.exchanges.takeover.states import OUTCOMES, TAKEOVER


class TakeOver(models.Model):
    """One file brought with one mapping.

    `cursor`: households already dealt with in the pass under way; `scored`: last line whose points are computed.
    `total`: households of the file, known once it was read whole. `counts`: outcome → number.
    `figures`: the reconciliation as it was found at the end (`reconciliation.figures`).
    """

    tool = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    mapping = models.TextField()
    # Name in the store; empty once the file is erased.
    file_name = models.CharField(max_length=80, blank=True)
    original_name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=TAKEOVER.choices, default=TAKEOVER.initial)
    rehearsal = models.BooleanField(default=True)
    cursor = models.PositiveIntegerField(default=0)
    scored = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    counts = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    trouble = models.CharField(max_length=400, blank=True)
    trouble_code = models.CharField(max_length=60, blank=True)
    received_at = models.DateTimeField()
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    inviting_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [TAKEOVER.constraint("takeover_state")]

    def __str__(self) -> str:
        return f"Reprise {self.pk}"


class TakenDemand(models.Model):
    """A demand that came from an older tool: recognised at each later file by `reference`.

    `revision`: of the demand when the take-over last wrote it; a greater one means that somebody changed it here.
    """

    tool = models.CharField(max_length=40)
    reference = models.CharField(max_length=80)
    demand = models.OneToOneField("demands.Demand", models.CASCADE, related_name="taken")
    digest = models.CharField(max_length=64)
    revision = models.PositiveIntegerField()
    mailable = models.BooleanField(default=False)
    invited_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["tool", "reference"], name="taken_once")]
        indexes = [
            models.Index(fields=["tool"], name="taken_to_invite", condition=models.Q(mailable=True, invited_at=None))
        ]


class TakeOverLine(models.Model):
    """A household of the file in the pass under way. `line`: its first one. `troubles`: see `problems.Trouble`."""

    takeover = models.ForeignKey(TakeOver, models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    reference = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=10, choices=[(code, state.label) for code, state in OUTCOMES.items()])
    department = models.CharField(max_length=3, blank=True)
    registered_on = models.DateField(null=True)
    demand = models.ForeignKey("demands.Demand", models.SET_NULL, null=True, related_name="+")
    troubles = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]
        constraints = [
            # A household that comes twice in a file is told as such on its second line.
            models.UniqueConstraint(
                fields=["takeover", "reference"],
                condition=~models.Q(reference="") & ~models.Q(outcome="refused"),
                name="takeover_reference_once",
            )
        ]
        indexes = [models.Index(fields=["takeover", "outcome"], name="takeover_outcome")]
