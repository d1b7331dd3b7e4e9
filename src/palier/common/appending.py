"""Writing a row that its writer may not read back.

Django's inserts end in `RETURNING`, which row security treats as a read. Events and outgoing mail
are written by people who may not read them, hence this one plain insert.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, models


def append(instance: models.Model) -> None:
    """Insert `instance` (its key is left to the sequence) without returning anything."""
    fields = [f for f in instance._meta.concrete_fields if not f.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(f.column) for f in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [f.get_db_prep_save(f.pre_save(instance, True), connection) for f in fields]
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(instance._meta.db_table)} ({columns}) VALUES ({marks})", values)


def append_all(instances: Iterable[models.Model]) -> None:
    """Insert many rows of one model at once, returning nothing: PostgreSQL unfolds one array per column."""
    rows = list(instances)
    if not rows:
        return
    meta = rows[0]._meta
    fields = [f for f in meta.concrete_fields if not f.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(f.column) for f in fields)
    arrays = ", ".join(f"%s::{f.db_type(connection).partition('(')[0]}[]" for f in fields)
    values = [[f.get_db_prep_save(f.pre_save(row, True), connection) for row in rows] for f in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(meta.db_table)} ({columns}) SELECT * FROM unnest({arrays})",
            values,
        )
