"""What was recorded in a member's name in meetings: to confirm, or to say that it is not their vote."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import Ballot, Candidate, Recusal
from palier.commissions.queries import recorded_for, recorders
from palier.common.errors import Refused
from palier.common.pages import go, page
from palier.law import codes
from palier.spaces.access import for_roles


@for_roles(Role.MEMBER)
def recorded(request: HttpRequest) -> HttpResponse:
    """One card for each meeting, one line for each dwelling."""
    ballots = recorded_for(request.actor)
    by = recorders(ballots)
    items = [ballot.item_id for ballot in ballots]
    places = {c.pk: c for c in Candidate.objects.filter(item__in=items).order_by("item", "position", "pk")}
    out = set(Recusal.objects.filter(item__in=items).values_list("item_id", "seat_id"))
    meetings = []
    for session, group in groupby(ballots, key=lambda ballot: ballot.item.session):
        rows = [_row(ballot, by[ballot.pk], places) for ballot in group if (ballot.item_id, ballot.seat_id) not in out]
        waiting = [row for row in rows if not row["ballot"].answer]
        meetings.append({"session": session, "rows": rows, "waiting": waiting})
    return page(request, "member/recorded.html", {"meetings": [m for m in meetings if m["rows"]]})


def _row(ballot: Ballot, by: str, places: dict[int, Candidate]) -> dict[str, object]:
    return {
        "ballot": ballot,
        "by": by,
        "ranking": [places[pk] for pk in ballot.ranking if pk in places],
        "refused": [
            (places[int(pk)], codes.label("non_allocation", why))
            for pk, why in ballot.refused.items()
            if int(pk) in places
        ],
    }


@require_POST
@for_roles(Role.MEMBER)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that the page showed of one session, in one gesture."""
    seen = {}
    for name, value in request.POST.items():
        key = name.removeprefix("seen_")
        if key != name and key.isdecimal() and value.isdecimal() and len(key) < 19 and len(value) < 9:
            seen[int(key)] = int(value)
    try:
        done = actions.confirm_votes(actor=request.actor, session_id=pk, seen=seen)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Merci, vos votes sont confirmés." if done else "C’était déjà confirmé.")
    return go(request, "member:recorded")


@require_POST
@for_roles(Role.MEMBER)
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        ballot = actions.contest_vote(actor=request.actor, ballot_id=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _told(ballot))
    return go(request, "member:recorded")


def _told(ballot: Ballot) -> str:
    if ballot.given == "online":
        return "C’est noté : votre vote en ligne vaut de nouveau. Vous pouvez le relire et le changer."
    if ballot.answer == "disputed":
        return "C’est noté au procès-verbal. Les votes étaient déjà dépouillés : prévenez aussi la présidence."
    return "C’est noté : ce vote ne compte plus. Votez sur votre écran, ou redites votre vote au secrétariat."


urlpatterns = [
    path("votes-enregistres/", recorded, name="recorded"),
    path("seances/<int:pk>/confirmer/", confirm, name="confirm"),
    path("votes-enregistres/<int:pk>/contester/", contest, name="contest_vote"),
]
