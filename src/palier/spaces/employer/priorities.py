"""The employer's own priorities: a few numbers typed, the grid that they write, and what it does for an example."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import attempt, go, page
from palier.employers import actions, queries
from palier.law import grid_words
from palier.law.priorities import Choices, chosen
from palier.spaces.access import for_roles
from palier.territories.queries import setting


class PrioritiesForm(forms.Form):
    """Points by criterion; zero leaves a criterion out."""

    permanent = forms.IntegerField(label="CDI ou fonctionnaire")
    fixed_term = forms.IntegerField(label="CDD, intérim ou stage")
    apprentice = forms.IntegerField(label="Apprentissage ou alternance")
    other = forms.IntegerField(label="Autre contrat")
    seniority = forms.IntegerField(label="Par année dans l’entreprise")
    seniority_most = forms.IntegerField(label="Au plus, pour l’ancienneté")
    mobility = forms.IntegerField(
        label="Mobilité demandée par l’emploi", help_text="Mutation, ou embauche loin du domicile."
    )
    use_required_attribute = False

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required, field.min_value, field.max_value = False, 0, most
            field.validators += [_within(most)]
            field.error_messages["invalid"] = "Indiquez un nombre entier de points."

    def clean(self) -> dict[str, Any]:
        data = {name: value or 0 for name, value in super().clean().items()}
        if data.get("seniority") and not data.get("seniority_most") and "seniority_most" not in self.errors:
            self.add_error("seniority_most", "Indiquez le plus que l’ancienneté peut donner.")
        if not self.errors and not any(value for name, value in data.items() if name != "seniority_most"):
            self.add_error(None, "Donnez des points à un critère au moins.")
        return data


def _within(most: int):
    def check(value: int) -> None:
        if not 0 <= value <= most:
            raise forms.ValidationError(f"Indiquez un nombre de 0 à {most}.")

    return check


@for_roles(Role.EMPLOYER)
def priorities(request: HttpRequest) -> HttpResponse:
    company = queries.own_company(request.actor).first()
    most = setting("employer_priority_most", on=clock.today())
    grid = queries.priority_grid(company)
    initial = asdict(chosen(grid)) if grid else {}
    form = PrioritiesForm(request.POST if request.method == "POST" else None, most=most, initial=initial)
    if request.method == "POST" and company is not None and form.is_valid():
        choices = Choices(**form.cleaned_data)
        if attempt(form, lambda: actions.publish_priorities(actor=request.actor, choices=choices)) is not None:
            messages.success(
                request, "Vos priorités sont publiées : l’ordre des candidats de votre contingent les suit."
            )
            return go(request, "employer:priorities")
    context = {
        "company": company, "form": form, "most": most, "held": queries.priorities_of(company),
        "words": grid_words.in_words(grid) if grid else None,
        "held_most": grid.total_cap if grid else None,
        "rights": queries.rights_of(company, clock.today()) if company else None,
    }  # fmt: skip
    return page(request, "employer/priorities.html", context, status=422 if form.errors else 200)


urlpatterns = [path("priorites/", priorities, name="priorities")]
