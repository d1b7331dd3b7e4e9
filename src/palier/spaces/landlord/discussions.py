"""The landlord's side of the discussions: the team reads what members ask about each dwelling, and answers."""

from __future__ import annotations

from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.commissions.discussion import discussed, unread_by_item
from palier.commissions.models import AgendaItem
from palier.commissions.queries import items_for, sessions_for, turnout
from palier.common.pages import page
from palier.spaces import discussing
from palier.spaces.access import for_roles


@for_roles(Role.SECRETARY, Role.LANDLORD)
def discussions(request: HttpRequest) -> HttpResponse:
    """Every living discussion: those where something waits first, then the latest."""
    unread = unread_by_item(request.actor)
    items = (
        discussed(request.actor)
        .select_related("session", "offer__dwelling__commune")
        .annotate(said=Count("comments"), latest=Max("comments__at"))
        .order_by("session__opens_at", "position", "pk")
    )
    rows = [{"item": item, "unread": unread.get(item.pk, 0)} for item in items]
    rows.sort(key=lambda row: (-row["unread"], row["item"].latest is None))
    return page(request, "landlord/discussions.html", {"rows": rows})


def _item(request: HttpRequest, pk: int) -> AgendaItem:
    session = AgendaItem.objects.values_list("session_id", flat=True).get(pk=pk)
    return items_for(request.actor, sessions_for(request.actor).get(pk=session)).get(pk=pk)


@for_roles(Role.SECRETARY, Role.LANDLORD)
def discussion(request: HttpRequest, pk: int) -> HttpResponse:
    one = _item(request, pk)
    return discussing.answer(request, "landlord", one, turnout=turnout(one), candidates=one.candidates.all())


@require_POST
@for_roles(Role.SECRETARY, Role.LANDLORD)
def read(request: HttpRequest, pk: int) -> HttpResponse:
    return discussing.mark_read(request, "landlord", pk)


@for_roles(Role.SECRETARY)
def turnout_of_session(request: HttpRequest, pk: int) -> HttpResponse:
    """How many have voted on each dwelling, each put in its place, with the messages that wait."""
    one = sessions_for(request.actor).get(pk=pk)
    return page(request, "spaces/_turnouts.html", {"rows": discussing.participation(request.actor, one)})


urlpatterns = [
    path("discussions/", discussions, name="discussions"),
    path("seances/<int:pk>/participation/", turnout_of_session, name="turnout"),
    path("seances/logements/<int:pk>/discussion/", discussion, name="discussion"),
    path("seances/logements/<int:pk>/lu/", read, name="read"),
]
