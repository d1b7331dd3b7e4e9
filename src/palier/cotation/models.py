"""Grids and scores."""

from __future__ import annotations

import pgtrigger
from django.db import models

from palier.cotation.states import GRID


class Grid(models.Model):
    """A version of a territory's grid: the TOML text as voted, in force from `valid_from`.

    `key` names the territory's grid over its versions; `epcis` are the territories where it holds.
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

    class Meta:
        ordering = ["key", "version"]
        constraints = [
            GRID.constraint("grid_state"),
            models.UniqueConstraint(fields=["key", "version"], name="grid_version_once"),
        ]


class Score(models.Model):
    """The points of a demand in one territory. `lines`: the fired criteria as `law.cotation` gives them.

    `lines` is None where a mass calculation stored totals only; the detail is then computed when read.
    """

    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="scores")
    epci = models.ForeignKey("territories.Epci", models.PROTECT)
    grid = models.ForeignKey(Grid, models.PROTECT)
    points = models.DecimalField(max_digits=8, decimal_places=2)
    provisional = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    excluded = models.CharField(max_length=200, blank=True)
    lines = models.JSONField(null=True)
    demand_revision = models.PositiveIntegerField()
    computed_on = models.DateField()

    class Meta:
        ordering = ["demand", "epci"]
        constraints = [models.UniqueConstraint(fields=["demand", "epci"], name="score_once")]
        indexes = [models.Index(fields=["epci", "-points"], name="score_order")]


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
