"""“My offers”: what the household may have and why, and applying in one click."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications import actions
from palier.applications.offers import Assessment, Choice, assess, describe, fitting_for, unsuitable_for
from palier.applications.queries import live_place
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import act, go, page
from palier.demands.queries import current_for
from palier.homes.models import Offer
from palier.observatory.outlooks import Home, Outlook, outlooks
from palier.spaces.access import for_roles
from palier.territories.queries import setting

# How many offers a page opens with, and how many more each “voir plus” brings.
STEP = 12


@for_roles(Role.APPLICANT)
def offers(request: HttpRequest) -> HttpResponse:
    """The offers the household may have; on request, those it may not, with the reasons."""
    demand = current_for(request.actor.person)
    if demand is None:
        return page(request, "applicant/offers_none.html")
    unsuitable = request.GET.get("toutes") == "1"
    look = unsuitable_for if unsuitable else fitting_for
    most = _most(request.GET.get("montrer", ""))
    choice = look(demand, on=clock.today(), now=clock.now(), most=most)
    return page(
        request,
        "applicant/offers.html",
        {
            "demand": demand,
            "choice": choice,
            "cards": _cards(choice),
            "unsuitable": unsuitable,
            "more": f"?{'toutes=1&' if unsuitable else ''}montrer={most + STEP}",
            "next": min(choice.left, STEP),
            "tabs": _tabs(choice, unsuitable),
            "files": setting("files_sent", on=clock.today(), territory=demand.department_id),
            "live": live_place(demand),
        },
        fragment="applicant/_offers.html",
    )


def _cards(choice: Choice) -> list[tuple[Assessment, Outlook]]:
    homes = [(a.offer, Home(a.offer.epci, a.offer.department, a.offer.type)) for a in choice.shown]
    seen = outlooks(homes, {a.offer.pk: a.place.position for a in choice.shown})
    return [(a, seen[a.offer.pk]) for a in choice.shown]


def _outlook(offer: Offer, assessment: Assessment) -> Outlook:
    commune = offer.dwelling.commune
    home = Home(commune.epci_id or "", commune.department_id, offer.dwelling.type)
    return outlooks([(offer, home)], {offer.pk: assessment.place.position})[offer.pk]


def _tabs(choice: Choice, unsuitable: bool) -> list[dict[str, object]]:
    url = reverse("applicant:offers")
    counts = (choice.others, choice.count) if unsuitable else (choice.count, choice.others)
    return [
        {"label": "Pour votre ménage", "url": url, "current": not unsuitable, "count": counts[0]},
        {"label": "Les autres", "url": f"{url}?toutes=1", "current": unsuitable, "count": counts[1]},
    ]


def _most(asked: str) -> int:
    """How many offers to show; whatever is typed in the address, whole steps and never the whole stock at once."""
    steps = int(asked) // STEP if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1
    return STEP * min(max(steps, 1), 20)


@for_roles(Role.APPLICANT)
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """The last look before applying (GET), and applying (POST)."""
    demand = current_for(request.actor.person)
    if demand is None:
        return page(request, "applicant/offers_none.html")
    offer = Offer.objects.select_related("dwelling__commune", "dwelling__landlord").exclude(state="draft").get(pk=pk)
    obstacle = ""
    assessment = assess(demand, offer, on=clock.today())
    # What past lists of candidates tell says nothing of a landlord's own choice.
    outlook = None if offer.terms.direct else _outlook(offer, assessment)
    if request.method == "POST":
        told = {"chance": outlook.odds.chance} if outlook and outlook.odds else {}
        try:
            application = actions.submit(actor=request.actor, demand=demand, offer_id=offer.pk, told=told)
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
            "home": describe(offer),
            "assessment": assessment,
            "outlook": outlook,
            "waited": (clock.today() - demand.first_registered_on).days,
            "live": live_place(demand),
            "files": setting("files_sent", on=clock.today(), territory=demand.department_id),
            "open": offer.state == "published" and offer.closes_at > clock.now(),
            "obstacle": obstacle,
        },
        status=422 if obstacle else 200,
    )


@require_POST
@for_roles(Role.APPLICANT)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request,
        lambda: actions.withdraw(actor=request.actor, application_id=pk),
        "Votre candidature est retirée. Vous pouvez postuler à une autre offre.",
        "applicant:applications",
    )


urlpatterns = [
    path("offres/", offers, name="offers"),
    path("offres/<int:pk>/postuler/", apply, name="apply"),
    path("candidatures/<int:pk>/retirer/", withdraw, name="withdraw"),
]
