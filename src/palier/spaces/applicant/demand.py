"""The household's space: its home, the demand in steps saved as typed, its certificate."""

from __future__ import annotations

import json

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications.queries import live_of
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.demands import actions, claiming
from palier.demands.certificate import certificate
from palier.demands.form import Form
from palier.demands.models import Claim, Demand
from palier.demands.queries import current_for, draft_of
from palier.demands.words import sections
from palier.documents.queries import missing
from palier.law import calendar
from palier.spaces.access import for_roles
from palier.spaces.applicant.demand_forms import BY_KEY, STEPS, assemble, raw, typed
from palier.territories.models import Commune


@for_roles(Role.APPLICANT)
def home(request: HttpRequest) -> HttpResponse:
    """What matters now: the demand, what is missing, the live application, the last events."""
    person = request.actor.person
    demand = current_for(person)
    context = {"demand": demand, "draft": draft_of(person), "live": None, "missing": [], "story": []}
    if demand is not None:
        context |= {
            "live": live_of(demand).first(),
            "missing": missing(demand),
            "story": ledger.timeline(demand.pk, "applicant")[:5],
            "life": calendar.life(demand.first_registered_on, demand.renewed_on, clock.today()),
        }
    return page(request, "applicant/home.html", context)


def _open(request: HttpRequest) -> Demand | None:
    demand = current_for(request.actor.person)
    return demand if demand is not None and demand.state == "active" else None


@for_roles(Role.APPLICANT)
def demand(request: HttpRequest) -> HttpResponse:
    """The registered demand, readable and editable; or the draft and where it stands."""
    one = current_for(request.actor.person)
    if one is None:
        draft = draft_of(request.actor.person)
        answers = draft.answers if draft else {}
        form, wrong = assemble(answers)
        first = next((s for s in STEPS if s.key in wrong), STEPS[0])
        return page(
            request,
            "applicant/demand/start.html",
            {
                "steps": _stepper(answers, wrong, ""),
                "first": first,
                "begun": bool(answers),
                "complete": form is not None,
            },
        )
    return page(
        request,
        "applicant/demand/demand.html",
        {"demand": one, "sections": sections(Form.from_json(one.form)), "steps": STEPS},
    )


def _stepper(answers: dict, wrong: list[str], here: str) -> list[dict]:
    def state(key: str) -> str:
        if key == here:
            return "current"
        return "done" if key in answers and key not in wrong else "error" if key in answers else "todo"

    return [{"label": s.label, "url": reverse("applicant:step", args=[s.key]), "state": state(s.key)} for s in STEPS]


@for_roles(Role.APPLICANT)
def step(request: HttpRequest, key: str) -> HttpResponse:
    """One step: what is typed is kept, valid or not; a registered demand changes at once."""
    if key not in BY_KEY:
        raise Http404
    here = BY_KEY[key]
    one = _open(request)
    person = request.actor.person
    draft = draft_of(person, one)
    answers = dict(draft.answers) if draft else {}
    conflict = ""
    if request.method == "POST":
        answers[key] = raw(request.POST)
        actions.save_draft(actor=request.actor, demand=one, answers=answers)
        form = here.form(request.POST)
        if form.is_valid():
            if one is None:
                return go(request, *_next(key))
            try:
                actions.change(
                    actor=request.actor, demand_id=one.pk, form=form.apply(Form.from_json(one.form)),
                    revision=int(request.POST.get("revision") or 0), sections=[here.label.lower()],
                )  # fmt: skip
            except Refused as refusal:
                conflict = refusal.message
            else:
                actions.drop_draft(actor=request.actor, demand=one)
                messages.success(request, "Votre demande est mise à jour.")
                return go(request, "applicant:demand")
    elif key in answers:
        form = here.form(typed(answers[key]))
    elif one is not None:
        form = here.form(initial=here.form.answers(Form.from_json(one.form)))
    else:
        form = here.form(initial=_known(request, key))
    _, wrong = assemble(answers)
    rank = STEPS.index(here)
    return page(
        request,
        "applicant/demand/step.html",
        {
            "form": form, "step": here, "demand": one, "conflict": conflict,
            "steps": _stepper(answers, wrong, key) if one is None else [],
            "previous": STEPS[rank - 1] if rank and one is None else None,
            "communes": Commune.objects.filter(department__active=True, successor=None).order_by("search_name", "code").values_list("name", flat=True) if key == "souhaits" else [],
        },
        status=422 if request.method == "POST" else 200,
    )  # fmt: skip


