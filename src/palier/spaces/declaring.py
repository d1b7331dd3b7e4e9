"""The form that says who lives in a let dwelling: for its tenant, and for the landlord who types a paper answer."""

from __future__ import annotations

from typing import Any

from django import forms

from palier.reviews.declared import Declared
from palier.reviews.models import Review
from palier.reviews.states import WISHES

YES_NO = [("yes", "Oui"), ("no", "Non")]
_SAID = {"yes": True, "no": False, "": None}
_NUMBER = {"invalid": "Écrivez un nombre entier, sans lettre.", "required": "Indiquez un nombre, 0 s’il n’y en a pas."}


def _count(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=99, help_text=help_text, error_messages=_NUMBER)


def _either(label: str, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=YES_NO, widget=forms.RadioSelect, help_text=help_text,
        error_messages={"required": "Répondez par oui ou par non."},
    )  # fmt: skip


class DeclarationForm(forms.Form):
    """Ten short questions. The tenant must answer them all but the means; a paper answer may leave some out."""

    adults = _count("Adultes, vous compris", "18 ans et plus, sauf vos enfants encore à votre charge.")
    children = _count("Enfants et personnes à votre charge", "En garde alternée aussi.")
    expected = forms.IntegerField(
        label="Enfants à naître", min_value=0, max_value=99, required=False, error_messages=_NUMBER
    )
    couple = _either("Vivez-vous en couple dans ce logement ?")
    age = forms.IntegerField(label="Votre âge", required=False, error_messages=_NUMBER)
    partner_age = forms.IntegerField(
        label="Âge de la personne avec qui vous vivez", required=False, error_messages=_NUMBER
    )
    disability = _either("Quelqu’un a-t-il une carte « mobilité inclusion », mention invalidité ?")
    needs_adaptation = _either(
        "Le logement doit-il être adapté à un handicap ou à une perte d’autonomie ?",
        "Par exemple une douche à la place de la baignoire, ou un accès sans marche.",
    )
    stays = _either("La personne pour qui le logement est adapté y vit-elle toujours ?")
    tax_income = forms.IntegerField(required=False, error_messages=_NUMBER)
    monthly = forms.IntegerField(
        label="Ce que le ménage touche chaque mois", required=False, error_messages=_NUMBER,
        help_text="Salaires, pensions, allocations ; sans l’aide au logement.",
    )  # fmt: skip
    wish = forms.ChoiceField(
        label="Ce que vous aimeriez", choices=list(WISHES.items()), widget=forms.RadioSelect, initial="unknown",
        help_text="Cela ne vous engage à rien.",
    )  # fmt: skip
    use_required_attribute = False

    def __init__(self, *args: Any, review: Review, year: int, on_paper: bool = False, **kwargs: Any) -> None:
        held = Declared.from_dict(review.declaration) if review.declaration else None
        super().__init__(*args, initial=_initial(held) if held else None, **kwargs)
        self.fields["tax_income"].label = f"Revenu fiscal de référence {year} de tout le ménage"
        self.fields[
            "tax_income"
        ].help_text = (
            f"Sur l’avis d’impôt reçu en {year + 1}. Ajoutez celui de chaque adulte. Laissez vide si vous ne savez pas."
        )
        if not review.tenancy.dwelling.adapted:
            del self.fields["stays"]
        if on_paper:
            for name in ("disability", "needs_adaptation"):
                self.fields[name].required = False

    def add_error(self, field: str | None, error: Any) -> None:
        """The law speaks of who left; the question is who stays."""
        super().add_error("stays" if field == "disabled_left" else field, error)

    @property
    def declared(self) -> Declared:
        """What the form says, once it is valid."""
        data = self.cleaned_data
        stays = _SAID[data.get("stays", "")]
        return Declared(
            adults=data["adults"], children=data["children"], expected=data["expected"] or 0,
            couple=data["couple"] == "yes", age=data["age"],
            partner_age=data["partner_age"] if data["couple"] == "yes" else None,
            disability=data["disability"] == "yes", disabled_left=None if stays is None else not stays,
            needs_adaptation=_SAID[data["needs_adaptation"]], tax_income=data["tax_income"], monthly=data["monthly"],
            wish=data["wish"],
        )  # fmt: skip


def _initial(held: Declared) -> dict[str, Any]:
    said = {True: "yes", False: "no", None: ""}
    stays = None if held.disabled_left is None else not held.disabled_left
    return {
        **{name: getattr(held, name) for name in ("adults", "children", "expected", "age", "partner_age", "tax_income", "monthly", "wish")},
        **{name: said[getattr(held, name)] for name in ("couple", "disability", "needs_adaptation")},
        "stays": said[stays],
    }  # fmt: skip


def answers(held: Declared) -> list[tuple[str, Any]]:
    """What was declared, line by line, to be read again."""
    said = {True: "Oui", False: "Non", None: "Pas de réponse"}
    rows: list[tuple[str, Any]] = [
        ("Adultes", held.adults), ("Enfants et personnes à charge", held.children), ("Enfants à naître", held.expected),
        ("En couple", said[held.couple]), ("Âges", ", ".join(f"{a} ans" for a in (held.age, held.partner_age) if a)),
        ("Carte invalidité", said[held.disability]), ("Logement à adapter", said[held.needs_adaptation]),
    ]  # fmt: skip
    if held.disabled_left is not None:
        rows.append(("La personne concernée par l’adaptation vit là", said[not held.disabled_left]))
    return [
        *rows,
        ("Revenu fiscal de référence", None if held.tax_income is None else f"{held.tax_income} € par an"),
        ("Ressources", None if held.monthly is None else f"{held.monthly} € par mois"),
        ("Souhait", WISHES[held.wish]),
    ]
