"""Visits that a landlord opens for several candidates: opened, booked, given up, cancelled, recalled the day before.

Locks: the visit alone, so that its last place is taken once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.allocations.actions.proposing import in_words
from palier.allocations.models import Booking, Visit
from palier.allocations.queries import bookable, held_booking, places_taken, visits_of
from palier.applications.models import Application
from palier.applications.queries import visible_to as visible_applications
from palier.applications.telling import tell
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.homes.models import Offer
from palier.homes.queries import own_offers
from palier.territories.queries import setting

_OVER = ("let", "withdrawn", "draft")


@transaction.atomic
def open_visit(
    *, actor: Actor, offer_id: int, at: datetime, capacity: int, place: str, minutes: int = 30, open_to: str = "sent"
) -> Visit:
    """A time to see a dwelling. The same time twice is one visit; candidates read it on their page."""
    offer = _own_offer(actor, offer_id)
    if offer.state in _OVER:
        raise Refused("visit.offer", "Ce logement n’est plus proposé.")
    if at <= clock.now():
        raise Refused("visit.past", "Choisissez un moment à venir.", field="at")
    if not place.strip():
        raise Refused("visit.place", "Dites où se retrouver.", field="place")
    already = visits_of(actor, offer).filter(at=at, cancelled_at=None).first()
    if already is not None:
        return already
    visit = Visit.objects.create(
        offer=offer, at=at, capacity=capacity, place=" ".join(place.split()), minutes=minutes, open_to=open_to
    )
    ledger.record(verb="visits.open", subject=visit, actor=actor, data={"at": in_words(at), "capacity": capacity})
    return visit


def _own_offer(actor: Actor, offer_id: int) -> Offer:
    if actor.role != Role.LANDLORD:
        raise NotYours("the landlord opens its dwellings")
    return locked(own_offers(actor), offer_id)


@transaction.atomic
def cancel_visit(*, actor: Actor, visit_id: int, why: str) -> Visit:
    """Nobody comes any more: each one who booked is told why, and may book another time."""
    if actor.role != Role.LANDLORD:
        raise NotYours("the landlord cancels its own visits")
    why = " ".join(why.split())
    if not why:
        raise Refused("visit.why", "Dites pourquoi : les ménages le liront.", field="why")
    mine = Visit.objects.filter(offer__dwelling__landlord=actor.organisation_id)
    visit = locked(mine.select_related("offer__dwelling__commune"), visit_id)
    if visit.cancelled_at is not None:
        return visit
    visit.cancelled_at, visit.cancelled_why = clock.now(), why[:200]
    visit.save(update_fields=["cancelled_at", "cancelled_why"])
    told = {"at": in_words(visit.at), "reason": visit.cancelled_why}
    ledger.record(verb="visits.cancel", subject=visit, actor=actor, data=told)
    for booking in locked_all(Booking.objects.filter(visit=visit, ended_at=None)):
        booking.ended_at = clock.now()
        booking.save(update_fields=["ended_at"])
        application = Application.objects.select_related("offer__dwelling__commune").get(pk=booking.application_id)
        _record("visits.cancel", booking, application, actor, told)
        tell(
            application,
            "allocation_visit_cancelled",
            "Votre visite est annulée",
            at=visit.at,
            reason=visit.cancelled_why,
        )
    return visit


@transaction.atomic
def book_place(*, actor: Actor, application_id: int, visit_id: int) -> Booking:
    """The household takes a place; taking another one gives the first back. The last place is taken once."""
    if actor.role != Role.APPLICANT:
        raise NotYours("the household books its own visit")
    application = locked(visible_applications(actor), application_id)
    visit = bookable(application).get(pk=visit_id)
    with as_system("the household may not lock the landlord's visit, and must not take a place that is no more"):
        locked(Visit.objects.all(), visit.pk)
    visit.refresh_from_db()
    if visit.cancelled_at is not None or visit.at <= clock.now():
        raise Refused("visit.over", "Cette visite n’a plus lieu : choisissez-en une autre.")
    held = held_booking(application)
    if held is not None and held.visit_id == visit.pk:
        return held
    if places_taken([visit.pk]).get(visit.pk, 0) >= visit.capacity:
        raise Refused("visit.full", "La dernière place vient d’être prise : choisissez une autre visite.")
    if held is not None:
        held.ended_at = clock.now()
        held.save(update_fields=["ended_at"])
    try:
        with transaction.atomic():
            booking = Booking.objects.create(visit=visit, application=application, booked_at=clock.now())
    except IntegrityError as error:
        raise Refused("visit.twice", "Vous avez déjà une visite : rechargez la page.") from error
    _record("visits.reserve", booking, application, actor, {"at": in_words(visit.at)})
    return booking


@transaction.atomic
def give_up_place(*, actor: Actor, booking_id: int) -> Booking:
    """The household does not come: somebody else may."""
    if actor.role != Role.APPLICANT:
        raise NotYours("the household gives its own place back")
    mine = visible_applications(actor).order_by().values("pk")
    booking = locked(Booking.objects.select_related("visit").filter(application__in=mine), booking_id)
    if booking.ended_at is None:
        booking.ended_at = clock.now()
        booking.save(update_fields=["ended_at"])
        application = visible_applications(actor).get(pk=booking.application_id)
        _record("visits.give_up", booking, application, actor, {"at": in_words(booking.visit.at)})
    return booking


def remind_visits() -> int:
    """A mail to whoever booked a visit that comes within the territory's hours, once. Run by the worker."""
    now = clock.now()
    with transaction.atomic(), as_system("reminders are nobody's act in particular"):
        hours = setting("visit_reminder_hours", on=clock.today())
        due = Booking.objects.filter(
            ended_at=None, reminded_at=None, visit__cancelled_at=None, visit__at__gt=now,
            visit__at__lte=now + timedelta(hours=hours), application__live_slot__isnull=False,
        )  # fmt: skip
        held = locked_all(due.select_related("visit", "application__offer__dwelling__commune"))
        for booking in held:
            booking.reminded_at = now
            booking.save(update_fields=["reminded_at"])
            visit = booking.visit
            tell(booking.application, "allocation_visit_soon", "Votre visite approche", at=visit.at, place=visit.place)
    return len(held)


def _record(verb: str, booking: Booking, application: Application, actor: Actor, data: dict[str, object]) -> None:
    told = {"application": application.pk, **data}
    ledger.record(verb=verb, subject=booking, actor=actor, thread=application.demand_id, data=told)
