"""Demands that one person seems to hold twice: the list, the two side by side, merging or telling apart; separations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import attempt, go, page
from palier.demands import acting, likenesses, separating
from palier.demands.form import Form
from palier.demands.models import Demand, Likeness
from palier.demands.queries import visible_to
from palier.demands.states import LIKENESS
from palier.demands.words import as_read_by, people, sections
from palier.documents.actions import note_reading
from palier.law import numbers
from palier.law.discretion import Reader
from palier.spaces.access import for_roles
from palier.spaces.desk.acting import GroundForm
from palier.spaces.dossier import name_of

PER_PAGE = 25
WHY = "Comparaison de deux demandes d’une même personne"


class WhyForm(forms.Form):
    why = forms.CharField(
        label="Pourquoi", max_length=500, error_messages={"required": "Dites pourquoi en quelques mots."}
    )
    use_required_attribute = False


class MergeForm(GroundForm):
    """Which demand is kept, and on what ground the two are merged."""

    def __init__(self, *args: Any, pair: list[Demand], **kwargs: Any) -> None:
        super().__init__(*args, mandates=acting.in_force(pair[0], clock.today()), **kwargs)
        choices = [(str(d.pk), f"Celle déposée le {d.first_registered_on:%d/%m/%Y}, n° {_spaced(d)}") for d in pair]
        self.fields["keep"] = forms.ChoiceField(
            label="Demande à garder", choices=choices, widget=forms.RadioSelect,
            error_messages={"required": "Choisissez la demande à garder."},
        )  # fmt: skip
        self.order_fields(["keep"])


class SeparateForm(GroundForm):
    def __init__(self, *args: Any, form: Form, mandates: list, **kwargs: Any) -> None:
        super().__init__(*args, mandates=mandates, **kwargs)
        named = people(form)
        self.fields["leaving"] = forms.MultipleChoiceField(
            label=f"Partent avec {named.get('coapplicant', '')}", required=False, widget=forms.CheckboxSelectMultiple,
            choices=[(str(n), named[f"dependant-{n + 1}"]) for n in range(len(form.dependants))],
        )  # fmt: skip
        self.order_fields(["leaving"])


def _spaced(demand: Demand) -> str:
    return numbers.parse(demand.number).spaced


@for_roles(Role.DESK)
@require_GET
def pairs(request: HttpRequest) -> HttpResponse:
    shown = Paginator(likenesses.to_examine(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {"likeness": one, "names": [name_of(one.first), name_of(one.second)], "pair": [one.first, one.second]}
        for one in shown
    ]
    return page(request, "desk/likenesses.html", {"rows": rows, "shown": shown})


@for_roles(Role.DESK)
@require_GET
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """The two demands, answer by answer."""
    return _show(request, likenesses.one(request.actor, pk))


def _show(request: HttpRequest, one: Likeness, **bound: forms.Form) -> HttpResponse:
    both = [one.first, one.second]
    for demand in both:
        note_reading(request, demand=demand, what="demande entière", why=WHY)
    shown = {
        "likeness": one, "state": LIKENESS.states[one.state], "pair": [(d, name_of(d), _spaced(d)) for d in both],
        "compared": compared(*(Form.from_json(d.form) for d in both)), "merge_form": MergeForm(pair=both),
        "apart_form": WhyForm(prefix="apart"), "undo_form": WhyForm(prefix="undo"),
    }  # fmt: skip
    return page(request, "desk/likeness.html", {**shown, **bound}, status=422 if bound else 200)


def compared(first: Form, second: Form) -> dict[str, list[tuple[str, str, str]]]:
    """(question, first answer, second answer) of every question that one of them answers: `differing`, then `same`."""
    found: dict[str, list[tuple[str, str, str]]] = {"differing": [], "same": []}
    # Two demands are told apart without what put somebody in danger.
    left_form, right_form = (as_read_by(form, Reader.OTHERS) for form in (first, second))
    for one, other in zip(sections(left_form), sections(right_form), strict=True):
        left, right = dict(one["rows"]), dict(other["rows"])
        for label in dict.fromkeys((*left, *right)):
            row = (f"{one['title']} : {label.lower()}", left.get(label, "—"), right.get(label, "—"))
            found["same" if row[1] == row[2] else "differing"].append(row)
    return found


@require_POST
@for_roles(Role.DESK)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    one = likenesses.one(request.actor, pk)
    form = MergeForm(request.POST, pair=[one.first, one.second])
    done = None
    if form.is_valid():
        keep = int(form.cleaned_data["keep"])
        done = attempt(
            form, lambda: likenesses.merge(actor=request.actor, likeness_id=pk, keep=keep, ground=form.given)
        )
    if done is None:
        return _show(request, one, merge_form=form)
    messages.success(request, "Les deux demandes sont réunies. Le ménage en est prévenu.")
    return go(request, "desk:likeness", pk)


@require_POST
@for_roles(Role.DESK)
def tell_apart(request: HttpRequest, pk: int) -> HttpResponse:
    form = WhyForm(request.POST, prefix="apart")
    done = None
    if form.is_valid():
        done = attempt(form, lambda: likenesses.tell_apart(actor=request.actor, likeness_id=pk, **form.cleaned_data))
    if done is None:
        return _show(request, likenesses.one(request.actor, pk), apart_form=form)
    messages.success(request, "Ce sont deux personnes : cette paire ne vous sera plus montrée.")
    return go(request, "desk:likenesses")


@require_POST
@for_roles(Role.DESK)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    form = WhyForm(request.POST, prefix="undo")
    done = None
    if form.is_valid():
        done = attempt(form, lambda: likenesses.undo(actor=request.actor, likeness_id=pk, **form.cleaned_data))
    if done is None:
        return _show(request, likenesses.one(request.actor, pk), undo_form=form)
    messages.success(request, "La réunion est annulée : chaque demande a repris son numéro et son ancienneté.")
    return go(request, "desk:likeness", pk)


@for_roles(Role.DESK)
def separate(request: HttpRequest, pk: int) -> HttpResponse:
    """A couple's demand becomes two."""
    demand = visible_to(request.actor).get(pk=pk)
    held = Form.from_json(demand.form)
    if held.coapplicant is None or demand.state != "active":
        return go(request, "desk:dossier", pk)
    form = SeparateForm(
        request.POST if request.method == "POST" else None, form=held, mandates=acting.in_force(demand, clock.today())
    )
    if form.is_valid():
        leaving = [int(n) for n in form.cleaned_data["leaving"]]
        new = attempt(
            form,
            lambda: separating.separate(actor=request.actor, demand_id=pk, leaving=leaving, ground=form.given),
        )
        if new:
            messages.success(
                request,
                f"Deux demandes, même ancienneté. Voici la nouvelle, n° {_spaced(new)} : complétez-la avec la personne.",
            )
            return go(request, "desk:dossier", new.pk)
    named = people(held)
    context = {"demand": demand, "form": form, "stays": named["applicant"], "leaves": named["coapplicant"]}
    return page(request, "desk/separate.html", context, status=422 if form.errors else 200)


urlpatterns = [
    path("doublons/", pairs, name="likenesses"),
    path("doublons/<int:pk>/", pair, name="likeness"),
    path("doublons/<int:pk>/reunir/", merge, name="merge"),
    path("doublons/<int:pk>/distinguer/", tell_apart, name="tell_apart"),
    path("doublons/<int:pk>/annuler/", undo, name="undo_merge"),
    path("dossiers/<int:pk>/separer/", separate, name="separate"),
]
