"""Places, and what a territory has decided from which day."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Department(models.Model):
    """`code`: the department's official code (14, 2A, 974)."""

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=60)
    region_code = models.CharField(max_length=3)
    # Île-de-France holds one demand for the whole region: its departments share the register "111".
    register_code = models.CharField(max_length=3)
    active = models.BooleanField(default=False, help_text="Palier runs here")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Epci(models.Model):
    """An inter-municipal body; `siren` has 9 digits."""

    siren = models.CharField(max_length=9, primary_key=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    department = models.ForeignKey(Department, models.PROTECT)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Commune(models.Model):
    """A commune by its INSEE code; a merged one keeps its row and names its `successor`."""

    code = models.CharField(max_length=5, primary_key=True)
    name = models.CharField(max_length=80)
    # Lower case without accents: the key for completion and for French order.
    search_name = models.CharField(max_length=80, db_index=True)
    postcodes = ArrayField(models.CharField(max_length=5), default=list)
    population = models.PositiveIntegerField(default=0)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    approximate = models.BooleanField(default=False)
    department = models.ForeignKey(Department, models.PROTECT)
    epci = models.ForeignKey(Epci, models.PROTECT, null=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True)
    ceiling_zone = models.CharField(max_length=10, default="other")
    rent_zone = models.CharField(max_length=5, default="B2")
    aid_zone = models.PositiveSmallIntegerField(default=3)

    class Meta:
        ordering = ["search_name", "code"]
        indexes = [GinIndex(fields=["postcodes"], name="commune_postcodes")]

    def __str__(self) -> str:
        return self.name


class Setting(models.Model):
    """A legal or local figure in force from `valid_from` to `valid_to` excluded.

    `territory`: a department's code, an EPCI's SIREN, or empty for everywhere; the narrowest wins.
    """

    key = models.CharField(max_length=60)
    territory = models.CharField(max_length=9, blank=True)
    value = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["key", "territory", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["key", "territory", "valid_from"], name="setting_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="setting_ends_after_it_starts",
            ),
        ]
