"""Locks on scarce things, always taken in one order.

Order: offer, then demand, then application, then session, then agenda item. Inside one kind, by
ascending key. Whoever follows it cannot deadlock.
"""

from __future__ import annotations

from typing import TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


def locked(queryset: models.QuerySet[M], pk: int) -> M:
    """The row, locked until the transaction ends; raises its DoesNotExist when the scope does not see it."""
    return queryset.select_for_update(of=("self",), no_key=True).get(pk=pk)


def locked_all(queryset: models.QuerySet[M]) -> list[M]:
    """All rows of the queryset, locked in ascending key order."""
    return list(queryset.select_for_update(of=("self",), no_key=True).order_by("pk"))


def steady(queryset: models.QuerySet[M], pk: int) -> M:
    """The row, which nobody changes until the transaction ends: many hold it so at once, whoever locks it waits for all."""
    table, key = (
        connection.ops.quote_name(name) for name in (queryset.model._meta.db_table, queryset.model._meta.pk.column)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT FROM {table} WHERE {key} = %s FOR SHARE", [pk])
    return queryset.get(pk=pk)


def one_at_a_time(what: str) -> None:
    """Wait until no other transaction holds `what`, then hold it to the end of this one.

    For what has no row to lock, such as the last link of a chain. Taken after every row lock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])
