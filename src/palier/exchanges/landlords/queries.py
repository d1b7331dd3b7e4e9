"""Reads on a landlord's systems, deliveries and files."""

from __future__ import annotations

from django.db.models import QuerySet

from palier.accounts.actor import Actor
from palier.exchanges.landlords.models import Delivery, LandlordSystem, StockFile


def systems_of(actor: Actor) -> QuerySet[LandlordSystem]:
    """The live systems of the actor's landlord."""
    return LandlordSystem.objects.filter(landlord=actor.organisation_id, revoked_at=None).order_by("name", "pk")


def deliveries_of(actor: Actor) -> QuerySet[Delivery]:
    """What was sent, or is to be sent, to the systems of the actor's landlord, the newest first."""
    return Delivery.objects.filter(landlord=actor.organisation_id).select_related("system").order_by("-pk")


def files_of(actor: Actor) -> QuerySet[StockFile]:
    """The stock files of the actor's landlord, the newest first."""
    return StockFile.objects.filter(landlord=actor.organisation_id).order_by("-received_at", "-pk")
