"""Naming who stands in for a member: the same form for the secretary and for the member."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from palier.accounts.actor import Actor
from palier.accounts.models import Membership, Person
from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import Seat, StandIn
from palier.commissions.queries import sessions_for
from palier.common import clock
from palier.common.pages import attempt

DATE = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


def people_with_access(actor: Actor) -> list[Person]:
    """Those with a member's access at the landlord's."""
    held = Membership.objects.filter(organisation=actor.organisation_id, role=Role.MEMBER, until=None)
    return [m.person for m in held.select_related("person").order_by("person__last_name", "person__first_name", "pk")]


class StandInForm(forms.Form):
    """Who sits in a member's place: in one session, or over a period."""

    person = forms.TypedChoiceField(
        label="Qui siège à sa place", coerce=int, error_messages={"required": "Choisissez une personne.", "invalid_choice": "Choisissez une personne dans la liste."},
        help_text="Une personne avec un accès de membre, et qui ne siège pas déjà dans cette commission.",
    )  # fmt: skip
    span = forms.ChoiceField(
        label="Pour",
        choices=[("session", "Une séance"), ("period", "Une période")],
        initial="session",
        widget=forms.RadioSelect,
    )
    session = forms.TypedChoiceField(label="Séance", required=False, coerce=int, empty_value=None)
    since = forms.DateField(
        label="Du", required=False, help_text="Les séances qui ouvrent ce jour-là ou après.", **DATE
    )
    until = forms.DateField(label="Au", required=False, **DATE)
    reason = forms.CharField(label="Raison", required=False, max_length=200)
    use_required_attribute = False

    def __init__(self, *args: Any, people: list[Person], sessions: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Choisir"), *[(p.pk, p.full_name) for p in people]]
        self.fields["session"].choices = [
            ("", "—"),
            *[(s.pk, f"{s.number}, ouvre le {s.opens_at:%d/%m/%Y}") for s in sessions],
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("span") == "session":
            data["since"] = data["until"] = None
            if not data.get("session") and "session" not in self.errors:
                self.add_error("session", "Choisissez une séance, ou une période.")
        elif not self.errors:
            data["session"] = None
            for name in ("since", "until"):
                if not data.get(name):
                    self.add_error(name, "Donnez cette date.")
        return data


def stand_in_form(request: HttpRequest, seat: Seat, *, states: list[str]) -> StandInForm:
    """Whoever has no seat in the commission may stand in, for its sessions in these states that are not over."""
    sitting = set(Seat.objects.filter(commission=seat.commission, until=None).values_list("person_id", flat=True))
    coming = sessions_for(request.actor).filter(commission=seat.commission, state__in=states, closes_at__gt=clock.now())
    return StandInForm(
        request.POST or None,
        people=[p for p in people_with_access(request.actor) if p.pk not in sitting],
        sessions=list(coming.order_by("opens_at", "pk")),
    )


def named_by(request: HttpRequest, seat: Seat, form: StandInForm) -> StandIn | None:
    """The stand-in that the form names once it is sent; nothing, with the reason in the form, when it cannot be."""
    if request.method != "POST" or not form.is_valid():
        return None
    data = form.cleaned_data
    return attempt(
        form,
        lambda: actions.name_stand_in(
            actor=request.actor,
            seat_id=seat.pk,
            person_id=data["person"],
            session_id=data["session"],
            since=data["since"],
            until=data["until"],
            reason=data["reason"],
        ),
    )
