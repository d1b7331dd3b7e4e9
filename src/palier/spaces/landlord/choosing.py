"""Where the landlord proposes by itself: candidates in the public order, and the choice (`law.products`)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.allocations import actions
from palier.allocations.models import HOLDING, Proposal
from palier.applications.offers import describe
from palier.applications.queries import in_order, visible_to
from palier.applications.states import shown
from palier.common.pages import attempt, go, page
from palier.homes.models import Offer
from palier.law.products import BY_CLASS, DIRECT
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText, remind


class ChoiceForm(forms.Form):
    """Asked of whoever does not follow the order."""

    reason = forms.CharField(
        label="Pourquoi ne pas suivre l’ordre des candidatures ?", max_length=300, widget=CarefulText(2),
        help_text="Les candidats placés avant lisent cette raison.",
        error_messages={"required": "Dites pourquoi l’ordre des candidatures n’est pas suivi."},
    )  # fmt: skip
    use_required_attribute = False


def direct_context(offer: Offer) -> dict[str, object]:
    """The live candidates in the public order, and the proposal that waits or stands, if any."""
    held = Proposal.objects.filter(offer=offer, state__in=HOLDING).first()
    queue = [
        {"place": place, "application": a, "state": shown(a.state, offer.terms)} for place, a in in_order(offer)
    ]  # fmt: skip
    return {"queue": queue, "held": held, "by_class": offer.terms.order == BY_CLASS}


@for_roles(Role.LANDLORD)
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """The last look before proposing: who is passed over, hence whether a reason is asked."""
    application = visible_to(request.actor).get(pk=pk, offer__product__in=DIRECT)
    before = next((place.position - 1 for place, a in in_order(application.offer) if a.pk == pk), 0)
    form = (ChoiceForm if before else forms.Form)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        made = attempt(form, lambda: actions.choose(actor=request.actor, application_id=pk, reason=reason))
        if made:
            messages.success(request, "La proposition est envoyée au ménage.")
            remind(request, reason)
            return go(request, "landlord:allocation", made.pk)
    return page(
        request, "landlord/choose.html",
        {"application": application, "home": describe(application.offer), "before": before, "form": form},
        status=422 if form.errors else 200,
    )  # fmt: skip


urlpatterns = [path("candidatures/<int:pk>/proposer/", choose, name="choose")]
