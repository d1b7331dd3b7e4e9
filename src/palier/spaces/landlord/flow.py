"""Reservations by flow, at the landlord: conventions, where each holder is this year, balances to sign."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.queries import organisations
from palier.accounts.roles import OrganisationKind, Role
from palier.common import clock
from palier.common.pages import act, attempt, go, page, paper
from palier.law import flow as law
from palier.reservations import actions, balances
from palier.reservations.models import RESERVED
from palier.reservations.queries import (
    balances_of,
    conventions_of,
    departments_of,
    lot_of,
    turns_of,
    unusual,
    year_of,
)
from palier.spaces.access import for_roles
from palier.spaces.flow import asked_year, chart, years
from palier.territories.models import Department
from palier.territories.queries import commune_named

MOST_IN_A_LOT = 200


class ConventionForm(forms.Form):
    holder_id = forms.TypedChoiceField(label="Réservataire", coerce=int)
    contingent = forms.ChoiceField(label="Contingent", choices=RESERVED)
    department = forms.ChoiceField(label="Département")
    town = forms.CharField(
        label="Commune", required=False, max_length=80,
        help_text="Seulement pour la convention d’une commune : sa part ne compte que les logements de cette commune.",
    )  # fmt: skip
    percent = forms.DecimalField(
        label="Part du flux annuel", min_value=0, max_value=100, max_digits=5, decimal_places=2,
        error_messages={"min_value": "La part est plus grande que zéro.", "max_value": "La part est au plus de 100 %."},
    )  # fmt: skip
    designation_days = forms.IntegerField(
        label="Délai de désignation (jours)", min_value=1, max_value=120,
        help_text="Passé ce délai sans liste, le logement vous revient tout seul.",
    )  # fmt: skip
    returned_counts = forms.BooleanField(
        label="Un logement rendu sans désignation compte comme un tour", required=False, initial=True
    )
    valid_from = forms.DateField(
        label="En vigueur à partir du", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Indiquez une date qui existe."},
    )  # fmt: skip
    use_required_attribute = False

    def __init__(self, *args, departments: tuple[str, ...], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        kinds = (
            OrganisationKind.STATE,
            OrganisationKind.ACTION_LOGEMENT,
            OrganisationKind.AUTHORITY,
            OrganisationKind.EMPLOYER,
        )
        self.fields["holder_id"].choices = [("", "Choisir…"), *((o.pk, o.name) for o in organisations(*kinds))]
        held = Department.objects.filter(code__in=departments).order_by("code")
        self.fields["department"].choices = [(d.code, d.name) for d in held]

    def clean_town(self) -> str:
        """The commune's code."""
        typed = self.cleaned_data["town"]
        found = commune_named(typed) if typed else None
        if typed and found is None:
            raise forms.ValidationError("Nous ne connaissons pas cette commune dans le territoire.")
        return found.pk if found else ""

    def clean_percent(self) -> Decimal:
        if self.cleaned_data["percent"] == 0:
            raise forms.ValidationError("La part est plus grande que zéro.")
        return self.cleaned_data["percent"]


class EndForm(forms.Form):
    on = forms.DateField(
        label="La convention prend fin le", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Premier jour où elle ne vaut plus. Les logements déjà confiés restent au réservataire.",
        error_messages={"required": "Indiquez le jour de la fin.", "invalid": "Indiquez une date qui existe."},
    )  # fmt: skip
    use_required_attribute = False


class LotForm(forms.Form):
    references = forms.CharField(
        label="Références des logements", widget=forms.Textarea(attrs={"rows": 6}), max_length=6000,
        help_text="Les vôtres, une par ligne. 200 au plus.", error_messages={"required": "Indiquez au moins une référence."},
    )  # fmt: skip
    use_required_attribute = False

    def clean_references(self) -> list[str]:
        """Each reference once, in the order typed."""
        typed = list(dict.fromkeys(self.cleaned_data["references"].split()))
        if len(typed) > MOST_IN_A_LOT:
            raise forms.ValidationError(f"{MOST_IN_A_LOT} références au plus : faites plusieurs lots.")
        return typed


