"""Writing in a registered demand at the counter, on a ground that its household reads; the mandates it gave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.demands import acting, actions
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demands.queries import visible_to
from palier.documents.actions import note_reading
from palier.law import calendar, numbers
from palier.spaces.access import for_roles
from palier.spaces.applicant.demand_fields import Day
from palier.spaces.applicant.demand_forms import BY_KEY, STEPS, Step, StepForm, reshape, typed
from palier.spaces.applicant.places import choices
from palier.spaces.careful import CarefulText
from palier.spaces.dossier import name_of

T = TypeVar("T")
WHY = "Mise à jour de la demande au guichet"


class GroundForm(forms.Form):
    """On what ground the desk writes; `mandates`: those in force."""

    ground = forms.ChoiceField(
        label="Vous écrivez parce que", choices=list(acting.GROUNDS.items()), widget=forms.RadioSelect,
        error_messages={"required": "Dites à la demande de qui, ou sur quelle pièce, vous écrivez."},
    )  # fmt: skip
    proof = forms.CharField(
        label="Quel écrit, ou quelle pièce", required=False, max_length=200, help_text="Sa nature et sa date."
    )
    use_required_attribute = False

    def __init__(self, *args: Any, mandates: list, **kwargs: Any) -> None:
        super().__init__(*args, prefix="motif", **kwargs)
        words = [(str(m.pk), f"{m.holder}, jusqu’au {m.until_on:%d/%m/%Y}") for m in mandates]
        self.fields["mandate"] = forms.ChoiceField(
            label="Quel mandat", choices=[("", "Choisissez"), *words], required=False,
            error_messages={"invalid_choice": "Choisissez un mandat en cours, ou déclarez-le d’abord."},
        )  # fmt: skip

    @property
    def given(self) -> acting.Ground:
        held = self.cleaned_data
        return acting.Ground(held["ground"], held["proof"], int(held["mandate"]) if held["mandate"] else None)

    def attempt(self, form: forms.Form, action: Callable[[], T]) -> T | None:
        """Run an action; a refusal lands beside its own field, of the ground or of the other form, and None comes back."""
        try:
            return action()
        except Refused as refusal:
            place = self if refusal.field in self.fields else form
            place.add_error(refusal.field if refusal.field in place.fields else None, refusal.message)
            return None

    def unjudged(self) -> GroundForm:
        """The same answers without their errors: a row was added, nothing was sent yet."""
        self._errors = forms.utils.ErrorDict()
        return self


class MandateForm(forms.Form):
    holder = forms.CharField(label="Personne ou structure mandatée", max_length=120)
    words = forms.CharField(
        label="Ce que le mandat permet", max_length=500, widget=CarefulText(),
        help_text="Recopiez les mots du mandat signé : le ménage les relira dans son espace.",
    )  # fmt: skip
    until_on = Day(label="Valable jusqu’au")
    use_required_attribute = False


@for_roles(Role.DESK)
def edit(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One section of a registered demand, with its ground."""
    if key not in BY_KEY:
        raise Http404
    step, demand = BY_KEY[key], visible_to(request.actor).get(pk=pk)
    if demand.state != "active":
        return go(request, "desk:dossier", pk)
    if demand.sheltered and key in ("identite", "ressources"):
        messages.info(request, "Adresse protégée : le ménage seul met à jour cette partie, depuis son espace.")
        return go(request, "desk:dossier", pk)
    start = Form.from_json(demand.form)
    mandates = acting.in_force(demand, clock.today())
    if request.method != "POST":
        note_reading(request, demand=demand, what=f"section « {step.label} »", why=WHY)
        shown = step.form(initial=step.form.answers(start), start=start)
        return _show(request, demand, step, shown, GroundForm(mandates=mandates))
    given = {name: request.POST.getlist(name) for name in request.POST}
    reshaped = reshape(given, request.POST) if key == "menage" else None
    if reshaped is not None:
        shown = step.form(typed(reshaped), start=start).unjudged()
        ground = GroundForm(request.POST, mandates=mandates).unjudged()
        return _show(request, demand, step, shown, ground, seen=_revision(request))
    form, ground = step.form(request.POST, start=start), GroundForm(request.POST, mandates=mandates)
    if all([form.is_valid(), ground.is_valid()]):
        done = ground.attempt(form, lambda: actions.change(
            actor=request.actor, demand_id=pk, form=form.declared, revision=_revision(request),
            sections=[step.label.lower()], ground=ground.given,
        ))  # fmt: skip
        if done:
            messages.success(
                request, f"« {step.label} » est à jour. Le ménage lit dans son espace ce que vous avez fait."
            )
            for notice in form.notices:
                messages.info(request, notice)
            return go(request, "desk:dossier", pk)
    seen, now = _revision(request), visible_to(request.actor).get(pk=pk)
    # Told once that somebody else wrote meanwhile, the agent goes on from what is there now.
    told = form.non_field_errors() and seen != now.revision
    return _show(request, now, step, form, ground, seen=0 if told else seen, status=422)


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _show(
    request: HttpRequest,
    demand: Demand,
    step: Step,
    form: StepForm,
    ground: GroundForm,
    *,
    seen: int = 0,
    status: int = 200,
) -> HttpResponse:
    """`seen`: the revision the agent started from, when it is not the one just shown."""
    return page(
        request, "desk/edit.html",
        {
            "demand": demand, "holder": name_of(demand), "step": step, "form": form, "ground": ground, "steps": STEPS,
            "communes": choices() if step.key == "souhaits" else [],
            "version": seen or demand.revision,
            "spaced": numbers.parse(demand.number).spaced,
        },
        status=status,
    )  # fmt: skip


@for_roles(Role.DESK)
def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare the mandate that a household signed."""
    demand = visible_to(request.actor).get(pk=pk)
    form = MandateForm(request.POST or None, initial={"until_on": calendar.add_months(clock.today(), 3)})
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: acting.declare(actor=request.actor, demand_id=pk, **form.cleaned_data))
        if done:
            messages.success(request, "Le mandat est enregistré. Le ménage peut y mettre fin à tout moment.")
            return go(request, "desk:dossier", pk)
    context = {"demand": demand, "holder": name_of(demand), "form": form}
    return page(request, "desk/mandate.html", context, status=422 if form.errors else 200)


@require_POST
@for_roles(Role.DESK)
def end_mandate(request: HttpRequest, pk: int) -> HttpResponse:
    done = acting.end(actor=request.actor, mandate_id=pk)
    messages.success(request, "Le mandat a pris fin.")
    return go(request, "desk:dossier", done.demand_id)


urlpatterns = [
    path("dossiers/<int:pk>/modifier/<str:key>/", edit, name="edit"),
    path("dossiers/<int:pk>/mandat/", mandate, name="mandate"),
    path("mandats/<int:pk>/fin/", end_mandate, name="end_mandate"),
]
