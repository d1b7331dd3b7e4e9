"""The form of a letter that left, for a desk and for a landlord."""

from __future__ import annotations

from django import forms


class SendingForm(forms.Form):
    """A letter that left: when, and what proves it."""

    sent_on = forms.DateField(
        label="Envoyée le", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Indiquez le jour de l’envoi.", "invalid": "Indiquez une date qui existe."},
    )  # fmt: skip
    proof = forms.CharField(
        label="Preuve de l’envoi", max_length=200, help_text="Par exemple le numéro de la lettre recommandée.",
        error_messages={"required": "Indiquez la preuve de l’envoi."},
    )  # fmt: skip
    use_required_attribute = False
