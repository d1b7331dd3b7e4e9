"""Dwellings and what is offered of them."""

from __future__ import annotations

from django.db import models

from palier.homes.states import CONTRADICTION, LIVE, OFFER
from palier.law.freshness import Effect

KINDS = [("flat", "Appartement"), ("house", "Maison")]
TYPES = [("T1", "T1"), ("T2", "T2"), ("T3", "T3"), ("T4", "T4"), ("T5", "T5"), ("T6P", "T6 et plus")]
FINANCINGS = [("PLAI", "PLAI"), ("PLUS", "PLUS"), ("PLS", "PLS"), ("LLI", "Intermédiaire (LLI)")]
CONTINGENTS = [
    ("none", "Non réservé (bailleur)"),
    ("state_priority", "État, publics prioritaires"),
    ("state_agents", "État, agents publics"),
    ("action_logement", "Action Logement"),
    ("authority", "Collectivité"),
    ("other", "Autre réservataire"),
]
SAYS = {"available": "disponible", "let": "loué", "withdrawn": "retiré"}
# How a landlord confirms, as it is written after a date: « confirmé il y a 3 heures, par son système ».
VIAS = {"form": "en ligne", "file": "par fichier", "system": "par son système"}


class Dwelling(models.Model):
    """A dwelling of a landlord. `reference` is the landlord's own; surface in m²; coordinates in degrees (WGS 84)."""

    landlord = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="dwellings")
    reference = models.CharField(max_length=30)
    rpls_id = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200)
    postcode = models.CharField(max_length=5)
    commune = models.ForeignKey("territories.Commune", models.PROTECT)
    kind = models.CharField(max_length=5, choices=KINDS)
    type = models.CharField(max_length=3, choices=TYPES)
    surface = models.DecimalField(max_digits=6, decimal_places=1)
    floor = models.SmallIntegerField(null=True)
    lift = models.BooleanField(default=False)
    step_free = models.BooleanField(default=False)
    adapted = models.BooleanField(default=False)
    energy_class = models.CharField(max_length=1, blank=True)
    financing = models.CharField(max_length=4, choices=FINANCINGS)
    qpv = models.BooleanField(default=False)
    built = models.PositiveSmallIntegerField(null=True)
    parking = models.BooleanField(default=False)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["landlord", "reference"], name="dwelling_reference_once"),
            models.CheckConstraint(condition=models.Q(surface__gte=9, surface__lte=400), name="dwelling_surface"),
            models.CheckConstraint(condition=models.Q(type__in=[c for c, _ in TYPES]), name="dwelling_type"),
            models.CheckConstraint(
                condition=models.Q(financing__in=[c for c, _ in FINANCINGS]), name="dwelling_financing"
            ),
        ]


class Vacancy(models.Model):
    """A dwelling that is or will be empty, until it is let or taken off the market."""

    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="vacancies")
    notice_on = models.DateField()
    available_on = models.DateField()
    first_letting = models.BooleanField(default=False)
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["dwelling"], condition=models.Q(ended_on=None), name="vacancy_one_live"),
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("notice_on")), name="vacancy_dates"
            ),
        ]


class Offer(models.Model):
    """A vacancy on the site. Rent and charges in euros a month. `holder` designates when it is reserved."""

    vacancy = models.ForeignKey(Vacancy, models.PROTECT, related_name="offers")
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="offers")
    state = models.CharField(max_length=10, choices=OFFER.choices, default=OFFER.initial)
    rent = models.DecimalField(max_digits=7, decimal_places=2)
    charges = models.DecimalField(max_digits=7, decimal_places=2)
    contingent = models.CharField(max_length=20, choices=CONTINGENTS, default="none")
    holder = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="held_offers")
    # Among Action Logement's dwellings, those whose candidates are the employees of one company.
    reserved_for = models.ForeignKey("employers.Company", models.PROTECT, null=True, related_name="reserved_offers")
    description = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    # The last applied statement: when its source dates it, and by which channel.
    confirmed_at = models.DateTimeField(null=True)
    confirmed_via = models.CharField(max_length=10, choices=list(VIAS.items()), default="form")
    # When the landlord's agents were reminded of it since that confirmation.
    reminded_at = models.DateTimeField(null=True)
    # Ties are broken by a draw: its hash is published with the offer, the seed itself with the shortlist.
    draw_seed = models.CharField(max_length=32)

    class Meta:
        ordering = ["-published_at", "-pk"]
        indexes = [
            models.Index(fields=["-published_at"], name="offer_open", condition=models.Q(state="published")),
            models.Index(fields=["closes_at"], name="offer_closing", condition=models.Q(state="published")),
        ]
        constraints = [
            OFFER.constraint("offer_state"),
            models.UniqueConstraint(
                fields=["vacancy"],
                condition=models.Q(state__in=list(LIVE)),
                name="offer_one_live",
            ),
            models.CheckConstraint(condition=models.Q(rent__gt=0, charges__gte=0), name="offer_rent"),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "withdrawn"])
                | models.Q(published_at__isnull=False, closes_at__isnull=False, confirmed_at__isnull=False),
                name="offer_published_is_dated",
            ),
            models.CheckConstraint(
                condition=models.Q(contingent="none", holder=None)
                | models.Q(holder__isnull=False) & ~models.Q(contingent="none"),
                name="offer_reserved_has_a_holder",
            ),
            models.CheckConstraint(
                condition=models.Q(reserved_for=None) | models.Q(contingent="action_logement"),
                name="offer_for_employees_is_action_logements",
            ),
        ]


class AvailabilityStatement(models.Model):
    """What a landlord said of an offer: the proof behind "confirmed … ago".

    `at`: as its source dates it; `received_at`: when Palier learnt it. `effect`: see `law.freshness`. `freed`: how many
    candidates it freed.
    """

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="statements")
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    says = models.CharField(max_length=10, choices=list(SAYS.items()))
    via = models.CharField(max_length=10, choices=list(VIAS.items()), default="form")
    effect = models.CharField(max_length=12, choices=[(e.value, e.value) for e in Effect], default=Effect.APPLIED.value)
    freed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "organisation", "says", "at", "via"], name="statement_once"),
            models.CheckConstraint(condition=models.Q(says__in=list(SAYS), via__in=list(VIAS)), name="statement_words"),
            models.CheckConstraint(
                condition=models.Q(freed=0) | models.Q(effect="applied", says__in=["let", "withdrawn"]),
                name="statement_freed_by_an_end",
            ),
        ]


class Contradiction(models.Model):
    """Two sources that say the opposite of one offer: it blocks nothing, and waits for a person of the landlord.

    `statement`: what was said last; `against`: what it contradicts, in words for the landlord. `says`: how it was settled.
    """

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="contradictions")
    statement = models.ForeignKey(AvailabilityStatement, models.PROTECT, related_name="+")
    against = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=CONTRADICTION.choices, default=CONTRADICTION.initial)
    opened_at = models.DateTimeField()
    says = models.CharField(max_length=10, blank=True, choices=list(SAYS.items()))
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            CONTRADICTION.constraint("contradiction_state"),
            models.UniqueConstraint(fields=["offer"], condition=models.Q(state="open"), name="contradiction_one_open"),
            models.CheckConstraint(
                condition=models.Q(state="open", says="", settled_at=None, settled_by=None)
                | models.Q(state="settled", says__in=list(SAYS), settled_at__isnull=False, settled_by__isnull=False),
                name="contradiction_settled_by_someone",
            ),
        ]
