"""What the commission decided, and the leases that follow."""

# Annotations are read where they stand: an operation is wrapped (`door`), and text would be looked up in the wrong module.

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Path, Router, Schema

from palier.allocations import actions
from palier.allocations.models import Lease, Proposal
from palier.allocations.queries import visible_to
from palier.commissions.models import Decision
from palier.exchanges.landlords.rows import Day, Euros, Key, Price, Rent, Row
from palier.spaces.api import keys, paging
from palier.spaces.api.door import reads, writes
from palier.spaces.api.offers import StateOut
from palier.spaces.api.problems import ERRORS, Problem

router = Router(tags=["Décisions et baux"])


class DecisionOut(Schema):
    """One of the five legal decisions (CCH R441-3), once the minutes are signed. `key`: of the candidate.

    `answer`: where the proposal stands; `answer_by`: until when the household may answer (R441-10).
    """

    key: int
    offer: int
    kind: str
    rank: int | None
    grounds: list[str]
    condition: str
    condition_due: date | None
    taken_at: datetime
    answer: str | None
    answer_by: datetime | None


class DecisionPage(Schema):
    items: list[DecisionOut]
    next: str | None
    changes: str


class LeaseOut(Schema):
    """What was signed. `key`: of the candidate. Rent and charges in euros a month. `ends_on`: last day of a residence's
    contract. `price`: of a sale, euros, which has no rent."""

    key: int
    offer: int
    dwelling: str
    signed_on: date
    starts_on: date
    ends_on: date | None
    rent: float | None
    charges: float
    price: float | None


class LeasePage(Schema):
    items: list[LeaseOut]
    next: str | None
    changes: str


class NewLease(Row):
    """With a social lease the demand is removed from the register that day: it is recorded once signed, never before.

    `ends_on`: of a residence's contract. `price`: of a sale, in place of the rent.
    """

    candidate: Key
    signed_on: Day
    starts_on: Day
    rent: Rent | None = None
    charges: Euros = Decimal(0)
    ends_on: Day | None = None
    price: Price | None = None


def _decisions(request: HttpRequest):
    return Decision.objects.filter(
        candidate__item__session__state="signed",
        candidate__item__offer__dwelling__landlord=request.actor.organisation_id,
    ).select_related("candidate__item")


def _decided(decisions: list[Decision]) -> list[dict[str, Any]]:
    made = Proposal.objects.filter(decision__in=decisions).order_by("pk")
    proposals = {p.decision_id: p for p in made}
    return [
        {
            "key": d.candidate.application_id, "offer": d.candidate.item.offer_id, "kind": d.kind, "rank": d.rank,
            "grounds": d.reasons, "condition": d.condition_document, "condition_due": d.condition_due,
            "taken_at": d.taken_at, "answer": p.state if p else None, "answer_by": p.answer_by if p else None,
        }
        for d in decisions for p in [proposals.get(d.pk)]
    ]  # fmt: skip


def _leases(request: HttpRequest):
    return Lease.objects.filter(proposal__in=visible_to(request.actor).order_by().values("pk")).select_related(
        "proposal__offer__dwelling"
    )


def _signed(leases: list[Lease]) -> list[dict[str, Any]]:
    return [
        {
            "key": lease.proposal.application_id, "offer": lease.proposal.offer_id,
            "dwelling": lease.proposal.offer.dwelling.reference, "signed_on": lease.signed_on,
            "starts_on": lease.starts_on, "ends_on": lease.ends_on, "rent": lease.rent, "charges": lease.charges,
            "price": lease.price,
        }
        for lease in leases
    ]  # fmt: skip


@router.get("/decisions", response={200: DecisionPage, ERRORS: Problem}, operation_id="decisions")
@reads("decisions:read")
def decisions(request: HttpRequest, asked: paging.Asked) -> dict[str, Any]:
    """Signed decisions on the landlord's dwellings, by cursor."""
    return paging.pages("decisions", _decisions(request), asked, _decided)


@router.get("/decisions/{key}", response={200: DecisionOut, ERRORS: Problem}, operation_id="decision")
@reads("decisions:read")
def decision(request: HttpRequest, key: Path[keys.Key]) -> dict[str, Any]:
    """The last decision on one candidate."""
    found = _decisions(request).filter(candidate__application=key).order_by("-pk").first()
    if found is None:
        raise Decision.DoesNotExist
    return _decided([found])[0]


@router.get("/leases", response={200: LeasePage, ERRORS: Problem}, operation_id="leases")
@reads("leases:read")
def leases(request: HttpRequest, asked: paging.Asked) -> dict[str, Any]:
    """Leases recorded, by cursor."""
    return paging.pages("leases", _leases(request), asked, _signed)


@router.get("/leases/{key}", response={200: LeaseOut, ERRORS: Problem}, operation_id="lease")
@reads("leases:read")
def lease(request: HttpRequest, key: Path[keys.Key]) -> dict[str, Any]:
    """The lease of one candidate."""
    return _signed([_leases(request).get(proposal__application=key)])[0]


@router.post("/leases", response={200: StateOut, ERRORS: Problem}, operation_id="record_lease")
@writes("leases:write")
def record_lease(request: HttpRequest, sent: NewLease) -> dict[str, Any]:
    """A lease, a residence's contract or a sale is signed: every other candidate is freed; with a social lease the demand
    leaves the register that day (R441-2-8)."""
    proposal = visible_to(request.actor).get(application=sent.candidate)
    actions.record_lease(
        actor=request.actor, proposal_id=proposal.pk, signed_on=sent.signed_on, starts_on=sent.starts_on,
        rent=sent.rent, charges=sent.charges, ends_on=sent.ends_on, price=sent.price,
    )  # fmt: skip
    return {"key": sent.candidate, "state": "leased"}
