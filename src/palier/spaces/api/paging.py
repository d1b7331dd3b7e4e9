"""Lists by cursor: opaque, stable, and nothing is skipped when rows change meanwhile.

A list goes by keys, which never change. Its first page keeps where the journal of changes was: whoever read the list to
its end follows the journal from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from django.core import signing
from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from palier.common.errors import Refused
from palier.exchanges.landlords.changes import last_position


class Paging(Schema):
    """`cursor`: the `next` of the page before; none for the first."""

    cursor: Annotated[str, Field(max_length=300)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


Asked = Query[Paging]


class Cursor(NamedTuple):
    """`after`: the last key read. `journal`: where the journal was at the first page."""

    after: int
    journal: int


def write(kind: str, cursor: Cursor) -> str:
    """A cursor of one kind of list; signed, so that a made-up one is told as such."""
    return _signer().sign_object([kind, *cursor])


def read(kind: str, text: str) -> Cursor | None:
    """The cursor, None when there is none. Refused: of another list, or altered."""
    if not text:
        return None
    try:
        found, after, journal = _signer().unsign_object(text)
    except (signing.BadSignature, ValueError):
        found = ""
    if found != kind:
        raise Refused("cursor.unknown", "Ce curseur n’est pas de cette liste : reprenez-la du début.")
    return Cursor(after, journal)


def pages(kind: str, rows: QuerySet, asked: Paging, show: Callable[[list], list[dict[str, Any]]]) -> dict[str, Any]:
    """One page of a list in the order of keys; `show` gives its items."""
    cursor = read(kind, asked.cursor) or Cursor(0, last_position())
    found = list(rows.filter(pk__gt=cursor.after).order_by("pk")[: asked.limit + 1])
    more, found = len(found) > asked.limit, found[: asked.limit]
    after = write(kind, Cursor(found[-1].pk, cursor.journal)) if more else None
    return {"items": show(found), "next": after, "changes": write("changes", Cursor(cursor.journal, 0))}


def _signer() -> signing.Signer:
    # Without the hour: the same place is always the same cursor, which its reader may compare.
    return signing.Signer(salt="palier.api.cursor")
