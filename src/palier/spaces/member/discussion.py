"""What a member says and reads about a dwelling, and how many have voted, while it changes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.commissions.discussion import first_places
from palier.commissions.models import Recusal
from palier.commissions.queries import seat_of, sessions_for, turnout
from palier.common.pages import go, page
from palier.spaces import discussing
from palier.spaces.access import for_roles
from palier.spaces.member.views import item_for


@for_roles(Role.MEMBER)
def discussion(request: HttpRequest, pk: int) -> HttpResponse:
    """The thread of a dwelling; as a fragment it refreshes beside the candidates."""
    one = item_for(request, pk)
    if Recusal.objects.filter(item=one, seat=seat_of(request.actor, one.session)).exists():
        return go(request, "member:item", pk)
    return discussing.answer(request, "member", one)


@require_POST
@for_roles(Role.MEMBER)
def read(request: HttpRequest, pk: int) -> HttpResponse:
    return discussing.mark_read(request, "member", pk)


@for_roles(Role.MEMBER)
def turnout_of_item(request: HttpRequest, pk: int) -> HttpResponse:
    """How many have voted on one dwelling; and the first places, where the rules show them."""
    one = item_for(request, pk)
    firsts = first_places(request.actor, [one])
    return page(
        request, "spaces/_turnout.html", {"item": one, "turnout": turnout(one), "firsts": firsts.get(one.pk), "live_on": True}
    )  # fmt: skip


@for_roles(Role.MEMBER)
def turnout_of_session(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for every dwelling of a session, each put in its place, with the messages that wait."""
    one = sessions_for(request.actor).get(pk=pk)
    return page(request, "spaces/_turnouts.html", {"rows": discussing.participation(request.actor, one)})
