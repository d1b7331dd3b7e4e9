"""A candidate's visit of a dwelling: booked, moved, given up, carried to one's own calendar."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.roles import Role
from palier.allocations import actions
from palier.allocations.models import Booking
from palier.allocations.queries import bookable, held_booking, places_taken
from palier.applications.models import Application
from palier.applications.offers import describe
from palier.applications.queries import visible_to
from palier.applications.states import LIVE
from palier.common import clock
from palier.common.icalendar import appointment
from palier.common.pages import act, go
from palier.spaces.access import for_roles


def shown(mine: Application) -> dict[str, object]:
    """The visit held, and those that may be chosen with the places left."""
    if mine.state not in LIVE:
        return {"booking": None, "open_visits": []}
    booking = held_booking(mine)
    visits = [visit for visit in bookable(mine) if booking is None or visit.pk != booking.visit_id]
    taken = places_taken([visit.pk for visit in visits])
    return {
        "booking": booking,
        "booking_coming": booking is not None and booking.visit.at > clock.now(),
        "open_visits": [{"visit": v, "left": max(v.capacity - taken.get(v.pk, 0), 0)} for v in visits],
    }


@for_roles(Role.APPLICANT)
@require_POST
def book_place(request: HttpRequest, pk: int, visit: int) -> HttpResponse:
    return act(
        request,
        lambda: actions.book_place(actor=request.actor, application_id=pk, visit_id=visit),
        "Votre visite est réservée.",
        "applicant:application",
        pk,
    )


@for_roles(Role.APPLICANT)
@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    booking = actions.give_up_place(actor=request.actor, booking_id=pk)
    messages.success(request, "Votre place est rendue.")
    return go(request, "applicant:application", booking.application_id)


@for_roles(Role.APPLICANT)
@require_GET
def visit_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The visit held, as a file for one's own calendar. It names nobody."""
    mine = visible_to(request.actor).get(pk=pk)
    booking = held_booking(mine)
    if booking is None:
        raise Booking.DoesNotExist
    visit = booking.visit
    content = appointment(
        uid=f"visite-{booking.pk}@{settings.BASE_URL.split('//')[-1]}", at=visit.at, minutes=visit.minutes,
        title=f"Visite : {describe(mine.offer)}", place=visit.place, stamp=booking.booked_at,
        text="Si vous ne pouvez pas venir, rendez votre place dans « Mes candidatures ».",
    )  # fmt: skip
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="visite.ics"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("candidatures/<int:pk>/visites/<int:visit>/", book_place, name="book_place"),
    path("candidatures/<int:pk>/visite.ics", visit_file, name="visit_file"),
    path("visites/places/<int:pk>/rendre/", give_up, name="give_up_visit"),
]
