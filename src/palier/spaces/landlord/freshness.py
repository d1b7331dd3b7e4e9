"""One page to say that all one's offers still stand, but for exceptions; and to settle what two sources contradict."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import attempt, go, page
from palier.common.templatetags.palier_words import counted
from palier.homes import actions
from palier.homes.models import Contradiction, Offer
from palier.homes.queries import candidate_counts, ended_lately, open_contradictions, own_offers, to_confirm
from palier.homes.states import ENDED, OFFER
from palier.law import freshness
from palier.spaces.access import for_roles
from palier.territories.queries import setting

LATER = "later"
ANSWERS = [
    ("available", "Toujours libre"),
    ("let", "Loué ailleurs"),
    ("withdrawn", "Retiré"),
    (LATER, "Pas de réponse aujourd’hui"),
]
SETTLEMENTS = [
    ("available", "Le logement est libre"),
    ("let", "Le logement est loué"),
    ("withdrawn", "L’offre est retirée"),
]
PREFIX = "offre-"


class ConfirmForm(forms.Form):
    """One answer for each offer shown, « toujours libre » unless somebody says otherwise."""

    def __init__(self, data: Any, offers: list[Offer]) -> None:
        super().__init__(data)
        for offer in offers:
            self.fields[f"{PREFIX}{offer.pk}"] = forms.ChoiceField(
                label=f"Réponse pour {offer.dwelling.reference}", choices=ANSWERS, initial="available",
                widget=forms.Select(attrs={"class": "form-select"}),
            )  # fmt: skip

    @property
    def answers(self) -> dict[int, str]:
        """offer → what is said of it; what is left for later is left out."""
        given = {int(name.removeprefix(PREFIX)): says for name, says in self.cleaned_data.items()}
        return {offer: says for offer, says in given.items() if says != LATER}


class SettleForm(forms.Form):
    says = forms.ChoiceField(
        label="Qu’en est-il ?", choices=SETTLEMENTS, widget=forms.RadioSelect,
        error_messages={"required": "Dites ce qu’il en est."},
    )  # fmt: skip


@for_roles(Role.LANDLORD)
def confirm_all(request: HttpRequest) -> HttpResponse:
    offers = list(to_confirm(request.actor))
    # What was shown is what is confirmed: an offer that came since is not.
    asked = [o for o in offers if f"{PREFIX}{o.pk}" in request.POST] if request.method == "POST" else offers
    form = ConfirmForm(request.POST if request.method == "POST" else None, asked)
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: actions.confirm_all(actor=request.actor, answers=form.answers))
        if done is not None:
            messages.success(request, _said(done))
            return go(request, "landlord:confirm_all")
    return page(request, "landlord/confirm.html", _context(request, asked, form), status=422 if form.errors else 200)


def _context(request: HttpRequest, offers: list[Offer], form: ConfirmForm) -> dict[str, Any]:
    counts = candidate_counts([o.pk for o in offers])
    places = {o.dwelling.commune.department_id for o in offers}
    hours = {place: setting("freshness_hours", on=clock.today(), territory=place) for place in places}
    return {
        "form": form,
        "rows": [
            {
                "offer": o, "candidates": counts.get(o.pk, 0), "state": OFFER.states[o.state],
                "ends_at": freshness.ends_at(o.confirmed_at, hours[o.dwelling.commune.department_id]),
                "field": form[f"{PREFIX}{o.pk}"],
            }
            for o in offers
        ],
        "contradictions": list(open_contradictions(request.actor)),
        "ended": ended_lately(request.actor, clock.now()),
    }  # fmt: skip


def _said(done: dict[str, int]) -> str:
    """What one button did, in words: « 12 offres confirmées. 1 offre louée : 37 candidats libérés et prévenus. »"""
    parts = [f"{counted(done['available'], 'offre confirmée,offres confirmées')}."]
    for says, words in (("let", "logement loué,logements loués"), ("withdrawn", "offre retirée,offres retirées")):
        if done[says]:
            parts.append(f"{counted(done[says], words)}.")
    if done["let"] or done["withdrawn"]:
        parts.append(f"{counted(done['freed'], 'candidat libéré et prévenu,candidats libérés et prévenus')}.")
    if done["ended"]:
        parts.append(f"{counted(done['ended'], 'réponse')} sans effet : à revoir ci-dessous.")
    return " ".join(parts)


@for_roles(Role.LANDLORD)
def let_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """A dwelling let to somebody whom Palier does not know: its candidates are freed on the spot."""
    offer = own_offers(request.actor).get(pk=pk)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = attempt(form, lambda: actions.let_elsewhere(actor=request.actor, offer_id=pk))
        if said:
            tell_ended(request, said.effect, said.freed)
            return go(request, "landlord:offers")
    candidates = candidate_counts([pk]).get(pk, 0)
    return page(
        request, "landlord/offer_let.html", {"form": form, "offer": offer, "candidates": candidates},
        status=422 if form.errors else 200,
    )  # fmt: skip


def tell_ended(request: HttpRequest, effect: str, freed: int) -> None:
    """Say to the agent how many candidates the end of an offer freed, or that something else is known."""
    if effect == freshness.Effect.CONTRADICTS.value:
        messages.warning(request, "Une autre source dit le contraire : tranchez d’abord, sur la page « Confirmer ».")
    else:
        words = counted(freed, "candidat libéré et prévenu,candidats libérés et prévenus")
        messages.success(request, f"C’est noté : {words}.")


@for_roles(Role.LANDLORD)
def contradiction(request: HttpRequest, pk: int) -> HttpResponse:
    found = Contradiction.objects.select_related("offer__dwelling__commune", "statement", "settled_by").get(
        pk=pk, offer__dwelling__landlord=request.actor.organisation_id
    )
    form = SettleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form, lambda: actions.settle(actor=request.actor, contradiction_id=pk, says=form.cleaned_data["says"])
        )
        if done:
            messages.success(request, "C’est tranché.")
            return go(request, "landlord:confirm_all")
    return page(
        request, "landlord/contradiction.html",
        {
            "found": found, "form": form, "state": OFFER.states[found.offer.state],
            "ended": found.offer.state in ENDED,
            "candidates": candidate_counts([found.offer_id]).get(found.offer_id, 0),
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


urlpatterns = [
    path("offres/confirmer/", confirm_all, name="confirm_all"),
    path("offres/<int:pk>/loue/", let_offer, name="let_offer"),
    path("contradictions/<int:pk>/", contradiction, name="contradiction"),
]
