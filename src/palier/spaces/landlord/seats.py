"""The secretary's pages on who sits in a commission, and who stands in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.models import Membership, Person
from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import Commission, Seat, StandIn
from palier.commissions.queries import commissions_of, sessions_for
from palier.commissions.rules import members_of
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.law import procedure
from palier.spaces.access import for_roles
from palier.spaces.landlord.rules import chosen, commission_of, tabs
from palier.territories.models import Epci
from palier.territories.queries import commune_named

DATE = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


def _people(request: HttpRequest) -> list[Person]:
    """Those with a member's access at the landlord's."""
    held = Membership.objects.filter(organisation=request.actor.organisation_id, role=Role.MEMBER, until=None)
    return [m.person for m in held.select_related("person").order_by("person__last_name", "person__first_name", "pk")]


class SeatForm(forms.Form):
    """A new seat. `people`: those with a member's access who do not sit yet."""

    person = forms.TypedChoiceField(
        label="Personne", coerce=int, error_messages={"required": "Choisissez une personne.", "invalid_choice": "Choisissez une personne dans la liste."},
        help_text="Elle n’est pas dans la liste ? L’administrateur lui ouvre d’abord un accès de membre.",
    )  # fmt: skip
    capacity = forms.ChoiceField(label="Qualité", choices=list(procedure.CAPACITIES.items()))
    commune = forms.CharField(
        label="Commune", required=False, max_length=100,
        help_text="Un maire ne siège que pour les logements de sa commune. Vide pour les autres : tous les logements.",
    )  # fmt: skip
    epci = forms.ChoiceField(label="Intercommunalité", required=False)
    title = forms.CharField(label="Titre sur le procès-verbal", required=False, max_length=120)
    president = forms.BooleanField(label="Préside la commission", required=False)
    use_required_attribute = False

    def __init__(self, *args: Any, people: list[Person], department: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Choisir"), *[(p.pk, p.full_name) for p in people]]
        places = Epci.objects.filter(commune__department=department).distinct().order_by("name", "pk")
        self.fields["epci"].choices = [("", "—"), *[(e.pk, e.name) for e in places]]

    def clean_commune(self) -> str | None:
        name = self.cleaned_data["commune"].strip()
        if not name:
            return None
        found = commune_named(name)
        if found is None:
            raise forms.ValidationError("Cette commune n’est pas connue : vérifiez son nom.")
        return found.pk


class StandInForm(forms.Form):
    """Who sits in a member's place: in one session, or over a period."""

    person = forms.TypedChoiceField(
        label="Qui siège à sa place", coerce=int, error_messages={"required": "Choisissez une personne.", "invalid_choice": "Choisissez une personne dans la liste."},
        help_text="Une personne avec un accès de membre, et qui ne siège pas déjà dans cette commission.",
    )  # fmt: skip
    span = forms.ChoiceField(
        label="Pour", choices=[("session", "Une séance"), ("period", "Une période")], initial="session", widget=forms.RadioSelect
    )
    session = forms.TypedChoiceField(label="Séance", required=False, coerce=int, empty_value=None)
    since = forms.DateField(label="Du", required=False, help_text="Les séances qui ouvrent ce jour-là ou après.", **DATE)
    until = forms.DateField(label="Au", required=False, **DATE)
    reason = forms.CharField(label="Raison", required=False, max_length=200)
    use_required_attribute = False

    def __init__(self, *args: Any, people: list[Person], sessions: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Choisir"), *[(p.pk, p.full_name) for p in people]]
        self.fields["session"].choices = [("", "—"), *[(s.pk, f"{s.number}, ouvre le {s.opens_at:%d/%m/%Y}") for s in sessions]]

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


@for_roles(Role.SECRETARY)
def seats(request: HttpRequest) -> HttpResponse:
    commission = chosen(request)
    if commission is None:
        return page(request, "landlord/no_commission.html")
    rows = list(
        Seat.objects.filter(commission=commission, until=None)
        .select_related("person", "commune", "epci")
        .order_by("-president", "pk")
    )
    today = clock.today()
    named = _named(commission)
    return page(
        request,
        "landlord/seats.html",
        {
            "commission": commission,
            "commissions": tabs(request, commission, request.path),
            "rows": [{"seat": seat, "stand_ins": [one for one in named if one.seat_id == seat.pk]} for seat in rows],
            "composition": procedure.composition(members_of(commission), on=today),
        },
    )


def _named(commission: Commission) -> list[StandIn]:
    """The stand-ins of sessions and periods that are not over."""
    every = StandIn.objects.filter(seat__commission=commission, withdrawn_at=None).select_related("person", "session")
    now = clock.now()
    return [
        one for one in every.order_by("pk")
        if (one.session.closes_at > now if one.session else one.until >= clock.today())
    ]  # fmt: skip


@for_roles(Role.SECRETARY)
def new_seat(request: HttpRequest, pk: int) -> HttpResponse:
    commission = commission_of(request, pk)
    sitting = set(Seat.objects.filter(commission=commission, until=None).values_list("person_id", flat=True))
    form = SeatForm(
        request.POST or None, people=[p for p in _people(request) if p.pk not in sitting or request.method == "POST"],
        department=commission.department_id,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.add_seat(
                actor=request.actor, commission_id=pk, person_id=data["person"], capacity=data["capacity"],
                title=data["title"], president=data["president"], commune_id=data["commune"], epci_id=data["epci"] or None,
            ),
        )  # fmt: skip
        if made:
            messages.success(request, "Le siège est pourvu. Si une séance publiée le concerne, ce membre vient d’être convoqué.")
            return go(request, "landlord:seats")
    return page(
        request, "landlord/seat_new.html", {"commission": commission, "form": form}, status=422 if form.errors else 200
    )


def _seat(request: HttpRequest, pk: int) -> Seat:
    mine = commissions_of(request.actor).order_by().values("pk")
    return Seat.objects.select_related("commission", "person", "commune", "epci").get(pk=pk, commission__in=mine)


@for_roles(Role.SECRETARY)
def seat(request: HttpRequest, pk: int) -> HttpResponse:
    """One seat: who stands in and when, a new stand-in, the presidency, the end of the mandate."""
    one = _seat(request, pk)
    sitting = set(Seat.objects.filter(commission=one.commission, until=None).values_list("person_id", flat=True))
    coming = sessions_for(request.actor).filter(
        commission=one.commission, state__in=["preparing", "published"], closes_at__gt=clock.now()
    )
    form = StandInForm(
        request.POST or None, people=[p for p in _people(request) if p.pk not in sitting],
        sessions=list(coming.order_by("opens_at", "pk")),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        named = attempt(
            form,
            lambda: actions.name_stand_in(
                actor=request.actor, seat_id=pk, person_id=data["person"], session_id=data["session"],
                since=data["since"], until=data["until"], reason=data["reason"],
            ),
        )  # fmt: skip
        if named:
            messages.success(request, f"{named.person.full_name} siégera à la place de {one.person.full_name}. Les deux sont prévenus.")
            return go(request, "landlord:seat", pk)
    return page(
        request,
        "landlord/seat.html",
        {
            "seat": one, "form": form, "board": one.capacity in procedure.BOARD,
            "stand_ins": [s for s in _named(one.commission) if s.seat_id == pk],
            "past": StandIn.objects.filter(seat=one).exclude(pk__in=[s.pk for s in _named(one.commission)])
            .select_related("person", "session").order_by("-pk"),
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def _act(request: HttpRequest, act, done: str, to: str, *args: int) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return go(request, to, *args)


@require_POST
@for_roles(Role.SECRETARY)
def end_seat(request: HttpRequest, pk: int) -> HttpResponse:
    _seat(request, pk)
    return _act(
        request, lambda: actions.end_seat(actor=request.actor, seat_id=pk), "Ce membre ne siège plus.", "landlord:seats"
    )


@require_POST
@for_roles(Role.SECRETARY)
def elect(request: HttpRequest, pk: int) -> HttpResponse:
    _seat(request, pk)
    return _act(
        request, lambda: actions.elect(actor=request.actor, seat_id=pk), "La présidence est enregistrée.", "landlord:seats"
    )


@require_POST
@for_roles(Role.SECRETARY)
def withdraw_stand_in(request: HttpRequest, pk: int) -> HttpResponse:
    mine = commissions_of(request.actor).order_by().values("pk")
    one = StandIn.objects.get(pk=pk, seat__commission__in=mine)
    return _act(
        request, lambda: actions.withdraw_stand_in(actor=request.actor, stand_in_id=pk),
        "La suppléance est retirée : le membre siège de nouveau.", "landlord:seat", one.seat_id,
    )  # fmt: skip


urlpatterns = [
    path("membres/", seats, name="seats"),
    path("membres/<int:pk>/nouveau/", new_seat, name="new_seat"),
    path("membres/sieges/<int:pk>/", seat, name="seat"),
    path("membres/sieges/<int:pk>/fin/", end_seat, name="end_seat"),
    path("membres/sieges/<int:pk>/presidence/", elect, name="elect"),
    path("membres/suppleances/<int:pk>/retirer/", withdraw_stand_in, name="withdraw_stand_in"),
]
