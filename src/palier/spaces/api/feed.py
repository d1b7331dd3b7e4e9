"""Who the token speaks for, and the journal of changes."""

# Annotations are read where they stand: an operation is wrapped (`door`), and text would be looked up in the wrong module.

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from palier.accounts.queries import organisations
from palier.exchanges.landlords import changes
from palier.exchanges.landlords.filling import HOLDERS
from palier.exchanges.landlords.scopes import kinds_of
from palier.exchanges.landlords.webhooks.deliveries import payload
from palier.spaces.api import paging
from palier.spaces.api.door import reads
from palier.spaces.api.problems import ERRORS, Problem

router = Router(tags=["Journal"])


class Me(Schema):
    landlord: str
    system: str
    scopes: list[str]


class Holder(Schema):
    """A body that may hold reservation rights (CCH R441-5)."""

    key: int
    name: str
    kind: str


class Holders(Schema):
    items: list[Holder]


class ChangeOut(Schema):
    """`key`: of the object, to be read at `path`. A decision and a lease bear the key of their candidate."""

    position: int
    kind: str
    key: int
    state: str
    at: datetime
    path: str


class Changes(Schema):
    """`next`: to be given next time, even when there is nothing more now."""

    items: list[ChangeOut]
    next: str
    more: bool


@router.get("/me", response={200: Me, ERRORS: Problem}, operation_id="me")
@reads()
def me(request: HttpRequest) -> dict[str, Any]:
    """Whom this token acts for, and what it may do."""
    system = request.system
    return {"landlord": system.landlord.name, "system": system.name, "scopes": system.scopes}


@router.get("/holders", response={200: Holders, ERRORS: Problem}, operation_id="holders")
@reads()
def holders(request: HttpRequest) -> dict[str, Any]:
    """Reservation holders, whose keys vacancies name."""
    return {"items": [{"key": o.pk, "name": o.name, "kind": o.kind} for o in organisations(*HOLDERS)]}


@router.get("/changes", response={200: Changes, ERRORS: Problem}, operation_id="changes")
@reads()
def journal(request: HttpRequest, asked: paging.Asked) -> dict[str, Any]:
    """What changed since a cursor, in order, of the kinds that the token may read. Keys and states only."""
    start = (paging.read("changes", asked.cursor) or paging.Cursor(0, 0)).after
    system = request.system
    found = changes.since(system.landlord_id, start, kinds=kinds_of(system.scopes), most=asked.limit + 1)
    more, found = len(found) > asked.limit, found[: asked.limit]
    end = found[-1].position if found else start
    return {"items": [payload(c) for c in found], "next": paging.write("changes", paging.Cursor(end, 0)), "more": more}
