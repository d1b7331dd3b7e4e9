"""Changing the agenda of a session, in preparation or published: one page for a dwelling, one thing at a time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.applications.queries import visible_to
from palier.commissions import actions
from palier.commissions.models import AgendaItem
from palier.commissions.queries import sessions_for
from palier.commissions.states import EXCEPTIONS
from palier.common import clock
from palier.common.pages import attempt, go, page
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText

CANDIDATE = ("remove", "facts")


class CorrectionForm(forms.Form):
    """`kind` says which other fields matter. After publication a reason is asked for, which every member reads."""

    kind = forms.ChoiceField(label="Que faut-il changer ?", widget=forms.RadioSelect)
    candidate = forms.TypedChoiceField(label="Candidat", coerce=int, required=False, empty_value=None)
    application = forms.TypedChoiceField(label="Candidature à ajouter", coerce=int, required=False, empty_value=None)
    exception = forms.ChoiceField(
        label="S’il reste moins de trois candidats : exception légale", required=False,
        choices=[("", "Aucune"), *EXCEPTIONS.items()],
    )  # fmt: skip
    exception_note = forms.CharField(label="Explication de l’exception", required=False, max_length=300)
    reason = forms.CharField(label="Raison", required=False, max_length=300, widget=CarefulText(2))
    use_required_attribute = False

    def __init__(self, *args: Any, item: AgendaItem, ready: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = item.session.state == "published"
        candidates = list(item.candidates.select_related("application").order_by("position", "pk"))
        kinds = {
            "remove": "Retirer un candidat",
            "add": "Ajouter un candidat",
            "facts": "Relire le dossier d’un candidat : ses faits ont changé",
            "dwelling": "Préciser ou corriger une information sur le logement",
            "withdraw": "Retirer le logement de l’ordre du jour",
        }
        if not ready:
            del kinds["add"]
        if not published:
            del kinds["dwelling"]
        self.fields["kind"].choices = list(kinds.items())
        self.fields["candidate"].choices = [
            ("", "Choisir"), *[(c.pk, f"Candidat {c.position}, {c.facts['household'].lower()}") for c in candidates]
        ]  # fmt: skip
        self.fields["application"].choices = [("", "Choisir"), *[(a.pk, f"Candidature {a.pk}") for a in ready]]
        self.fields["reason"].required = published
        self.fields["reason"].error_messages["required"] = (
            "Écrivez pourquoi : chaque membre le lit, et le procès-verbal le dit."
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") in CANDIDATE and not data.get("candidate") and "candidate" not in self.errors:
            self.add_error("candidate", "Choisissez le candidat.")
        if data.get("kind") == "add" and not data.get("application") and "application" not in self.errors:
            self.add_error("application", "Choisissez la candidature.")
        return data


@for_roles(Role.SECRETARY)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    item = (
        AgendaItem.objects.filter(session__in=sessions_for(request.actor).order_by().values("pk"))
        .select_related("session", "offer__dwelling__commune")
        .get(pk=pk)
    )
    if item.session.state not in ("preparing", "published") or item.postponed:
        return go(request, "landlord:session", item.session_id)
    ready = list(visible_to(request.actor).filter(offer=item.offer_id, state="admissible").order_by("pk"))
    form = CorrectionForm(request.POST or None, item=item, ready=ready, initial={"kind": "remove"})
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: _apply(request, item, form.cleaned_data))
        if done:
            messages.success(request, done)
            return go(request, "landlord:session", item.session_id)
    return page(
        request,
        "landlord/correct.html",
        {
            "item": item, "session": item.session, "form": form,
            "over": clock.now() >= item.session.closes_at, "corrections": item.corrections.order_by("at", "pk"),
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def _apply(request: HttpRequest, item: AgendaItem, data: dict[str, Any]) -> str:
    """Do the one thing asked; what to say of it."""
    actor, reason, kind = request.actor, data["reason"], data["kind"]
    told = " Les membres le lisent, et ceux qui ont voté sont prévenus." if item.session.state == "published" else ""
    if kind == "remove":
        actions.remove_candidate(
            actor=actor, candidate_id=data["candidate"], reason=reason,
            exception=data["exception"], exception_note=data["exception_note"],
        )  # fmt: skip
        return f"Le candidat est retiré.{told}"
    if kind == "add":
        actions.add_candidate(actor=actor, item_id=item.pk, application_id=data["application"], reason=reason)
        return f"Le candidat est ajouté.{told}"
    if kind == "facts":
        changes = actions.correct_facts(actor=actor, candidate_id=data["candidate"], reason=reason)
        return f"Le dossier est relu : {', '.join(label.lower() for label, _, _ in changes)}.{told}"
    if kind == "dwelling":
        actions.correct_dwelling(actor=actor, item_id=item.pk, reason=reason)
        return f"La précision est enregistrée.{told}"
    actions.withdraw_dwelling(actor=actor, item_id=item.pk, reason=reason)
    return f"Le logement est retiré : ses candidats sont prêts pour une autre séance.{told}"


urlpatterns = [path("seances/logements/<int:pk>/corriger/", correct, name="correct")]
