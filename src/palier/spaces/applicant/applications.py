"""“My applications”: each step dated, the rank, the points, the answer to an allocation, the visit."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations import papers
from palier.allocations.queries import visible_slots
from palier.allocations.queries import visible_to as visible_proposals
from palier.applications.models import Application
from palier.applications.queries import own_rank, own_ranks, visible_to
from palier.applications.states import APPLICATION
from palier.common import ledger
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.cotation.queries import explanation_for
from palier.law import calendar, codes
from palier.spaces.access import for_roles

# The steps a household sees, in order, with the states that have reached each.
STEPS = [
    ("Candidature déposée", ("submitted",)),
    ("Dossier transmis au bailleur", ("sent", "admissible")),
    ("Examen en commission", ("on_agenda",)),
    ("Décision", ("ranked", "allocated")),
    ("Votre réponse", ("accepted",)),
    ("Bail signé", ("leased",)),
]


# Refusals with their legal grounds: the commission's, then the landlord's before it.
REFUSED = ("not_allocated", "rejected", "inadmissible", "not_selected")
PAPERS = {
    "removal_certificate": "L’attestation de radiation",
    "lease_summary": "Le résumé du bail",
    "proposal_letter": "La lettre de proposition",
    "decision_letter": "La lettre de décision",
}


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(label="Pourquoi refusez-vous ?", choices=codes.DECLINE_REASONS, widget=forms.RadioSelect)
    text = forms.CharField(
        label="Précision (facultatif)", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


@for_roles(Role.APPLICANT)
def applications(request: HttpRequest) -> HttpResponse:
    mine = list(visible_to(request.actor))
    ranks = own_ranks(mine)
    return page(
        request,
        "applicant/applications.html",
        {"rows": [{"application": a, "rank": ranks.get(a.pk), "state": APPLICATION.states[a.state]} for a in mine]},
    )


def _step(application: Application) -> int:
    return next((i for i, (_, states) in enumerate(STEPS) if application.state in states), -1)


def _refusal(application: Application) -> dict | None:
    """Why, in the legal words, what can be done about each ground, and the ways of appeal of a commission's decision."""
    if application.state not in REFUSED:
        return None
    labels = [codes.label("non_allocation", code) for code in application.reason_codes]
    by_commission = application.state in ("not_allocated", "rejected")
    on = timezone.localdate(application.state_at)
    return {
        "grounds": [
            (label, codes.ADVICE.get(code, "")) for label, code in zip(labels, application.reason_codes, strict=True)
        ],
        "text": application.reason_text.removeprefix(" ; ".join(labels)).removeprefix(". "),
        "appeal": papers.appeal(application.offer.dwelling, on) if by_commission else None,
        "removal_on": calendar.rejection_removal(on) if application.state == "rejected" else None,
    }


@for_roles(Role.APPLICANT)
def application(request: HttpRequest, pk: int, form: DeclineForm | None = None) -> HttpResponse:
    mine = visible_to(request.actor).get(pk=pk)
    proposal = visible_proposals(request.actor).prefetch_related("visit_slots").filter(application=mine).first()
    story = [
        e for e in ledger.timeline(mine.demand_id, "applicant") if e["data"].get("application", mine.pk) == mine.pk
    ]
    return page(
        request,
        "applicant/application.html",
        {
            "application": mine,
            "state": APPLICATION.states[mine.state],
            "steps": [label for label, _ in STEPS],
            "step": _step(mine),
            "rank": own_rank(mine),
            "explanation": explanation_for(mine.demand, mine.offer.dwelling.commune, own=True),
            "proposal": proposal,
            "refusal": _refusal(mine),
            "papers": [(PAPERS[name], f"applicant:{name}") for name in papers.papers_of(mine, proposal)],
            "may_withdraw": APPLICATION.may(mine, "withdraw", request.actor),
            "decline_form": form or DeclineForm(),
            "story": [e for e in story if e["verb"].startswith(("applications.", "visits."))],
        },
        status=422 if form is not None else 200,
    )


@require_POST
@for_roles(Role.APPLICANT)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = visible_proposals(request.actor).get(pk=pk)
    try:
        allocations.accept(actor=request.actor, proposal_id=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Vous avez accepté ce logement. Le bailleur vous contacte pour le bail.")
    return go(request, "applicant:application", proposal.application_id)


@require_POST
@for_roles(Role.APPLICANT)
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = visible_proposals(request.actor).get(pk=pk)
    form = DeclineForm(request.POST)
    done = form.is_valid() and attempt(
        form, lambda: allocations.decline(actor=request.actor, proposal_id=pk, **form.cleaned_data)
    )
    if not done:
        return application(request, proposal.application_id, form)
    messages.success(request, "Votre refus est enregistré. Votre ancienneté est conservée.")
    return go(request, "applicant:application", proposal.application_id)


@require_POST
@for_roles(Role.APPLICANT)
def book(request: HttpRequest, pk: int) -> HttpResponse:
    slot = visible_slots(request.actor).get(pk=pk)
    try:
        allocations.book_visit(actor=request.actor, slot_id=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Votre visite est réservée.")
    return go(request, "applicant:application", slot.proposal.application_id)


urlpatterns = [
    path("candidatures/", applications, name="applications"),
    path("candidatures/<int:pk>/", application, name="application"),
    path("propositions/<int:pk>/accepter/", accept, name="accept"),
    path("propositions/<int:pk>/refuser/", decline, name="decline"),
    path("visites/<int:pk>/reserver/", book, name="book_visit"),
]
