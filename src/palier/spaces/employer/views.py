"""Confirming or denying that somebody works here. Nothing of a demand is ever shown in this space."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.roles import Role
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.employers import actions, queries
from palier.employers.models import JobAttestation
from palier.spaces.access import for_roles

PER_PAGE = 25


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
    ]


@for_roles(Role.EMPLOYER)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    asked = queries.asked_of(request.actor)
    shown = Paginator(asked, PER_PAGE).get_page(request.GET.get("page"))
    for job in shown:
        job.contract_label = dict(queries.CONTRACTS).get(job.contract, "")
    return page(request, "employer/home.html", {"shown": shown, "waiting": asked.filter(state="asked").count()})


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
