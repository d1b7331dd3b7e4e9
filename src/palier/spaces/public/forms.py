"""The search, as an address that can be shared."""

from __future__ import annotations

from typing import Any

from django import forms

from palier.homes.models import FINANCINGS, KINDS, PRODUCTS, TYPES
from palier.territories.models import Department, Epci
from palier.territories.queries import commune_named, search_key

SORTS = [
    ("recent", "Les plus récentes"),
    ("rent", "Loyer le plus bas"),
    ("surface", "Surface la plus grande"),
    ("closing", "Clôture la plus proche"),
]


class SearchForm(forms.Form):
    lieu = forms.CharField(
        label="Où ?",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"data-places": "/lieux/", "autocomplete": "off"}),
        help_text="Commune, code postal, intercommunalité ou département",
    )
    offre = forms.MultipleChoiceField(
        label="Genre d’offre", required=False, choices=PRODUCTS, widget=forms.CheckboxSelectMultiple
    )
    type = forms.MultipleChoiceField(label="Type", required=False, choices=TYPES, widget=forms.CheckboxSelectMultiple)
    loyer = forms.IntegerField(
        label="Loyer maximum, charges comprises (€)",
        required=False,
        min_value=1,
        max_value=10_000,
        error_messages={
            "invalid": "Écrivez un nombre entier d’euros.",
            "min_value": "Écrivez un montant positif.",
            "max_value": "Ce montant est trop grand.",
        },
    )
    prix = forms.IntegerField(
        label="Prix maximum, à la vente (€)",
        required=False,
        min_value=1,
        max_value=9_999_999,
        error_messages={
            "invalid": "Écrivez un nombre entier d’euros.",
            "min_value": "Écrivez un montant positif.",
            "max_value": "Ce montant est trop grand.",
        },
    )
    surface = forms.IntegerField(
        label="Surface minimum (m²)",
        required=False,
        min_value=1,
        max_value=500,
        error_messages={
            "invalid": "Écrivez un nombre entier de mètres carrés.",
            "min_value": "Écrivez un nombre positif.",
            "max_value": "Cette surface est trop grande.",
        },
    )
    logement = forms.ChoiceField(label="Appartement ou maison", required=False, choices=[("", "Peu importe"), *KINDS])
    financement = forms.ChoiceField(label="Catégorie de loyer", required=False, choices=[("", "Toutes"), *FINANCINGS])
    ascenseur = forms.BooleanField(label="Avec ascenseur", required=False)
    plain_pied = forms.BooleanField(label="Sans marche", required=False)
    adapte = forms.BooleanField(label="Adapté au handicap", required=False)
    tri = forms.ChoiceField(label="Trier par", required=False, choices=SORTS)

    def clean_lieu(self) -> dict[str, str]:
        """The place as criteria of `homes.queries.search`; a merged commune leads to its successor."""
        text = self.cleaned_data["lieu"].strip()
        if not text:
            return {}
        key = search_key(text)
        if department := next(
            (d for d in Department.objects.filter(active=True) if search_key(d.name) == key or d.code == text), None
        ):
            return {"department": department.code, "label": department.name}
        commune = commune_named(text)
        if commune is None and (epci := next((e for e in Epci.objects.all() if search_key(e.name) == key), None)):
            return {"epci": epci.siren, "label": epci.name}
        if commune is None:
            raise forms.ValidationError(
                "Nous ne connaissons pas ce lieu dans le territoire. Vérifiez l’orthographe, ou choisissez dans la liste."
            )
        return {"commune": commune.code, "label": commune.name}

    @property
    def criteria(self) -> dict[str, Any]:
        d = self.cleaned_data
        return {
            **d.get("lieu", {}), "products": d.get("offre"), "max_price": d.get("prix"), "types": d.get("type"), "max_rent": d.get("loyer"), "min_surface": d.get("surface"),
            "kind": d.get("logement"), "financing": d.get("financement"), "lift": d.get("ascenseur"),
            "step_free": d.get("plain_pied"), "adapted": d.get("adapte"), "sort": d.get("tri"),
        }  # fmt: skip
