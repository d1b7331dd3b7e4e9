"""Past allocations without identity, and the indicators drawn from them."""

from __future__ import annotations

from django.db import models


class PastAllocation(models.Model):
    """One signed lease, stripped of identity: what is needed for waits, odds and the legal objectives."""

    signed_on = models.DateField(db_index=True)
    commune = models.ForeignKey("territories.Commune", models.PROTECT)
    type = models.CharField(max_length=3)
    financing = models.CharField(max_length=4)
    wait_days = models.PositiveIntegerField()
    people = models.PositiveSmallIntegerField()
    points = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    transfer = models.BooleanField(default=False)
    priority = models.BooleanField(default=False)
    first_quartile = models.BooleanField(default=False)
    qpv = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["commune", "type", "signed_on"], name="allocation_place")]


class PointsQuarters(models.Model):
    """The points that part in four the demands wishing a type in a territory, with resources of one band, on a day.

    `band`: place in the territory's bounds, -1 where resources are not declared. Groups under the least number are
    not kept at all: the points of a few would be those of somebody.
    """

    epci = models.ForeignKey("territories.Epci", models.CASCADE)
    type = models.CharField(max_length=3)
    band = models.SmallIntegerField()
    on = models.DateField()
    demands = models.PositiveIntegerField()
    low = models.DecimalField(max_digits=8, decimal_places=2)
    middle = models.DecimalField(max_digits=8, decimal_places=2)
    high = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        ordering = ["epci", "type", "band"]
        constraints = [
            models.UniqueConstraint(fields=["epci", "type", "band", "on"], name="quarters_once"),
            models.CheckConstraint(
                condition=models.Q(low__lte=models.F("middle"), middle__lte=models.F("high")), name="quarters_ascend"
            ),
        ]


class CommuneIndicator(models.Model):
    """One commune's figures on a day: counts, and waits in days (None under the statistical secret)."""

    commune = models.ForeignKey("territories.Commune", models.PROTECT)
    on = models.DateField()
    demands = models.PositiveIntegerField()
    first_choice = models.PositiveIntegerField()
    allocations = models.PositiveIntegerField(help_text="over the twelve months before")
    wait_median = models.PositiveIntegerField(null=True)
    wait_ninth_decile = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["commune"]
        constraints = [models.UniqueConstraint(fields=["commune", "on"], name="indicator_once")]
