"""Registering somebody at the counter, with the household's own steps on one page (mission E7)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import go, page
from palier.demands.actions import register as register_demand
from palier.demands.certificate import certificate
from palier.demands.checks import check
from palier.demands.form import Adult, Form
from palier.demands.queries import find_by_identity, visible_to
from palier.documents import actions
from palier.law import numbers
from palier.spaces.access import for_roles
from palier.spaces.applicant.demand_forms import STEPS
from palier.territories.models import Commune


@for_roles(Role.DESK)
def register(request: HttpRequest) -> HttpResponse:
    """Every section at once: whoever sits at the counter answers in any order. No e-mail is needed."""
    data = request.POST if request.method == "POST" else None
    sections = [(step, step.form(data, prefix=step.key)) for step in STEPS]
    twins, problems = [], []
    # A list, not a generator: every section says what is wrong with it at once.
    if data is not None and all([form.is_valid() for _, form in sections]):
        declared = Form(applicant=Adult(last_name=""))
        for _, form in sections:
            declared = form.apply(declared)
        problems = [p.message for p in check(declared, clock.today()) if p.blocking]
        twins = [] if problems else _twins(request, declared)
        if not problems and not twins:
            try:
                demand = register_demand(
                    actor=request.actor, form=declared, department=_department(declared), person=None
                )
            except Refused as refusal:
                problems = [refusal.message]
            else:
                number = numbers.parse(demand.number).spaced
                messages.success(request, f"La demande est enregistrée sous le numéro unique {number}.")
                return go(request, "desk:dossier", demand.pk)
    context = {
        "sections": sections,
        "forms": [form for _, form in sections],
        "twins": twins,
        "problems": problems,
        "communes": Commune.objects.filter(department__active=True, successor=None).order_by("search_name", "code"),
    }
    return page(request, "desk/register.html", context, status=200 if data is None else 422)


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
    response = HttpResponse(certificate(demand), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="attestation.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("enregistrer/", register, name="register"),
    path("dossiers/<int:pk>/attestation/", attestation, name="attestation"),
]
