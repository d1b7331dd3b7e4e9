"""Settling ties and deciding, after the count: the same two pages for the secretary and for the president."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from palier.commissions import actions
from palier.commissions.minutes import passed_by
from palier.commissions.models import AgendaItem, Candidate
from palier.commissions.queries import awaited, sessions_for
from palier.commissions.states import DECISIONS
from palier.common.pages import attempt, go, page
from palier.law import codes, ranking, reasons
from palier.spaces.careful import CarefulText, remind


class DecisionForm(forms.Form):
    kind = forms.ChoiceField(label="Décision", choices=list(DECISIONS.items()))
    rank = forms.IntegerField(label="Rang", required=False, min_value=1, max_value=20)
    reasons = forms.MultipleChoiceField(
        label="Motifs", required=False, choices=codes.NON_ALLOCATION_REASONS, widget=forms.CheckboxSelectMultiple
    )
    reason_text = forms.CharField(
        label="Précision", required=False, max_length=1000, widget=CarefulText(2),
        help_text="Des faits, en mots simples : le ménage les lit dans sa lettre. Un ordre qui s’écarte des points se justifie ici.",
    )  # fmt: skip
    condition_document = forms.ChoiceField(
        label="Pièce manquante", required=False,
        help_text="Seules les pièces de la liste légale que la situation du ménage demande, et qui ne sont pas acceptées.",
        error_messages={"invalid_choice": "Cette pièce ne peut pas être attendue de ce ménage."},
    )  # fmt: skip
    condition_due = forms.DateField(
        label="À fournir avant le", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, awaited: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["condition_document"].choices = [("", "—"), *awaited]


class TiesForm(forms.Form):
    """One reason for each tie of a dwelling; the places come with it as `rank_<candidate>`."""

    def __init__(self, *args, ties: int, **kwargs):
        super().__init__(*args, **kwargs)
        for n in range(1, ties + 1):
            self.fields[f"reason_{n}"] = forms.CharField(
                label="Raison de ce choix", max_length=500, widget=CarefulText(),
                help_text="Des faits sur le besoin et le logement. Le procès-verbal porte cette raison mot pour mot.",
                error_messages={"required": "Écrivez pourquoi : le procès-verbal porte cette raison."},
            )  # fmt: skip


def settle_page(request: HttpRequest, pk: int, review: str) -> HttpResponse:
    """The candidates of one dwelling that votes left equal: their order, and why. `review`: the page to go back to."""
    item = (
        AgendaItem.objects.filter(session__in=sessions_for(request.actor).order_by().values("pk"))
        .select_related("session", "offer__dwelling__commune")
        .get(pk=pk)
    )
    ties = item.open_ties
    if not ties:
        return go(request, review, item.session_id)
    form = TiesForm(request.POST or None, ties=len(ties))
    if request.method == "POST" and form.is_valid():
        given = [(_order(request, tie), form.cleaned_data[f"reason_{n}"]) for n, tie in enumerate(ties, start=1)]
        if attempt(form, lambda: actions.settle_ties(actor=request.actor, item_id=pk, settlements=given)):
            messages.success(request, "L’égalité est départagée. Vérifiez maintenant chaque décision.")
            return go(request, review, item.session_id)
    return page(
        request,
        "spaces/settle.html",
        {
            "item": item,
            "form": form,
            "ties": _shown(request, item, form),
            "back": reverse(review, args=[item.session_id]),
        },
        status=422 if form.errors else 200,
    )


def decide_page(request: HttpRequest, pk: int, review: str, settle: str) -> HttpResponse:
    """One candidate's decision. `review`, `settle`: the pages to go to, before and after."""
    candidate = (
        Candidate.objects.select_related(
            "item__session", "item__offer__dwelling__commune", "decision", "application__demand"
        )
        .filter(item__session__in=sessions_for(request.actor).order_by().values("pk"))
        .get(pk=pk)
    )
    if candidate.item.open_ties:
        return go(request, settle, candidate.item_id)
    decision = candidate.settled
    initial = {f: getattr(decision, f) for f in DecisionForm.base_fields} if decision else {}
    form = DecisionForm(request.POST or None, initial=initial, awaited=awaited(candidate))
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda: actions.decide(actor=request.actor, candidate_id=pk, **form.cleaned_data)):
            messages.success(request, "Décision enregistrée.")
            remind(request, form.cleaned_data["reason_text"])
            return go(request, review, candidate.item.session_id)
    return page(
        request,
        "spaces/decide.html",
        {
            "form": form,
            "candidate": candidate,
            "passed": passed_by(candidate, list(candidate.item.candidates.select_related("decision"))),
            "back": reverse(review, args=[candidate.item.session_id]),
        },
        status=422 if form.errors else 200,
    )


def _order(request: HttpRequest, tie: list[int]) -> list[int]:
    """The candidates of a tie by the places typed; two at the same place are no order."""
    places = {pk: request.POST.get(f"rank_{pk}", "").strip() for pk in tie}
    if any(not place.isdecimal() or len(place) > 3 for place in places.values()) or len(set(places.values())) < len(
        tie
    ):
        return []
    return sorted(tie, key=lambda pk: int(places[pk]))


def _shown(request: HttpRequest, item: AgendaItem, form: TiesForm) -> list[dict[str, Any]]:
    """Each tie in the order of its list (points, seniority, draw): where to start from, not a decision."""
    candidates = {c.pk: c for c in item.candidates.select_related("application").order_by("position", "pk")}
    groups = [[int(key) for key in group] for group in item.count["groups"]]
    shown, place, n = [], 1, 0
    for group in groups:
        if len(group) > 1:
            n += 1
            listed = ranking.rank([_listed(candidates[pk]) for pk in group], seed=item.offer.draw_seed)
            shown.append(
                {
                    "ranks": f"{place} à {place + len(group) - 1}",
                    "reason": form[f"reason_{n}"],
                    "items": [
                        _choice(request, next(c for c in candidates.values() if c.application.ticket == r.key), r)
                        for r in listed
                    ],
                }
            )  # fmt: skip
        place += len(group)
    return shown


def _listed(candidate: Candidate) -> ranking.Candidate:
    return ranking.Candidate(
        key=candidate.application.ticket,
        points=candidate.facts["points"],
        registered_on=date.fromisoformat(candidate.facts["registered_on"]),
    )


def _choice(request: HttpRequest, candidate: Candidate, listed: ranking.Ranked) -> dict[str, Any]:
    return {
        "id": candidate.pk,
        "title": f"Candidat {candidate.position}",
        "detail": f"{candidate.facts['household']}, {reasons.points(listed.candidate.points)},"
        f" demande du {reasons.day(listed.candidate.registered_on)}",
        "rank": request.POST.get(f"rank_{candidate.pk}", listed.position),
    }
