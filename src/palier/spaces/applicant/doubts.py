"""A correction that a landlord proposes: accepted, and then made by the household itself, or contested."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications import actions
from palier.applications.models import Doubt
from palier.applications.queries import visible_to
from palier.common.errors import Refused
from palier.common.pages import attempt, go
from palier.spaces.access import for_roles
from palier.spaces.applicant import applications


def _mine(request: HttpRequest, pk: int) -> Doubt:
    return Doubt.objects.get(pk=pk, application__in=visible_to(request.actor).order_by().values("pk"))


@for_roles(Role.APPLICANT)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    doubt = _mine(request, pk)
    try:
        actions.accept_correction(actor=request.actor, doubt_id=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return go(request, "applicant:application", doubt.application_id)
    messages.success(request, f"Merci. Corrigez ici votre demande : « {doubt.proposed} ».")
    return go(request, "applicant:step", doubt.heading)


@for_roles(Role.APPLICANT)
@require_POST
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    doubt, form = _mine(request, pk), applications.DoubtForm(request.POST)
    done = form.is_valid() and attempt(
        form, lambda: actions.contest_correction(actor=request.actor, doubt_id=pk, **form.cleaned_data)
    )
    if not done:
        return applications.application(request, doubt.application_id, doubt_form=form)
    messages.success(request, "Votre réponse est transmise au bailleur.")
    return go(request, "applicant:application", doubt.application_id)


urlpatterns = [
    path("corrections/<int:pk>/accepter/", accept, name="accept_doubt"),
    path("corrections/<int:pk>/contester/", contest, name="contest_doubt"),
]
