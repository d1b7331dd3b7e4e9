"""Shared by all spaces: where one lands, and under which role one acts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from palier.accounts.middleware import MEMBERSHIP_KEY
from palier.accounts.queries import memberships_of
from palier.accounts.roles import Role
from palier.commissions.discussion import unread_total
from palier.common.pages import page
from palier.spaces.access import for_roles
from palier.spaces.navigation import home_url

EVERYONE = tuple(r.value for r in Role if r not in (Role.VISITOR, Role.SYSTEM))


@for_roles(*EVERYONE)
def home(request: HttpRequest) -> HttpResponse:
    return redirect(home_url(request.actor.role))


@for_roles(*EVERYONE)
def choose_role(request: HttpRequest) -> HttpResponse:
    mine = list(memberships_of(request.actor.person))
    if request.method == "POST":
        chosen = request.POST.get("membership", "")
        if chosen == "0" or chosen in {str(m.pk) for m in mine}:
            request.session[MEMBERSHIP_KEY] = int(chosen)
            return redirect("spaces:home")
    return render(request, "spaces/choose_role.html", {"memberships": mine})


@for_roles(Role.MEMBER, Role.SECRETARY, Role.LANDLORD)
def unread(request: HttpRequest) -> HttpResponse:
    """How many messages of the commissions wait: the number beside the menu, while it changes."""
    return page(request, "components/unread.html", {"count": unread_total(request.actor)})
