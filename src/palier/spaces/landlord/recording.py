"""One dwelling of a meeting: the secretary types each member's ranking, recusals, and closes the vote."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import AgendaItem, Ballot, Recusal
from palier.commissions.queries import (
    attendances,
    cast_online,
    items_for,
    seats_concerned,
    sessions_for,
    takes_votes,
    turnout,
)
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.common.templatetags.palier_words import counted
from palier.spaces.access import for_roles
from palier.spaces.landlord.recording_form import EVERYBODY, RecordForm, Voter


class RecusalForm(forms.Form):
    seat = forms.TypedChoiceField(label="Qui se déporte", coerce=int)
    reason = forms.CharField(
        label="Pour quel intérêt", max_length=200, help_text="Par exemple : connaît personnellement un candidat."
    )

    def __init__(self, *args, voters: list[Voter], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seat"].choices = [("", "Choisir un membre")] + [
            (v.seat.pk, v.seat.named) for v in voters if not v.recusal
        ]


class ReopenForm(forms.Form):
    reason = forms.CharField(label="Pourquoi rouvrir le vote", max_length=300)


def _item(request: HttpRequest, pk: int) -> AgendaItem:
    session_id = AgendaItem.objects.values_list("session_id", flat=True).get(pk=pk)
    return items_for(request.actor, sessions_for(request.actor).get(pk=session_id)).get(pk=pk)


def _voters(item: AgendaItem) -> list[Voter]:
    there, online = attendances(item.session), cast_online(item)
    out = {r.seat_id: r for r in Recusal.objects.filter(item=item).order_by("seat")}
    recorded = Ballot.objects.filter(item=item, recorded_by__isnull=False).select_related("recorded_by")
    said = {b.seat_id: b for b in recorded.order_by("seat")}
    return [
        Voter(seat, there.get(seat.pk), out.get(seat.pk), online.get(seat.pk), said.get(seat.pk))
        for seat in seats_concerned(item)
        if seat.voting
    ]


@for_roles(Role.SECRETARY)
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of one dwelling; a POST records it, and closes the vote when asked."""
    item = _item(request, pk)
    if item.session.digital:
        return go(request, "landlord:session", item.session_id)
    voters = _voters(item)
    candidates = list(item.candidates.filter(application__state="on_agenda").order_by("position", "pk"))
    form = RecordForm(request.POST or None, voters=voters, candidates=candidates)
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: [actions.record_votes(actor=request.actor, item_id=pk, entries=form.entries)])
        if done:
            if done[0]:
                messages.success(request, f"{counted(done[0], 'vote enregistré,votes enregistrés')}.")
            return _closed(request, item) if "close" in request.POST else go(request, "landlord:record", pk)
    return _page(request, item, voters, form)


def _page(
    request: HttpRequest, item: AgendaItem, voters: list[Voter], form: RecordForm | None = None, **others: forms.Form
) -> HttpResponse:
    candidates = list(item.candidates.filter(application__state="on_agenda").order_by("position", "pk"))
    form = form or RecordForm(voters=voters, candidates=candidates)
    names = {c.pk: c.position for c in item.candidates.all()}
    typed = {voter.seat.pk for voter in form.voters}
    return page(
        request,
        "landlord/record.html",
        {
            "item": item,
            "session": item.session,
            "open": takes_votes(item, clock.now()) and not item.postponed,
            "candidates": candidates,
            "form": form,
            "everybody": form.line(EVERYBODY),
            "unheard": sum(voter.unheard for voter in voters),
            "turnout": turnout(item),
            "rows": [
                {
                    "voter": voter,
                    "line": form.line(str(voter.seat.pk)) if voter.seat.pk in typed else None,
                    "order": [names[key] for key in voter.standing.ranking] if voter.standing else [],
                    "refused": [names[int(key)] for key in voter.standing.refused] if voter.standing else [],
                }
                for voter in voters
            ],
            "recusal_form": others.get("recusal_form") or RecusalForm(voters=voters),
            "reopen_form": others.get("reopen_form") or ReopenForm(),
        },
        status=422 if form.errors or others else 200,
    )


def _closed(request: HttpRequest, item: AgendaItem) -> HttpResponse:
    """Close the vote on a dwelling and go on with the next one."""
    try:
        actions.close_item(actor=request.actor, item_id=item.pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return go(request, "landlord:record", item.pk)
    seen = turnout(item)
    if not seen["voted"] or seen["voted"] < seen["quorum"]:
        messages.warning(
            request, "Vote clos sans quorum : reportez ce logement à une autre séance, ou rouvrez son vote."
        )
    else:
        messages.success(request, "Le vote sur ce logement est clos.")
    waiting = item.session.items.filter(postponed="", closed_at=None).order_by("position", "pk").first()
    if waiting is None:
        return go(request, "landlord:meeting", item.session_id)
    return go(request, "landlord:record", waiting.pk)


@require_POST
@for_roles(Role.SECRETARY)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    return _closed(request, _item(request, pk))


@require_POST
@for_roles(Role.SECRETARY)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    item, form = _item(request, pk), ReopenForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: actions.reopen_item(actor=request.actor, item_id=pk, **form.cleaned_data)
    ):
        messages.success(request, "Le vote sur ce logement est rouvert.")
        return go(request, "landlord:record", pk)
    return _page(request, item, _voters(item), reopen_form=form)


@require_POST
@for_roles(Role.SECRETARY)
def recuse(request: HttpRequest, pk: int) -> HttpResponse:
    """A member steps out aloud."""
    item = _item(request, pk)
    voters = _voters(item)
    form = RecusalForm(request.POST, voters=voters)
    if form.is_valid() and attempt(
        form,
        lambda: actions.record_recusal(
            actor=request.actor, item_id=pk, seat_id=form.cleaned_data["seat"], reason=form.cleaned_data["reason"]
        ),
    ):
        messages.success(
            request, "Le déport est noté : ce membre ne vote pas sur ce logement et ne compte pas au quorum."
        )
        return go(request, "landlord:record", pk)
    return _page(request, item, voters, recusal_form=form)


@require_POST
@for_roles(Role.SECRETARY)
def strike_recusal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away a recusal written down for the wrong member."""
    _item(request, pk)
    seat = request.POST.get("seat", "")
    try:
        actions.strike_recusal(
            actor=request.actor, item_id=pk, seat_id=int(seat) if seat.isdecimal() and len(seat) < 19 else 0
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    return go(request, "landlord:record", pk)


urlpatterns = [
    path("seances/logements/<int:pk>/votes/", record, name="record"),
    path("seances/logements/<int:pk>/clore/", close, name="close_vote"),
    path("seances/logements/<int:pk>/rouvrir/", reopen, name="reopen_vote"),
    path("seances/logements/<int:pk>/deport/", recuse, name="record_recusal"),
    path("seances/logements/<int:pk>/deport/retirer/", strike_recusal, name="strike_recusal"),
]
