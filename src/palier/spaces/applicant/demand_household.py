"""The household step: people in rows, as many as there are."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms

from palier.demands.form import Adult, Custody, Dependant, Expected, Form
from palier.law import codes
from palier.spaces.applicant.demand_fields import (
    BLANK,
    Amount,
    Count,
    Day,
    Nir,
    StepForm,
    choice,
    text,
    tick,
    years,
)

# More rows than a household may have: the excess must be read to be refused.
ROWS = 30


class Household(StepForm):
    section = "household"
    family_status = choice("Votre situation de famille", codes.FAMILY_STATUSES)
    with_partner = tick("Une autre personne signera le bail avec moi")
    co_link = choice("Cette personne est votre", codes.APPLICANT_LINKS, required=False)
    co_last_name = text("Son nom", required=False)
    co_first_names = text("Ses prénoms", required=False)
    co_birth_date = Day(label="Sa date de naissance", required=False)
    co_civility = choice("Sa civilité", codes.CIVILITIES, required=False)
    co_birth_name = text("Son nom de naissance, s’il est différent", required=False)
    co_nationality = choice("Sa nationalité", codes.NATIONALITIES, required=False)
    co_family_status = choice("Sa situation de famille", codes.FAMILY_STATUSES, required=False)
    co_phone = text("Son téléphone", required=False)
    co_email = forms.EmailField(label="Son adresse électronique", required=False, max_length=254)
    co_nir = Nir("Son numéro de sécurité sociale")
    expected = Count(label="Enfants à naître", required=False)
    expected_on = Day(label="Date prévue de la naissance", required=False)
    OF_PARTNER = (
        "link", "last_name", "first_names", "birth_date", "civility", "birth_name", "nationality", "family_status",
        "phone", "email",
    )  # fmt: skip
    KINDS = ("child", "custody", "adult")
    WORDS = {"child": "Personne", "custody": "Enfant", "adult": "Adulte"}
    ASKED = {"child": ("_birth_date",), "custody": ("_birth_date",), "adult": ("_birth_date", "_last_name")}
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
            for rank, number in enumerate(numbers, start=1):
                self._add(kind, str(number))
                for name in self._parts(kind, number):
                    self.fields[name].about = f"{self.WORDS[kind]} {rank}"

    def _numbers(self, kind: str) -> list[int]:
        names = self.data if self.is_bound else self.initial
        start = self.add_prefix(kind) if self.is_bound else kind
        found = {int(m[1]) for name in names if (m := re.match(rf"{re.escape(start)}_([0-9]{{1,3}})_", name))}
        return sorted(found)[:ROWS] or ([0] if kind == "child" else [])

    def _add(self, kind: str, number: str) -> None:
        start = f"{kind}_{number}_"
        if kind == "child":
            self.fields[start + "first_names"] = text("Prénom", required=False)
            self.fields[start + "last_name"] = text("Nom, s’il est différent du vôtre", required=False)
        elif kind == "adult":
            self.fields[start + "last_name"] = text("Nom", required=False)
            self.fields[start + "first_names"] = text("Prénoms", required=False)
        self.fields[start + "birth_date"] = Day(label="Date de naissance", required=False)
        if kind != "adult":
            self.fields[start + "sex"] = choice("Sexe", codes.SEXES, required=False)
        if kind == "child":
            self.fields[start + "link"] = forms.ChoiceField(
                label="Lien avec vous", choices=codes.KINSHIPS, required=False
            )
        elif kind == "custody":
            self.fields[start + "arrangement"] = forms.ChoiceField(
                label="Il ou elle vient chez vous", choices=codes.CUSTODIES, required=False
            )
        else:
            self.fields[start + "nationality"] = choice("Nationalité", codes.NATIONALITIES, required=False)
            self.fields[start + "contract"] = choice("Situation professionnelle", codes.CONTRACTS, required=False)
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
                needed = [n for n in parts if n.endswith(self.ASKED[kind]) and given[n] in ("", None)]
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
                start.coapplicant or BLANK.applicant,
                nir=given["co_nir"] or (start.coapplicant.nir if start.coapplicant else ""),
                **{name: given[f"co_{name}"] for name in self.OF_PARTNER},
            )
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
        )

    def _dependant(self, given: Mapping[str, Any], n: int) -> Dependant:
        names, born = given[f"child_{n}_first_names"], given[f"child_{n}_birth_date"]
        former = _same(self.start.dependants, names, born) or Dependant()
        return dataclasses.replace(
            former, first_names=names, birth_date=born, link=given[f"child_{n}_link"] or former.link,
            last_name=given[f"child_{n}_last_name"], sex=given[f"child_{n}_sex"],
        )  # fmt: skip

    def _custody(self, given: Mapping[str, Any], n: int) -> Custody:
        born, arrangement = given[f"custody_{n}_birth_date"], given[f"custody_{n}_arrangement"] or "G"
        former = next((c for c in self.start.custody if c.birth_date == born), Custody())
        return dataclasses.replace(former, birth_date=born, arrangement=arrangement, sex=given[f"custody_{n}_sex"])

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
            nationality=given[f"adult_{n}_nationality"],
            work=dataclasses.replace(former.work, contract=given[f"adult_{n}_contract"]),
        )  # fmt: skip

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        given: dict[str, Any] = {"family_status": form.applicant.family_status}
        if form.expected:
            given |= {"expected": form.expected.count, "expected_on": form.expected.due_on}
        if form.coapplicant:
            partner = form.coapplicant
            given |= {f"co_{name}": getattr(partner, name) for name in (*Household.OF_PARTNER, "nir")}
            given["with_partner"] = True
        for n, child in enumerate(form.dependants):
            start = f"child_{n}_"
            given |= {
                start + "first_names": child.first_names,
                start + "last_name": child.last_name,
                start + "birth_date": child.birth_date,
                start + "sex": child.sex,
                start + "link": child.link,
            }
        for n, custody in enumerate(form.custody):
            start = f"custody_{n}_"
            given |= {start + name: getattr(custody, name) for name in ("birth_date", "sex", "arrangement")}
        for n, adult in enumerate(form.other_adults):
            start = f"adult_{n}_"
            given |= {
                start + "last_name": adult.last_name, start + "first_names": adult.first_names,
                start + "birth_date": adult.birth_date, start + "nationality": adult.nationality,
                start + "contract": adult.work.contract,
                start + "res": sum(adult.resources.values()) if adult.resources else "",
                **{f"{start}tax_{year}": adult.tax.get(str(year), "") for year in years()},
            }  # fmt: skip
        return given


def _same(people: Iterable[Any], first_names: str, born: date | None) -> Any:
    """The person already declared, whose other answers are kept."""
    return next((p for p in people if (p.first_names, p.birth_date) == (first_names, born)), None)