@for_roles(Role.LANDLORD)
def home(request: HttpRequest) -> HttpResponse:
    """This year's flow by holder, what waits for a designation, the conventions, the balances."""
    today, year = clock.today(), asked_year(request)
    flows = [_flow(request, department, year) for _, department in departments_of(request.actor, year)]
    waiting = turns_of(request.actor).filter(state="open")
    return page(
        request,
        "landlord/flow.html",
        {
            "flows": flows, "year": year, "years": years(request), "over": year < today.year,
            "waiting": [{"turn": t, "late": t.due_at < clock.now()} for t in waiting],
            "conventions": conventions_of(request.actor), "today": today,
        },
    )  # fmt: skip


def _flow(request: HttpRequest, department: str, year: int) -> dict[str, Any]:
    held = year_of(request.actor.organisation, department, year)
    signed = {b.holder_id: b for b in balances_of(request.actor).filter(year=year, department=department)}
    holders = {c.holder_id: c.holder for c in held.conventions.values()}
    return {
        "held": held,
        "department": Department.objects.get(pk=department),
        "rows": [{"row": r, "convention": held.conventions.get(r.line.key)} for r in held.rows],
        "chart": chart(held),
        "notices": unusual(request.actor.organisation_id, department, clock.today()),
        "balances": [
            {"holder": h, "signed": (one := signed.get(key)), "sound": one is not None and balances.sound(one)}
            for key, h in sorted(holders.items())
        ],
        "due": law.balance_due(year),
    }


@for_roles(Role.LANDLORD)
def new_convention(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    first = {"designation_days": law.designation_days(today), "valid_from": date(today.year, 1, 1)}
    form = ConventionForm(
        request.POST if request.method == "POST" else None, initial=first, departments=request.actor.departments
    )
    if request.method == "POST" and form.is_valid():
        data = {("commune" if name == "town" else name): value for name, value in form.cleaned_data.items()}
        if attempt(form, lambda: actions.sign_convention(actor=request.actor, **data)):
            messages.success(request, "La convention est enregistrée : les prochains logements en tiennent compte.")
            return go(request, "landlord:flow")
    return page(request, "landlord/convention_new.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.LANDLORD)
def end_convention(request: HttpRequest, pk: int) -> HttpResponse:
    convention = conventions_of(request.actor).get(pk=pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda: actions.end_convention(actor=request.actor, convention_id=pk, **form.cleaned_data)):
            messages.success(request, "La fin de la convention est enregistrée.")
            return go(request, "landlord:flow")
    return page(
        request,
        "landlord/convention_end.html",
        {"form": form, "convention": convention},
        status=422 if form.errors else 200,
    )


@for_roles(Role.LANDLORD)
def lot(request: HttpRequest) -> HttpResponse:
    """A proposal for the first letting of a building, to negotiate from; a GET, nothing is written."""
    form = LotForm(request.GET if "references" in request.GET else None)
    wanted = form.cleaned_data["references"] if form.is_bound and form.is_valid() else []
    found = lot_of(request.actor, wanted, clock.today())
    unknown = [one for one in wanted if one not in {home.reference for home, _ in found}]
    shares = Counter(name for _, name in found).most_common()
    return page(
        request,
        "landlord/lot.html",
        {"form": form, "rows": found, "unknown": unknown, "shares": shares},
        status=422 if form.errors else 200,
    )


@require_POST
@for_roles(Role.LANDLORD)
def sign_balance(request: HttpRequest, department: str, year: int, holder: int) -> HttpResponse:
    return act(
        request,
        lambda: balances.sign_balance(actor=request.actor, holder_id=holder, year=year, department=department),
        f"Le bilan {year} est signé : le réservataire le lit dans son espace.",
        "landlord:flow",
    )


@for_roles(Role.LANDLORD)
def balance(request: HttpRequest, pk: int) -> HttpResponse:
    held = balances_of(request.actor).get(pk=pk)
    return paper(bytes(held.document), f"bilan-reservations-{held.year}")


urlpatterns = [
    path("reservations/", home, name="flow"),
    path("reservations/conventions/nouvelle/", new_convention, name="new_convention"),
    path("reservations/conventions/<int:pk>/fin/", end_convention, name="end_convention"),
    path("reservations/lot/", lot, name="lot"),
    path("reservations/bilans/<str:department>/<int:year>/<int:holder>/", sign_balance, name="sign_balance"),
    path("reservations/bilans/<int:pk>/", balance, name="flow_balance"),
]
