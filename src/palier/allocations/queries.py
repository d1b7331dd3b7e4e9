"""Reads on proposals and leases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.allocations.models import Booking, Contest, Lease, Proposal, Visit, VisitSlot
from palier.applications.models import Application
from palier.applications.queries import visible_to as visible_applications
from palier.applications.states import LIVE
from palier.commissions.models import AgendaItem, Candidate, Seat, Session
from palier.common import clock
from palier.demands.models import Demand
from palier.documents.queries import due
from palier.homes.models import Offer
from palier.law.household import Refusal
from palier.law.products import COMMISSION
from palier.law.reasons import day


def visible_to(actor: Actor) -> QuerySet[Proposal]:
    """Proposals of the applications an actor may see. Never joined to the decision: a household may not read that table."""
    return (
        Proposal.objects.filter(application__in=visible_applications(actor).order_by().values("pk"))
        .select_related("application__demand", "offer__dwelling__commune", "offer__dwelling__landlord")
        .order_by("offer", "rank")
    )


def lease_against(offer: Offer, says: str) -> str:
    """What a signed lease says to the contrary of a statement, in words; "" when none does.

    "available" contradicts the lease recorded of this very offer; "let" elsewhere contradicts one recorded of another
    offer of the same dwelling since it was declared empty this time.
    """
    leases = Lease.objects.filter(proposal__offer__dwelling=offer.dwelling_id)
    if says == "let":
        leases = leases.filter(signed_on__gte=offer.vacancy.notice_on).exclude(proposal__offer=offer)
    else:
        leases = leases.filter(proposal__offer=offer)
    lease = leases.select_related("proposal__offer").order_by("-signed_on", "-pk").first()
    return f"{lease.proposal.offer.terms.signed.lower()} sur Palier le {day(lease.signed_on)}" if lease else ""


def overdue(now: datetime) -> QuerySet[Proposal]:
    """Proposals whose delay is over without an answer: silence counts as refusal (R441-10)."""
    return Proposal.objects.filter(state="sent", answer_by__lt=now).order_by("pk")


def suspended(offer_id: int) -> bool:
    """Whether somebody suspended what follows for this dwelling because of a contest."""
    held = Contest.objects.filter(application__offer=offer_id, suspended_at__isnull=False, resumed_at=None)
    return held.exists()


def contests(actor: Actor) -> QuerySet[Contest]:
    """The contests that a secretary or a president has to answer or has answered, those without answer first."""
    if actor.role == Role.MEMBER:
        presided = Seat.objects.filter(person=actor.person_id, president=True, until=None).values("commission")
        mine = Candidate.objects.filter(item__session__commission__in=presided).values("application")
    else:
        mine = visible_applications(actor).order_by().values("pk")
    return (
        Contest.objects.filter(application__in=mine)
        .select_related("application__offer__dwelling__commune")
        .order_by(F("answered_at").asc(nulls_first=True), "answer_by", "pk")
    )


def conditions_over(on: date) -> QuerySet[Proposal]:
    """Conditional proposals whose delay has passed without the document being accepted."""
    return Proposal.objects.filter(
        state__in=["waiting", "sent", "accepted"], condition_due__lt=on, condition_met_at=None
    ).order_by("pk")


def condition_state(proposal: Proposal) -> str:
    """How the document awaited stands: accepted, waiting (given in time, to be checked), or missing."""
    rows = [r for r in due(proposal.application.demand) if r.kind == proposal.condition_document]
    if rows and all(row.state == "accepted" for row in rows):
        return "accepted"
    given = [p for row in rows for p in row.pieces if p.state in ("received", "accepted")]
    in_time = [p for p in given if timezone.localdate(p.uploaded_at) <= proposal.condition_due]
    return "waiting" if in_time and all(row.state in ("accepted", "waiting") for row in rows) else "missing"


def allocated_in(session: Session) -> dict[str, list[AgendaItem]]:
    """commune → the dwellings that a session allocated there, in the order of its agenda."""
    items = (
        session.items.filter(candidates__decision__rank=1)
        .select_related("offer__dwelling__commune", "session__commission")
        .order_by("position", "pk")
    )
    found: dict[str, list[AgendaItem]] = {}
    for item in items:
        found.setdefault(item.offer.dwelling.commune_id, []).append(item)
    return found


def mayors_to_inform(session: Session) -> list[tuple[Seat, int]]:
    """The mayors' seats of a commission with how many dwellings the session allocated in their commune, if any."""
    allocated = allocated_in(session)
    seats = Seat.objects.filter(
        commission=session.commission_id, capacity="mayor", until=None, commune__in=list(allocated)
    ).select_related("person", "commune")
    return [(seat, len(allocated[seat.commune_id])) for seat in seats.order_by("pk")]


def visible_slots(actor: Actor) -> QuerySet[VisitSlot]:
    """Visit times of the proposals an actor may see."""
    return (
        VisitSlot.objects.filter(proposal__in=visible_to(actor).order_by().values("pk"))
        .select_related("proposal")
        .order_by("at", "pk")
    )


def visits_of(actor: Actor, offer: Offer) -> QuerySet[Visit]:
    """The visits that a landlord opened for one of its offers."""
    return Visit.objects.filter(offer=offer, offer__dwelling__landlord=actor.organisation_id).order_by("at", "pk")


def bookable(application: Application) -> QuerySet[Visit]:
    """The visits to come that a live candidate may book: those open to all, and once its file is sent, the others."""
    now = clock.now()
    if application.state not in LIVE:
        return Visit.objects.none()
    visits = Visit.objects.filter(offer=application.offer_id, cancelled_at=None, at__gt=now).order_by("at", "pk")
    return visits.filter(open_to="all") if application.state == "submitted" else visits


def held_booking(application: Application) -> Booking | None:
    """The place that a candidacy holds at a visit, whatever its day."""
    return Booking.objects.select_related("visit").filter(application=application, ended_at=None).first()


def places_taken(visits: Sequence[int]) -> dict[int, int]:
    """visit → places taken, for those that have any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT visit_id, taken FROM palier_visit_places(%s)", [list(visits)])
        return dict(cursor.fetchall())


# A home that cannot be entered or lived in is not one adapted to the household: refusing it costs nothing.
NOT_ADAPTED = ("access", "condition")


def refusals(demand: Demand) -> list[Refusal]:
    """The dwellings proposed after a decision that the household refused, by its word or its silence (R441-10).

    What a landlord proposes without a commission may be refused freely: it weighs on no score.
    """
    ended = Proposal.objects.filter(application__demand=demand, way=COMMISSION, state__in=["declined", "lapsed"])
    days = [
        (timezone.localdate(p.answered_at or p.answer_by), p.refusal_reason not in NOT_ADAPTED)
        for p in ended.order_by("pk")
        if p.answered_at or p.answer_by
    ]
    return [Refusal(on, adapted) for on, adapted in sorted(days)]
