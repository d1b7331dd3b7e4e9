"""The secretary's pages on who sits in a commission, and who stands in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.models import Person
from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import Seat, StandIn
from palier.commissions.queries import commissions_of, standing_in
from palier.commissions.rules import members_of
from palier.common import clock
from palier.common.pages import act, attempt, go, page
from palier.law import procedure
from palier.spaces.access import for_roles
from palier.spaces.landlord.rules import chosen, commission_of, tabs
from palier.spaces.stand_ins import named_by, people_with_access, stand_in_form
from palier.territories.models import Epci
from palier.territories.queries import commune_named


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
    named = standing_in(*rows)
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


@for_roles(Role.SECRETARY)
def new_seat(request: HttpRequest, pk: int) -> HttpResponse:
    commission = commission_of(request, pk)
    sitting = set(Seat.objects.filter(commission=commission, until=None).values_list("person_id", flat=True))
    form = SeatForm(
        request.POST or None, people=[p for p in people_with_access(request.actor) if p.pk not in sitting or request.method == "POST"],
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
            messages.success(
                request, "Le siège est pourvu. Si une séance publiée le concerne, ce membre vient d’être convoqué."
            )
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
    form = stand_in_form(request, one, states=["preparing", "published"])
    if named := named_by(request, one, form):
        messages.success(
            request, f"{named.person.full_name} siégera à la place de {one.person.full_name}. Les deux sont prévenus."
        )
        return go(request, "landlord:seat", pk)
    now = standing_in(one)
    return page(
        request,
        "landlord/seat.html",
        {
            "seat": one, "form": form, "board": one.capacity in procedure.BOARD, "stand_ins": now,
            "past": StandIn.objects.filter(seat=one).exclude(pk__in=[s.pk for s in now])
            .select_related("person", "session").order_by("-pk"),
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


@require_POST
@for_roles(Role.SECRETARY)
def end_seat(request: HttpRequest, pk: int) -> HttpResponse:
    _seat(request, pk)
    return act(
        request, lambda: actions.end_seat(actor=request.actor, seat_id=pk), "Ce membre ne siège plus.", "landlord:seats"
    )


@require_POST
@for_roles(Role.SECRETARY)
def elect(request: HttpRequest, pk: int) -> HttpResponse:
    _seat(request, pk)
    return act(
        request,
        lambda: actions.elect(actor=request.actor, seat_id=pk),
        "La présidence est enregistrée.",
        "landlord:seats",
    )


@require_POST
@for_roles(Role.SECRETARY)
def withdraw_stand_in(request: HttpRequest, pk: int) -> HttpResponse:
    mine = commissions_of(request.actor).order_by().values("pk")
    one = StandIn.objects.get(pk=pk, seat__commission__in=mine)
    return act(
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
