"""The household and the life of its demand: renew, answer, contest, give up, come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications.queries import live_of
from palier.common import clock
from palier.common.pages import act, attempt, go, page
from palier.demands import acting, actions, living, sheltering
from palier.demands.checks import check
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demands.queries import current_for
from palier.law import numbers
from palier.spaces.access import for_roles
from palier.spaces.applicant.demand import answers_of
from palier.spaces.standing import standing


class StillTrueForm(forms.Form):
    declare = forms.BooleanField(
        label="Tout est encore vrai : je renouvelle ma demande pour un an",
        error_messages={"required": "Cochez la case après avoir relu, ou corrigez ce qui a changé."},
    )
    use_required_attribute = False


class WaiverForm(forms.Form):
    declare = forms.BooleanField(
        label="Je renonce à ma demande de logement social et je perds son ancienneté",
        error_messages={"required": "Cochez la case pour confirmer que vous renoncez."},
    )
    use_required_attribute = False


class ContestForm(forms.Form):
    text = forms.CharField(
        label="Ce qui est faux, ou ce qui a changé", max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="En mots simples. Le bailleur le lira ; joignez vos justificatifs dans « Mes pièces ».",
        error_messages={"required": "Dites en une phrase ce qui est faux ou ce qui a changé."},
    )  # fmt: skip
    use_required_attribute = False


def _mine(request: HttpRequest) -> Demand | None:
    return current_for(request.actor.person)


def _confirmed(
    request: HttpRequest, form: forms.Form, act: Callable[[], Any], done: str, template: str, context: dict[str, Any]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and attempt(form, act):
        messages.success(request, done)
        return go(request, "applicant:demand")
    return page(request, template, {"form": form, **context}, status=422 if form.errors else 200)


@for_roles(Role.APPLICANT)
@never_cache
def renew(request: HttpRequest) -> HttpResponse:
    """What was declared, to confirm or to change first; a removed demand is shown with what it can still do."""
    demand = _mine(request)
    if demand is None or demand.state != "active":
        return go(request, "applicant:demand")
    declared = Form.from_json(demand.form)
    return _confirmed(
        request,
        StillTrueForm(request.POST if request.method == "POST" else None),
        lambda: actions.renew(actor=request.actor, demand_id=demand.pk),
        "Votre demande est renouvelée. Votre nouvelle attestation est prête.",
        "applicant/demand/renew.html",
        {
            "demand": demand,
            "sections": answers_of(declared, True),
            "odd": [problem.message for problem in check(declared, clock.today())],
        },
    )


@require_POST
@for_roles(Role.APPLICANT)
def answer(request: HttpRequest) -> HttpResponse:
    """« Je suis là »: one click ends the warning."""
    return _at_once(request, living.answer, "Merci, votre réponse est enregistrée : votre demande reste active.")


@require_POST
@for_roles(Role.APPLICANT)
def reactivate(request: HttpRequest) -> HttpResponse:
    """One click brings the demand back, with its number and its seniority."""
    done = "Votre demande est de nouveau active. Relisez-la et corrigez ce qui a changé."
    return _at_once(request, living.reactivate, done)


def _at_once(request: HttpRequest, action: Callable[..., Demand], done: str) -> HttpResponse:
    demand = _mine(request)
    if demand is None:
        return go(request, "applicant:demand")
    return act(request, lambda: action(actor=request.actor, demand_id=demand.pk), done, "applicant:demand")


@for_roles(Role.APPLICANT)
def contest(request: HttpRequest) -> HttpResponse:
    demand = _mine(request)
    if demand is None:
        return go(request, "applicant:demand")
    form = ContestForm(request.POST if request.method == "POST" else None)
    return _confirmed(
        request,
        form,
        lambda: living.contest(actor=request.actor, demand_id=demand.pk, text=form.cleaned_data["text"]),
        "Votre contestation est enregistrée. Votre demande reste active.",
        "applicant/demand/contest.html",
        {"demand": demand, "standing": standing(demand)},
    )


@for_roles(Role.APPLICANT)
def waive(request: HttpRequest) -> HttpResponse:
    """Giving up, with what is lost said before the confirmation."""
    demand = _mine(request)
    if demand is None or demand.state != "active" and request.method != "POST":
        return go(request, "applicant:demand")
    return _confirmed(
        request,
        WaiverForm(request.POST if request.method == "POST" else None),
        lambda: living.waive(actor=request.actor, demand_id=demand.pk),
        "Votre demande est radiée, comme vous l’avez demandé.",
        "applicant/demand/waive.html",
        {"demand": demand, "number": numbers.parse(demand.number).spaced, "live": live_of(demand).first()},
    )


@require_POST
@for_roles(Role.APPLICANT)
def end_mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody acts for the household any more under this mandate."""
    acting.end(actor=request.actor, mandate_id=pk)
    messages.success(request, "Ce mandat a pris fin.")
    return go(request, "applicant:demand")


@require_POST
@for_roles(Role.APPLICANT)
def shelter(request: HttpRequest) -> HttpResponse:
    """The address stays secret, at once."""
    return _at_once(request, sheltering.shelter, "Votre adresse est protégée : vous seul la lisez encore.")


@require_POST
@for_roles(Role.APPLICANT)
def uncover(request: HttpRequest) -> HttpResponse:
    return _at_once(request, sheltering.uncover, "Votre adresse est de nouveau dans votre demande.")


urlpatterns = [
    path("demande/renouveler/", renew, name="renew"),
    path("demande/je-suis-la/", answer, name="answer"),
    path("demande/reactiver/", reactivate, name="reactivate"),
    path("demande/contester/", contest, name="contest"),
    path("demande/mandats/<int:pk>/fin/", end_mandate, name="end_mandate"),
    path("demande/proteger-mon-adresse/", shelter, name="shelter"),
    path("demande/montrer-mon-adresse/", uncover, name="uncover"),
    path("demande/renoncer/", waive, name="waive"),
]
