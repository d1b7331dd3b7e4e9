"""The landlord's own systems: added, given a token that is shown once, told where to listen, revoked; what they were sent."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.common.errors import Refused
from palier.common.middleware import ONCE_FIELD
from palier.common.pages import act, attempt, go, page
from palier.exchanges.landlords import actions
from palier.exchanges.landlords.models import DELIVERY_STATES
from palier.exchanges.landlords.queries import deliveries_of, systems_of
from palier.exchanges.landlords.scopes import SCOPES
from palier.exchanges.landlords.webhooks import deliveries
from palier.exchanges.landlords.webhooks.signing import secret_of
from palier.spaces.access import for_roles

TONES = {"waiting": "info", "delivered": "success", "failed": "danger"}


class SystemForm(forms.Form):
    name = forms.CharField(
        label="Nom du système", max_length=60, help_text="Par exemple : gestion locative.",
        error_messages={"required": "Donnez un nom à ce système."},
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label="Ce qu’il peut faire", choices=list(SCOPES.items()), widget=forms.CheckboxSelectMultiple,
        help_text="Le strict nécessaire : vous pourrez créer un autre système pour un autre usage.",
        error_messages={"required": "Choisissez au moins un droit."},
    )  # fmt: skip
    use_required_attribute = False


class WebhookForm(forms.Form):
    url = forms.CharField(
        label="Adresse",
        required=False,
        max_length=300,
        help_text="Elle commence par https://. Vide : rien n’est envoyé.",
    )
    new_secret = forms.BooleanField(
        label="Changer le secret de signature", required=False,
        help_text="L’ancien ne signe plus rien dès maintenant : mettez votre récepteur à jour.",
    )  # fmt: skip
    use_required_attribute = False


@for_roles(Role.LANDLORD)
def systems(request: HttpRequest) -> HttpResponse:
    return page(request, "landlord/systems/list.html", {"systems": list(systems_of(request.actor))})


@for_roles(Role.LANDLORD)
def new_system(request: HttpRequest) -> HttpResponse:
    form = SystemForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: actions.add_system(actor=request.actor, **form.cleaned_data))
        if made:
            messages.success(request, "Le système est ajouté. Créez maintenant son jeton.")
            return go(request, "landlord:system", made.pk)
    return page(request, "landlord/systems/new.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.LANDLORD)
def system(request: HttpRequest, pk: int, *, form: WebhookForm | None = None, token: str = "") -> HttpResponse:
    one = systems_of(request.actor).get(pk=pk)
    sent = list(deliveries_of(request.actor).filter(system=one)[:5])
    response = page(
        request,
        "landlord/systems/system.html",
        {
            "system": one, "scopes": [SCOPES[scope] for scope in one.scopes], "token": token,
            "form": form or WebhookForm(initial={"url": one.webhook_url}),
            "secret": secret_of(one) if one.webhook_url else "", "rows": _rows(sent),
        },
        status=422 if form else 200,
    )  # fmt: skip
    if token:
        # A token is shown once: no cache keeps it, and the back button does not find it.
        response.headers["Cache-Control"] = "no-store"
    return response


def _rows(sent: list) -> list[dict[str, object]]:
    labels = dict(DELIVERY_STATES)
    return [{"delivery": d, "label": labels[d.state], "tone": TONES[d.state]} for d in sent]


@require_POST
@for_roles(Role.LANDLORD)
def renew_token(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer is the page itself: a redirect would have to keep the token somewhere meanwhile."""
    try:
        chance = uuid.UUID(request.POST.get(ONCE_FIELD, ""))
    except ValueError:
        chance = uuid.uuid4()
    token = actions.renew_token(actor=request.actor, system_id=pk, chance=str(chance))
    return system(request, pk, token=token)


@for_roles(Role.LANDLORD)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        actions.revoke(actor=request.actor, system_id=pk)
        messages.success(request, "Le système est révoqué : son jeton n’ouvre plus rien.")
        return go(request, "landlord:systems")
    return page(request, "landlord/systems/revoke.html", {"system": systems_of(request.actor).get(pk=pk)})


@require_POST
@for_roles(Role.LANDLORD)
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    form = WebhookForm(request.POST)
    done = form.is_valid() and attempt(
        form, lambda: actions.set_webhook(actor=request.actor, system_id=pk, **form.cleaned_data)
    )
    if not done:
        return system(request, pk, form=form)
    messages.success(
        request, "L’adresse est enregistrée." if done.webhook_url else "Plus rien n’est envoyé à ce système."
    )
    return go(request, "landlord:system", pk)


@require_POST
@for_roles(Role.LANDLORD)
def try_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request,
        lambda: deliveries.send_test(actor=request.actor, system_id=pk),
        "Un message d’essai part dans quelques secondes : rechargez la page pour voir la réponse.",
        "landlord:system",
        pk,
    )


@for_roles(Role.LANDLORD)
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """Every message of a system, and what its receiver answered."""
    one = systems_of(request.actor).get(pk=pk)
    sent = deliveries_of(request.actor).filter(system=one)
    wanted = request.GET.get("etat", "")
    if wanted in TONES:
        sent = sent.filter(state=wanted)
    shown = Paginator(sent, 30).get_page(request.GET.get("page"))
    return page(
        request, "landlord/systems/log.html",
        {"system": one, "page": shown, "rows": _rows(list(shown)), "states": DELIVERY_STATES, "wanted": wanted},
    )  # fmt: skip


@require_POST
@for_roles(Role.LANDLORD)
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        delivery = deliveries.replay(actor=request.actor, delivery_id=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return go(request, "landlord:systems")
    messages.success(request, "Le message repart dans quelques secondes.")
    return go(request, "landlord:system_log", delivery.system_id)


urlpatterns = [
    path("systemes/", systems, name="systems"),
    path("systemes/nouveau/", new_system, name="new_system"),
    path("systemes/<int:pk>/", system, name="system"),
    path("systemes/<int:pk>/jeton/", renew_token, name="renew_token"),
    path("systemes/<int:pk>/revoquer/", revoke, name="revoke_system"),
    path("systemes/<int:pk>/adresse/", webhook, name="webhook"),
    path("systemes/<int:pk>/essai/", try_webhook, name="try_webhook"),
    path("systemes/<int:pk>/envois/", log, name="system_log"),
    path("messages/<int:pk>/renvoyer/", replay, name="replay"),
]
