"""The secretary's pages after the count: settle ties, decide for each candidate, read the letters."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.allocations import papers
from palier.applications.queries import visible_to
from palier.commissions import actions
from palier.commissions.models import AgendaItem, Candidate
from palier.commissions.queries import awaited, sessions_for
from palier.commissions.states import DECISIONS
from palier.common.pages import attempt, go, page, paper
from palier.documents.actions import note_reading
from palier.law import codes, ranking, reasons
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText, remind


class DecisionForm(forms.Form):
    kind = forms.ChoiceField(label="Décision", choices=list(DECISIONS.items()))
    rank = forms.IntegerField(label="Rang", required=False, min_value=1, max_value=20)
    reasons = forms.MultipleChoiceField(
        label="Motifs", required=False, choices=codes.NON_ALLOCATION_REASONS, widget=forms.CheckboxSelectMultiple
    )
    reason_text = forms.CharField(label="Précision", required=False, max_length=1000, widget=CarefulText(2))
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


@for_roles(Role.SECRETARY)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """The candidates of one dwelling that votes left equal: their order, and why."""
    item = (
        AgendaItem.objects.filter(session__in=sessions_for(request.actor).order_by().values("pk"))
        .select_related("session", "offer__dwelling__commune")
        .get(pk=pk)
    )
    ties = item.open_ties
    if not ties:
        return go(request, "landlord:session", item.session_id)
    form = TiesForm(request.POST or None, ties=len(ties))
    if request.method == "POST" and form.is_valid():
        given = [(_order(request, tie), form.cleaned_data[f"reason_{n}"]) for n, tie in enumerate(ties, start=1)]
        if attempt(form, lambda: actions.settle_ties(actor=request.actor, item_id=pk, settlements=given)):
            messages.success(request, "L’égalité est départagée. Vérifiez maintenant chaque décision.")
            return go(request, "landlord:session", item.session_id)
    return page(
        request,
        "landlord/settle.html",
        {"item": item, "form": form, "ties": _shown(request, item, form)},
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


@for_roles(Role.SECRETARY)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One candidate's decision."""
    candidate = (
        Candidate.objects.select_related(
            "item__session", "item__offer__dwelling__commune", "decision", "application__demand"
        )
        .filter(item__session__in=sessions_for(request.actor).order_by().values("pk"))
        .get(pk=pk)
    )
    if candidate.item.open_ties:
        return go(request, "landlord:settle", candidate.item_id)
    decision = candidate.settled
    initial = {f: getattr(decision, f) for f in DecisionForm.base_fields} if decision else {}
    form = DecisionForm(request.POST or None, initial=initial, awaited=awaited(candidate))
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda: actions.decide(actor=request.actor, candidate_id=pk, **form.cleaned_data)):
            messages.success(request, "Décision enregistrée.")
            remind(request, form.cleaned_data["reason_text"])
            return go(request, "landlord:session", candidate.item.session_id)
    return page(
        request, "landlord/decide.html", {"form": form, "candidate": candidate}, status=422 if form.errors else 200
    )


@for_roles(Role.SECRETARY)
def decision_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter of one candidate of a signed session, to print and post to a household without e-mail."""
    application = visible_to(request.actor).get(pk=pk)
    note_reading(request, demand=application.demand, what="lettre de décision", why="Commission d’attribution")
    return paper(papers.decision_letter(request.actor, pk), "decision")


@for_roles(Role.SECRETARY)
def proposal_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter to a household of a later rank, once its turn has come."""
    application = visible_to(request.actor).get(pk=pk)
    note_reading(request, demand=application.demand, what="lettre de proposition", why="Commission d’attribution")
    return paper(papers.proposal_letter(request.actor, pk), "proposition")


urlpatterns = [
    path("seances/logements/<int:pk>/egalites/", settle, name="settle"),
    path("decisions/<int:pk>/", decide, name="decide"),
    path("candidatures/<int:pk>/decision/", decision_letter, name="decision_letter"),
    path("candidatures/<int:pk>/proposition/", proposal_letter, name="proposal_letter"),
]
