"""A session in a room or by phone, from the secretary's screen: its form, its presences, its signatures."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.timezone import localdate, localtime, make_aware
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import PRESENCES, Attendance, Ballot, Candidate, Seat, Session
from palier.commissions.queries import (
    answers,
    attendances,
    called,
    is_over,
    items_for,
    sessions_for,
    standing,
    turnouts,
)
from palier.commissions.states import FORMS
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.spaces.access import for_roles


class HoldForm(forms.Form):
    form = forms.ChoiceField(label="Comment la séance est tenue", widget=forms.RadioSelect)
    place = forms.CharField(
        label="Où se réunir, ou quel numéro appeler", required=False, max_length=200,
        help_text="Par exemple : siège, salle du conseil ; ou 02 00 00 00 00, code 1234.",
    )  # fmt: skip
    why = forms.CharField(
        label="Pourquoi", required=False, max_length=300,
        help_text="Par exemple : un membre demande une réunion. Les membres et le procès-verbal le liront.",
    )  # fmt: skip

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        summoned = session.state == "published"
        self.fields["form"].choices = [(c, words) for c, words in FORMS.items() if c != "digital" or not summoned]
        if not summoned:
            del self.fields["why"]


class AttendanceForm(forms.Form):
    """Three fields for each seat: how it is there, by whom it is represented, when it left."""

    def __init__(self, *args: Any, seats: list[Seat], known: dict[int, Attendance], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = seats
        for seat in seats:
            row = known.get(seat.pk)
            self._add(seat, "presence", forms.ChoiceField(
                label="Présence", required=False, choices=[("", "À noter"), *PRESENCES],
                initial=row.presence if row else "",
            ))  # fmt: skip
            self._add(seat, "represented_by", forms.CharField(
                label="Représenté par", required=False, max_length=120, initial=row.represented_by if row else "",
            ))  # fmt: skip
            self._add(seat, "left_at", forms.TimeField(
                label="Parti à", required=False, initial=localtime(row.left_at).time() if row and row.left_at else None,
                widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            ))  # fmt: skip

    def _add(self, seat: Seat, name: str, field: forms.Field) -> None:
        field.about = seat.named
        self.fields[f"{name}_{seat.pk}"] = field

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "seat": seat,
                "when": f"presence_{seat.pk}=represented",
                **{name: self[f"{name}_{seat.pk}"] for name in ("presence", "represented_by", "left_at")},
            }
            for seat in self.seats
        ]

    def marks(self, everybody: str = "") -> list[actions.Mark]:
        """What was noted; `everybody`: the presence of those about whom nothing was."""
        found = []
        for seat in self.seats:
            left = self.cleaned_data[f"left_at_{seat.pk}"]
            presence = self.cleaned_data[f"presence_{seat.pk}"] or everybody
            if presence:
                found.append(
                    actions.Mark(
                        seat.pk, presence, self.cleaned_data[f"represented_by_{seat.pk}"],
                        make_aware(datetime.combine(localdate(clock.now()), left)) if left else None,
                    )
                )  # fmt: skip
        return found


@for_roles(Role.SECRETARY)
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Change how a session is held."""
    one = sessions_for(request.actor).get(pk=pk)
    initial = {"form": "meeting" if one.digital else one.form, "place": one.place}
    form = HoldForm(request.POST or None, session=one, initial=initial)
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda: actions.hold(actor=request.actor, session_id=pk, **form.cleaned_data)):
            told = one.state == "published"
            messages.success(
                request, "C’est enregistré" + (" : chaque membre est prévenu par courriel." if told else ".")
            )
            return go(request, "landlord:meeting" if told else "landlord:session", pk)
    return page(request, "landlord/hold.html", {"form": form, "session": one}, status=422 if form.errors else 200)


@for_roles(Role.SECRETARY)
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """The meeting at a glance; a POST notes the presences."""
    one = sessions_for(request.actor).get(pk=pk)
    if one.digital:
        return go(request, "landlord:session", pk)
    known = attendances(one)
    form = AttendanceForm(request.POST or None, seats=called(one), known=known)
    if request.method == "POST" and form.is_valid():
        everybody = {"meeting": "present", "phone": "phone"}[one.form] if "everybody" in request.POST else ""
        marks = form.marks(everybody)
        if attempt(form, lambda: [actions.note_attendance(actor=request.actor, session_id=pk, marks=marks)]):
            messages.success(request, "Les présences sont notées.")
            return go(request, "landlord:meeting", pk)
    return _shown(request, one, form, known)


def _shown(request: HttpRequest, one: Session, form: AttendanceForm, known: dict[int, Attendance]) -> HttpResponse:
    items = list(items_for(request.actor, one))
    seen = turnouts(items)
    told = answers(one)
    waiting = [item for item in items if not item.postponed and item.closed_at is None]
    return page(
        request,
        "landlord/meeting.html",
        {
            "session": one,
            "form": form,
            "begun": clock.now() >= one.opens_at,
            "over": is_over(one, clock.now()),
            "unnoted": [seat for seat in form.seats if seat.pk not in known],
            "rows": [{"item": item, "turnout": seen[item.pk]} for item in items],
            "next": waiting[0] if waiting else None,
            "members": [
                {"seat": seat, "signs": _signs(one, known.get(seat.pk), told[seat.pk]), **told[seat.pk]}
                for seat in form.seats
                if seat.pk in told
            ],
        },
        status=422 if form.errors else 200,
    )


def _signs(session: Session, presence: Attendance | None, told: dict[str, int]) -> bool:
    """Whether a member in the room has votes to sign for, and still may."""
    there = presence is not None and presence.presence in ("present", "represented")
    return there and bool(told["waiting"]) and session.state != "signed"


@require_POST
@for_roles(Role.SECRETARY)
def signature(request: HttpRequest, pk: int) -> HttpResponse:
    """A member signed in the room for the votes recorded in their name."""
    seat = request.POST.get("seat", "")
    try:
        done = actions.record_signature(
            actor=request.actor, session_id=pk, seat_id=int(seat) if seat.isdecimal() and len(seat) < 19 else 0
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        if done:
            messages.success(request, "La signature est notée.")
    return go(request, "landlord:meeting", pk)


@for_roles(Role.SECRETARY)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said in the room, to print: each member signs under their own votes."""
    one = sessions_for(request.actor).get(pk=pk)
    places = dict(Candidate.objects.filter(item__session=one).order_by("pk").values_list("pk", "position"))
    said = standing(Ballot.objects.filter(item__session=one, given="room")).select_related(
        "seat__person", "item__offer__dwelling__commune"
    )
    rows = [
        {
            "ballot": ballot,
            "order": [places[key] for key in ballot.ranking],
            "refused": sorted(places[int(key)] for key in ballot.refused),
        }
        for ballot in said.order_by("seat", "item__position", "item")
    ]
    members = [(seat, list(group)) for seat, group in groupby(rows, key=lambda row: row["ballot"].seat)]
    return page(request, "landlord/sheet.html", {"session": one, "members": members})


urlpatterns = [
    path("seances/<int:pk>/reunion/feuille/", sheet, name="sheet"),
    path("seances/<int:pk>/forme/", hold, name="hold"),
    path("seances/<int:pk>/reunion/", meeting, name="meeting"),
    path("seances/<int:pk>/reunion/signature/", signature, name="record_signature"),
]
