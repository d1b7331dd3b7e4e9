"""What one is invited to: read it, accept it or decline it. The mail's link only leads here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from palier.accounts import actions, queries
from palier.accounts.middleware import MEMBERSHIP_KEY
from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import act, go, page
from palier.spaces.access import for_roles

_EVERYONE = tuple(r.value for r in Role if r not in (Role.VISITOR, Role.SYSTEM))


@for_roles(*_EVERYONE)
@require_GET
def invitations(request: HttpRequest) -> HttpResponse:
    mine = queries.invitations_for(request.actor).filter(state="open", expires_on__gte=clock.today())
    return page(request, "spaces/invitations.html", {"invitations": mine})


@for_roles(*_EVERYONE)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        membership = actions.accept_invitation(actor=request.actor, invitation_id=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return go(request, "spaces:invitations")
    request.session[MEMBERSHIP_KEY] = membership.pk
    messages.success(request, f"Vous agissez maintenant pour {membership.organisation.name}.")
    return go(request, "spaces:home")


@for_roles(*_EVERYONE)
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request,
        lambda: actions.decline_invitation(actor=request.actor, invitation_id=pk),
        "Vous avez décliné l’invitation.",
        "spaces:invitations",
    )


urlpatterns = [
    path("invitations/", invitations, name="invitations"),
    path("invitations/<int:pk>/accepter/", accept, name="accept_invitation"),
    path("invitations/<int:pk>/decliner/", decline, name="decline_invitation"),
]