def _known(request: HttpRequest, key: str) -> dict[str, str]:
    person = request.actor.person
    return (
        {"last_name": person.last_name, "first_names": person.first_name, "phone": person.phone}
        if key == "identite"
        else {}
    )


def _next(key: str) -> tuple:
    rank = [s.key for s in STEPS].index(key) + 1
    return ("applicant:step", STEPS[rank].key) if rank < len(STEPS) else ("applicant:summary",)


@require_POST
@for_roles(Role.APPLICANT)
def autosave(request: HttpRequest, key: str) -> HttpResponse:
    """Keep what is being typed, without judging it."""
    if key not in BY_KEY:
        raise Http404
    one = _open(request)
    draft = draft_of(request.actor.person, one)
    answers = {**(draft.answers if draft else {}), key: raw(request.POST)}
    actions.save_draft(actor=request.actor, demand=one, answers=answers)
    return HttpResponse(json.dumps({}), content_type="application/json")


@for_roles(Role.APPLICANT)
def summary(request: HttpRequest) -> HttpResponse:
    """Every answer before registering; registering is one click, and twice is once."""
    existing = _open(request)
    if existing is not None:
        return go(request, "applicant:demand")
    draft = draft_of(request.actor.person)
    form, wrong = assemble(draft.answers if draft else {})
    obstacle = ""
    if request.method == "POST" and form is not None:
        if request.POST.get("declare") != "on":
            obstacle = "Cochez la case : vous déclarez que ces renseignements sont exacts."
        else:
            try:
                department = Commune.objects.get(code=form.wish.communes[0]).department_id
                actions.register(
                    actor=request.actor, form=form, department=department, person=request.actor.person, draft=draft
                )
            except Refused as refusal:
                obstacle = refusal.message
            else:
                messages.success(
                    request, "Votre demande est enregistrée. Votre numéro unique et votre attestation sont prêts."
                )
                return go(request, "applicant:demand")
    return page(
        request,
        "applicant/demand/summary.html",
        {
            "sections": sections(form) if form else [], "wrong": [BY_KEY[k] for k in wrong], "obstacle": obstacle,
            "steps": _stepper(draft.answers if draft else {}, wrong, ""), "complete": form is not None,
        },
        status=422 if request.method == "POST" else 200,
    )  # fmt: skip


class NumberForm(forms.Form):
    number = forms.CharField(
        label="Numéro unique", max_length=40,
        help_text="18 caractères, sur votre attestation ou vos courriers. Les espaces ne comptent pas.",
    )  # fmt: skip


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code reçu", max_length=20, help_text="Huit lettres et chiffres, valables 24 heures.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )  # fmt: skip


@for_roles(Role.APPLICANT)
def claim(request: HttpRequest) -> HttpResponse:
    """Take over a demand registered elsewhere: first its number."""
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = attempt(form, lambda: claiming.ask(actor=request.actor, **form.cleaned_data))
        if asked:
            return go(request, "applicant:claim_code", asked.pk)
    return page(request, "applicant/demand/claim.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.APPLICANT)
def claim_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Then the code that was mailed to the address it holds."""
    Claim.objects.filter(person=request.actor.person_id).get(pk=pk)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: claiming.take_over(actor=request.actor, claim_id=pk, **form.cleaned_data))
        if done:
            messages.success(request, "Votre demande est là, avec son numéro et son ancienneté. Relisez-la.")
            return go(request, "applicant:demand")
        if not form.errors:
            form.add_error("code", "Ce code n’est pas le bon. Vérifiez-le dans le courriel.")
    return page(request, "applicant/demand/claim_code.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.APPLICANT)
def attestation(request: HttpRequest) -> HttpResponse:
    """The certificate of registration (CCH R441-2-4), as a PDF."""
    one = current_for(request.actor.person)
    if one is None:
        return go(request, "applicant:demand")
    response = HttpResponse(certificate(one), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="attestation.pdf"'
    return response


urlpatterns = [
    path("", home, name="home"),
    path("demande/", demand, name="demand"),
    path("demande/etape/<str:key>/", step, name="step"),
    path("demande/etape/<str:key>/brouillon/", autosave, name="autosave"),
    path("demande/recapitulatif/", summary, name="summary"),
    path("demande/retrouver/", claim, name="claim"),
    path("demande/retrouver/<int:pk>/", claim_code, name="claim_code"),
    path("demande/attestation/", attestation, name="attestation"),
]
