"""Dwellings and what is offered of them."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.db import models

from palier.homes.states import CONTRADICTION, LIVE, OFFER
from palier.law import products
from palier.law.freshness import Effect
from palier.law.products import Product

KINDS = [("flat", "Appartement"), ("house", "Maison")]
TYPES = [("T1", "T1"), ("T2", "T2"), ("T3", "T3"), ("T4", "T4"), ("T5", "T5"), ("T6P", "T6 et plus")]
FINANCINGS = [("PLAI", "PLAI"), ("PLUS", "PLUS"), ("PLS", "PLS"), ("LLI", "Intermédiaire (LLI)")]
PRODUCTS = [(one.code, one.name) for one in products.PRODUCTS.values()]
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
    """A vacancy on the site. Rent and charges in euros a month. `holder` designates when it is reserved.

    `product`: its kind (`law.products`). A home for sale has a `price`, euros, and no rent; a room its surface, m², among
    the `rooms` of its flat; a residence's unit the months one may stay (`months_at_most`), its monthly fee being the rent.
    """

    vacancy = models.ForeignKey(Vacancy, models.PROTECT, related_name="offers")
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="offers")
    state = models.CharField(max_length=10, choices=OFFER.choices, default=OFFER.initial)
    product = models.CharField(max_length=12, choices=PRODUCTS, default=products.SOCIAL)
    rent = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    charges = models.DecimalField(max_digits=7, decimal_places=2)
    price = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    rooms = models.PositiveSmallIntegerField(null=True)
    room_surface = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    months_at_most = models.PositiveSmallIntegerField(null=True)
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
            models.CheckConstraint(
                condition=models.Q(product__in=[c for c, _ in PRODUCTS], charges__gte=0), name="offer_product"
            ),
            models.CheckConstraint(
                condition=~models.Q(product="sale") & models.Q(rent__isnull=False, rent__gt=0, price=None)
                | models.Q(product="sale", rent=None, price__isnull=False, price__gt=0),
                name="offer_rent_or_price",
            ),
            models.CheckConstraint(
                condition=models.Q(product="shared", rooms__isnull=False, rooms__gte=2, room_surface__isnull=False)
                | ~models.Q(product="shared") & models.Q(rooms=None, room_surface=None),
                name="offer_room_of_a_shared_flat",
            ),
            models.CheckConstraint(
                condition=models.Q(product="residence", months_at_most__isnull=False, months_at_most__gte=1)
                | ~models.Q(product="residence") & models.Q(months_at_most=None),
                name="offer_stay_in_a_residence",
            ),
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
        triggers = [
            pgtrigger.Trigger(
                name="product_suits_financing",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("product", "dwelling_id"),
                func="""
                    IF NEW.product <> 'sale' AND (NEW.product = 'intermediate') IS DISTINCT FROM
                        (SELECT w.financing = 'LLI' FROM homes_dwelling w WHERE w.id = NEW.dwelling_id) THEN
                        RAISE EXCEPTION 'a dwelling is offered as its financing allows' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;""",
            )
        ]

    @property
    def terms(self) -> Product:
        """What the law and the house say of its kind."""
        return products.PRODUCTS[self.product]

    @property
    def monthly(self) -> Decimal | None:
        """Rent with charges, euros; None for a home for sale."""
        return None if self.rent is None else self.rent + self.charges

    @property
    def surface(self) -> Decimal:
        """What one would live in: the room of a shared flat, else the whole dwelling, m²."""
        return self.room_surface or self.dwelling.surface


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
