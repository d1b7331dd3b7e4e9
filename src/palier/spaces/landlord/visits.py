"""Visits of one of the landlord's dwellings: opened with a capacity, before or after an allocation, and cancelled."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.allocations import actions
from palier.allocations.models import Booking
from palier.allocations.queries import places_taken, visits_of
from palier.allocations.states import VISITORS
from palier.common import clock
from palier.common.pages import attempt, go, page
from palier.homes.models import Offer
from palier.homes.queries import own_offers
from palier.spaces.access import for_roles


class VisitForm(forms.Form):
    at = forms.DateTimeField(
        label="Jour et heure", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "Indiquez le jour et l’heure.", "invalid": "Indiquez un moment qui existe."},
    )  # fmt: skip
    minutes = forms.IntegerField(label="Durée", min_value=5, max_value=240, initial=30)
    capacity = forms.IntegerField(
        label="Ménages reçus ensemble", min_value=1, max_value=50, initial=5,
        error_messages={"min_value": "Recevez au moins un ménage.", "max_value": "Recevez 50 ménages au plus."},
    )  # fmt: skip
    place = forms.CharField(
        label="Où se retrouver", max_length=200, help_text="Les ménages qui réservent le lisent.",
        error_messages={"required": "Dites où se retrouver."},
    )  # fmt: skip
    open_to = forms.ChoiceField(label="Qui peut réserver", choices=VISITORS, widget=forms.RadioSelect, initial="sent")
    use_required_attribute = False


class CancelForm(forms.Form):
    why = forms.CharField(
        label="Pourquoi", max_length=200, error_messages={"required": "Dites pourquoi : les ménages le liront."}
    )
    use_required_attribute = False


@for_roles(Role.LANDLORD)
def visits(request: HttpRequest, pk: int) -> HttpResponse:
    offer = own_offers(request.actor).get(pk=pk)
    form = VisitForm(request.POST if request.method == "POST" else None, initial={"place": _address(offer)})
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: actions.open_visit(actor=request.actor, offer_id=pk, **form.cleaned_data))
        if done is not None:
            messages.success(request, "La visite est ouverte : les candidats la voient sur leur page.")
            return go(request, "landlord:visits_of", pk)
    return _show(request, offer, form, CancelForm())


def _address(offer: Offer) -> str:
    return f"{offer.dwelling.address}, {offer.dwelling.postcode} {offer.dwelling.commune.name}"


def _show(request: HttpRequest, offer: Offer, form: VisitForm, cancel: CancelForm, wrong: int = 0) -> HttpResponse:
    held = list(visits_of(request.actor, offer))
    taken = places_taken([visit.pk for visit in held])
    who: dict[int, list[int]] = {}
    booked = Booking.objects.filter(visit__in=held, ended_at=None, application__live_slot__isnull=False)
    for visit, application in booked.order_by("booked_at", "pk").values_list("visit", "application"):
        who.setdefault(visit, []).append(application)
    now: datetime = clock.now()
    rows = [
        {"visit": v, "taken": taken.get(v.pk, 0), "who": who.get(v.pk, []), "coming": v.at > now and not v.cancelled_at}
        for v in held
    ]
    context = {"offer": offer, "rows": rows, "form": form, "cancel_form": cancel, "wrong": wrong}
    return page(request, "landlord/visits.html", context, status=422 if form.errors or cancel.errors else 200)


@require_POST
@for_roles(Role.LANDLORD)
def cancel(request: HttpRequest, pk: int, visit: int) -> HttpResponse:
    offer = own_offers(request.actor).get(pk=pk)
    visits_of(request.actor, offer).get(pk=visit)
    form = CancelForm(request.POST)
    if form.is_valid():
        done = attempt(form, lambda: actions.cancel_visit(actor=request.actor, visit_id=visit, **form.cleaned_data))
        if done is not None:
            messages.success(request, "La visite est annulée : chaque ménage qui venait est prévenu.")
            return go(request, "landlord:visits_of", pk)
    return _show(request, offer, VisitForm(initial={"place": _address(offer)}), form, visit)


urlpatterns = [
    path("offres/<int:pk>/visites/", visits, name="visits_of"),
    path("offres/<int:pk>/visites/<int:visit>/annuler/", cancel, name="cancel_visit"),
]
