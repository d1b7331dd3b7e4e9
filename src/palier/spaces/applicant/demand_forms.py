"""The demand in steps: each step is a form, and turns what was typed into its part of the declared form."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from palier.common import clock
from palier.demands.checks import birth_problem, name_problem
from palier.demands.form import Address, Adult, Dependant, Disability, Expected, Form, Home, Wish
from palier.law import codes
from palier.territories.models import Commune
from palier.territories.queries import current_commune, search_key

_DATE = {"type": "date"}
EMPTY = (("", "Choisissez"),)


def date_field(label: str, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
        error_messages={"invalid": "Cette date n’existe pas : jour, mois, année."},
    )  # fmt: skip


def amount_field(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=100_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"min_value": "Un montant ne peut pas être négatif.", "max_value": "Ce montant n’est pas possible.",
                        "invalid": "Écrivez un nombre entier d’euros."},
    )  # fmt: skip


class StepForm(forms.Form):
    """`apply` puts the answers into the form; `answers` is the reverse, for a registered demand."""

    def apply(self, form: Form) -> Form:
        raise NotImplementedError

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        today = clock.today()
        for name, value in list(data.items()):
            if name.endswith(("last_name", "first_names")) and value and (why := name_problem(value)):
                self.add_error(name, why)
            if name.endswith("birth_date") and (why := birth_problem(value, today)):
                self.add_error(name, why)
        return data


class Identity(StepForm):
    civility = forms.ChoiceField(label="Civilité", choices=codes.CIVILITIES, widget=forms.RadioSelect)
    last_name = forms.CharField(label="Nom", max_length=200)
    first_names = forms.CharField(label="Prénoms", max_length=200)
    birth_date = date_field("Date de naissance")
    nationality = forms.ChoiceField(label="Nationalité", choices=codes.NATIONALITIES, widget=forms.RadioSelect)
    phone = forms.RegexField(
        label="Téléphone", regex=r"^[+0-9 .()-]{6,20}$", required=False,
        error_messages={"invalid": "Écrivez un numéro de téléphone, par exemple 06 39 98 00 00."},
    )  # fmt: skip
    line = forms.CharField(label="Adresse (numéro et rue)", max_length=120)
    postcode = forms.RegexField(
        label="Code postal", regex=r"^\d{5}$", error_messages={"invalid": "Un code postal a cinq chiffres."}
    )
    town = forms.CharField(label="Commune", max_length=80)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        town, postcode = data.get("town", ""), data.get("postcode", "")
        if town and postcode:
            named = Commune.objects.filter(search_name=search_key(town)).order_by("successor", "code")
            found = named.filter(postcodes__contains=[postcode]).first() or named.first()
            data["commune"] = current_commune(found.code).code if found else ""
        return data

    def apply(self, form: Form) -> Form:
        d = self.cleaned_data
        return dataclasses.replace(
            form,
            applicant=dataclasses.replace(
                form.applicant, civility=d["civility"], last_name=d["last_name"].strip(),
                first_names=d["first_names"].strip(), birth_date=d["birth_date"], nationality=d["nationality"],
                phone=d["phone"],
            ),
            address=Address(line=d["line"], extra=d["town"], postcode=d["postcode"], commune=d.get("commune", "")),
        )  # fmt: skip

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        a = form.applicant
        return {
            "civility": a.civility, "last_name": a.last_name, "first_names": a.first_names, "birth_date": a.birth_date,
            "nationality": a.nationality, "phone": a.phone, "line": form.address.line,
            "postcode": form.address.postcode, "town": form.address.extra,
        }  # fmt: skip


class Household(StepForm):
    family_status = forms.ChoiceField(label="Votre situation de famille", choices=[*EMPTY, *codes.FAMILY_STATUSES])
    with_partner = forms.BooleanField(label="Une autre personne signera le bail avec moi", required=False)
    co_link = forms.ChoiceField(
        label="Cette personne est votre", choices=[*EMPTY, *codes.APPLICANT_LINKS], required=False
    )
    co_last_name = forms.CharField(label="Son nom", max_length=200, required=False)
    co_first_names = forms.CharField(label="Ses prénoms", max_length=200, required=False)
    co_birth_date = date_field("Sa date de naissance", required=False)
    expected = forms.IntegerField(label="Enfants à naître", required=False, min_value=0, max_value=5)
    card = forms.BooleanField(
        label="Une personne du ménage a la carte mobilité inclusion « invalidité »", required=False
    )
    wheelchair = forms.BooleanField(label="Une personne du ménage ne peut monter aucune marche", required=False)
    adapted = forms.BooleanField(label="Le ménage a besoin d’un logement adapté au handicap", required=False)
    ROWS = 6

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(self.ROWS):
            self.fields[f"child_{n}_first_names"] = forms.CharField(label="Prénom", max_length=200, required=False)
            self.fields[f"child_{n}_birth_date"] = date_field("Date de naissance", required=False)
            self.fields[f"child_{n}_link"] = forms.ChoiceField(
                label="Lien avec vous", choices=codes.KINSHIPS, required=False
            )

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"child_{n}_{part}"] for part in ("first_names", "birth_date", "link")] for n in range(self.ROWS)]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("with_partner"):
            for name in ("co_link", "co_last_name", "co_birth_date"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Cette réponse est nécessaire pour la personne qui signe avec vous.")
        for n in range(self.ROWS):
            if (
                data.get(f"child_{n}_first_names")
                and not data.get(f"child_{n}_birth_date")
                and f"child_{n}_birth_date" not in self.errors
            ):
                self.add_error(f"child_{n}_birth_date", "Indiquez la date de naissance de cette personne.")
        return data

    def apply(self, form: Form) -> Form:
        d = self.cleaned_data
        partner = None
        if d["with_partner"]:
            before = form.coapplicant or Adult(last_name="")
            partner = dataclasses.replace(
                before, last_name=d["co_last_name"], first_names=d["co_first_names"], birth_date=d["co_birth_date"],
                link=d["co_link"],
            )  # fmt: skip
        dependants = tuple(
            Dependant(
                first_names=d[f"child_{n}_first_names"],
                birth_date=d[f"child_{n}_birth_date"],
                link=d[f"child_{n}_link"] or "E",
            )
            for n in range(self.ROWS)
            if d.get(f"child_{n}_birth_date")
        )
        return dataclasses.replace(
            form,
            applicant=dataclasses.replace(form.applicant, family_status=d["family_status"]),
            coapplicant=partner,
            dependants=dependants,
            expected=Expected(count=d["expected"]) if d["expected"] else None,
            disability=Disability(
                concerned=d["card"] or d["wheelchair"] or d["adapted"],
                wheelchair=d["wheelchair"],
                adapted=d["adapted"],
                card=d["card"],
            ),
        )

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        given: dict[str, Any] = {
            "family_status": form.applicant.family_status, "expected": form.expected.count if form.expected else "",
            "card": form.disability.card, "wheelchair": form.disability.wheelchair, "adapted": form.disability.adapted,
        }  # fmt: skip
        if form.coapplicant:
            co = form.coapplicant
            given |= {
                "with_partner": True,
                "co_link": co.link,
                "co_last_name": co.last_name,
                "co_first_names": co.first_names,
                "co_birth_date": co.birth_date,
            }
        for n, child in enumerate(form.dependants):
            given |= {
                f"child_{n}_first_names": child.first_names,
                f"child_{n}_birth_date": child.birth_date,
                f"child_{n}_link": child.link,
            }
        return given


class Means(StepForm):
    contract = forms.ChoiceField(label="Votre situation professionnelle", choices=[*EMPTY, *codes.CONTRACTS])
    profession = forms.CharField(label="Profession", max_length=80, required=False)
    SHOWN = ("SAL", "RET", "CHO", "AF", "RSA", "AAH", "PAR", "AUT")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(codes.RESOURCES)
        for code in self.SHOWN:
            self.fields[f"res_{code}"] = amount_field(f"{labels[code]} (euros par mois)")
        self.fields["res_co"] = amount_field("Ressources mensuelles de la personne qui signe avec vous")
        for year in self.years():
            self.fields[f"tax_{year}"] = forms.IntegerField(
                label=f"Revenu fiscal de référence {year} du ménage (euros par an)", required=False, min_value=0, max_value=10_000_000,
                error_messages={"min_value": "Un revenu ne peut pas être négatif.", "max_value": "Ce revenu n’est pas possible."},
            )  # fmt: skip

    @staticmethod
    def years() -> tuple[int, int]:
        return clock.today().year - 2, clock.today().year - 1

    def apply(self, form: Form) -> Form:
        d = self.cleaned_data
        resources = {code: d[f"res_{code}"] for code in self.SHOWN if d.get(f"res_{code}")}
        tax = {str(year): d[f"tax_{year}"] for year in self.years() if d.get(f"tax_{year}") is not None}
        partner = form.coapplicant
        if partner:
            partner = dataclasses.replace(
                partner, resources={"AUT": d["res_co"]} if d.get("res_co") else {}, tax={year: 0 for year in tax}
            )
        work = dataclasses.replace(form.applicant.work, contract=d["contract"], profession=d["profession"])
        return dataclasses.replace(
            form,
            applicant=dataclasses.replace(form.applicant, work=work, resources=resources, tax=tax),
            coapplicant=partner,
        )

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        a = form.applicant
        given: dict[str, Any] = {"contract": a.work.contract, "profession": a.work.profession}
        given |= {f"res_{code}": amount for code, amount in a.resources.items()}
        given |= {f"tax_{year}": amount for year, amount in a.tax.items()}
        if form.coapplicant:
            given["res_co"] = sum(form.coapplicant.resources.values()) or ""
        return given


class HomeStep(StepForm):
    status = forms.ChoiceField(label="Vous êtes actuellement", choices=[*EMPTY, *codes.HOME_STATUSES])
    kind = forms.ChoiceField(label="Appartement ou maison", choices=[*EMPTY, *codes.HOME_KINDS], required=False)
    type = forms.ChoiceField(label="Type", choices=[*EMPTY, *codes.HOME_TYPES], required=False)
    surface = forms.IntegerField(label="Surface (m²)", required=False, min_value=5, max_value=500)
    occupants = forms.IntegerField(label="Nombre de personnes qui y vivent", required=False, min_value=1, max_value=30)
    rent = amount_field("Loyer avec les charges (euros par mois)")
    entered_on = date_field("Depuis le", required=False)

    def apply(self, form: Form) -> Form:
        return dataclasses.replace(form, home=Home(landlord=form.home.landlord, **self.cleaned_data))

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        return {f.name: getattr(form.home, f.name) for f in dataclasses.fields(Home)}


class WishStep(StepForm):
    motive = forms.ChoiceField(label="Votre motif principal", choices=[*EMPTY, *codes.MOTIVES])
    others = forms.MultipleChoiceField(
        label="Autres motifs (deux au plus)", choices=codes.MOTIVES, required=False, widget=forms.CheckboxSelectMultiple
    )
    types = forms.MultipleChoiceField(
        label="Types de logement", choices=codes.HOME_TYPES, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un type de logement."},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="Appartement ou maison", choices=codes.WISHED_KINDS, widget=forms.RadioSelect, initial="I"
    )
    max_rent = amount_field("Loyer maximum avec les charges (euros par mois)")
    widened = forms.BooleanField(label="J’accepte aussi les communes voisines", required=False)
    PLACES = 5

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, self.PLACES + 1):
            self.fields[f"place_{n}"] = forms.CharField(
                label=f"Commune, choix {n}",
                required=n == 1,
                max_length=80,
                widget=forms.TextInput(attrs={"list": "communes"}),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        found: list[str] = []
        for n in range(1, self.PLACES + 1):
            text = data.get(f"place_{n}")
            if not text:
                continue
            commune = (
                Commune.objects.filter(search_name=search_key(text), department__active=True)
                .order_by("successor", "-population", "code")
                .first()
            )
            current = current_commune(commune.code) if commune else None
            if current is None:
                self.add_error(
                    f"place_{n}", f"« {text[:40]} » n’est pas une commune de ce département. Vérifiez l’orthographe."
                )
            elif current.code not in found:
                found.append(current.code)
        if len(data.get("others", [])) > 2:
            self.add_error("others", "Deux autres motifs au plus.")
        data["communes"] = found
        departments = set(Commune.objects.filter(code__in=found).values_list("department", flat=True))
        if len(departments) > 1:
            self.add_error("place_1", "Une demande vaut pour un seul département : faites-en une autre pour le second.")
        return data

    def apply(self, form: Form) -> Form:
        d = self.cleaned_data
        motives = (d["motive"], *[m for m in d["others"] if m != d["motive"]])
        wish = Wish(
            types=tuple(d["types"]),
            kind=d["kind"],
            communes=tuple(d["communes"]),
            widened=d["widened"],
            max_rent=d["max_rent"],
        )
        return dataclasses.replace(form, motives=motives, wish=wish)

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        names = dict(Commune.objects.filter(code__in=form.wish.communes).values_list("code", "name"))
        places = {f"place_{n}": names.get(code, "") for n, code in enumerate(form.wish.communes, start=1)}
        return {
            "motive": form.motives[0] if form.motives else "", "others": list(form.motives[1:]),
            "types": list(form.wish.types), "kind": form.wish.kind, "max_rent": form.wish.max_rent,
            "widened": form.wish.widened, **places,
        }  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    key: str
    label: str
    form: type[StepForm]
    help: str


STEPS = (
    Step("identite", "Vous", Identity, "Votre identité et votre adresse, comme sur votre pièce d’identité."),
    Step("menage", "Votre ménage", Household, "Toutes les personnes qui vivront dans le logement."),
    Step(
        "ressources",
        "Travail et ressources",
        Means,
        "Sans les aides au logement. Laissez vide ce que vous ne savez pas encore.",
    ),
    Step("logement", "Logement actuel", HomeStep, "Où vous vivez aujourd’hui."),
    Step("souhaits", "Motif et souhaits", WishStep, "Ce que vous cherchez, et pourquoi."),
)
BY_KEY = {step.key: step for step in STEPS}


def typed(answers: Mapping[str, list[str]]) -> QueryDict:
    """Stored raw text, as a form would receive it."""
    data = QueryDict(mutable=True)
    for name, values in answers.items():
        data.setlist(name, values)
    return data


def raw(data: QueryDict) -> dict[str, list[str]]:
    """What was typed, valid or not, without what the browser adds."""
    return {
        k: [v[:500] for v in values]
        for k, values in data.lists()
        if k not in ("csrfmiddlewaretoken", "once", "revision")
    }


def assemble(
    answers: Mapping[str, Mapping[str, list[str]]], start: Form | None = None
) -> tuple[Form | None, list[str]]:
    """The declared form made of every stored step, and the keys of the steps still wrong or missing."""
    form = start or Form(applicant=Adult(last_name=""))
    wrong = []
    for step in STEPS:
        filled = step.form(typed(answers.get(step.key, {})))
        if filled.is_valid():
            form = filled.apply(form)
        else:
            wrong.append(step.key)
    return (None if wrong else form), wrong
