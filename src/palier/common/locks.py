"""Locks on scarce things, always taken in one order.

Order: offer, then demand, then application, then session, then agenda item. Inside one kind, by
ascending key. Whoever follows it cannot deadlock.
"""

from __future__ import annotations

from typing import TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


def locked(queryset: models.QuerySet[M], pk: int) -> M:
    """The row, locked until the transaction ends; raises its DoesNotExist when the scope does not see it."""
    return queryset.select_for_update(of=("self",), no_key=True).get(pk=pk)


def locked_all(queryset: models.QuerySet[M]) -> list[M]:
    """All rows of the queryset, locked in ascending key order."""
    return list(queryset.select_for_update(of=("self",), no_key=True).order_by("pk"))
