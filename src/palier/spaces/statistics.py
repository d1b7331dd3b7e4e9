"""The statistics of commissions: one page for the landlord, its members and the authority, a table, a yearly report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse

from palier.accounts.roles import Role
from palier.common import clock, pdf
from palier.common.pages import page, paper, table_file
from palier.common.templatetags.palier_words import number
from palier.law.calendar import add_months
from palier.law.reasons import percent
from palier.observatory.profiles import STEPS, Asked, Objective, Reach, Statistics, communes, reach, statistics
from palier.spaces.access import for_roles

ROLES = (Role.LANDLORD, Role.SECRETARY, Role.MEMBER, Role.AUTHORITY)
# Years one may look back on.
YEARS = 5


class FilterForm(forms.Form):
    """Which period, commission and commune; every choice is within reach."""

    periode = forms.ChoiceField(label="Période", required=False)
    commission = forms.ChoiceField(label="Commission", required=False)
    commune = forms.ChoiceField(label="Commune", required=False)
    use_required_attribute = False

    def __init__(self, data: QueryDict, *, within: Reach, today: date) -> None:
        super().__init__(data)
        lasting = [("", "Douze derniers mois"), ("trois-ans", "Trois dernières années")]
        self.fields["periode"].choices = [*lasting, *years(today)]
        self.fields["commission"].choices = [
            ("", "Toutes"),
            *((str(k), name) for k, name in within.commissions.items()),
        ]
        self.fields["commune"].choices = [("", "Toutes"), *communes(within)]
        self.today = today

    @property
    def asked(self) -> Asked:
        """What is asked; what is not a choice is no filter."""
        self.is_valid()
        data = self.cleaned_data
        since, until = bounds(data.get("periode", ""), self.today)
        commission = data.get("commission")
        return Asked(since, until, int(commission) if commission else None, data.get("commune") or None)

    @property
    def count(self) -> int:
        return sum(bool(self.cleaned_data.get(name)) for name in self.fields)


def years(today: date) -> list[tuple[str, str]]:
    """The years one may look back on, as choices."""
    return [(str(y), f"Année {y}") for y in range(today.year, today.year - YEARS, -1)]


def bounds(period: str, today: date) -> tuple[date, date]:
    """The days of a period: a year, « trois-ans », or the twelve months past."""
    if period.isdigit():
        return date(int(period), 1, 1), min(date(int(period), 12, 31), today)
    months = 36 if period == "trois-ans" else 12
    return date.fromordinal(add_months(today, -months).toordinal() + 1), today


def _found(request: HttpRequest) -> tuple[FilterForm, Statistics]:
    within = reach(request.actor)
    form = FilterForm(request.GET, within=within, today=clock.today())
    return form, statistics(within, form.asked)


@for_roles(*ROLES)
def home(request: HttpRequest) -> HttpResponse:
    form, found = _found(request)
    query = request.GET.urlencode()
    return page(
        request,
        "spaces/statistics.html",
        {
            "form": form, "active": form.count, "found": found, "here": reverse("spaces:statistics"),
            "totals": [(label, found.totals[step]) for step, label in STEPS.items()],
            "hidden_under": found.least, "objectives": [shown_objective(o) for o in found.objectives],
            "export_url": f"{reverse('spaces:statistics_export')}?{query}",
            "report_url": reverse("spaces:statistics_report", args=[found.asked.until.year]),
            "report_label": f"Rapport annuel {found.asked.until.year}",
        },
    )  # fmt: skip


def shown_objective(one: Objective) -> dict[str, Any]:
    """An objective in words: percents, whether it is reached, and why that cannot be said."""
    done = None if one.reached is None else one.reached >= one.least
    return {
        "label": one.label, "least": percent(one.least), "reached": "—" if one.reached is None else percent(one.reached),
        "why": one.why, "word": {True: "Atteint", False: "Pas atteint", None: "Inconnu"}[done],
        "tone": {True: "success", False: "warning", None: "neutral"}[done],
    }  # fmt: skip


@for_roles(*ROLES)
def export(request: HttpRequest) -> HttpResponse:
    """Every figure of the page, one value a line; hidden ones are empty."""
    _, found = _found(request)
    period = (found.asked.since.isoformat(), found.asked.until.isoformat())
    heads = ("tableau", "rubrique", "serie", "valeur", "unite", "du", "au")
    return table_file("statistiques-commission", heads, ([*row, *period] for row in _lines(found)))


def _lines(found: Statistics) -> Iterator[list[Any]]:
    for step, label in STEPS.items():
        yield ["Total", "Ménages", label, found.totals[step], "ménages"]
    for label, count in found.decisions:
        yield ["Décisions", label, "", count, "décisions"]
    for one in found.objectives:
        yield [
            "Objectifs légaux",
            one.label,
            "Atteint",
            None if one.reached is None else round(100 * one.reached, 1),
            "%",
        ]
        yield ["Objectifs légaux", one.label, "Au moins", round(100 * one.least, 1), "%"]
    for figure in found.figures:
        for series in figure["series"]:
            for category, value in zip(figure["categories"], series["values"], strict=True):
                yield [
                    figure["title"],
                    category,
                    series["name"],
                    None if value is None else round(value, 1),
                    figure["unit"],
                ]


@for_roles(*ROLES)
def report(request: HttpRequest, year: int) -> HttpResponse:
    """The yearly report to the board: the same figures, on paper."""
    today = clock.today()
    if not today.year - YEARS < year <= today.year:
        raise Http404
    within = reach(request.actor)
    since, until = bounds(str(year), today)
    found = statistics(within, Asked(since, until))
    content = pdf.render(
        "activity_report",
        {
            "year": year, "dated_on": today, "until": until, "whole": until == date(year, 12, 31),
            "body": request.actor.organisation_name, "commissions": list(within.commissions.values()),
            "hidden_under": found.least, "sessions": found.sessions or None, "demo": settings.DEMO,
            "totals": [[label, _shown(found.totals[step])] for step, label in STEPS.items()],
            "decisions": [[label, _shown(count)] for label, count in found.decisions],
            "objectives": [shown_objective(o) for o in found.objectives], "origin": settings.BASE_URL,
            "figures": [_table(figure) for figure in found.figures],
        },
    )  # fmt: skip
    return paper(content, f"rapport-commission-{year}")


def _table(figure: dict[str, Any]) -> dict[str, Any]:
    unit = "\u00a0%" if figure["unit"] == "%" else ""
    return {
        "title": figure["title"], "head": figure["category_label"], "unit": figure["unit"], "note": figure["note"],
        "series": [s["name"] for s in figure["series"]],
        "rows": [
            [name, *(_shown(s["values"][at], unit) for s in figure["series"])]
            for at, name in enumerate(figure["categories"])
        ],
    }  # fmt: skip


def _shown(value: Any, unit: str = "") -> str:
    return "—" if value is None else f"{number(value)}{unit}"


urlpatterns = [
    path("statistiques/", home, name="statistics"),
    path("statistiques/export/", export, name="statistics_export"),
    path("statistiques/rapport/<int:year>/", report, name="statistics_report"),
]
