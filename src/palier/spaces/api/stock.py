"""The landlord's dwellings."""

# Annotations are read where they stand: an operation is wrapped (`door`), and text would be looked up in the wrong module.

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router, Schema

from palier.exchanges.landlords import filling
from palier.homes.models import Dwelling
from palier.spaces.api import paging
from palier.spaces.api.door import reads, writes
from palier.spaces.api.keys import Key
from palier.spaces.api.problems import ERRORS, Problem
from palier.spaces.api.results import Dwellings, Results

router = Router(tags=["Parc"])


class DwellingOut(Schema):
    """A dwelling as it is known here. `surface` in m², coordinates in degrees (WGS 84)."""

    key: int
    reference: str
    address: str
    postcode: str
    commune: str
    kind: str
    type: str
    surface: float
    financing: str
    floor: int | None
    lift: bool
    step_free: bool
    adapted: bool
    energy_class: str
    qpv: bool
    built: int | None
    parking: bool
    rpls_id: str
    latitude: float | None
    longitude: float | None


class DwellingPage(Schema):
    items: list[DwellingOut]
    next: str | None
    changes: str


def _mine(request: HttpRequest):
    return Dwelling.objects.filter(landlord=request.actor.organisation_id)


def _shown(dwelling: Dwelling) -> dict[str, Any]:
    names = [name for name in DwellingOut.model_fields if name not in ("key", "commune")]
    return {"key": dwelling.pk, "commune": dwelling.commune_id, **{name: getattr(dwelling, name) for name in names}}


@router.get("/dwellings", response={200: DwellingPage, ERRORS: Problem}, operation_id="dwellings")
@reads("stock:read")
def dwellings(request: HttpRequest, asked: paging.Asked) -> dict[str, Any]:
    """The stock, by cursor."""
    return paging.pages("dwellings", _mine(request), asked, lambda rows: [_shown(d) for d in rows])


@router.get("/dwellings/{key}", response={200: DwellingOut, ERRORS: Problem}, operation_id="dwelling")
@reads("stock:read")
def dwelling(request: HttpRequest, key: Path[Key]) -> dict[str, Any]:
    """One dwelling."""
    return _shown(_mine(request).get(pk=key))


@router.post("/dwellings", response={200: Results, ERRORS: Problem}, operation_id="put_dwellings")
@writes("stock:write")
def put_dwellings(request: HttpRequest, sent: Dwellings) -> dict[str, Any]:
    """Add dwellings, or correct those whose reference is known; up to 500, with a result for each."""
    return {"results": filling.dwellings(request.actor, sent.rows)}
