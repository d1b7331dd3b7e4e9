"""One set of checks on a declared form, with stable codes and French words, shared by web, desk and file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from palier.demands.form import Adult, Form
from palier.law import codes
from palier.law.household import age

NAME_LENGTH = 80
PEOPLE = 20
OLDEST = 120
PARENT_GAP = 12
COMMUNES = 10
AMOUNT = 100_000


@dataclass(frozen=True, slots=True)
class Problem:
    """`field`: its name in the section's form. A problem that does not block is shown, never imposed."""

    code: str
    section: str
    field: str
    message: str
    blocking: bool = True


def check(form: Form, on: date) -> list[Problem]:
    """Every problem of a form on a day, in the order of its sections."""
    return [*_identity(form, on), *_household(form, on), *_means(form), *_home(form, on), *_wish(form)]


def name_problem(text: str) -> str:
    """Why a text cannot be a name, or an empty text. Any script is welcome; emoji and controls are not."""
    if len(text) > NAME_LENGTH:
        return f"{NAME_LENGTH} caractères au plus."
    if any(unicodedata.category(c) in ("Cc", "So", "Cs", "Cn", "Co") or c in "<>{}" for c in text):
        return "Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes."
    return ""


def birth_problem(born: date | None, on: date) -> str:
    """Why a birth date is impossible, or an empty text."""
    if born is None:
        return ""
    if born > on:
        return "Cette date de naissance est à venir."
    if age(born, on) > OLDEST:
        return f"Cette date donnerait plus de {OLDEST} ans : vérifiez l’année."
    return ""


def _identity(form: Form, on: date) -> Iterator[Problem]:
    for prefix, adult in (("", form.applicant), ("co_", form.coapplicant)):
        if adult is None:
            continue
        yield from _adult(adult, prefix, on)
    if form.address.postcode and not re.fullmatch(r"\d{5}", form.address.postcode):
        yield Problem("address.postcode", "identity", "postcode", "Un code postal a cinq chiffres.")


def _adult(adult: Adult, prefix: str, on: date) -> Iterator[Problem]:
    for field, text in (("last_name", adult.last_name), ("first_names", adult.first_names)):
        if why := name_problem(text):
            yield Problem("person.name", "identity", prefix + field, why)
    if why := birth_problem(adult.birth_date, on):
        yield Problem("person.birth", "identity", prefix + "birth_date", why)
    elif adult.birth_date and age(adult.birth_date, on) < 16:
        yield Problem(
            "person.minor", "identity", prefix + "birth_date", "Il faut avoir au moins 16 ans pour déposer une demande."
        )


def _household(form: Form, on: date) -> Iterator[Problem]:
    for row, child in enumerate(form.dependants):
        if why := birth_problem(child.birth_date, on):
            yield Problem("dependant.birth", "household", f"people-{row}-birth_date", why)
        elif child.link == "E" and child.birth_date and form.applicant.birth_date:
            parents = [a.birth_date for a in form.adults if a.birth_date]
            if parents and all((child.birth_date - p).days < PARENT_GAP * 365 for p in parents):
                yield Problem(
                    "dependant.older",
                    "household",
                    f"people-{row}-birth_date",
                    "Cet enfant serait plus âgé que ses parents, ou presque : vérifiez les deux dates.",
                )
        if why := name_problem(child.first_names):
            yield Problem("dependant.name", "household", f"people-{row}-first_names", why)
    if form.people > PEOPLE:
        yield Problem(
            "household.size",
            "household",
            "",
            f"Un ménage compte ici {PEOPLE} personnes au plus. Au-delà, adressez-vous à un guichet.",
        )
    elif form.people > 10:
        yield Problem(
            "household.large",
            "household",
            "",
            f"Vous déclarez {form.people} personnes : vérifiez qu’il n’y a pas d’erreur.",
            blocking=False,
        )


def _means(form: Form) -> Iterator[Problem]:
    for prefix, adult in (("", form.applicant), ("co_", form.coapplicant)):
        if adult is None:
            continue
        for code, amount in adult.resources.items():
            if not 0 <= amount <= AMOUNT:
                yield Problem("income.amount", "means", f"{prefix}res_{code}", "Ce montant mensuel n’est pas possible.")
        for year, amount in adult.tax.items():
            if not 0 <= amount <= 100 * AMOUNT:
                yield Problem("income.tax", "means", f"{prefix}tax_{year}", "Ce revenu annuel n’est pas possible.")


def _home(form: Form, on: date) -> Iterator[Problem]:
    if form.home.status and not codes.known("home_status", form.home.status):
        yield Problem("home.status", "home", "status", "Choisissez une situation dans la liste.")
    if form.home.entered_on and form.home.entered_on > on:
        yield Problem("home.entered", "home", "entered_on", "Cette date est à venir.")


def _wish(form: Form) -> Iterator[Problem]:
    if not form.wish.types:
        yield Problem("wish.types", "wish", "types", "Choisissez au moins un type de logement.")
    if not form.wish.communes:
        yield Problem("wish.communes", "wish", "communes", "Choisissez au moins une commune.")
    elif len(form.wish.communes) > COMMUNES:
        yield Problem("wish.many", "wish", "communes", f"{COMMUNES} communes au plus.")
    if not form.motives:
        yield Problem("motive.none", "wish", "motive", "Indiquez votre motif principal.")
