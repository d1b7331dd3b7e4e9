"""The employer's own company: what the register says of it, its headcounts, and what they open to its employees."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import attempt, go, page
from palier.employers import actions, queries
from palier.employers.models import Company
from palier.employers.states import COMPANY
from palier.spaces.access import for_roles

YEARS = 6


class HeadcountForm(forms.Form):
    """One whole number a year, the last finished year first; a year left empty is not known."""

    use_required_attribute = False

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = clock.today().year - 1
        for year in range(last, last - YEARS, -1):
            self.fields[f"year_{year}"] = forms.IntegerField(
                label=f"Effectif de {year}", required=False, min_value=0, max_value=1_000_000,
                initial=company.headcounts.get(str(year)),
                error_messages={"invalid": "Indiquez un nombre entier de salariés.", "min_value": "Un effectif n’est pas négatif."},
            )  # fmt: skip

    @property
    def headcounts(self) -> dict[int, int]:
        return {int(name[5:]): count for name, count in self.cleaned_data.items() if count is not None}


@for_roles(Role.EMPLOYER)
def company(request: HttpRequest) -> HttpResponse:
    own = queries.own_company(request.actor).select_related("successor").first()
    if own is None:
        return page(request, "employer/company.html", {"company": None})
    form = HeadcountForm(request.POST if request.method == "POST" else None, company=own)
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: actions.tell_headcounts(actor=request.actor, headcounts=form.headcounts))
        if done is not None:
            messages.success(request, "L’effectif est enregistré : ce qu’il ouvre à vos salariés suit aussitôt.")
            return go(request, "employer:company")
    facts = [
        ("Nom", own.name),
        ("SIRET", own.siret),
        ("Secteur", own.get_sector_display()),
        ("Activité (code NAF)", own.activity),
        ("Lu au répertoire le", own.seen_on),
    ]
    context = {
        "company": own, "state": COMPANY.states[own.state], "facts": facts, "form": form,
        "rights": queries.rights_of(own, clock.today()),
    }  # fmt: skip
    return page(request, "employer/company.html", context, status=422 if form.errors else 200)


urlpatterns = [path("entreprise/", company, name="company")]
