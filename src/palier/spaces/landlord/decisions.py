"""The secretary's pages after the count: settle ties, decide for each candidate, the papers, the contests."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.allocations import papers
from palier.allocations.queries import allocated_in, mayors_to_inform
from palier.applications.queries import visible_to
from palier.commissions.queries import sessions_for
from palier.common.pages import page, paper
from palier.documents.actions import note_reading
from palier.spaces.access import for_roles
from palier.spaces.contesting import contest_page, contests_page, hold_page
from palier.spaces.deciding import decide_page, settle_page
from palier.territories.models import Commune


@for_roles(Role.SECRETARY)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    return settle_page(request, pk, "landlord:session")


@for_roles(Role.SECRETARY)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    return decide_page(request, pk, "landlord:session", "landlord:settle")


@for_roles(Role.SECRETARY)
def decision_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter of one candidate of a signed session, to print and post to a household without e-mail."""
    application = visible_to(request.actor).get(pk=pk)
    note_reading(request, demand=application.demand, what="lettre de décision", why="Commission d’attribution")
    return paper(papers.decision_letter(request.actor, pk), "decision")


@for_roles(Role.SECRETARY)
def proposal_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter to a household of a later rank, once its turn has come."""
    application = visible_to(request.actor).get(pk=pk)
    note_reading(request, demand=application.demand, what="lettre de proposition", why="Commission d’attribution")
    return paper(papers.proposal_letter(request.actor, pk), "proposition")


@for_roles(Role.SECRETARY)
def papers_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Every paper of a signed session: minutes, a letter for each household, a note for each mayor."""
    one = sessions_for(request.actor).get(pk=pk, state="signed")
    items = (
        one.items.filter(postponed="")
        .select_related("offer__dwelling__commune")
        .prefetch_related(
            "candidates__decision", "candidates__application__demand", "candidates__application__proposal"
        )
        .order_by("position", "pk")
    )
    told = {seat.commune_id for seat, _ in mayors_to_inform(one)}
    communes = [
        {"commune": found[0].offer.dwelling.commune, "dwellings": len(found), "told": code in told}
        for code, found in allocated_in(one).items()
    ]
    return page(request, "landlord/papers.html", {"session": one, "items": list(items), "communes": communes})


@for_roles(Role.SECRETARY)
def mayor_note(request: HttpRequest, pk: int, commune: str) -> HttpResponse:
    """The list of what the session allocated in a commune, to send to a mayor who has no seat."""
    one = sessions_for(request.actor).get(pk=pk)
    return paper(papers.mayor_note(one, Commune.objects.get(code=commune)), f"attributions-{commune}")


@for_roles(Role.SECRETARY)
def contests(request: HttpRequest) -> HttpResponse:
    return contests_page(request, "landlord")


@for_roles(Role.SECRETARY)
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    return contest_page(request, pk, "landlord")


@require_POST
@for_roles(Role.SECRETARY)
def contest_hold(request: HttpRequest, pk: int) -> HttpResponse:
    return hold_page(request, pk, "landlord")


urlpatterns = [
    path("seances/<int:pk>/papiers/", papers_of, name="session_papers"),
    path("seances/<int:pk>/attributions/<str:commune>/", mayor_note, name="mayor_note"),
    path("contestations/", contests, name="contests"),
    path("contestations/<int:pk>/", contest, name="contest"),
    path("contestations/<int:pk>/suspension/", contest_hold, name="contest_hold"),
    path("seances/logements/<int:pk>/egalites/", settle, name="settle"),
    path("decisions/<int:pk>/", decide, name="decide"),
    path("candidatures/<int:pk>/decision/", decision_letter, name="decision_letter"),
    path("candidatures/<int:pk>/proposition/", proposal_letter, name="proposal_letter"),
]
