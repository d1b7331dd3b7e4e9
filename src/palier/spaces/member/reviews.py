"""A member examines the occupation of a let dwelling: agrees with the proposed opinion, holds another, or steps out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.commissions.models import Session
from palier.commissions.queries import is_open, seat_of, sittings
from palier.common import clock
from palier.common.pages import attempt, go, page
from palier.common.templatetags.palier_words import euros
from palier.law.occupancy_review import Suitable
from palier.law.opinions import CHOICES, OTHER
from palier.reviews import actions
from palier.reviews.actions.session import in_words
from palier.reviews.models import Examination, Voice
from palier.reviews.queries import examination_for, examinations_for, reviewed_by, turnouts
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText


class VoiceForm(forms.Form):
    choice = forms.ChoiceField(
        label="Votre avis", choices=list(CHOICES.items()), widget=forms.RadioSelect,
        error_messages={"required": "Choisissez l’une des trois réponses."},
    )  # fmt: skip
    words = forms.CharField(
        label="Votre autre avis, en une phrase", required=False, max_length=500, widget=CarefulText(3),
        help_text="Le secrétariat le lit après le dépouillement, sans votre nom.",
    )  # fmt: skip
    use_required_attribute = False


class StepOutForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi vous déportez-vous ?", max_length=200, help_text="Par exemple : je connais ce ménage.",
        error_messages={"required": "Indiquez en quelques mots pourquoi vous vous déportez."},
    )  # fmt: skip
    use_required_attribute = False


def _page(request: HttpRequest, one: Examination, **given: forms.Form) -> HttpResponse:
    seat = seat_of(request.actor, one.session)
    voice = Voice.objects.filter(examination=one, seat=seat).first()
    siblings = [e.pk for e in examinations_for(request.actor, one.session)]
    here = siblings.index(one.pk)
    start = {"choice": voice.choice, "words": voice.words} if voice else None
    return page(
        request,
        "member/review.html",
        {
            "examination": one, "facts": one.facts, "session": one.session, "seat": seat, "voice": voice,
            "open": is_open(one.session, clock.now()), "turnout": turnouts([one])[one.pk],
            "proposed": in_words(Suitable.from_dict(one.proposed)), "rows": _household(one.facts),
            "signed_on": date.fromisoformat(one.facts["signed_on"]),
            "opinion": in_words(Suitable.from_dict(one.opinion)) if one.opinion and one.session.state != "published" else [],
            "form": given.get("form") or VoiceForm(initial=start), "step_out_form": given.get("step_out_form") or StepOutForm(),
            "number": here + 1, "of": len(siblings), "other": OTHER,
            "next": siblings[here + 1] if here + 1 < len(siblings) else None,
        },
        status=422 if given else 200,
    )  # fmt: skip


def _household(facts: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("Ménage", facts["household"]),
        ("Naissance attendue", facts["expected"] or "Non"),
        ("Âges", ", ".join(f"{age} ans" for age in facts["ages"])),
        ("Revenu fiscal", None if facts["tax_income"] is None else f"{euros(facts['tax_income'], 0)} par an"),
        ("Ressources", None if facts["monthly"] is None else f"{euros(facts['monthly'], 0)} par mois"),
        ("Souhait", facts["wish"]),
    ]


def rows_of(request: HttpRequest, session: Session) -> list[dict[str, Any]]:
    """What a member examines in a session beside its dwellings, for the session's page."""
    held = list(examinations_for(request.actor, session))
    seen = turnouts(held)
    mine = {
        v.examination_id: v
        for v in Voice.objects.filter(examination__in=held, seat=seat_of(request.actor, session)).order_by("pk")
    }
    return [{"examination": e, "turnout": seen[e.pk], "voice": mine.get(e.pk)} for e in held]


def progress_of(request: HttpRequest, sessions: Sequence[Session]) -> dict[int, tuple[int, int]]:
    """session → what the member examines beside its dwellings, and on how many of them they spoke."""
    held = list(reviewed_by(request.actor).filter(session__in=sessions).order_by("pk").values_list("session", "pk"))
    mine = Voice.objects.filter(examination__in=[pk for _, pk in held], seat__in=sittings(request.actor).values())
    spoken = set(mine.values_list("examination", flat=True))
    every = Counter(session for session, _ in held)
    done = Counter(session for session, pk in held if pk in spoken)
    return {session.pk: (every[session.pk], done[session.pk]) for session in sessions}


@for_roles(Role.MEMBER)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, examination_for(request.actor, pk))


@require_POST
@for_roles(Role.MEMBER)
def speak(request: HttpRequest, pk: int) -> HttpResponse:
    one = examination_for(request.actor, pk)
    form = VoiceForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: actions.speak(actor=request.actor, examination_id=pk, **form.cleaned_data)
    ):
        messages.success(request, "Votre avis est enregistré. Vous pouvez le changer jusqu’à la clôture.")
        following = request.POST.get("next", "")
        if following.isdecimal() and len(following) < 19:
            return go(request, "member:review", int(following))
        return go(request, "member:session", one.session_id)
    return _page(request, one, form=form)


@require_POST
@for_roles(Role.MEMBER)
def step_out(request: HttpRequest, pk: int) -> HttpResponse:
    one = examination_for(request.actor, pk)
    form = StepOutForm(request.POST)
    if form.is_valid():
        attempt(form, lambda: actions.step_out(actor=request.actor, examination_id=pk, **form.cleaned_data))
    if form.errors:
        return _page(request, one, step_out_form=form)
    messages.success(request, "Vous êtes déporté de cet examen : il ne vous est plus montré.")
    return go(request, "member:session", one.session_id)


urlpatterns = [
    path("occupation/<int:pk>/", review, name="review"),
    path("occupation/<int:pk>/avis/", speak, name="speak"),
    path("occupation/<int:pk>/se-deporter/", step_out, name="step_out_review"),
]
