"""The gallery: every component on one page, with invented data, to look at and to test."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from palier.common import gallery_data

SPRITE = Path(__file__).parent / "static" / "palier" / "icons.svg"


class SampleForm(forms.Form):
    """One field of each kind."""

    use_required_attribute = False

    last_name = forms.CharField(label="Nom de famille", max_length=200)
    birth_date = forms.DateField(
        label="Date de naissance",
        help_text="Par exemple 14/07/1988.",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}),
    )
    email = forms.EmailField(label="Adresse électronique", help_text="Pour vous prévenir, jamais pour autre chose.")
    situation = forms.ChoiceField(
        label="Votre situation",
        choices=[("single", "Célibataire"), ("couple", "En couple"), ("apart", "Séparé ou divorcé")],
        widget=forms.RadioSelect,
    )
    partner = forms.CharField(label="Prénom de la personne avec qui vous vivez", required=False)
    typology = forms.MultipleChoiceField(
        label="Tailles souhaitées",
        choices=[("T2", "T2 : une chambre"), ("T3", "T3 : deux chambres"), ("T4", "T4 : trois chambres")],
        widget=forms.CheckboxSelectMultiple,
    )
    commune = forms.ChoiceField(
        label="Commune souhaitée", choices=[("", "Choisir…"), ("14118", "Caen"), ("61001", "Alençon")]
    )
    income = forms.DecimalField(
        label="Revenus du mois", min_value=0, help_text="Ce que le foyer touche en tout, avant impôt."
    )
    story = forms.CharField(label="Autre chose à nous dire", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    consent = forms.BooleanField(label="J’accepte que mon employeur sache que j’ai fait une demande", required=False)


def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "components/gallery.html", gallery_context(request.GET.get("page", "3")))


def gallery_context(page: str = "3") -> dict[str, Any]:
    """Sample data for each component."""
    return {
        "form": SampleForm(initial={"situation": "couple"}),
        "wrong": SampleForm({"last_name": "", "email": "amina@", "situation": "single"}, auto_id="wrong_%s"),
        "search": SampleForm(auto_id="search_%s"),
        "icons": re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")),
        "page_obj": Paginator(range(240), 12).get_page(page),
        **gallery_data.people(),
        **gallery_data.offers(),
        **gallery_data.figures(),
    }
