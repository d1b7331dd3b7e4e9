"""A commission and who sits in it."""

from __future__ import annotations

from django.db import models

from palier.commissions.models.telling import SEAT_TOLD

CAPACITIES = [
    ("board", "Membre désigné par le conseil"),
    ("tenants", "Représentant des locataires"),
    ("mayor", "Maire de la commune ou son représentant"),
    ("epci", "Président de l’EPCI ou son représentant"),
    ("prefect", "Préfet ou son représentant"),
    ("advisory", "Membre consultatif"),
]


class Commission(models.Model):
    """A landlord's commission. `rules`: quorum, counting rule, visibility (see `commissions.rules`)."""

    landlord = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="commissions")
    name = models.CharField(max_length=120)
    department = models.ForeignKey("territories.Department", models.PROTECT)
    rules = models.JSONField(default=dict)
    rules_from = models.DateField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """A person's place in a commission. A mayor votes, and has the casting vote, only for dwellings of `commune`."""

    commission = models.ForeignKey(Commission, models.PROTECT, related_name="seats")
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="seats")
    capacity = models.CharField(max_length=10, choices=CAPACITIES)
    title = models.CharField(max_length=120, blank=True)
    president = models.BooleanField(default=False)
    commune = models.ForeignKey("territories.Commune", models.PROTECT, null=True)
    epci = models.ForeignKey("territories.Epci", models.PROTECT, null=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        ordering = ["-president", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["commission", "person"], condition=models.Q(until=None), name="seat_once"),
            models.CheckConstraint(
                condition=~models.Q(capacity="mayor") | models.Q(commune__isnull=False), name="seat_mayor_has_a_commune"
            ),
            models.CheckConstraint(
                condition=~models.Q(capacity="epci") | models.Q(epci__isnull=False), name="seat_epci_has_an_epci"
            ),
        ]
        triggers = [SEAT_TOLD]

    @property
    def voting(self) -> bool:
        return self.capacity != "advisory"

    @property
    def signs_as(self) -> str:
        """In what capacity it is named at the foot of a paper."""
        return self.title or ("Présidence de la commission" if self.president else self.get_capacity_display())
