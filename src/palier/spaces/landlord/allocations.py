"""After the commission: answers, visits, leases."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.allocations import actions, papers
from palier.allocations.queries import suspended, visible_to
from palier.allocations.states import PROPOSAL
from palier.common import clock
from palier.common.pages import attempt, go, page, paper
from palier.documents.actions import note_reading
from palier.law import codes
from palier.law.calendar import add_months
from palier.law.products import CONTRACT, DEED, LEASE
from palier.spaces.access import for_roles

_DATE = {"type": "date"}


class LeaseForm(forms.Form):
    signed_on = forms.DateField(label="Signé le", widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    starts_on = forms.DateField(label="Prend effet le", widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    rent = forms.DecimalField(label="Loyer mensuel hors charges (€)", min_value=1, max_digits=7, decimal_places=2)
    charges = forms.DecimalField(label="Charges mensuelles (€)", min_value=0, max_digits=7, decimal_places=2)


class ContractForm(LeaseForm):
    """A residence's contract: until when."""

    rent = forms.DecimalField(label="Redevance mensuelle (€)", min_value=1, max_digits=7, decimal_places=2)
    ends_on = forms.DateField(label="Dernier jour", widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    field_order = ("signed_on", "starts_on", "ends_on", "rent", "charges")


class DeedForm(forms.Form):
    """A sale: no rent."""

    signed_on = forms.DateField(label="Signée le", widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    starts_on = forms.DateField(label="Remise des clés le", widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    price = forms.DecimalField(label="Prix (€)", min_value=1, max_digits=9, decimal_places=2)


# What is signed at the end of each kind of offer: its form, its title.
ENDS = {
    LEASE: (LeaseForm, "Enregistrer le bail signé"),
    CONTRACT: (ContractForm, "Enregistrer le contrat signé"),
    DEED: (DeedForm, "Enregistrer la vente signée"),
}


class VisitForm(forms.Form):
    first = forms.DateTimeField(
        label="Premier créneau", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    second = forms.DateTimeField(
        label="Deuxième créneau (facultatif)", required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    third = forms.DateTimeField(
        label="Troisième créneau (facultatif)", required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    @property
    def slots(self) -> list[datetime]:
        return [value for value in self.cleaned_data.values() if value]


@for_roles(Role.LANDLORD, Role.SECRETARY)
def allocations(request: HttpRequest) -> HttpResponse:
    rows = visible_to(request.actor).exclude(state__in=["cancelled"])
    return page(
        request,
        "landlord/allocations.html",
        {"rows": [{"proposal": p, "state": PROPOSAL.states[p.state]} for p in rows]},
    )


@for_roles(Role.LANDLORD)
def allocation(
    request: HttpRequest, pk: int, lease_form: forms.Form | None = None, visit_form: VisitForm | None = None
) -> HttpResponse:
    proposal = visible_to(request.actor).prefetch_related("visit_slots").get(pk=pk)
    note_reading(request, demand=proposal.application.demand, what="attribution", why="Suivi de l’attribution")
    today, held = clock.today(), suspended(proposal.offer_id)
    offer = proposal.offer
    start = {
        "signed_on": today, "starts_on": today, "rent": offer.rent, "charges": offer.charges, "price": offer.price,
        "ends_on": add_months(today, offer.months_at_most) if offer.months_at_most else None,
    }  # fmt: skip
    form, signing = ENDS[offer.terms.end]
    return page(
        request,
        "landlord/allocation.html",
        {
            "proposal": proposal,
            "state": PROPOSAL.states[proposal.state],
            "may_sign": PROPOSAL.may(proposal, "sign_lease", request.actor)
            and not proposal.awaits_document
            and not held,
            "held": held,
            "condition": codes.label("document", proposal.condition_document),
            "may_visit": proposal.state in ("sent", "accepted"),
            "lease_form": lease_form or form(initial=start),
            "signing": signing,
            "visit_form": visit_form or VisitForm(),
            "lease": getattr(proposal, "lease", None),
        },
        status=422 if lease_form or visit_form else 200,
    )


@for_roles(Role.LANDLORD)
def lease_summary(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = visible_to(request.actor).get(pk=pk)
    note_reading(request, demand=proposal.application.demand, what="résumé du bail", why="Suivi de l’attribution")
    return paper(papers.lease_summary(request.actor, proposal.application_id), "resume-du-bail")


@require_POST
@for_roles(Role.LANDLORD)
def lease(request: HttpRequest, pk: int) -> HttpResponse:
    terms = visible_to(request.actor).get(pk=pk).offer.terms
    form = ENDS[terms.end][0](request.POST)
    done = form.is_valid() and attempt(
        form, lambda: actions.record_lease(actor=request.actor, proposal_id=pk, **form.cleaned_data)
    )
    if not done:
        return allocation(request, pk, lease_form=form)
    then = "La demande est radiée" if terms.removes else "La demande de logement social continue"
    messages.success(request, f"{terms.signed}. {then} et les autres candidats sont prévenus.")
    return go(request, "landlord:allocation", pk)


@require_POST
@for_roles(Role.LANDLORD)
def visits(request: HttpRequest, pk: int) -> HttpResponse:
    form = VisitForm(request.POST)
    done = form.is_valid() and attempt(
        form, lambda: actions.offer_visits(actor=request.actor, proposal_id=pk, slots=form.slots)
    )
    if not done:
        return allocation(request, pk, visit_form=form)
    messages.success(request, "Les créneaux sont proposés au ménage.")
    return go(request, "landlord:allocation", pk)


urlpatterns = [
    path("attributions/", allocations, name="allocations"),
    path("attributions/<int:pk>/", allocation, name="allocation"),
    path("attributions/<int:pk>/bail/", lease, name="lease"),
    path("attributions/<int:pk>/resume-du-bail/", lease_summary, name="lease_summary"),
    path("attributions/<int:pk>/visites/", visits, name="visits"),
]
