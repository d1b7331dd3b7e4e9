"""Candidates of an offer in order, the five files sent, and their instruction."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications import actions
from palier.applications.models import Application
from palier.applications.queries import latest_shortlist, lists_of, ranks, to_instruct, visible_to
from palier.applications.states import APPLICATION
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.demands import living
from palier.documents.actions import note_reading
from palier.homes.models import Offer
from palier.law import codes
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText, remind
from palier.spaces.dossier import candidacy, name_of
from palier.spaces.objectives import before_choosing
from palier.spaces.receipts import download
from palier.spaces.sending import SendingForm
from palier.spaces.story import events


class InadmissibleForm(forms.Form):
    codes = forms.MultipleChoiceField(
        label="Motifs", choices=codes.NON_ALLOCATION_REASONS, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label="Ce que le ménage lira", max_length=500, widget=CarefulText(),
        help_text="Des faits, en mots simples. Le ménage lit exactement ce texte.",
    )  # fmt: skip


class AdmitForm(forms.Form):
    """Shown, hence asked, when documents are still to be checked; a complete file sends nothing of it."""

    why = forms.CharField(
        label="Pourquoi le dossier passe sans ces pièces", max_length=300, widget=CarefulText(2),
        error_messages={"required": "Dites pourquoi le dossier passe sans ces pièces."},
        help_text="Par exemple : originaux vus au rendez-vous. La commission et le ménage lisent cette raison.",
    )  # fmt: skip


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Note d’instruction", required=False, max_length=2000, widget=CarefulText(4),
        help_text="Objective et datée : le ménage peut la lire.",
    )  # fmt: skip


@for_roles(Role.LANDLORD)
def instruction(request: HttpRequest) -> HttpResponse:
    files = to_instruct(request.actor)
    return page(
        request,
        "landlord/instruction.html",
        {"rows": [{"application": a, "state": APPLICATION.states[a.state]} for a in files]},
    )


@for_roles(Role.LANDLORD, Role.SECRETARY)
def candidates(request: HttpRequest, pk: int) -> HttpResponse:
    """The ranked candidates of one of the landlord's offers."""
    offer = _own_offers(request).get(pk=pk)
    return page(request, "landlord/candidates.html", candidates_context(offer))


def candidates_context(offer: Offer) -> dict[str, object]:
    """Candidates in order: those of the shortlist once made, the present ranks before."""
    applications = {a.pk: a for a in Application.objects.filter(offer=offer).select_related("demand").order_by("pk")}
    rows = [
        {"application": applications[r.application_id], "rank": r}
        for r in ranks(offer.pk)
        if r.application_id in applications
    ]
    lists = lists_of(offer)
    return {"offer": offer, "rows": rows, "states": APPLICATION.states, **lists, **before_choosing(offer, rows, lists)}


@for_roles(Role.LANDLORD, Role.SECRETARY)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    made = latest_shortlist(_own_offers(request).get(pk=pk).pk)
    return download(made and made.receipt)


def _own_offers(request: HttpRequest):
    return Offer.objects.filter(dwelling__landlord=request.actor.organisation_id).select_related("dwelling__commune")


@require_POST
@for_roles(Role.LANDLORD)
def send_files(request: HttpRequest, pk: int) -> HttpResponse:
    offer = _own_offers(request).get(pk=pk)
    try:
        actions.make_shortlist(actor=request.actor, offer_id=offer.pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "La liste est arrêtée et les premiers dossiers vous sont transmis.")
    return go(request, "landlord:candidates", pk)


@for_roles(Role.LANDLORD)
def file(
    request: HttpRequest,
    pk: int,
    *,
    inadmissible_form: InadmissibleForm | None = None,
    admit_form: AdmitForm | None = None,
) -> HttpResponse:
    """One household's file for one dwelling; opening it is written in its reading journal."""
    application = visible_to(request.actor).get(pk=pk)
    note_reading(request, demand=application.demand, what="dossier", why="Instruction de la candidature")
    return page(
        request,
        "landlord/file.html",
        {
            **candidacy(application, request.actor),
            "may_admit": APPLICATION.may(application, "admit", request.actor),
            "may_refuse": APPLICATION.may(application, "find_inadmissible", request.actor),
            "inadmissible_form": inadmissible_form or InadmissibleForm(),
            "admit_form": admit_form or AdmitForm(),
            "note_form": NoteForm(initial={"text": application.note}),
            "story": events(application.demand, "agent")[:12],
        },
        status=422 if inadmissible_form or admit_form else 200,
    )


@require_POST
@for_roles(Role.LANDLORD)
def admit(request: HttpRequest, pk: int) -> HttpResponse:
    form = AdmitForm(request.POST)
    why = request.POST.get("why", "")
    done = None
    if form.is_valid() or "why" not in request.POST:
        done = attempt(form, lambda: actions.admit(actor=request.actor, application_id=pk, why=why))
    if done is None:
        return file(request, pk, admit_form=form)
    messages.success(request, "Dossier recevable : il peut passer en commission.")
    remind(request, why)
    return go(request, "landlord:instruction")


@require_POST
@for_roles(Role.LANDLORD)
def find_inadmissible(request: HttpRequest, pk: int) -> HttpResponse:
    form = InadmissibleForm(request.POST)
    if not form.is_valid():
        return file(request, pk, inadmissible_form=form)
    attempt(form, lambda: actions.find_inadmissible(actor=request.actor, application_id=pk, **form.cleaned_data))
    if form.errors:
        return file(request, pk, inadmissible_form=form)
    messages.success(request, "Le ménage est informé du motif. Le dossier suivant de la liste vous est transmis.")
    remind(request, form.cleaned_data["reason"])
    return go(request, "landlord:instruction")


@require_POST
@for_roles(Role.LANDLORD)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    form = NoteForm(request.POST)
    if form.is_valid():
        actions.write_note(actor=request.actor, application_id=pk, text=form.cleaned_data["text"])
        messages.success(request, "Note enregistrée.")
        remind(request, form.cleaned_data["text"])
    return go(request, "landlord:file", pk)


@for_roles(Role.LANDLORD)
def warn(request: HttpRequest, pk: int) -> HttpResponse:
    """A household that cannot be reached: the traceable letter that begins the delay of two months (RADCON)."""
    application = visible_to(request.actor).get(pk=pk)
    demand = application.demand
    form = SendingForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: living.warn(actor=request.actor, demand_id=demand.pk, **form.cleaned_data))
    ):
        messages.success(request, "Le courrier est enregistré. Le ménage est prévenu et peut répondre en un clic.")
        return go(request, "landlord:file", pk)
    note_reading(request, demand=demand, what="échéances", why="Ménage injoignable")
    context = {
        "form": form,
        "application": application,
        "holder": name_of(demand),
        "running": demand.notices.filter(ground="RADCON", closed_on=None).first(),
    }
    return page(request, "landlord/warn.html", context, status=422 if form.errors else 200)


urlpatterns = [
    path("dossiers/<int:pk>/courrier/", warn, name="warn"),
    path("instruction/", instruction, name="instruction"),
    path("offres/<int:pk>/candidats/", candidates, name="candidates"),
    path("offres/<int:pk>/recu/", receipt, name="receipt"),
    path("offres/<int:pk>/transmettre/", send_files, name="send_files"),
    path("dossiers/<int:pk>/", file, name="file"),
    path("dossiers/<int:pk>/recevable/", admit, name="admit"),
    path("dossiers/<int:pk>/non-recevable/", find_inadmissible, name="find_inadmissible"),
    path("dossiers/<int:pk>/note/", note, name="note"),
]
