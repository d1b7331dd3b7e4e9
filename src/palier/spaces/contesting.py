"""The contests that a secretary or a president answers: the list, one of them, holding and freeing its dwelling."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from palier.allocations import actions
from palier.allocations.models import Contest
from palier.allocations.queries import contests
from palier.allocations.states import OUTCOMES
from palier.common.pages import attempt, go, page
from palier.documents.actions import note_reading
from palier.spaces.careful import CarefulText


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label="Votre réponse",
        choices=[(key, words[0].upper() + words[1:]) for key, words in OUTCOMES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la réponse."},
    )
    text = forms.CharField(
        label="Pourquoi", max_length=1000, widget=CarefulText(4),
        help_text="Le ménage lit ces mots. Des faits, et ce qu’il peut faire maintenant.",
        error_messages={"required": "Répondez en disant pourquoi : le ménage lit ces mots."},
    )  # fmt: skip


class HoldForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi les autres ménages doivent attendre", max_length=500, widget=CarefulText(2),
        error_messages={"required": "Dites pourquoi les autres ménages doivent attendre."},
    )  # fmt: skip


def contests_page(request: HttpRequest, space: str) -> HttpResponse:
    """Those that wait for an answer first."""
    rows = [{"contest": c, "url": reverse(f"{space}:contest", args=[c.pk])} for c in contests(request.actor)]
    return page(request, "spaces/contests.html", {"rows": rows})


def contest_page(request: HttpRequest, pk: int, space: str, hold: HoldForm | None = None) -> HttpResponse:
    """One contest and its answer."""
    made = contests(request.actor).get(pk=pk)
    if request.method == "GET":
        note_reading(request, demand=made.application.demand, what="contestation", why="Réponse à une contestation")
    answering = request.method == "POST" and hold is None
    form = AnswerForm(request.POST if answering else None)
    if answering and form.is_valid():
        if attempt(form, lambda: actions.answer(actor=request.actor, contest_id=pk, **form.cleaned_data)):
            messages.success(request, "Votre réponse est enregistrée et le ménage est prévenu.")
            return go(request, f"{space}:contest", pk)
    return _shown(request, made, space, form, hold)


def _shown(request: HttpRequest, made: Contest, space: str, form: AnswerForm, hold: HoldForm | None) -> HttpResponse:
    return page(
        request,
        "spaces/contest.html",
        {
            "contest": made,
            "form": form,
            "hold_form": hold or HoldForm(),
            "back": reverse(f"{space}:contests"),
            "hold_url": reverse(f"{space}:contest_hold", args=[made.pk]),
        },
        status=422 if form.errors or hold else 200,
    )


def hold_page(request: HttpRequest, pk: int, space: str) -> HttpResponse:
    """Suspend what follows for the dwelling, or lift it: two acts, so that one sent twice does not undo itself."""
    contests(request.actor).get(pk=pk)
    if request.POST.get("act") == "resume":
        actions.resume(actor=request.actor, contest_id=pk)
        messages.success(request, "Les suites du logement reprennent.")
        return go(request, f"{space}:contest", pk)
    form = HoldForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: actions.suspend(actor=request.actor, contest_id=pk, **form.cleaned_data)
    ):
        messages.success(request, "Les suites du logement sont suspendues.")
        return go(request, f"{space}:contest", pk)
    return contest_page(request, pk, space, form)
