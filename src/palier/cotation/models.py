"""Grids and scores."""

from __future__ import annotations

import pgtrigger
from django.db import models

from palier.cotation.states import GRID


class Grid(models.Model):
    """A version of a territory's grid: the TOML text as voted, in force from `valid_from`.

    `key` names the territory's grid over its versions; `epcis` are the territories where it holds, until a version that
    begins later there takes over. A draft may not be readable yet: its other columns are those of its last readable text.
    `applied`: whether the scores of its territories have followed its coming into force; else the worker has them follow.
    """

    key = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=200)
    source = models.TextField()
    state = models.CharField(max_length=10, choices=GRID.choices, default=GRID.initial)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    example = models.BooleanField(default=False)
    epcis = models.ManyToManyField("territories.Epci", related_name="grids")
    applied = models.BooleanField(default=False)

    class Meta:
        ordering = ["key", "version"]
        constraints = [
            GRID.constraint("grid_state"),
            models.UniqueConstraint(fields=["key", "version"], name="grid_version_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")), name="grid_days"
            ),
        ]


class Score(models.Model):
    """The points of a demand in one territory. `lines`: the fired criteria as `law.cotation` gives them.

    `lines` is None where a mass calculation stored totals only; the detail is then computed when read. `due_on`: the
    first day when the calendar alone may change it (`law.lasting`); None until the worker has looked. Few indexes: a night
    or a grid writes these rows by the hundred thousand.
    """

    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="scores", db_index=False)
    epci = models.ForeignKey("territories.Epci", models.PROTECT, db_index=False)
    grid = models.ForeignKey(Grid, models.PROTECT, db_index=False)
    points = models.DecimalField(max_digits=8, decimal_places=2)
    provisional = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    excluded = models.CharField(max_length=200, blank=True)
    lines = models.JSONField(null=True)
    demand_revision = models.PositiveIntegerField()
    computed_on = models.DateField()
    due_on = models.DateField(null=True)

    class Meta:
        ordering = ["demand", "epci"]
        constraints = [models.UniqueConstraint(fields=["demand", "epci"], name="score_once")]
        indexes = [models.Index(fields=["due_on"], name="score_due")]


class Facts(models.Model):
    """The household as the rules saw it from an instant on (`law.household.Household`): what a past score is replayed from.

    One row each time something about it changed; written once.
    """

    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="facts")
    at = models.DateTimeField()
    household = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["demand", "at", "pk"]
        indexes = [models.Index(fields=["demand", "-at"], name="facts_latest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]


class Outline(models.Model):
    """What mass scoring and rankings read of a live demand, written with every change of it.

    `record`: its facts (`law.records`), without the days of refusals that `refused` tells of; `opens`, `surface` and
    `widened`: which dwellings are open to it (`law.keys`). All hold until the day before `until`.
    """

    demand = models.OneToOneField("demands.Demand", models.CASCADE, primary_key=True, related_name="outline")
    record = models.BinaryField()
    refused = models.BooleanField(default=False)
    opens = models.IntegerField()
    surface = models.SmallIntegerField()
    widened = models.BooleanField(default=False)
    until = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="outline_until")]


class Standing(models.Model):
    """A live demand in one place that it wishes, as narrow as a ranking needs: the index is the ranking itself.

    `place`: a commune, or a whole EPCI for those who accept the surroundings. `hundredths`: points × 100.
    """

    pk = models.CompositePrimaryKey("demand", "place")
    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="standings", db_index=False)
    place = models.CharField(max_length=9)
    hundredths = models.IntegerField()
    registered_on = models.DateField()
    opens = models.IntegerField()
    surface = models.SmallIntegerField()

    class Meta:
        ordering = ["place", "-hundredths", "registered_on", "demand"]
        indexes = [
            models.Index(
                "place", models.F("hundredths").desc(), "registered_on", "demand",
                name="standing_order", include=["opens", "surface"],
            ),
        ]  # fmt: skip


class PointsNews(models.Model):
    """A household whose points changed and who has not been told by mail yet: one message will tell everything since.

    `since`: the first change of those; `last`: the latest, after which a quiet time is waited for.
    """

    demand = models.OneToOneField("demands.Demand", models.CASCADE, primary_key=True, related_name="points_news")
    since = models.DateTimeField()
    last = models.DateTimeField(db_index=True)
