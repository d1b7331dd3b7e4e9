"""Reads on offers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from palier.homes.models import Offer


def open_offers(now: datetime) -> QuerySet[Offer]:
    """Offers that take applications at `now`: published, and their closing time not past (read from the clock)."""
    return (
        Offer.objects.filter(state="published", closes_at__gt=now)
        .select_related("dwelling__commune", "dwelling__landlord")
        .order_by("-published_at", "-pk")
    )


def candidate_counts(offer_ids: Sequence[int]) -> dict[int, int]:
    """offer → number of live candidates, for offers that have any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT offer_id, candidates FROM palier_candidates(%s)", [list(offer_ids)])
        return dict(cursor.fetchall())
