"""Ceilings, housing aid and effort rate for anybody, without an account (mission A17). Nothing typed is kept.

What is typed travels in the body of the request, never in an address. The rules are those that judge an application.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse

from palier.common import clock
from palier.common.pages import page
from palier.law.aid import HousingAid, housing_aid
from palier.law.ceilings import Standing, standings
from palier.law.effort import Effort, effort
from palier.law.household import APPLICANT, COAPPLICANT, DEPENDANT, Household, Person
from palier.law.reasons import euros
from palier.spaces.access import public
from palier.territories.models import Commune
from palier.territories.queries import commune_named

ALONE, COUPLE, TWO = "seul", "couple", "deux"
WHO = [(ALONE, "Seul ou seule"), (COUPLE, "En couple"), (TWO, "Deux adultes qui ne sont pas en couple")]
# Ages that say the same to the rules: a couple of fifty years together, and one of eighty.
YOUNG, OLDER, CHILD = 25, 40, 8
MOST_CHILDREN = 13
RENT_ONLY = "Écrivez aussi le loyer : l’aide en dépend."


def _euros(label: str, most: int, help_text: str = "", *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=required, min_value=0, max_value=most, help_text=help_text,
        error_messages={
            "required": "Écrivez un montant en euros, 0 s’il n’y en a pas.",
            "invalid": "Écrivez un nombre entier d’euros.",
            "min_value": "Ce montant ne peut pas être négatif.",
            "max_value": "Ce montant est trop grand. Vérifiez s’il est par mois ou par an.",
        },
    )  # fmt: skip


class SimulatorForm(forms.Form):
    """The household in a few questions. Years are those of the day: income of N-2, and of N-1 when it fell."""

    lieu = forms.CharField(
        label="Où cherchez-vous ?", max_length=80, help_text="Commune ou code postal",
        widget=forms.TextInput(attrs={"data-places": "/lieux/", "autocomplete": "off"}),
        error_messages={"required": "Écrivez une commune : les plafonds et l’aide en dépendent."},
    )  # fmt: skip
    who = forms.ChoiceField(
        label="Vous vivrez", choices=WHO, widget=forms.RadioSelect, initial=ALONE,
        error_messages={"required": "Dites avec qui vous vivrez."},
    )  # fmt: skip
    children = forms.IntegerField(
        label="Enfants ou personnes à charge", min_value=0, max_value=MOST_CHILDREN, initial=0,
        error_messages={
            "required": "Écrivez un nombre, 0 s’il n’y en a pas.",
            "invalid": "Écrivez un nombre entier.",
            "min_value": "Ce nombre ne peut pas être négatif.",
            "max_value": f"Ce simulateur va jusqu’à {MOST_CHILDREN} personnes à charge.",
        },
    )  # fmt: skip
    young = forms.BooleanField(
        label="Couple sans personne à charge : nos deux âges additionnés ne dépassent pas 55 ans", required=False
    )
    disability = forms.BooleanField(
        label="Une personne du ménage a la carte mobilité inclusion « invalidité »", required=False
    )
    tax = _euros("Revenu fiscal de référence", 1_000_000)
    recent_tax = _euros(
        "Revenu fiscal plus récent", 1_000_000, "Il compte s’il a baissé d’au moins 10 %.", required=False
    )
    earned = _euros("Salaires, retraites, chômage", 50_000, "Par mois, pour tout le ménage", required=False)
    benefits = _euros(
        "Autres ressources", 50_000, "Par mois : prestations familiales, RSA… sans l’aide au logement", required=False
    )
    rent = _euros("Loyer sans les charges", 10_000, "Par mois, si vous avez un logement en vue", required=False)
    charges = _euros("Charges", 2_000, "Par mois", required=False)

    def __init__(self, *args, on: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        for name, year in (("tax", on.year - 2), ("recent_tax", on.year - 1)):
            self.fields[name].label += f" de {year}"
        self.fields[
            "tax"
        ].help_text = f"Celui de tout le ménage, sur l’avis d’impôt reçu en {on.year - 1} (revenus de {on.year - 2})"

    def clean_lieu(self) -> Commune:
        commune = commune_named(self.cleaned_data["lieu"].strip())
        if commune is None:
            raise forms.ValidationError("Nous ne connaissons pas cette commune. Choisissez-la dans la liste.")
        return commune

    def clean(self) -> dict:
        d = self.cleaned_data
        if d.get("charges") and not d.get("rent") and "rent" not in self.errors:
            self.add_error("rent", RENT_ONLY)
        if d.get("young") and (d.get("who") != COUPLE or d.get("children")):
            self.add_error("young", "Cette case ne vaut que pour un couple sans personne à charge.")
        return d

    @property
    def household(self) -> Household:
        d, on = self.cleaned_data, self.on

        def born(age: int) -> date:
            return date(on.year - age, 1, 1)

        tax = {on.year - 2: d["tax"]}
        if d.get("recent_tax") is not None:
            tax[on.year - 1] = d["recent_tax"]
        resources = {code: d[name] for code, name in (("SAL", "earned"), ("AF", "benefits")) if d.get(name) is not None}
        age = YOUNG if d["young"] else OLDER
        people = [Person(APPLICANT, born(age), disability=d["disability"], tax=tax, resources=resources)]
        if d["who"] != ALONE:
            people.append(Person(COAPPLICANT, born(age), tax=dict.fromkeys(tax, 0)))
        people += [Person(DEPENDANT, born(CHILD)) for _ in range(d["children"])]
        return Household(tuple(people), couple=d["who"] == COUPLE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page shows. `aid`, `effort`: None without a rent; `aid` None too without resources."""

    commune: Commune
    standings: list[Standing]
    rent: int | None
    charges: int
    aid: HousingAid | None
    effort: Effort | None

    @property
    def open(self) -> list[Standing]:
        return [one for one in self.standings if one.under]

    @property
    def heavy(self) -> bool:
        """Whether the rent weighs more than the alert."""
        return self.effort is not None and any(r.code == "effort.heavy" for r in self.effort.reasons)

    @property
    def bill(self) -> list[tuple[str, str]]:
        """From the rent to what is left to pay, in euros a month."""
        if self.effort is None or self.rent is None:
            return []
        lines = [("Loyer", euros(self.rent)), ("Charges", euros(self.charges))]
        if self.aid:
            if self.aid.rent_reduction:
                lines.append(("Réduction de loyer de solidarité", f"− {euros(self.aid.rent_reduction, 2)}"))
            lines.append(("Aide au logement (APL)", f"− {euros(self.aid.amount)}"))
        return [*lines, ("À payer", euros(self.effort.cost, 2))]


def answer(form: SimulatorForm) -> Answer:
    """The rules' answer for a valid form."""
    household, commune, on = form.household, form.cleaned_data["lieu"], form.on
    rent, charges = form.cleaned_data.get("rent"), form.cleaned_data.get("charges") or 0
    found = standings(household, zone=commune.ceiling_zone, rent_zone=commune.rent_zone, on=on)
    if not rent:
        return Answer(commune, found, None, 0, None, None)
    aid = housing_aid(household, rent=rent, zone=commune.aid_zone, on=on, reduction=True)
    weight = effort(household, rent=rent, charges=charges, aid=aid.relief if aid else 0, on=on)
    return Answer(commune, found, rent, charges, aid, weight)


@public
def simulator(request: HttpRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = SimulatorForm(request.POST if sent else None, on=clock.today())
    found = answer(form) if sent and form.is_valid() else None
    status = 422 if sent and found is None else 200
    context = {"form": form, "answer": found, "bill": found and found.bill}
    return page(request, "public/simulator.html", context, status=status)
