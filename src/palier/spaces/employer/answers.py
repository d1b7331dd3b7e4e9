"""Confirming or denying that somebody works here, a page at a time. Nothing of a demand is ever shown in this space."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.roles import Role
from palier.applications.employees import steps
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.employers import actions, queries
from palier.employers.models import JobAttestation
from palier.spaces.access import for_roles

PER_PAGE = 25
UNSAID = {"says": "", "reason": "", "problem": ""}
NO_REASON = "Dites ce qui ne correspond pas : la personne pourra le corriger."


class DenialForm(forms.Form):
    """What does not match, in words for the employee."""

    reason = forms.CharField(
        label="Ce qui ne correspond pas",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Le salarié lira votre réponse. N’y mettez rien d’autre que l’emploi.",
        error_messages={"required": "Dites ce qui ne correspond pas : la personne pourra le corriger."},
    )
    use_required_attribute = False


def _facts(job: JobAttestation) -> list[tuple[str, object]]:
    return [
        ("Matricule", job.staff_number),
        ("Contrat", dict(queries.CONTRACTS).get(job.contract, "")),
        ("Date d’entrée", job.entered_on),
        ("Mobilité demandée par l’emploi", "Oui" if job.mobility else "Non"),
    ]


@for_roles(Role.EMPLOYER)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, given: dict[int, dict[str, str]] | None = None) -> HttpResponse:
    """Who waits, with what was just typed of them, then who was answered."""
    asked = queries.asked_of(request.actor)
    waiting = list(asked.filter(state="asked")[:PER_PAGE])
    answered = Paginator(asked.exclude(state="asked"), PER_PAGE).get_page(request.GET.get("page"))
    followed = steps(request.actor)
    for job in (*waiting, *answered):
        job.contract_label = dict(queries.CONTRACTS).get(job.contract, "")
        job.given = (given or {}).get(job.pk, UNSAID)
        job.step = followed.get(job.pk)
    context = {"waiting": waiting, "shown": answered, "count": asked.filter(state="asked").count()}
    return page(request, "employer/home.html", context, status=422 if given else 200)


@for_roles(Role.EMPLOYER)
@require_POST
def answer_all(request: HttpRequest) -> HttpResponse:
    """The answers of one page. A missing reason sends nothing, and nothing typed is lost."""
    given = _given(request)
    if any(one.get("problem") for one in given.values()):
        return _page(request, given)
    results = actions.answer_all(
        actor=request.actor,
        answers=[actions.Answer(key, one["says"] == "confirm", one["reason"]) for key, one in given.items()],
    )
    done = [r for r in results if not r.problem]
    if done:
        messages.success(request, "Réponse transmise." if len(done) == 1 else f"{len(done)} réponses transmises.")
    for result in results:
        if result.problem:
            messages.error(request, result.problem)
    if not results:
        messages.info(request, "Aucune réponse choisie : rien n’est envoyé.")
    return go(request, "employer:home")


def _given(request: HttpRequest) -> dict[int, dict[str, str]]:
    """attestation → what was chosen and typed, for the rows that have an answer."""
    found = {}
    for name, says in request.POST.items():
        kind, _, key = name.partition("-")
        if kind == "says" and key.isdecimal() and len(key) < 18 and says in ("confirm", "deny"):
            reason = request.POST.get(f"reason-{key}", "").strip()[:300]
            problem = NO_REASON if says == "deny" and not reason else ""
            found[int(key)] = {"says": says, "reason": reason, "problem": problem}
    return found


def _show(request: HttpRequest, pk: int, form: DenialForm) -> HttpResponse:
    job = queries.asked_of(request.actor).get(pk=pk)
    context = {"job": job, "facts": _facts(job), "form": form}
    return page(request, "employer/attestation.html", context, status=422 if form.errors else 200)


@for_roles(Role.EMPLOYER)
@require_GET
def attestation(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, pk, DenialForm())


@for_roles(Role.EMPLOYER)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        job = actions.confirm(actor=request.actor, attestation_id=pk)
        messages.success(request, f"Emploi confirmé : {job.person.full_name}.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return go(request, "employer:home")


@for_roles(Role.EMPLOYER)
@require_POST
def deny(request: HttpRequest, pk: int) -> HttpResponse:
    form = DenialForm(request.POST)
    if form.is_valid():
        done = attempt(form, lambda: actions.deny(actor=request.actor, attestation_id=pk, **form.cleaned_data))
        if done is not None:
            messages.success(request, "Votre réponse est transmise au salarié.")
            return go(request, "employer:home")
    return _show(request, pk, form)


urlpatterns = [
    path("", home, name="home"),
    path("reponses/", answer_all, name="answer_all"),
    path("attestations/<int:pk>/", attestation, name="attestation"),
    path("attestations/<int:pk>/confirmer/", confirm, name="confirm"),
    path("attestations/<int:pk>/dementir/", deny, name="deny"),
]
