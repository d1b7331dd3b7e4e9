"""Empty dwellings, their offers, and what is said of their availability."""

# Annotations are read where they stand: an operation is wrapped (`door`), and text would be looked up in the wrong module.

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Path, Router, Schema

from palier.exchanges.landlords import filling
from palier.exchanges.landlords.rows import Reason, Row
from palier.homes import actions
from palier.homes.models import Offer
from palier.homes.queries import candidate_counts, own_offers
from palier.reservations import actions as reservations
from palier.spaces.api import paging
from palier.spaces.api.door import reads, writes
from palier.spaces.api.keys import Key
from palier.spaces.api.problems import ERRORS, Problem
from palier.spaces.api.results import Results, Statements, Vacancies

router = Router(tags=["Offres"])


class OfferOut(Schema):
    """Rent and charges in euros a month. `confirmed_at`: when the landlord last said that it is available.

    `product`: social, intermediate, shared, residence or sale. A sale has a `price`, euros, and no rent.
    """

    key: int
    dwelling: str
    dwelling_key: int
    state: str
    available_on: date
    product: str
    rent: float | None
    charges: float
    price: float | None
    rooms: int | None
    room_surface: float | None
    months_at_most: int | None
    contingent: str
    holder: int | None
    description: str
    published_at: datetime | None
    closes_at: datetime | None
    confirmed_at: datetime | None
    candidates: int


class OfferPage(Schema):
    items: list[OfferOut]
    next: str | None
    changes: str


class StateOut(Schema):
    """The object and its state after the act."""

    key: int
    state: str


class Withdrawal(Row):
    """Candidates read the reason."""

    reason: Reason


def _mine(request: HttpRequest):
    return own_offers(request.actor).select_related("dwelling", "vacancy")


def _shown(offers: list[Offer]) -> list[dict[str, Any]]:
    counts = candidate_counts([o.pk for o in offers])
    return [
        {
            "key": o.pk, "dwelling": o.dwelling.reference, "dwelling_key": o.dwelling_id, "state": o.state,
            "available_on": o.vacancy.available_on, "charges": o.charges, **_terms(o), "contingent": o.contingent,
            "holder": o.holder_id, "description": o.description, "published_at": o.published_at,
            "closes_at": o.closes_at, "confirmed_at": o.confirmed_at, "candidates": counts.get(o.pk, 0),
        }
        for o in offers
    ]  # fmt: skip


def _terms(offer: Offer) -> dict[str, Any]:
    """What its kind is described by."""
    return {name: getattr(offer, name) for name in filling.TERMS}


@router.get("/offers", response={200: OfferPage, ERRORS: Problem}, operation_id="offers")
@reads("offers:read")
def offers(request: HttpRequest, asked: paging.Asked) -> dict[str, Any]:
    """The landlord's offers, drafts and past ones included, by cursor."""
    return paging.pages("offers", _mine(request), asked, _shown)


@router.get("/offers/{key}", response={200: OfferOut, ERRORS: Problem}, operation_id="offer")
@reads("offers:read")
def offer(request: HttpRequest, key: Path[Key]) -> dict[str, Any]:
    """One offer."""
    return _shown([_mine(request).get(pk=key)])[0]


@router.post("/vacancies", response={200: Results, ERRORS: Problem}, operation_id="put_vacancies")
@writes("offers:write")
def put_vacancies(request: HttpRequest, sent: Vacancies) -> dict[str, Any]:
    """Declare dwellings empty with their offers, published unless `publish` is false; up to 100. `key`: of the offer."""
    return {"results": filling.vacancies(request.actor, sent.rows)}


@router.post("/offers/{key}/publish", response={200: StateOut, ERRORS: Problem}, operation_id="publish_offer")
@writes("offers:write")
def publish(request: HttpRequest, key: Path[Key]) -> dict[str, Any]:
    """Put a draft on the site, for whoever's turn it is where a convention covers its dwelling."""
    draft = _mine(request).get(pk=key)
    if draft.state != "draft":
        return _state(actions.publish(actor=request.actor, offer_id=key))
    made = reservations.publish_as_said(
        actor=request.actor, dwelling_id=draft.dwelling_id, contingent=draft.contingent, holder_id=draft.holder_id,
        available_on=draft.vacancy.available_on, charges=draft.charges, description=draft.description, via="system",
        **_terms(draft),
    )  # fmt: skip
    return _state(made)


@router.post("/offers/{key}/withdraw", response={200: StateOut, ERRORS: Problem}, operation_id="withdraw_offer")
@writes("offers:write")
def withdraw(request: HttpRequest, key: Path[Key], sent: Withdrawal) -> dict[str, Any]:
    """Take an offer off; its candidates are told and freed."""
    actions.withdraw(actor=request.actor, offer_id=key, reason=sent.reason)
    return _state(_mine(request).get(pk=key))


def _state(offer: Offer) -> dict[str, Any]:
    return {"key": offer.pk, "state": offer.state}


@router.post("/statements", response={200: Results, ERRORS: Problem}, operation_id="put_statements")
@writes("availability:write")
def put_statements(request: HttpRequest, sent: Statements) -> dict[str, Any]:
    """Say what is available, let or withdrawn; up to 100. Late, repeated and out of order they do no harm.

    `applied`; `repeated`: known already; `older`: recorded, and something later is known;
    `contradicts`: another source says the contrary, a person decides. `key`: of the offer.
    """
    return {"results": filling.statements(request.actor, sent.rows)}
