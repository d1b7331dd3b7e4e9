"""A member examines each dwelling's candidates side by side, ranks them, discusses, or steps out."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications.queries import latest_shortlist
from palier.commissions import actions
from palier.commissions.discussion import first_places, unread_by_item
from palier.commissions.models import AgendaItem, Ballot, Candidate, Recusal
from palier.commissions.queries import (
    corrections_of,
    is_open,
    items_by_session,
    items_for,
    recorded_for,
    seat_of,
    sessions_for,
    sittings,
    standing,
    takes_votes,
    to_look_again,
    turnout,
    unanswered,
)
from palier.commissions.states import SESSION
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.documents.actions import note_reading
from palier.law import codes
from palier.spaces import discussing, live
from palier.spaces.access import for_roles
from palier.spaces.member import reviews
from palier.spaces.receipts import download


class InterestForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi vous déportez-vous ?",
        max_length=200,
        help_text="Par exemple : je connais personnellement un candidat.",
    )


@for_roles(Role.MEMBER)
def home(request: HttpRequest) -> HttpResponse:
    sessions = list(sessions_for(request.actor))
    items = items_by_session(request.actor, sessions)
    voted = set(
        standing(
            Ballot.objects.filter(seat__in=set(sittings(request.actor).values()), item__session__in=sessions)
        ).values_list(
            "item_id", flat=True
        )
    )
    now, examined, unread = clock.now(), reviews.progress_of(request, sessions), unread_by_item(request.actor)
    rows = [
        {
            "session": s, "open": is_open(s, now), "state": SESSION.states[s.state], "coming": now < s.opens_at,
            "dwellings": len(items[s.pk]), "voted": len(voted & set(items[s.pk])),
            "reviews": examined[s.pk][0], "spoken": examined[s.pk][1],
            "unread": sum(unread.get(item, 0) for item in items[s.pk]),
        }
        for s in sessions
    ]  # fmt: skip
    waiting = sum(not ballot.answer for ballot in recorded_for(request.actor))
    return page(request, "member/home.html", {"rows": rows, "to_confirm": waiting})


@for_roles(Role.MEMBER)
def session(request: HttpRequest, pk: int) -> HttpResponse:
    one = sessions_for(request.actor).get(pk=pk)
    seat = seat_of(request.actor, one)
    rows = discussing.participation(request.actor, one)
    items = [row["item"] for row in rows]
    mine = {b.item_id: b for b in standing(Ballot.objects.filter(item__in=items, seat=seat)).order_by("item")}
    out = set(Recusal.objects.filter(item__in=items, seat=seat).values_list("item_id", flat=True))
    changed = corrections_of(items)
    return page(
        request,
        "member/session.html",
        {
            "session": one,
            "seat": seat,
            "state": SESSION.states[one.state],
            "open": is_open(one, clock.now()),
            "coming": clock.now() < one.opens_at,
            "reviews": reviews.rows_of(request, one),
            "to_confirm": sum(not ballot.answer for ballot in recorded_for(request.actor, one)),
            "unanswered": unanswered(one),
            "may_sign": seat.president and one.state == "counted",
            "live": live.address(request, pk),
            "rows": [
                {
                    **row, "ballot": mine.get(row["item"].pk), "recused": row["item"].pk in out,
                    "corrections": changed[row["item"].pk],
                    "look_again": to_look_again(mine.get(row["item"].pk), changed[row["item"].pk]),
                }
                for row in rows
            ],
        },
    )  # fmt: skip


def item_for(request: HttpRequest, pk: int) -> AgendaItem:
    """A dwelling that the member examines."""
    session_id = AgendaItem.objects.values_list("session_id", flat=True).get(pk=pk)
    return items_for(request.actor, sessions_for(request.actor).get(pk=session_id)).get(pk=pk)


def _page(request: HttpRequest, one: AgendaItem, *, error: str = "", **forms_: forms.Form) -> HttpResponse:
    seat = seat_of(request.actor, one.session)
    ballot = standing(Ballot.objects.filter(item=one, seat=seat)).first()
    recusal = Recusal.objects.filter(item=one, seat=seat).first()
    candidates = [] if recusal else list(Candidate.objects.filter(item=one).order_by("position", "pk"))
    if ballot:
        place = {pk: i for i, pk in enumerate(ballot.ranking)}
        candidates.sort(key=lambda c: place.get(c.pk, len(place)))
    siblings = [i.pk for i in items_for(request.actor, one.session)]
    here = siblings.index(one.pk)
    changed = corrections_of([one])[one.pk]
    return page(
        request,
        "member/item.html",
        {
            "item": one,
            "session": one.session,
            "seat": seat,
            "open": takes_votes(one, clock.now()),
            "candidates": candidates,
            "ranking": [
                {"id": c.pk, "title": f"Candidat {c.position}", "detail": c.facts["household"]} for c in candidates
            ],
            "refused": {int(pk): why for pk, why in (ballot.refused if ballot else {}).items()},
            "ballot": ballot,
            "corrections": changed,
            "look_again": to_look_again(ballot, changed),
            "recusal": recusal,
            "reasons": codes.NON_ALLOCATION_REASONS,
            "turnout": turnout(one),
            "firsts": first_places(request.actor, [one]).get(one.pk),
            **discussing.context(request, "member", one),
            "list": latest_shortlist(one.offer_id),
            "interest_form": forms_.get("interest_form") or InterestForm(),
            "error": error,
            "number": here + 1,
            "of": len(siblings),
            "previous": siblings[here - 1] if here else None,
            "next": siblings[here + 1] if here + 1 < len(siblings) else None,
        },
        status=422 if error or forms_ else 200,
    )


@for_roles(Role.MEMBER)
def item(request: HttpRequest, pk: int) -> HttpResponse:
    one = item_for(request, pk)
    for candidate in (
        Candidate.objects.filter(item=one).select_related("application__demand").order_by("position", "pk")
    ):
        note_reading(request, demand=candidate.application.demand, what="candidature", why="Examen en commission")
    return _page(request, one)


@for_roles(Role.MEMBER)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    made = latest_shortlist(item_for(request, pk).offer_id)
    return download(made and made.receipt)


@require_POST
@for_roles(Role.MEMBER)
def cast(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the ranking, then go on with the next dwelling."""
    one = item_for(request, pk)
    ranking, refused, error = _read_ballot(request, one)
    if not error:
        try:
            actions.cast_ballot(
                actor=request.actor, item_id=pk, ranking=ranking, refused=refused,
                meeting=request.POST.get("meeting") == "on",
            )  # fmt: skip
        except Refused as refusal:
            error = refusal.message
    if error:
        return _page(request, one, error=error)
    messages.success(request, "Votre classement est enregistré. Vous pouvez le changer jusqu’à la clôture.")
    following = request.POST.get("next", "")
    if following.isdigit():
        return go(request, "member:item", int(following))
    return go(request, "member:session", one.session_id)


