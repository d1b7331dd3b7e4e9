"""What waits for one's organisation, what it costs, and who is told of it; and everybody's delays, in public."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import attempt, go, page, table_file
from palier.common.templatetags.palier_words import ordinal
from palier.law import stopwatch
from palier.law.stopwatch import BY_KEY
from palier.observatory import escalating
from palier.observatory.stopwatch import empties, published, quarters
from palier.spaces.access import for_roles, public
from palier.territories.queries import setting

# Rows on the page before one asks for all of them.
SHOWN = 40


class ContactForm(forms.Form):
    person_id = forms.TypedChoiceField(
        label="Qui est prévenu des retards ?", coerce=int,
        error_messages={"required": "Choisissez une personne.", "invalid_choice": "Choisissez un agent de votre organisme."},
    )  # fmt: skip

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person_id"].choices = [("", "Choisir"), *people]


@for_roles(*escalating.WORKING)
def delays(request: HttpRequest) -> HttpResponse:
    actor = request.actor
    named = escalating.contact_of(actor.organisation_id)
    people = {one.person_id: one.person.full_name for one in escalating.agents(actor.organisation_id)}
    form = ContactForm(
        request.POST if request.method == "POST" else None, people=list(people.items()),
        initial={"person_id": named.pk if named else ""},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: escalating.set_contact(actor=actor, person_id=form.cleaned_data["person_id"]))
        if done:
            messages.success(request, f"{done.person.full_name} sera prévenu des retards, une fois par jour au plus.")
            return go(request, "spaces:delays")
    return page(
        request, "spaces/delays.html", {"form": form, "named": named, **_waiting(request)},
        status=422 if form.errors else 200,
    )  # fmt: skip


def _waiting(request: HttpRequest) -> dict[str, Any]:
    """The empty dwellings, late ones first, and their sums."""
    rows = empties(request.actor)
    mine = [r for r in rows if r.answerable and r.answerable.pk == request.actor.organisation_id]
    whole = request.GET.get("tout") == "oui"
    return {
        "rows": rows if whole else rows[:SHOWN],
        "left": 0 if whole else max(0, len(rows) - SHOWN),
        "late": sum(1 for r in mine if r.late),
        "empty": sum(1 for r in rows if r.days),
        "days": sum(r.days for r in rows),
        "lost": sum((r.lost for r in rows if r.lost is not None), Decimal()),
        "unpriced": sum(1 for r in rows if r.days and r.lost is None),
        # What an empty dwelling costs is its landlord's to know.
        "cost": request.actor.role == Role.LANDLORD,
    }


@public
def public_delays(request: HttpRequest) -> HttpResponse:
    """The delays of each landlord and reservation holder, by quarter."""
    known = quarters()
    chosen = _chosen(request, known)
    return page(
        request, "public/delays.html",
        {
            "quarters": [
                {"label": quarter_words(q), "url": f"?trimestre={q.isoformat()}", "current": q == chosen} for q in known
            ],
            "words": quarter_words(chosen) if chosen else "",
            "running": chosen == stopwatch.quarter(clock.today()),
            "rows": [(row, BY_KEY[row.step].label) for row in published(chosen)] if chosen else [],
            "least": setting("delays_least", on=clock.today()),
        },
    )  # fmt: skip


def _chosen(request: HttpRequest, known: list[date]) -> date | None:
    """The quarter asked for; by default, or for one without figures, the latest."""
    asked = request.GET.get("trimestre", "")
    return next((q for q in known if q.isoformat() == asked), known[0] if known else None)


def quarter_words(first: date) -> str:
    """« 4e trimestre 2026 »."""
    return f"{ordinal((first.month + 2) // 3)} trimestre {first.year}"


@public
def export(request: HttpRequest) -> HttpResponse:
    """Every figure of every quarter, one a line; hidden ones are empty."""
    heads = ("trimestre", "organisme", "etape", "etapes_mesurees", "mediane_jours", "neuvieme_decile_jours")
    # What is hidden was never kept: a row without a median is one of too few steps.
    rows = (
        (
            quarter.isoformat(), row.organisation.name, BY_KEY[row.step].label,
            "" if row.median is None else row.sample, row.median, row.ninth,
        )
        for quarter in quarters()
        for row in published(quarter)
    )  # fmt: skip
    return table_file("delais", heads, rows)


urlpatterns = [path("delais/", delays, name="delays")]
