"""Registering somebody at the counter, with the household's own steps on one page (mission E7)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.views.decorators.http import require_GET

from palier.accounts.roles import Role
from palier.common.pages import attempt, go, page
from palier.demands.actions import register as register_demand
from palier.demands.certificate import certificate
from palier.demands.form import Form
from palier.demands.queries import find_by_identity, visible_to
from palier.documents import actions
from palier.homes.queries import landlords_in
from palier.law import numbers
from palier.spaces.access import for_roles
from palier.spaces.applicant.demand_forms import STEPS, filled, reshape, typed
from palier.spaces.applicant.places import choices
from palier.territories.models import Commune

HOUSEHOLD = "menage"
SEEN = ("carte nationale d’identité", "passeport", "titre de séjour", "récépissé de demande de titre de séjour")


class IdentityForm(forms.Form):
    """The only document that may be required to register (CCH R441-2-2)."""

    seen = forms.ChoiceField(
        label="Pièce d’identité que vous avez vue", choices=[(s, s.capitalize()) for s in SEEN], widget=forms.RadioSelect,
        error_messages={"required": "Dites quelle pièce d’identité vous avez vue."},
    )  # fmt: skip
    use_required_attribute = False


@for_roles(Role.DESK)
def register(request: HttpRequest) -> HttpResponse:
    """Every section at once: whoever sits at the counter answers in any order. No e-mail is needed."""
    sent = request.method == "POST"
    rows = sent and _with_rows(request)
    data = rows or (request.POST if sent else None)
    sections = list(filled([(step, data) for step in STEPS], prefixed=True))
    if rows:
        sections = [(step, form.unjudged()) for step, form in sections]
    last = sections[-1][1]
    identity = IdentityForm(request.POST if sent and not rows else None, initial={"seen": request.POST.get("seen")})
    twins: list = []
    # A list, not a generator: every section says what is wrong with it at once.
    if sent and not rows and all([*(form.is_valid() for _, form in sections), identity.is_valid()]):
        declared = last.declared
        twins = _twins(request, declared)
        demand = None if twins else attempt(
            last,
            lambda: register_demand(
                actor=request.actor, form=declared, department=_department(declared), person=None,
                identity=identity.cleaned_data["seen"],
            ),
        )  # fmt: skip
        if demand:
            number = numbers.parse(demand.number).spaced
            messages.success(request, f"La demande est enregistrée sous le numéro unique {number}.")
            for _, form in sections:
                for notice in form.notices:
                    messages.info(request, notice)
            return go(request, "desk:dossier", demand.pk)
    context = {
        "sections": sections,
        "forms": [*(form for _, form in sections), identity],
        "identity": identity,
        "twins": twins,
        "communes": choices(),
    }
    return page(request, "desk/register.html", context, status=422 if sent and not rows else 200)


def _with_rows(request: HttpRequest) -> QueryDict | None:
    """What was typed with one row of people more or less, when a button asked it without JavaScript."""
    if not {"more", "less"} & set(request.POST):
        return None
    start = f"{HOUSEHOLD}-"
    answers = {k.removeprefix(start): request.POST.getlist(k) for k in request.POST if k.startswith(start)}
    others = {k: request.POST.getlist(k) for k in request.POST if not k.startswith(start)}
    reshaped = reshape(answers, request.POST)
    return typed(others | {start + k: values for k, values in (reshaped or answers).items()})


def _department(declared: Form) -> str:
    return Commune.objects.get(code=declared.wish.communes[0]).department_id


def _twins(request: HttpRequest, declared: Form) -> list:
    """The same person's live demands in this register: one only is allowed (CCH R441-2-1)."""
    who = declared.applicant
    found = find_by_identity(request.actor, who.last_name, who.first_names, who.birth_date)
    return list(found.filter(state="active", department=_department(declared)))


@for_roles(Role.DESK)
@require_GET
def attestation(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate (CCH R441-2-4), to print for somebody without e-mail."""
    demand = visible_to(request.actor).get(pk=pk)
    actions.note_reading(request, demand=demand, what="attestation", why="Attestation remise au guichet")
    landlords = landlords_in(demand.form["wish"]["communes"])
    response = HttpResponse(certificate(demand, landlords=landlords), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="attestation.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("enregistrer/", register, name="register"),
    path("dossiers/<int:pk>/attestation/", attestation, name="attestation"),
]
