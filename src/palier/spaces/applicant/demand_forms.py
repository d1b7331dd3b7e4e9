"""The demand in steps: each step is a form, and turns what was typed into its part of the declared form.

A step reads what was typed; whether it is possible is for `demands.checks` alone.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from palier.common import clock
from palier.demands.checks import check
from palier.demands.form import Address, Adult, Custody, Dependant, Expected, Form
from palier.law import codes
from palier.spaces.applicant.places import labels, read_place

EMPTY = (("", "Choisissez"),)
# More rows than a household may have: the excess must be read to be refused.
ROWS = 30
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

    def unjudged(self) -> StepForm:
        """The same answers shown without their errors: somebody comes back to a step half filled."""
        self._errors = ErrorDict()
        return self


class Identity(StepForm):
    section = "identity"
    civility = radio("Civilité", codes.CIVILITIES)
    last_name = text("Nom")
    first_names = text("Prénoms")
    birth_name = text("Nom de naissance, s’il est différent", required=False)
    birth_date = Day(label="Date de naissance")
    nationality = radio("Nationalité", codes.NATIONALITIES)
    phone = text("Téléphone", required=False)
    line = text("Adresse (numéro et rue)")
    postcode = text("Code postal")
    town = text("Commune")

    def read(self, given: dict[str, Any]) -> None:
        found = read_place(given["town"], postcode=given["postcode"])
        given["commune"] = found.commune.code if found.commune else ""
        if found.former:
            self.notices.append(found.former)

    def apply(self, given: Mapping[str, Any]) -> Form:
        adult = {
            name: given[name]
            for name in ("civility", "last_name", "first_names", "birth_name", "birth_date", "nationality", "phone")
        }
        return dataclasses.replace(
            self.start,
            applicant=dataclasses.replace(self.start.applicant, **adult),
            address=Address(
                line=given["line"], extra=given["town"], postcode=given["postcode"], commune=given["commune"]
            ),
        )

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        a = form.applicant
        return {
            "civility": a.civility, "last_name": a.last_name, "first_names": a.first_names, "birth_name": a.birth_name,
            "birth_date": a.birth_date, "nationality": a.nationality, "phone": a.phone, "line": form.address.line,
            "postcode": form.address.postcode,
            "town": form.address.extra or labels([form.address.commune]).get(form.address.commune, ""),
        }  # fmt: skip


def years() -> tuple[int, int]:
    """The two years of tax income that the ceilings look at."""
    return clock.today().year - 2, clock.today().year - 1


class Household(StepForm):
    section = "household"
    family_status = choice("Votre situation de famille", codes.FAMILY_STATUSES)
    with_partner = tick("Une autre personne signera le bail avec moi")
    co_link = choice("Cette personne est votre", codes.APPLICANT_LINKS, required=False)
    co_last_name = text("Son nom", required=False)
    co_first_names = text("Ses prénoms", required=False)
    co_birth_date = Day(label="Sa date de naissance", required=False)
    expected = Count(label="Enfants à naître", required=False)
    expected_on = Day(label="Date prévue de la naissance", required=False)
    card = tick("Une personne du ménage a la carte mobilité inclusion « invalidité »")
    wheelchair = tick("Une personne du ménage ne peut monter aucune marche")
    adapted = tick("Le ménage a besoin d’un logement adapté au handicap")
    KINDS = ("child", "custody", "adult")
    NEEDED = {
        "child": "Indiquez la date de naissance de cette personne.",
        "custody": "Indiquez la date de naissance de cet enfant.",
        "adult": "Indiquez le nom et la date de naissance de cette personne.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rows = {kind: self._numbers(kind) for kind in self.KINDS}
        self._kept: dict[str, list[int]] = {kind: [] for kind in self.KINDS}
        for kind, numbers in self._rows.items():
            for number in numbers:
                self._add(kind, str(number))

    def _numbers(self, kind: str) -> list[int]:
        names = self.data if self.is_bound else self.initial
        start = self.add_prefix(kind) if self.is_bound else kind
        found = {int(m[1]) for name in names if (m := re.match(rf"{re.escape(start)}_([0-9]{{1,3}})_", name))}
        return sorted(found)[:ROWS] or ([0] if kind == "child" else [])

    def _add(self, kind: str, number: str) -> None:
        start = f"{kind}_{number}_"
        if kind == "child":
            self.fields[start + "first_names"] = text("Prénom", required=False)
        elif kind == "adult":
            self.fields[start + "last_name"] = text("Nom", required=False)
            self.fields[start + "first_names"] = text("Prénoms", required=False)
        self.fields[start + "birth_date"] = Day(label="Date de naissance", required=False)
        if kind == "child":
            self.fields[start + "link"] = forms.ChoiceField(
                label="Lien avec vous", choices=codes.KINSHIPS, required=False
            )
        elif kind == "custody":
            self.fields[start + "arrangement"] = forms.ChoiceField(
                label="Il ou elle vient chez vous", choices=codes.CUSTODIES, required=False
            )
        else:
            self.fields[start + "res"] = Amount("Ses ressources par mois")
            for year in years():
                self.fields[f"{start}tax_{year}"] = Amount(f"Son revenu fiscal de référence {year}")

    def _parts(self, kind: str, number: int | str) -> list[str]:
        return [name for name in self.fields if name.startswith(f"{kind}_{number}_")]

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """The rows of a kind, to show."""
        return [
            {"number": number, "rank": rank, "fields": [self[name] for name in self._parts(kind, number)]}
            for rank, number in enumerate(self._rows[kind], start=1)
        ]

    @property
    def children(self) -> list[dict[str, Any]]:
        return self.rows("child")

    @property
    def custodies(self) -> list[dict[str, Any]]:
        return self.rows("custody")

    @property
    def adults(self) -> list[dict[str, Any]]:
        return self.rows("adult")

    def models(self) -> dict[str, list[forms.BoundField]]:
        """A blank row of each kind, numbered `__n__`, that the page copies when a row is added."""
        blank = Household(prefix=self.prefix)
        for kind in self.KINDS:
            blank._add(kind, "__n__")
        return {kind: [blank[name] for name in blank._parts(kind, "__n__")] for kind in self.KINDS}

    def place_of(self, field: str) -> str:
        """Problems count the people kept; the page counts its rows, blank ones included."""
        found = re.match(r"(child|custody|adult)_(\d+)_(.*)", field)
        return f"{found[1]}_{self._kept[found[1]][int(found[2])]}_{found[3]}" if found else field

    def read(self, given: dict[str, Any]) -> None:
        if given["with_partner"]:
            for name in ("co_link", "co_last_name", "co_birth_date"):
                if not given[name] and name not in self.errors:
                    self.add_error(name, "Cette réponse est nécessaire pour la personne qui signe avec vous.")
        for kind, numbers in self._rows.items():
            for number in numbers:
                parts = self._parts(kind, number)
                told = [n for n in parts if not n.endswith(("_link", "_arrangement")) and given[n] not in ("", None)]
                needed = [n for n in parts if n.endswith(("_birth_date", "_last_name")) and given[n] in ("", None)]
                if not told and not any(name in self.errors for name in parts):
                    continue
                self._kept[kind].append(number)
                for name in needed:
                    if name not in self.errors:
                        self.add_error(name, self.NEEDED[kind])

    def apply(self, given: Mapping[str, Any]) -> Form:
        start = self.start
        partner = None
        if given["with_partner"]:
            partner = dataclasses.replace(
                start.coapplicant or BLANK.applicant, last_name=given["co_last_name"],
                first_names=given["co_first_names"], birth_date=given["co_birth_date"], link=given["co_link"],
            )  # fmt: skip
        expected = None
        if given["expected"] is not None and given["expected"] != 0:
            expected = Expected(count=given["expected"], due_on=given["expected_on"])
        return dataclasses.replace(
            start,
            applicant=dataclasses.replace(start.applicant, family_status=given["family_status"]),
            coapplicant=partner,
            other_adults=tuple(self._adult(given, n) for n in self._kept["adult"]),
            dependants=tuple(self._dependant(given, n) for n in self._kept["child"]),
            custody=tuple(self._custody(given, n) for n in self._kept["custody"]),
            expected=expected,
            disability=dataclasses.replace(
                start.disability,
                concerned=given["card"] or given["wheelchair"] or given["adapted"],
                **{name: given[name] for name in ("card", "wheelchair", "adapted")},
            ),
        )

    def _dependant(self, given: Mapping[str, Any], n: int) -> Dependant:
        names, born = given[f"child_{n}_first_names"], given[f"child_{n}_birth_date"]
        former = _same(self.start.dependants, names, born) or Dependant()
        return dataclasses.replace(
            former, first_names=names, birth_date=born, link=given[f"child_{n}_link"] or former.link
        )

    def _custody(self, given: Mapping[str, Any], n: int) -> Custody:
        born, arrangement = given[f"custody_{n}_birth_date"], given[f"custody_{n}_arrangement"] or "G"
        former = next((c for c in self.start.custody if c.birth_date == born), Custody())
        return dataclasses.replace(former, birth_date=born, arrangement=arrangement)

    def _adult(self, given: Mapping[str, Any], n: int) -> Adult:
        names, born = given[f"adult_{n}_first_names"], given[f"adult_{n}_birth_date"]
        former = _same(self.start.other_adults, names, born) or Adult(last_name="", link="L")
        total = given[f"adult_{n}_res"]
        resources = {} if total is None else {"AUT": total}
        if former.resources and sum(former.resources.values()) == total:
            resources = former.resources
        tax = {str(year): given[f"adult_{n}_tax_{year}"] for year in years()}
        return dataclasses.replace(
            former, last_name=given[f"adult_{n}_last_name"], first_names=names, birth_date=born, resources=resources,
            tax={year: amount for year, amount in tax.items() if amount is not None},
        )  # fmt: skip

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        given: dict[str, Any] = {
            "family_status": form.applicant.family_status, "card": form.disability.card,
            "wheelchair": form.disability.wheelchair, "adapted": form.disability.adapted,
        }  # fmt: skip
        if form.expected:
            given |= {"expected": form.expected.count, "expected_on": form.expected.due_on}
        if form.coapplicant:
            co = form.coapplicant
            given |= {
                "with_partner": True, "co_link": co.link, "co_last_name": co.last_name,
                "co_first_names": co.first_names, "co_birth_date": co.birth_date,
            }  # fmt: skip
        for n, child in enumerate(form.dependants):
            start = f"child_{n}_"
            given |= {
                start + "first_names": child.first_names,
                start + "birth_date": child.birth_date,
                start + "link": child.link,
            }
        for n, custody in enumerate(form.custody):
            given |= {f"custody_{n}_birth_date": custody.birth_date, f"custody_{n}_arrangement": custody.arrangement}
        for n, adult in enumerate(form.other_adults):
            start = f"adult_{n}_"
            given |= {
                start + "last_name": adult.last_name, start + "first_names": adult.first_names,
                start + "birth_date": adult.birth_date,
                start + "res": sum(adult.resources.values()) if adult.resources else "",
                **{f"{start}tax_{year}": adult.tax.get(str(year), "") for year in years()},
            }  # fmt: skip
        return given


def _same(people: Iterable[Any], first_names: str, born: date | None) -> Any:
    """The person already declared, whose other answers are kept."""
    return next((p for p in people if (p.first_names, p.birth_date) == (first_names, born)), None)


COMMON = ("SAL", "CHO", "RET", "AF", "RSA", "AUT")
RARE = tuple(code for code, _ in codes.RESOURCES if code not in COMMON)


class Means(StepForm):
    section = "means"
    contract = choice("Votre situation professionnelle", codes.CONTRACTS)
    profession = text("Profession", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._amounts("", "Votre revenu fiscal de référence")
        # At the counter every question stands on one page: nobody knows yet whether somebody else signs.
        self.asks_partner = bool(self.start.coapplicant or self.prefix)
        if self.asks_partner:
            self.fields["co_contract"] = choice("Sa situation professionnelle", codes.CONTRACTS, required=False)
            self.fields["co_profession"] = text("Sa profession", required=False)
            self.fields["co_joint"] = tick("Nous faisons une seule déclaration de revenus")
            self._amounts("co_", "Son revenu fiscal de référence")

    def _amounts(self, prefix: str, tax: str) -> None:
        names = dict(codes.RESOURCES)
        for code in (*COMMON, *RARE):
            self.fields[f"{prefix}res_{code}"] = Amount(names[code])
        for code, label in codes.PAID:
            self.fields[f"{prefix}paid_{code}"] = Amount(label)
        for year in years():
            self.fields[f"{prefix}tax_{year}"] = Amount(f"{tax} {year}")

    def parts(self, prefix: str) -> dict[str, Any]:
        """The fields of a person, in the groups of the page; `open`: an answer among the rare ones is there to see."""
        rare = [self[f"{prefix}res_{code}"] for code in RARE]
        rare += [self[f"{prefix}paid_{code}"] for code, _ in codes.PAID]
        return {
            "work": [self[prefix + "contract"], self[prefix + "profession"]],
            "common": [self[f"{prefix}res_{code}"] for code in COMMON],
            "rare": rare,
            "open": any(bound.value() not in ("", None) or bound.errors for bound in rare),
            "tax": [self[f"{prefix}tax_{year}"] for year in years()],
        }

    @property
    def own(self) -> dict[str, Any]:
        return self.parts("")

    @property
    def partner(self) -> dict[str, Any] | None:
        return self.parts("co_") | {"joint": self["co_joint"]} if self.asks_partner else None

    def apply(self, given: Mapping[str, Any]) -> Form:
        partner = self.start.coapplicant
        if partner:
            partner = self._person(partner, given, "co_")
            if given["co_joint"]:
                # The joint amount stands with the applicant: the partner's share is a known zero, not a gap.
                own = [str(year) for year in years() if given[f"tax_{year}"] is not None]
                partner = dataclasses.replace(partner, tax={**partner.tax, **dict.fromkeys(own, 0)})
        applicant = self._person(self.start.applicant, given, "")
        return dataclasses.replace(self.start, applicant=applicant, coapplicant=partner)

    def _person(self, before: Adult, given: Mapping[str, Any], prefix: str) -> Adult:
        def amounts(kind: str, known: Iterable) -> dict[str, int]:
            found = {str(key): given[f"{prefix}{kind}_{key}"] for key in known}
            return {key: amount for key, amount in found.items() if amount is not None}

        older = {year: amount for year, amount in before.tax.items() if int(year) not in years()}
        return dataclasses.replace(
            before,
            work=dataclasses.replace(
                before.work, contract=given[prefix + "contract"], profession=given[prefix + "profession"]
            ),
            resources=amounts("res", (*COMMON, *RARE)),
            paid=amounts("paid", dict(codes.PAID)),
            tax=older | amounts("tax", years()),
        )

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for prefix, adult in (("", form.applicant), ("co_", form.coapplicant)):
            if adult is None:
                continue
            given |= {prefix + "contract": adult.work.contract, prefix + "profession": adult.work.profession}
            given |= {f"{prefix}res_{code}": amount for code, amount in adult.resources.items()}
            given |= {f"{prefix}paid_{code}": amount for code, amount in adult.paid.items()}
            given |= {f"{prefix}tax_{year}": amount for year, amount in adult.tax.items()}
        partner = form.coapplicant
        if partner and partner.tax and not any(partner.tax.values()) and any(form.applicant.tax.values()):
            given["co_joint"] = True
            given |= {f"co_tax_{year}": "" for year in partner.tax}
        return given


class HomeStep(StepForm):
    section = "home"
    status = choice("Vous êtes actuellement", codes.HOME_STATUSES)
    landlord = text("Nom de votre bailleur", required=False)
    kind = choice("Appartement ou maison", codes.HOME_KINDS, required=False)
    type = choice("Type", codes.HOME_TYPES, required=False)
    surface = Count(label="Surface (m²)", required=False)
    occupants = Count(label="Nombre de personnes qui y vivent", required=False)
    rent = Amount("Loyer avec les charges")
    entered_on = Day(label="Vous y vivez depuis le", required=False)

    def apply(self, given: Mapping[str, Any]) -> Form:
        return dataclasses.replace(self.start, home=dataclasses.replace(self.start.home, **given))

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        return {f.name: getattr(form.home, f.name) for f in dataclasses.fields(form.home)}


class WishStep(StepForm):
    section = "wish"
    motive = choice("Votre motif principal", codes.MOTIVES)
    motive_2 = choice("Deuxième motif", codes.MOTIVES, required=False)
    motive_3 = choice("Troisième motif", codes.MOTIVES, required=False)
    motive_text = text("Si vous voulez, expliquez en quelques mots", required=False, widget=forms.Textarea({"rows": 3}))
    types = forms.MultipleChoiceField(
        label="Types de logement", choices=codes.HOME_TYPES, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un type de logement."},
    )  # fmt: skip
    kind = radio("Appartement ou maison", codes.WISHED_KINDS, initial="I")
    max_rent = Amount("Loyer maximum avec les charges")
    widened = tick("J’accepte aussi les communes voisines")
    not_ground_floor = tick("Je ne veux pas de rez-de-chaussée")
    needs_lift = tick("Il me faut un ascenseur pour un étage")
    parking = tick("Il me faut une place de stationnement")
    PLACES = 5

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = max(self.PLACES, len(self.start.wish.communes))
        for n in range(1, shown + 1):
            self.fields[f"place_{n}"] = text(
                f"Commune, choix {n}",
                required=n == 1,
                widget=forms.TextInput(attrs={"list": "communes", "autocomplete": "off"}),
                error_messages={"required": "Choisissez au moins une commune."},
            )
        self._places = [f"place_{n}" for n in range(1, shown + 1)]

    @property
    def places(self) -> list[forms.BoundField]:
        return [self[name] for name in self._places]

    def read(self, given: dict[str, Any]) -> None:
        found: dict[str, str] = {}
        for name in self._places:
            if not given[name]:
                continue
            place = read_place(given[name], active=True)
            if place.commune is None:
                self.add_error(name, place.problem)
                continue
            found.setdefault(place.commune.code, place.commune.department_id)
            if place.former:
                self.notices.append(place.former)
        given["communes"] = tuple(found)
        if len(set(found.values())) > 1:
            self.add_error("place_1", "Une demande vaut pour un seul département : faites-en une autre pour le second.")

    def apply(self, given: Mapping[str, Any]) -> Form:
        motives = dict.fromkeys(m for m in (given["motive"], given["motive_2"], given["motive_3"]) if m)
        wish = dataclasses.replace(
            self.start.wish,
            types=tuple(given["types"]),
            kind=given["kind"],
            communes=given["communes"],
            widened=given["widened"],
            max_rent=given["max_rent"],
            ground_floor=not given["not_ground_floor"],
            without_lift=not given["needs_lift"],
            parking=given["parking"],
        )
        return dataclasses.replace(self.start, motives=tuple(motives), motive_text=given["motive_text"], wish=wish)

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        wish, names = form.wish, labels(form.wish.communes)
        places = {f"place_{n}": names.get(code, code) for n, code in enumerate(wish.communes, start=1)}
        return {
            **dict(zip(("motive", "motive_2", "motive_3"), form.motives, strict=False)),
            "motive_text": form.motive_text, "types": list(wish.types), "kind": wish.kind, "max_rent": wish.max_rent,
            "widened": wish.widened, "not_ground_floor": not wish.ground_floor, "needs_lift": not wish.without_lift,
            "parking": wish.parking, **places,
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
# Stored beside the answers of a step: the revision of the demand that the person had before their eyes.
SEEN = "version"


def typed(answers: Mapping[str, list[str]]) -> QueryDict:
    """Stored raw text, as a form would receive it."""
    data = QueryDict(mutable=True)
    for name, values in answers.items():
        data.setlist(name, values)
    return data


def raw(step: Step, data: QueryDict, start: Form = BLANK) -> dict[str, list[str]]:
    """What was typed in a step, valid or not, without what a browser or a forger adds.

    A NUL cannot be stored: it becomes the sign that stands for an unreadable character, and stays refused.
    """
    known = {*step.form(data, start=start).fields, SEEN}
    return {k: [v[:2000].replace("\x00", "\ufffd") for v in data.getlist(k)] for k in data if k in known}


def reshape(answers: Mapping[str, list[str]], data: QueryDict) -> dict[str, list[str]] | None:
    """The household's answers with a row more or less, as a button asked; None when none did."""
    more, less = data.get("more", ""), data.get("less", "")
    if more in Household.KINDS:
        rows = Household(typed(answers))._rows[more]
        free = max(rows, default=-1) + 1
        return {**answers, f"{more}_{free}_birth_date": [""]} if len(rows) < ROWS else dict(answers)
    if re.fullmatch(r"(child|custody|adult)_\d{1,3}", less):
        return {name: values for name, values in answers.items() if not name.startswith(less + "_")}
    return None


def filled(sources: Iterable[tuple[Step, Any]], start: Form = BLANK, **options: Any) -> Iterator[tuple[Step, StepForm]]:
    """Each step with its data, checked upon what the steps before it declare."""
    for step, data in sources:
        prefix = {"prefix": step.key} if options.get("prefixed") else {}
        form = step.form(data, start=start, **prefix)
        if form.is_valid():
            start = form.declared
        yield step, form


def assemble(answers: Mapping[str, Mapping[str, list[str]]], start: Form = BLANK) -> tuple[Form, list[str]]:
    """The declared form made of every stored step that holds, and the keys of the steps still wrong or missing."""
    wrong = []
    for step, form in filled([(step, typed(answers.get(step.key, {}))) for step in STEPS], start):
        if form.is_valid():
            start = form.declared
        else:
            wrong.append(step.key)
    return start, wrong
