"""What the steps of the demand are made of: dates, amounts and numbers as people write them, and a step itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from palier.common import clock, sealing
from palier.demands.checks import check
from palier.demands.form import Adult, Form
from palier.law import nir

EMPTY = (("", "Choisissez"),)
BLANK = Form(applicant=Adult(last_name=""))


class Day(forms.DateField):
    """A date from the browser's own picker, or typed 31/12/1980."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": "Cette date n’existe pas : écrivez le jour, le mois et l’année."}


class Amount(forms.Field):
    """Whole euros from what people write: « 1 234,56 € », « 1234.5 »."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False)

    def to_python(self, value: Any) -> int | None:
        text = re.sub(r"[\s€]|euros?", "", str(value if value is not None else "")).replace(",", ".")
        if not text:
            return None
        if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{0,6})?", text):
            raise forms.ValidationError("Écrivez un montant en chiffres, par exemple 1 234,56.", code="invalid")
        try:
            return int(Decimal(text).to_integral_value())
        except InvalidOperation as error:
            raise forms.ValidationError("Écrivez un montant en chiffres, par exemple 1 234,56.") from error


class Nir(forms.CharField):
    """A NIR, sealed as soon as it arrives, so that no draft holds it in clear. Left empty, the known one stays."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label, required=False, max_length=400,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-autosave": "no"}),
            help_text="15 chiffres, sur la carte Vitale. Facultatif pour obtenir votre numéro.",
        )  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        """A sound number is never shown again; a wrong one is, to be mended."""
        try:
            return "" if value and nir.parse(sealing.opened(str(value))) else value
        except nir.NirError:
            return sealing.opened(str(value))

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        plain = sealing.opened(typed)
        try:
            number = nir.parse(plain) if plain else ""
        except nir.NirError as error:
            raise forms.ValidationError(str(error)) from error
        return typed if number == plain and sealing.is_sealed(typed) else sealing.seal(number)


class Count(forms.IntegerField):
    """A small whole number."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    default_error_messages = {"invalid": "Écrivez un nombre entier, en chiffres."}


def text(label: str, *, required: bool = True, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=500, **kwargs)


def choice(label: str, choices: Iterable, *, required: bool = True, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[*EMPTY, *choices], required=required, **kwargs)


def radio(label: str, choices: Iterable, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **kwargs)


def ticks(label: str, choices: Iterable) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple)


def tick(label: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


def _nothing(field: forms.Field) -> Any:
    if isinstance(field, forms.MultipleChoiceField):
        return []
    if isinstance(field, forms.BooleanField):
        return False
    return "" if isinstance(field, forms.CharField | forms.ChoiceField) else None


class StepForm(forms.Form):
    """`declared` is the form with this step's answers in it, once validated; `answers` is the reverse.

    `start`: the declared form as the other answers leave it. `notices`: words that stop nobody.
    """

    section = ""
    use_required_attribute = False

    def __init__(self, data: Any = None, *, start: Form = BLANK, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.start, self.declared, self.notices = start, start, []

    def apply(self, given: Mapping[str, Any]) -> Form:
        raise NotImplementedError

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        raise NotImplementedError

    def read(self, given: dict[str, Any]) -> None:
        """Questions that depend on each other, before the answers are put into the form."""

    def place_of(self, field: str) -> str:
        """Where a problem's field stands on this page."""
        return field

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        given = {name: data.get(name, _nothing(field)) for name, field in self.fields.items()}
        self.read(given)
        self.declared = self.apply(given)
        for problem in check(self.declared, clock.today()):
            if problem.section != self.section:
                continue
            if not problem.blocking:
                self.notices.append(problem.message)
                continue
            name = self.place_of(problem.field)
            field = name if name in self.fields else None
            if field is None or field not in self.errors:
                self.add_error(field, problem.message)
        return data

    def group(self, *names: str) -> dict[str, Any]:
        """Fields that the page folds away; `open`: an answer or an error among them is there to see."""
        bound = [self[name] for name in names]
        return {"fields": bound, "open": any(b.value() not in ("", None, False, []) or b.errors for b in bound)}

    def unjudged(self) -> StepForm:
        """The same answers shown without their errors: somebody comes back to a step half filled."""
        self._errors = ErrorDict()
        return self


def years() -> tuple[int, int]:
    """The two years of tax income that the ceilings look at."""
    return clock.today().year - 2, clock.today().year - 1
