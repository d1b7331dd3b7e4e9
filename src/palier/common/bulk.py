"""Many rows at once: what a page never does and a file or a night does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy
import psycopg
from django.db import connection, models
from numpy.typing import NDArray

# ANALYZE belongs to the owner of a table; the web role may ask for it and for nothing else.
RENEW_STATISTICS = """
    CREATE OR REPLACE FUNCTION palier_renew_statistics() RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE held regclass;
    BEGIN
        FOR held IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = 'public' AND c.relkind = 'r'
                      AND pg_has_role(current_user, c.relowner, 'USAGE') LOOP
            EXECUTE format('ANALYZE %s', held);
        END LOOP;
    END $$"""


def renew_statistics() -> None:
    """Tell PostgreSQL how many rows its tables now hold, to be called after thousands were written.

    Its own collector comes a minute later; until then every query is planned for the tables as they were, and a
    connection keeps those plans: lists that take a millisecond take ten seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT palier_renew_statistics()")


def insert(
    model: type[models.Model], objects: Iterable[models.Model], *, returning: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """Insert unsaved objects, their keys left to the sequence, and give back the fields `returning`, in any order.

    COPY is refused on a table with row security: the rows go by COPY into a temporary table, and from there
    through the policies by one INSERT.
    """
    held = [f for f in model._meta.concrete_fields if not f.primary_key]
    staged = _stage(model, held, ([getattr(one, f.attname) for f in held] for one in objects))
    listed = _names(f.column for f in held)
    back = f" RETURNING {_names(model._meta.get_field(name).column for name in returning)}" if returning else ""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {_quote(model._meta.db_table)} ({listed}) SELECT {listed} FROM {staged}{back}")
        found = cursor.fetchall() if returning else []
        cursor.execute(f"DROP TABLE {staged}")
    return found


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set the fields `names` of the rows whose key is the first value of each row."""
    key, *held = [model._meta.pk, *(model._meta.get_field(name) for name in names)]
    staged = _stage(model, [key, *held], rows)
    changes = ", ".join(f"{_quote(f.column)} = s.{_quote(f.column)}" for f in held)
    own = _quote(key.column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_quote(model._meta.db_table)} AS t SET {changes} FROM {staged} AS s WHERE t.{own} = s.{own}"
        )
        cursor.execute(f"DROP TABLE {staged}")


def listed(keys: Iterable[int]) -> str:
    """Whole numbers as PostgreSQL writes a list of them: for thousands, quicker than adapting each."""
    return f"{{{','.join(map(str, keys))}}}"


def pulled(sql: str, values: Mapping[str, Any], record: str = "") -> tuple[dict[str, NDArray[numpy.int64]], bytes]:
    """A query's columns of whole numbers without a Python object for each value; none may be null.

    `record`: a column of bytes besides, given end to end.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({sql}) q LIMIT 0", values)
        names = [column.name for column in cursor.description if column.name != record]
    sent = [f"string_agg(int8send(q.{_quote(name)}::bigint), '')" for name in names]
    sent += [f"string_agg(q.{_quote(record)}, '')"] if record else []
    # Bytes as bytes, not as text twice as long.
    with psycopg.Cursor(connection.connection) as cursor:
        row = cursor.execute(f"SELECT {', '.join(sent)} FROM ({sql}) q", values, binary=True).fetchone()
    columns = {
        name: numpy.frombuffer(held or b"", ">i8").astype(numpy.int64) for name, held in zip(names, row, strict=False)
    }
    return columns, (row[-1] or b"") if record else b""


def staged(name: str, columns: Mapping[str, Sequence[int] | NDArray[numpy.int64]]) -> str:
    """A temporary table of whole numbers, gone with the transaction or once dropped: filled without a Python object each."""
    kinds = [("fields", ">i2"), *((column, [("size", ">i4"), ("value", ">i8")]) for column in columns)]
    rows = numpy.empty(len(next(iter(columns.values()))), kinds)
    rows["fields"] = len(columns)
    for column, values in columns.items():
        rows[column]["size"] = 8
        rows[column]["value"] = values
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_quote(name)} ({', '.join(f'{_quote(c)} bigint' for c in columns)}) ON COMMIT DROP"
        )
        with cursor.copy(f"COPY {_quote(name)} FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff")
    return _quote(name)


def _stage(model: type[models.Model], held: Sequence[models.Field], rows: Iterable[Sequence[Any]]) -> str:
    staged, listed = _quote(f"staged_{model._meta.db_table}"), _names(f.column for f in held)
    documents = [isinstance(f, models.JSONField) for f in held]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {staged} ON COMMIT DROP AS"
            f" SELECT {listed} FROM {_quote(model._meta.db_table)} WITH NO DATA"
        )
        with cursor.copy(f"COPY {staged} ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(
                    [
                        json.dumps(value, ensure_ascii=False) if document and value is not None else value
                        for value, document in zip(row, documents, strict=True)
                    ]
                )
    return staged


def _names(columns: Iterable[str]) -> str:
    return ", ".join(map(_quote, columns))


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
