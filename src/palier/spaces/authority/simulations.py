"""A grid tried before it is voted: who rises, who falls, who would have been housed; as a page, a table and a note."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from procrastinate.exceptions import AlreadyEnqueued

from palier.accounts.queries import territories
from palier.accounts.roles import Role
from palier.common import pdf
from palier.common.errors import Refused
from palier.common.pages import go, page, table_file
from palier.cotation.models import Grid
from palier.law.simulation import DIMENSIONS, MOVED
from palier.observatory import simulating, tasks
from palier.observatory.models import Simulation
from palier.spaces.access import for_roles
from palier.territories.models import Epci

# Communes shown before “voir tout”.
SHOWN = 12
_HEADS = ["dimension", "groupe", "demandes", "place_moyenne_actuelle", "place_moyenne_proposee", "part_qui_monte",
          "part_qui_descend", "part_des_loges_actuelle", "part_des_loges_proposee"]  # fmt: skip


class AskForm(forms.Form):
    """Which grid, in which territory."""

    grid = forms.ModelChoiceField(
        Grid.objects.none(), label="Grille à essayer", empty_label=None,
        error_messages={"required": "Choisissez une grille.", "invalid_choice": "Cette grille n’est plus disponible : choisissez-en une autre."},
    )  # fmt: skip
    epci = forms.ModelChoiceField(
        Epci.objects.none(), label="Territoire", empty_label=None,
        error_messages={"required": "Choisissez un territoire.", "invalid_choice": "Ce territoire n’est pas le vôtre."},
    )  # fmt: skip
    use_required_attribute = False

    def __init__(self, *args: Any, territories: list[Epci], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [epci.pk for epci in territories]
        self.fields["epci"].queryset = Epci.objects.filter(pk__in=keys).order_by("name")
        self.fields["epci"].label_from_instance = lambda epci: epci.name
        grids = (
            Grid.objects.filter(epcis__in=keys).exclude(state="withdrawn").distinct().order_by("-valid_from", "title")
        )
        self.fields["grid"].queryset = grids
        self.fields["grid"].label_from_instance = lambda g: (
            f"{g.title}, version {g.version} ({g.get_state_display().lower()})"
        )


@for_roles(Role.AUTHORITY)
def simulations(request: HttpRequest) -> HttpResponse:
    """The simulations of one's organisation, and a new one."""
    chosen = {"grid": request.GET["grille"]} if request.GET.get("grille", "").isdigit() else {}
    form = AskForm(request.POST or None, territories=territories(request.actor), initial=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            made = simulating.ask(actor=request.actor, epci=form.cleaned_data["epci"], grid=form.cleaned_data["grid"])
        except Refused as refusal:
            form.add_error("grid", ValidationError(refusal.message))
        else:
            # Asked again while it waits, it is carried out once.
            with suppress(AlreadyEnqueued), transaction.atomic():
                tasks.simulate.configure(queueing_lock=f"simulation-{made.pk}").defer(simulation_id=made.pk)
            return go(request, "authority:simulation", made.pk)
    held = Simulation.objects.filter(organisation=request.actor.organisation).select_related("epci")[:50]
    return page(request, "authority/simulations.html", {"form": form, "held": held}, status=422 if form.errors else 200)


@for_roles(Role.AUTHORITY)
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """Its progress, then its result."""
    held = _own(request, pk)
    context: dict[str, Any] = {"held": held}
    if held.finished_at:
        context |= _shown(held, every=request.GET.get("tout") == "oui")
    return page(request, "authority/simulation.html", context, fragment="authority/_simulation.html")


def _own(request: HttpRequest, pk: int) -> Simulation:
    found = Simulation.objects.select_related("epci").filter(organisation=request.actor.organisation, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _shown(held: Simulation, *, every: bool) -> dict[str, Any]:
    result = held.result
    parts = []
    for key, title in DIMENSIONS.items():
        known = [g for g in result["groups"][key] if g["demands"] is not None]
        kept = known if every or key != "commune" else known[:SHOWN]
        parts.append(
            {"key": key, "title": title, "groups": kept, "left": len(known) - len(kept),
             "hidden": len(result["groups"][key]) - len(known), "chart": _chart(title, kept),
             "height": "small" if len(kept) < 4 else "medium"}
        )  # fmt: skip
    return {
        "result": result, "parts": parts, "moved": int(MOVED), "objectives": _objectives(result),
        "since": date.fromisoformat(result["since"]), "on": date.fromisoformat(result["on"]),
    }  # fmt: skip


def _chart(title: str, groups: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "title": f"{title} : qui monte, qui descend", "kind": "hbar", "unit": "% des demandes du groupe", "decimals": 0,
        "categories": [g["label"] for g in groups], "category_label": title,
        "series": [
            {"name": "Montent", "values": [100 * g["rise"] for g in groups]},
            {"name": "Descendent", "values": [100 * g["fall"] for g in groups]},
        ],
    }  # fmt: skip


def _objectives(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {**one, "cells": [(one[side], one[side] is not None and one[side] >= one["least"]) for side in ("really", "before", "after")]}
        for one in result["objectives"]
    ]  # fmt: skip


@for_roles(Role.AUTHORITY)
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Every group of every dimension, hidden ones without figures."""
    held = _finished(request, pk)
    return table_file(f"simulation-{held.pk}", _HEADS, _lines(held.result["groups"]))


def _lines(groups: dict[str, list[dict[str, Any]]]) -> Iterator[list[Any]]:
    for key, title in DIMENSIONS.items():
        for g in groups[key]:
            figures = [g["before"], g["after"], g["rise"], g["fall"], *(g["housed"] or (None, None))]
            yield [title, g["label"], g["demands"], *("" if f is None else f"{f:.4f}" for f in figures)]


@for_roles(Role.AUTHORITY)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """The note that may be made public, as a tagged PDF."""
    held = _finished(request, pk)
    response = HttpResponse(
        pdf.render("simulation_note", {**_note(held), "demo": settings.DEMO, "origin": settings.BASE_URL}),
        content_type="application/pdf",
    )
    response.headers["Content-Disposition"] = f'attachment; filename="note-simulation-{held.pk}.pdf"'
    return response


def _finished(request: HttpRequest, pk: int) -> Simulation:
    held = _own(request, pk)
    if held.finished_at is None:
        raise Http404
    return held


def _note(held: Simulation) -> dict[str, Any]:
    result = held.result
    keys = ("label", "demands", "before", "after", "rise", "fall", "housed")
    return {
        "dated_on": date.fromisoformat(result["on"]), "territory": held.epci.name, "title": held.title,
        "current_title": held.current_title, "demands": result["demands"], "hidden_under": result["hidden_under"],
        "moved": int(MOVED), "rise": result["rise"], "fall": result["fall"], "homes": result["homes"],
        "since": date.fromisoformat(result["since"]), "changed": result["changed"],
        "objectives": result["objectives"],
        "parts": [
            {"title": title,
             "groups": [{k: g[k] for k in keys} for g in result["groups"][key] if g["demands"] is not None][:25],
             "hidden": sum(g["demands"] is None for g in result["groups"][key])}
            for key, title in DIMENSIONS.items()
        ],
    }  # fmt: skip


urlpatterns = [
    path("simulations/", simulations, name="simulations"),
    path("simulations/<int:pk>/", simulation, name="simulation"),
    path("simulations/<int:pk>/export/", export, name="simulation_export"),
    path("simulations/<int:pk>/note/", note, name="simulation_note"),
]
