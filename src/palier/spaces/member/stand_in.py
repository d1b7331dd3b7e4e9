"""A member away names who sits in their place, and takes it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import Seat, StandIn
from palier.commissions.queries import standing_in
from palier.common.pages import act, go, page
from palier.spaces.access import for_roles
from palier.spaces.stand_ins import named_by, stand_in_form


def _own(request: HttpRequest):
    seats = Seat.objects.filter(person=request.actor.person_id, until=None)
    return seats.select_related("commission", "person").order_by("pk")


@for_roles(Role.MEMBER)
def away(request: HttpRequest) -> HttpResponse:
    """The member's seats, and who stands in for each."""
    rows = [{"seat": seat, "stand_ins": standing_in(seat)} for seat in _own(request)]
    return page(request, "member/away.html", {"rows": rows})


@for_roles(Role.MEMBER)
def name(request: HttpRequest, pk: int) -> HttpResponse:
    seat = _own(request).get(pk=pk)
    form = stand_in_form(request, seat, states=["published"])
    if named := named_by(request, seat, form):
        messages.success(request, f"{named.person.full_name} siégera à votre place et en est prévenu.")
        return go(request, "member:away")
    return page(request, "member/stand_in.html", {"seat": seat, "form": form}, status=422 if form.errors else 200)


@require_POST
@for_roles(Role.MEMBER)
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's seat again."""
    one = StandIn.objects.get(pk=pk, seat__in=_own(request).order_by().values("pk"))
    return act(
        request,
        lambda: actions.withdraw_stand_in(actor=request.actor, stand_in_id=one.pk),
        "Vous siégez de nouveau vous-même.",
        "member:away",
    )


urlpatterns = [
    path("remplacement/", away, name="away"),
    path("remplacement/<int:pk>/", name, name="stand_in"),
    path("remplacement/suppleances/<int:pk>/retirer/", back, name="back"),
]
