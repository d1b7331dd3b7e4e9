"""The legal objectives by landlord and by reservation holder: one page, its table to export; and what a list does to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import page, table_file
from palier.homes.models import Offer
from palier.observatory.objectives import Followed, Part, at_choice, followed
from palier.observatory.profiles import Asked, Objective
from palier.spaces.access import for_roles
from palier.spaces.statistics import bounds, shown_objective, years

ROLES = (Role.LANDLORD, Role.SECRETARY, Role.RESERVATION_HOLDER, Role.AUTHORITY)
# How many of the first candidates are looked at on a page of candidates: those whom a list may send or leave out.
FIRST = 10


class PeriodForm(forms.Form):
    periode = forms.ChoiceField(label="Période", required=False)
    use_required_attribute = False

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["periode"].choices = [
            ("", "Douze derniers mois"),
            ("trois-ans", "Trois dernières années"),
            *years(clock.today()),
        ]

    @property
    def asked(self) -> Asked:
        """What is asked; what is not a choice is no filter."""
        self.is_valid()
        return Asked(*bounds(self.cleaned_data.get("periode", ""), clock.today()))


@for_roles(*ROLES)
def home(request: HttpRequest) -> HttpResponse:
    form = PeriodForm(request.GET)
    found = followed(request.actor, form.asked)
    here = reverse("spaces:objectives")
    return page(
        request,
        "spaces/objectives.html",
        {
            "form": form, "active": int(bool(form.cleaned_data.get("periode"))), "here": here, "found": found,
            "total": [shown_objective(one) for one in found.total],
            "rows": [{"part": part, "cells": [shown_objective(one) for one in part.objectives]} for part in found.parts],
            "columns": f"{found.head}|Baux|Premier quartile, hors QPV|Publics prioritaires|Autres quartiles, en QPV",
            "export_url": f"{reverse('spaces:objectives_export')}?{request.GET.urlencode()}",
        },
    )  # fmt: skip


@for_roles(*ROLES)
def export(request: HttpRequest) -> HttpResponse:
    """Every figure of the page, one line for each part; hidden ones are empty."""
    found = followed(request.actor, PeriodForm(request.GET).asked)
    names = ("premier_quartile_hors_qpv", "publics_prioritaires", "autres_quartiles_en_qpv")
    heads = (found.head.lower(), "contingent", "baux", *(f"{n}_%" for n in names), "du", "au")
    return table_file("objectifs-legaux", heads, _lines(found))


def _lines(found: Followed) -> Iterator[list[Any]]:
    whole = Part("Ensemble", "", found.leases, found.total)
    for part in [*found.parts, whole]:
        yield [
            part.label, part.note, part.leases, *map(_figure, part.objectives), found.asked.since.isoformat(),
            found.asked.until.isoformat(),
        ]  # fmt: skip


def _figure(one: Objective) -> float | None:
    return None if one.reached is None else round(100 * one.reached, 1)


def before_choosing(offer: Offer, rows: Sequence[dict[str, Any]], lists: Mapping[str, Any]) -> dict[str, Any]:
    """What `spaces/_at_choice.html` tells while a list is still to be made; each of the first `rows` gets its `marks`."""
    if lists["shortlist"] or not rows:
        return {"outlooks": []}
    choice = at_choice(offer, [row["application"].demand for row in rows[:FIRST]])
    for row in rows:
        row["marks"] = choice.marks.get(row["application"].demand_id, [])
    told = {"risk": ("En danger", "warning"), "fine": ("Tenu", "success")}
    outlooks = []
    for label, seen in choice.outlooks:
        word, tone = told.get(seen.verdict, ("Non mesuré", "neutral"))
        outlooks.append({"label": label, "text": seen.text, "word": word, "tone": tone})
    return {"outlooks": outlooks}


urlpatterns = [
    path("objectifs/", home, name="objectives"),
    path("objectifs/export/", export, name="objectives_export"),
]
