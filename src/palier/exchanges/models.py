"""What came in, and what was wrong with it."""

from __future__ import annotations

from django.db import models

from palier.exchanges.takeover.models import TakenDemand, TakeOver, TakeOverLine

__all__ = ["Import", "TakeOver", "TakeOverLine", "TakenDemand"]


class Import(models.Model):
    """One document brought in. `anomalies`: code, path and French words; never the whole document."""

    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, unique=True)
    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="imports")
    created = models.BooleanField()
    anomalies = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-pk"]
