"""“My offers”: what the household may have and why, and applying in one click."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications import actions
from palier.applications.offers import assess, offers_for
from palier.applications.queries import live_of
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import go, page
from palier.demands.queries import current_for
from palier.homes.models import Offer
from palier.spaces.access import for_roles


@for_roles(Role.APPLICANT)
def offers(request: HttpRequest) -> HttpResponse:
    demand = current_for(request.actor.person)
    if demand is None:
        return page(request, "applicant/offers_none.html")
    assessed = offers_for(demand, on=clock.today(), now=clock.now())
    fitting = [a for a in assessed if a.eligibility.eligible]
    unsuitable = [a for a in assessed if not a.eligibility.eligible]
    show_all = request.GET.get("toutes") == "1"
    return page(
        request,
        "applicant/offers.html",
        {
            "demand": demand,
            "fitting": fitting,
            "unsuitable": unsuitable if show_all else [],
            "unsuitable_count": len(unsuitable),
            "show_all": show_all,
            "live": live_of(demand).first(),
        },
        fragment="applicant/_offers.html",
    )


@for_roles(Role.APPLICANT)
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """The last look before applying (GET), and applying (POST)."""
    demand = current_for(request.actor.person)
    if demand is None:
        return page(request, "applicant/offers_none.html")
    offer = Offer.objects.select_related("dwelling__commune", "dwelling__landlord").exclude(state="draft").get(pk=pk)
    obstacle = ""
    if request.method == "POST":
        try:
            application = actions.submit(actor=request.actor, demand=demand, offer_id=offer.pk)
        except Refused as refusal:
            obstacle = refusal.message
        else:
            messages.success(request, "Votre candidature est enregistrée.")
            return go(request, "applicant:application", application.pk)
    return page(
        request,
        "applicant/apply.html",
        {
            "demand": demand,
            "assessment": assess(demand, offer, on=clock.today()),
            "live": live_of(demand).first(),
            "obstacle": obstacle,
        },
        status=422 if obstacle else 200,
    )


@require_POST
@for_roles(Role.APPLICANT)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        actions.withdraw(actor=request.actor, application_id=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Votre candidature est retirée. Vous pouvez postuler à une autre offre.")
    return go(request, "applicant:applications")


urlpatterns = [
    path("offres/", offers, name="offers"),
    path("offres/<int:pk>/postuler/", apply, name="apply"),
    path("candidatures/<int:pk>/retirer/", withdraw, name="withdraw"),
]
