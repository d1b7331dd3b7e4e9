"""Candidates of an offer in order, the five files sent, and their instruction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.actor import Actor
from palier.accounts.queries import colleagues
from palier.accounts.roles import Role
from palier.applications import actions
from palier.applications.models import Application, Doubt, Instruction
from palier.applications.queries import (
    WORKLOAD_DAYS,
    latest_shortlist,
    lists_of,
    neighbours,
    ranks,
    to_instruct,
    visible_to,
    waiting_files,
    workload,
)
from palier.applications.states import APPLICATION, HEADINGS
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import act, attempt, go, page
from palier.demands import living
from palier.documents.actions import note_reading
from palier.homes.models import Offer
from palier.law import admissibility
from palier.law.workload import Load
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText, remind
from palier.spaces.dossier import candidacy, name_of
from palier.spaces.landlord.choosing import direct_context
from palier.spaces.objectives import before_choosing
from palier.spaces.receipts import download
from palier.spaces.sending import SendingForm
from palier.spaces.story import events

NEEDED = {"required": "Écrivez ce que le ménage doit comprendre."}


class InadmissibleForm(forms.Form):
    """The grounds are those of the law on this day (`law.admissibility`)."""

    codes = forms.MultipleChoiceField(
        label="Motifs de la loi", widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choisissez des motifs de la liste : les autres reviennent à la commission."},
    )  # fmt: skip
    reason = forms.CharField(
        label="Ce que le ménage lira", max_length=500, widget=CarefulText(),
        help_text="Des faits, en mots simples. Le ménage lit exactement ce texte.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["codes"].choices = [(g.code, g.told) for g in admissibility.grounds(clock.today())]


class AdmitForm(forms.Form):
    """Shown, hence asked, when documents are still to be checked; a complete file sends nothing of it."""

    why = forms.CharField(
        label="Pourquoi le dossier passe sans ces pièces", max_length=300, widget=CarefulText(2),
        error_messages={"required": "Dites pourquoi le dossier passe sans ces pièces."},
        help_text="Par exemple : originaux vus au rendez-vous. La commission et le ménage lisent cette raison.",
    )  # fmt: skip


class DoubtForm(forms.Form):
    """What seems wrong, what it should be, and why: the household reads every word."""

    heading = forms.ChoiceField(
        label="Rubrique",
        choices=[("", "Choisir"), *HEADINGS.items()],
        error_messages={"required": "Choisissez la rubrique."},
    )
    declared = forms.CharField(label="Ce que dit la demande", max_length=200, error_messages=NEEDED)
    proposed = forms.CharField(label="Ce que montrent les pièces", max_length=200, error_messages=NEEDED)
    why = forms.CharField(label="Pourquoi", max_length=300, widget=CarefulText(2), error_messages=NEEDED)
    use_required_attribute = False


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Note d’instruction", required=False, max_length=2000, widget=CarefulText(4),
        help_text="Objective et datée : le ménage peut la lire.",
    )  # fmt: skip


@for_roles(Role.LANDLORD)
def instruction(request: HttpRequest) -> HttpResponse:
    whose = request.GET.get("voir", "")
    counts = {key: waiting_files(request.actor, key).count() for key in WHOSE}
    ready = to_instruct(request.actor).filter(state="admissible")
    return page(
        request,
        "landlord/instruction.html",
        {
            "files": [_taken(a, request.actor) for a in waiting_files(request.actor, whose)],
            "ready": ready,
            "tabs": [
                {"label": label, "url": f"?voir={key}", "current": whose == key, "count": counts[key]}
                for key, label in WHOSE.items()
            ],
            "loads": _named(workload(request.actor, now=clock.now()), request.actor),
            "days": WORKLOAD_DAYS,
        },
    )


def _taken(application: Application, actor: Actor) -> dict[str, Any]:
    """A file of the queue with the colleague who took it, empty for nobody."""
    held = getattr(application, "instruction", None)
    taker = held.taken_by if held else None
    return {"application": application, "taker": "vous" if taker == actor.person else taker.full_name if taker else ""}


WHOSE = {"": "Tous", "mine": "Les miens", "free": "Que personne n’a pris"}


def _named(loads: list[Load], actor: Actor) -> list[dict[str, object]]:
    """The work of each agent with its name; of somebody who left, no name."""
    names = {m.person_id: m.person.full_name for m in colleagues(actor)}
    return [
        {"load": load, "name": names.get(load.agent, "Agent parti") if load.agent else "Personne encore"}
        for load in loads
    ]


@for_roles(Role.LANDLORD, Role.SECRETARY)
def candidates(request: HttpRequest, pk: int) -> HttpResponse:
    """The ranked candidates of one of the landlord's offers."""
    offer = _own_offers(request).get(pk=pk)
    return page(request, "landlord/candidates.html", candidates_context(offer))


def candidates_context(offer: Offer) -> dict[str, object]:
    """Candidates in order: those of the shortlist once made, the present ranks before."""
    if offer.terms.direct:
        return {"offer": offer, "rows": [], **direct_context(offer)}
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
    return act(
        request,
        lambda: actions.make_shortlist(actor=request.actor, offer_id=offer.pk),
        "La liste est arrêtée et les premiers dossiers vous sont transmis.",
        "landlord:candidates",
        pk,
    )


