"""Who acts for the employer: invited by mail, removed at once."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts import actions, queries
from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import act, attempt, go, page
from palier.spaces.access import for_roles


class InviteForm(forms.Form):
    email = forms.CharField(
        label="Adresse électronique professionnelle", max_length=254, widget=forms.EmailInput,
        error_messages={"required": "Indiquez l’adresse de la personne à inviter."},
    )  # fmt: skip
    use_required_attribute = False


@for_roles(Role.EMPLOYER)
def agents(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda: actions.invite(actor=request.actor, **form.cleaned_data)) is not None:
            messages.success(
                request, "L’invitation est partie. La personne n’a d’accès qu’une fois qu’elle l’a acceptée."
            )
            return go(request, "employer:agents")
    held = list(queries.colleagues(request.actor))
    context = {
        "form": form, "agents": held, "alone": len(held) == 1, "today": clock.today(),
        "invitations": queries.sent_by(request.actor).filter(state="open"),
        "former": queries.former_colleagues(request.actor)[:20],
    }  # fmt: skip
    return page(request, "employer/agents.html", context, status=422 if form.errors else 200)


@for_roles(Role.EMPLOYER)
@require_POST
def remove_agent(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        ended = actions.end_membership(actor=request.actor, membership_id=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return go(request, "employer:agents")
    messages.success(request, "L’accès est retiré : il a pris fin à l’instant.")
    # Whoever removes themself has no page left here.
    return go(request, "spaces:home" if ended.person_id == request.actor.person_id else "employer:agents")


@for_roles(Role.EMPLOYER)
@require_POST
def cancel_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request,
        lambda: actions.cancel_invitation(actor=request.actor, invitation_id=pk),
        "L’invitation est annulée.",
        "employer:agents",
    )


urlpatterns = [
    path("agents/", agents, name="agents"),
    path("agents/<int:pk>/retirer/", remove_agent, name="remove_agent"),
    path("agents/invitations/<int:pk>/annuler/", cancel_invitation, name="cancel_invitation"),
]