def _read_ballot(request: HttpRequest, one: AgendaItem) -> tuple[list[int], dict[int, str], str]:
    """`reason-<candidate>` refuses; else `rank_<candidate>` places. Places need not start at 1: only their order counts."""
    places: dict[int, int] = {}
    refused: dict[int, str] = {}
    for candidate in one.candidates.all():
        place = request.POST.get(f"rank_{candidate.pk}", "").strip()
        if reason := request.POST.get(f"reason-{candidate.pk}", ""):
            refused[candidate.pk] = reason
        elif place.isdecimal() and len(place) < 4:
            places[candidate.pk] = int(place)
    if len(set(places.values())) != len(places):
        return [], {}, "Deux candidats ont la même place : donnez à chacun la sienne."
    return sorted(places, key=lambda pk: places[pk]), refused, ""


@require_POST
@for_roles(Role.MEMBER)
def step_out(request: HttpRequest, pk: int) -> HttpResponse:
    one = item_for(request, pk)
    form = InterestForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: actions.declare_interest(actor=request.actor, item_id=pk, **form.cleaned_data)
    ):
        messages.success(request, "Vous êtes déporté de ce logement : vous ne votez pas et ne comptez pas au quorum.")
        return go(request, "member:session", one.session_id)
    return _page(request, one, interest_form=form)