@for_roles(Role.LANDLORD)
def file(
    request: HttpRequest,
    pk: int,
    *,
    inadmissible_form: InadmissibleForm | None = None,
    admit_form: AdmitForm | None = None,
    doubt_form: DoubtForm | None = None,
) -> HttpResponse:
    """One household's file for one dwelling; opening it is written in its reading journal."""
    application = visible_to(request.actor).get(pk=pk)
    note_reading(request, demand=application.demand, what="dossier", why="Instruction de la candidature")
    before, after = neighbours(request.actor, application)
    held = Instruction.objects.select_related("taken_by").filter(application=application).first()
    return page(
        request,
        "landlord/file.html",
        {
            **candidacy(application, request.actor),
            "before": before,
            "after": after,
            "may_take": application.state == "sent",
            "taken_by": held.taken_by_id if held else None,
            "taken_by_name": held.taken_by.full_name if held and held.taken_by else "",
            "may_admit": APPLICATION.may(application, "admit", request.actor),
            "may_refuse": APPLICATION.may(application, "find_inadmissible", request.actor),
            "inadmissible_form": inadmissible_form or InadmissibleForm(),
            "admit_form": admit_form or AdmitForm(),
            "doubts": Doubt.objects.filter(application=application),
            "may_doubt": application.state in ("sent", "admissible"),
            "doubt_form": doubt_form or DoubtForm(),
            "note_form": NoteForm(initial={"text": application.note}),
            "story": events(application.demand, "agent")[:12],
        },
        status=422 if inadmissible_form or admit_form or doubt_form else 200,
    )


@require_POST
@for_roles(Role.LANDLORD)
def admit(request: HttpRequest, pk: int) -> HttpResponse:
    form = AdmitForm(request.POST)
    here = _following(request, pk)
    why = request.POST.get("why", "")
    done = None
    if form.is_valid() or "why" not in request.POST:
        done = attempt(form, lambda: actions.admit(actor=request.actor, application_id=pk, why=why))
    if done is None:
        return file(request, pk, admit_form=form)
    direct = visible_to(request.actor).get(pk=pk).offer.terms.direct
    after = "vous pouvez lui proposer le logement." if direct else "il peut passer en commission."
    messages.success(request, f"Dossier recevable : {after}")
    remind(request, why)
    return _next(request, here)


@require_POST
@for_roles(Role.LANDLORD)
def find_inadmissible(request: HttpRequest, pk: int) -> HttpResponse:
    form = InadmissibleForm(request.POST)
    here = _following(request, pk)
    if not form.is_valid():
        return file(request, pk, inadmissible_form=form)
    attempt(form, lambda: actions.find_inadmissible(actor=request.actor, application_id=pk, **form.cleaned_data))
    if form.errors:
        return file(request, pk, inadmissible_form=form)
    messages.success(request, "Le ménage est informé du motif. Le dossier suivant de la liste vous est transmis.")
    remind(request, form.cleaned_data["reason"])
    return _next(request, here)


def _following(request: HttpRequest, pk: int) -> int | None:
    """The file to open once this one is answered: the next in the queue, else the one before."""
    before, after = neighbours(request.actor, visible_to(request.actor).get(pk=pk))
    return after or before


def _next(request: HttpRequest, pk: int | None) -> HttpResponse:
    return go(request, "landlord:file", pk) if pk else go(request, "landlord:instruction")


@require_POST
@for_roles(Role.LANDLORD)
def take(request: HttpRequest, pk: int) -> HttpResponse:
    return _hold(request, pk, actions.take, "Vous avez pris ce dossier : vos collègues le voient.")


@require_POST
@for_roles(Role.LANDLORD)
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _hold(request, pk, actions.put_back, "Le dossier est remis en file.")


def _hold(request: HttpRequest, pk: int, action: Callable[..., Instruction], done: str) -> HttpResponse:
    try:
        action(actor=request.actor, application_id=pk)
        messages.success(request, done)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return go(request, "landlord:file", pk)


@require_POST
@for_roles(Role.LANDLORD)
def propose_doubt(request: HttpRequest, pk: int) -> HttpResponse:
    form = DoubtForm(request.POST)
    done = form.is_valid() and attempt(
        form, lambda: actions.propose_correction(actor=request.actor, application_id=pk, **form.cleaned_data)
    )
    if not done:
        return file(request, pk, doubt_form=form)
    messages.success(request, "La correction est proposée au ménage, qui est prévenu.")
    remind(request, form.cleaned_data["why"])
    return go(request, "landlord:file", pk)


@require_POST
@for_roles(Role.LANDLORD)
def withdraw_doubt(request: HttpRequest, pk: int) -> HttpResponse:
    key = Doubt.objects.values_list("application", flat=True).get(pk=pk)
    return act(
        request,
        lambda: actions.withdraw_correction(actor=request.actor, doubt_id=pk),
        "La correction est retirée.",
        "landlord:file",
        key,
    )


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
    path("dossiers/<int:pk>/corriger/", propose_doubt, name="propose_doubt"),
    path("dossiers/corrections/<int:pk>/retirer/", withdraw_doubt, name="withdraw_doubt"),
    path("dossiers/<int:pk>/prendre/", take, name="take"),
    path("dossiers/<int:pk>/remettre/", put_back, name="put_back"),
    path("dossiers/<int:pk>/recevable/", admit, name="admit"),
    path("dossiers/<int:pk>/non-recevable/", find_inadmissible, name="find_inadmissible"),
    path("dossiers/<int:pk>/note/", note, name="note"),
]
