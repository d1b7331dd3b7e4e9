"""The demand in steps: each step is a form, and turns what was typed into its part of the declared form.

A step reads what was typed; whether it is possible is for `demands.checks` alone.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from palier.common import sealing
from palier.demands.form import Address, Adult, Form, Work
from palier.law import codes
from palier.spaces.applicant.demand_fields import (
    BLANK,
    Amount,
    Count,
    Day,
    Nir,
    StepForm,
    choice,
    radio,
    text,
    tick,
    years,
)
from palier.spaces.applicant.demand_household import ROWS, Household
from palier.spaces.applicant.demand_needs import Needs
from palier.spaces.applicant.places import labels, read_place
from palier.spaces.careful import CarefulText


class Identity(StepForm):
    section = "identity"
    civility = radio("Civilité", codes.CIVILITIES)
    last_name = text("Nom")
    first_names = text("Prénoms")
    birth_name = text("Nom de naissance, s’il est différent", required=False)
    birth_date = Day(label="Date de naissance")
    nationality = radio("Nationalité", codes.NATIONALITIES)
    nir = Nir("Numéro de sécurité sociale")
    phone = text("Téléphone", required=False)
    other_phone = text("Autre téléphone", required=False)
    email = forms.EmailField(label="Adresse électronique", required=False, max_length=254)
    electronic_notices = tick(
        "J’accepte de recevoir par courriel les avis sur ma demande, dont celui de renouvellement"
    )
    line = text("Adresse (numéro et rue)")
    flat = text("Appartement", required=False)
    floor = text("Étage", required=False)
    staircase = text("Escalier", required=False)
    building = text("Bâtiment, résidence", required=False)
    host = text("Chez (nom de la personne ou de la structure)", required=False)
    country = text("Pays, hors de France", required=False)
    postcode = text("Code postal")
    town = text("Commune")
    OF_ADULT = (
        "civility", "last_name", "first_names", "birth_name", "birth_date", "nationality", "phone", "other_phone", "email",
    )  # fmt: skip
    OF_ADDRESS = ("line", "postcode", "flat", "floor", "staircase", "building", "host", "country")

    @property
    def more_address(self) -> dict[str, Any]:
        """The lines that few addresses need; `open`: an answer among them is there to see."""
        return self.group("host", "building", "staircase", "floor", "flat", "country")

    def read(self, given: dict[str, Any]) -> None:
        found = read_place(given["town"], postcode=given["postcode"])
        given["commune"] = found.commune.code if found.commune else ""
        if found.former:
            self.notices.append(found.former)

    def apply(self, given: Mapping[str, Any]) -> Form:
        adult = {name: given[name] for name in self.OF_ADULT} | {"nir": given["nir"] or self.start.applicant.nir}
        place = {name: given[name] for name in self.OF_ADDRESS}
        return dataclasses.replace(
            self.start,
            applicant=dataclasses.replace(self.start.applicant, **adult),
            address=Address(extra=given["town"], commune=given["commune"], **place),
            electronic_notices=given["electronic_notices"],
        )

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        a = form.applicant
        return {
            **{name: getattr(a, name) for name in Identity.OF_ADULT},
            **{name: getattr(form.address, name) for name in Identity.OF_ADDRESS},
            "town": form.address.extra or labels([form.address.commune]).get(form.address.commune, ""),
            "nir": a.nir, "electronic_notices": form.electronic_notices,
        }  # fmt: skip


COMMON = ("SAL", "CHO", "RET", "AF", "RSA", "AUT")
RARE = tuple(code for code, _ in codes.RESOURCES if code not in COMMON)


class Means(StepForm):
    section = "means"
    contract = choice("Votre situation professionnelle", codes.CONTRACTS)
    profession = text("Profession", required=False)
    employer = text("Employeur", required=False)
    workplace = text("Commune où vous travaillez", required=False)
    state_agent = tick("Je travaille pour l’État (fonction publique d’État, militaire, magistrat)")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._amounts("", "Votre revenu fiscal de référence")
        # At the counter every question stands on one page: nobody knows yet whether somebody else signs.
        self.asks_partner = bool(self.start.coapplicant or self.prefix)
        if self.asks_partner:
            self.fields["co_contract"] = choice("Sa situation professionnelle", codes.CONTRACTS, required=False)
            self.fields["co_profession"] = text("Sa profession", required=False)
            self.fields["co_employer"] = text("Son employeur", required=False)
            self.fields["co_workplace"] = text("Commune où cette personne travaille", required=False)
            self.fields["co_state_agent"] = tick("Cette personne travaille pour l’État")
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
            "work": [
                self[prefix + name] for name in ("contract", "profession", "employer", "workplace", "state_agent")
            ],
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
        if not self.asks_partner:
            return None
        told = any(self[name].value() or self[name].errors for name in self.fields if name.startswith("co_"))
        return self.parts("co_") | {"joint": self["co_joint"], "told": told}

    def read(self, given: dict[str, Any]) -> None:
        for prefix in ("", "co_") if self.asks_partner else ("",):
            found = read_place(given[prefix + "workplace"]) if given[prefix + "workplace"] else None
            given[prefix + "work_commune"] = found.commune.code if found and found.commune else ""
            if found and found.commune is None:
                self.add_error(prefix + "workplace", found.problem)

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
            work=Work(
                contract=given[prefix + "contract"],
                profession=given[prefix + "profession"],
                employer=given[prefix + "employer"],
                workplace=given[prefix + "work_commune"],
                state_agent=given[prefix + "state_agent"],
            ),  # fmt: skip
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
            work = adult.work
            given |= {
                prefix + "contract": work.contract, prefix + "profession": work.profession,
                prefix + "employer": work.employer, prefix + "state_agent": work.state_agent,
                prefix + "workplace": labels([work.workplace]).get(work.workplace, work.workplace),
            }  # fmt: skip
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
    aid = Amount("APL ou allocation logement reçue")
    entered_on = Day(label="Vous y vivez depuis le", required=False)
    owner_elsewhere = tick("Je suis propriétaire d’un logement ailleurs, ou une personne du ménage l’est")
    owned_place = text("Où est ce logement", required=False)
    owned_use = text("Qui l’occupe, ou pourquoi il est vide", required=False)

    def apply(self, given: Mapping[str, Any]) -> Form:
        return dataclasses.replace(self.start, home=dataclasses.replace(self.start.home, **given))

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        return {f.name: getattr(form.home, f.name) for f in dataclasses.fields(form.home)}


class WishStep(StepForm):
    section = "wish"
    motive = choice("Votre motif principal", codes.MOTIVES)
    motive_detail = choice("En quoi votre logement n’est-il pas habitable ?", codes.MOTIVE_DETAILS, required=False)
    motive_2 = choice("Deuxième motif", codes.MOTIVES, required=False)
    motive_3 = choice("Troisième motif", codes.MOTIVES, required=False)
    motive_text = text("Si vous voulez, expliquez en quelques mots", required=False, widget=CarefulText())
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
    cotenancy = tick("J’accepte la colocation")
    districts = text("Quartiers souhaités, si vous en avez", required=False)
    notes = text("Précisions utiles à votre demande", required=False, widget=CarefulText())
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
            cotenancy=given["cotenancy"],
            districts=given["districts"],
        )
        return dataclasses.replace(
            self.start, motives=tuple(motives), motive_text=given["motive_text"], wish=wish, notes=given["notes"],
            motive_detail=given["motive_detail"] if "03" in motives else "",
        )  # fmt: skip

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        wish, names = form.wish, labels(form.wish.communes)
        places = {f"place_{n}": names.get(code, code) for n, code in enumerate(wish.communes, start=1)}
        return {
            **dict(zip(("motive", "motive_2", "motive_3"), form.motives, strict=False)),
            "motive_text": form.motive_text, "types": list(wish.types), "kind": wish.kind, "max_rent": wish.max_rent,
            "widened": wish.widened, "not_ground_floor": not wish.ground_floor, "needs_lift": not wish.without_lift,
            "parking": wish.parking, "cotenancy": wish.cotenancy, "districts": wish.districts, "notes": form.notes,
            "motive_detail": form.motive_detail, **places,
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
    Step(
        "handicap",
        "Handicap et accessibilité",
        Needs,
        "Si personne n’est concerné, continuez. Dites ce qu’il faut dans le logement, jamais une maladie.",
    ),
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


def raw(
    step: Step, data: QueryDict, start: Form = BLANK, before: Mapping[str, list[str]] | None = None
) -> dict[str, list[str]]:
    """What was typed in a step, valid or not, without what a browser or a forger adds.

    `before`: what was typed there earlier; a sealed answer is not shown again, and left empty it stays. A NUL cannot be stored: it becomes the sign that stands for an unreadable character, and stays refused.
    """
    fields = step.form(data, start=start).fields
    held = {k: [v[:2000].replace("\x00", "\ufffd") for v in data.getlist(k)] for k in data if k in {*fields, SEEN}}
    for name in (name for name, field in fields.items() if isinstance(field, Nir)):
        if kept := [sealing.sealed(v) for v in held.get(name, []) if v] or (before or {}).get(name, []):
            held[name] = kept
    return held


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
