"""One set of checks on a declared form, with stable codes and French words, shared by web, desk and file.

Each problem names the section and the field of its answer, so that every door shows it in its place. What is
missing is for each door to ask: a desk or a file may leave out what the household's own steps require.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from palier.common.errors import Refused
from palier.demands.form import Adult, Dependant, Form
from palier.law import calendar, careful, codes
from palier.law.household import age

NAME_LENGTH = 80
TEXT_LENGTH = 120
NOTE_LENGTH = 500
PEOPLE = 20
MANY = 10
OLDEST = 120
YOUNGEST_APPLICANT = 16
PARENT_GAP = 12
UNBORN = 5
COMMUNES = 10
MOTIVES = 3
MONTHLY = 100_000
YEARLY = 10_000_000
SURFACE = (5, 500)
OCCUPANTS = (1, 30)

# They turn the reading order over, or cannot be seen: a name is never written with them.
HIDDEN = frozenset("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
_NOT_TEXT = frozenset({"Cc", "Cs", "Co", "Cn"})
_PHONE = re.compile(r"\+?[0-9 .()\u00a0\u202f-]{6,20}")
_NOT_A_NAME = _NOT_TEXT | {"So", "Sk", "Me", "Zl", "Zp"}


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
    return [
        *_identity(form, on),
        *_household(form, on),
        *_means(form),
        *_home(form, on),
        *_needs(form),
        *_wish(form, on),
    ]


def refuse(form: Form, on: date, *, before: Form | None = None) -> None:
    """Raise the first blocking problem. A change answers only for what it brings: problems of `before` are not its own."""
    known = check(before, on) if before else []
    for problem in check(form, on):
        if problem.blocking and problem not in known:
            raise Refused(problem.code, problem.message, field=problem.field)


def name_problem(text: str) -> str:
    """Why a text cannot be a name, or an empty text. Any script is welcome, in any direction; pictures are not."""
    if len(text) > NAME_LENGTH:
        return f"Ce nom compte {len(text)} caractères : {NAME_LENGTH} au plus."
    if any(c in HIDDEN for c in text):
        return "Ce nom contient des caractères invisibles : effacez-le et écrivez-le de nouveau."
    wrong = any(unicodedata.category(c) in _NOT_A_NAME or c in "<>{}" for c in text)
    if wrong or (text and not any(c.isalpha() for c in text)):
        return "Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes."
    return ""


def text_problem(text: str, most: int = TEXT_LENGTH) -> str:
    """Why a short free text cannot be kept, or an empty text."""
    if len(text) > most:
        return f"Cette réponse compte {len(text)} caractères : {most} au plus."
    if any(c in HIDDEN or c == "\ufffd" or unicodedata.category(c) in _NOT_TEXT and c not in "\r\n\t" for c in text):
        return "Cette réponse contient des caractères invisibles : effacez-la et écrivez-la de nouveau."
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


def amount_problem(amount: int | None, most: int = MONTHLY) -> str:
    """Why an amount is impossible, or an empty text."""
    if amount is None:
        return ""
    if amount < 0:
        return "Un montant ne peut pas être négatif."
    if amount > most:
        return "Ce montant n’est pas possible : vérifiez le nombre de chiffres."
    return ""


def _identity(form: Form, on: date) -> Iterator[Problem]:
    yield from _adult(form.applicant, "identity", "", on)
    place = form.address
    texts = {"line": place.line, "town": place.extra}
    texts |= {name: getattr(place, name) for name in ("flat", "floor", "staircase", "building", "host", "country")}
    for field, text in texts.items():
        if why := text_problem(text):
            yield Problem("address.text", "identity", field, why)
    if place.postcode and not place.country and not re.fullmatch("[0-9]{5}", place.postcode):
        yield Problem("address.postcode", "identity", "postcode", "Un code postal a cinq chiffres.")


def _adult(adult: Adult, section: str, prefix: str, on: date) -> Iterator[Problem]:
    names = {"last_name": adult.last_name, "birth_name": adult.birth_name, "first_names": adult.first_names}
    for field, text in names.items():
        if why := name_problem(text):
            yield Problem("person.name", section, prefix + field, why)
    for field, phone in (("phone", adult.phone), ("other_phone", adult.other_phone)):
        if phone and not _PHONE.fullmatch(phone):
            yield Problem(
                "person.phone", section, prefix + field, "Écrivez un numéro de téléphone, par exemple 06 39 98 00 00."
            )
    if why := birth_problem(adult.birth_date, on):
        yield Problem("person.birth", section, prefix + "birth_date", why)
    elif adult.birth_date and age(adult.birth_date, on) < YOUNGEST_APPLICANT:
        yield Problem(
            "person.minor",
            section,
            prefix + "birth_date",
            f"Il faut avoir au moins {YOUNGEST_APPLICANT} ans pour signer un bail."
            if section == "household"
            else f"Il faut avoir au moins {YOUNGEST_APPLICANT} ans pour déposer une demande.",
        )


def _household(form: Form, on: date) -> Iterator[Problem]:
    if form.coapplicant:
        yield from _adult(form.coapplicant, "household", "co_", on)
    for n, adult in enumerate(form.other_adults):
        yield from _adult(adult, "household", f"adult_{n}_", on)
        yield from _tax(adult, "household", f"adult_{n}_")
        for amount in (*adult.resources.values(), *adult.paid.values()):
            if why := amount_problem(amount):
                yield Problem("income.amount", "household", f"adult_{n}_res", why)
    for n, child in enumerate(form.dependants):
        yield from _dependant(child, form, f"child_{n}_", on)
    for n, child in enumerate(form.custody):
        if why := birth_problem(child.birth_date, on):
            yield Problem("custody.birth", "household", f"custody_{n}_birth_date", why)
    if form.expected:
        yield from _expected(form, on)
    if form.people > PEOPLE:
        yield Problem(
            "household.size",
            "household",
            "",
            f"Vous déclarez {form.people} personnes. Au-delà de {PEOPLE}, adressez-vous à un guichet : il vous aidera "
            "à faire deux demandes.",
        )
    elif form.people > MANY:
        yield Problem(
            "household.large",
            "household",
            "",
            f"Vous déclarez {form.people} personnes : vérifiez qu’il n’y a pas d’erreur.",
            blocking=False,
        )


def _dependant(child: Dependant, form: Form, prefix: str, on: date) -> Iterator[Problem]:
    for field, text in (("first_names", child.first_names), ("last_name", child.last_name)):
        if why := name_problem(text):
            yield Problem("dependant.name", "household", prefix + field, why)
    if why := birth_problem(child.birth_date, on):
        yield Problem("dependant.birth", "household", prefix + "birth_date", why)
    elif child.link == "E" and child.birth_date:
        parents = [a.birth_date for a in form.adults if a.birth_date]
        if parents and all(age(parent, child.birth_date) < PARENT_GAP for parent in parents):
            yield Problem(
                "dependant.older",
                "household",
                prefix + "birth_date",
                "Cet enfant serait plus âgé que ses parents, ou presque : vérifiez les deux dates.",
            )


def _expected(form: Form, on: date) -> Iterator[Problem]:
    if not 1 <= form.expected.count <= UNBORN:
        yield Problem("expected.count", "household", "expected", f"Écrivez un nombre de 0 à {UNBORN}.")
    due = form.expected.due_on
    if due and due > calendar.add_months(on, 10):
        yield Problem("expected.far", "household", "expected_on", "Cette naissance est trop lointaine : vérifiez.")
    elif due and calendar.add_months(due, 2) < on:
        yield Problem(
            "expected.past", "household", "expected_on", "Cette date est passée : ajoutez l’enfant à votre charge."
        )


def _means(form: Form) -> Iterator[Problem]:
    for prefix, adult in (("", form.applicant), ("co_", form.coapplicant)):
        if adult is None:
            continue
        for field, text in (("profession", adult.work.profession), ("employer", adult.work.employer)):
            if why := text_problem(text):
                yield Problem("work.text", "means", prefix + field, why)
        for kind, amounts in (("res", adult.resources), ("paid", adult.paid)):
            for code, amount in amounts.items():
                if why := amount_problem(amount):
                    yield Problem("income.amount", "means", f"{prefix}{kind}_{code}", why)
        yield from _tax(adult, "means", prefix)


def _tax(adult: Adult, section: str, prefix: str) -> Iterator[Problem]:
    for year, amount in adult.tax.items():
        if why := amount_problem(amount, YEARLY):
            yield Problem("income.tax", section, f"{prefix}tax_{year}", why)


def _home(form: Form, on: date) -> Iterator[Problem]:
    home, born = form.home, form.applicant.birth_date
    if home.status and not codes.known("home_status", home.status):
        yield Problem("home.status", "home", "status", "Choisissez une situation dans la liste.")
    for field, text in (("owned_place", home.owned_place), ("owned_use", home.owned_use)):
        if why := text_problem(text):
            yield Problem("home.owned", "home", field, why)
    if why := text_problem(home.landlord):
        yield Problem("home.landlord", "home", "landlord", why)
    if home.surface is not None and not SURFACE[0] <= home.surface <= SURFACE[1]:
        yield Problem("home.surface", "home", "surface", f"Écrivez une surface de {SURFACE[0]} à {SURFACE[1]} m².")
    if home.occupants is not None and not OCCUPANTS[0] <= home.occupants <= OCCUPANTS[1]:
        yield Problem(
            "home.occupants", "home", "occupants", f"Écrivez un nombre de {OCCUPANTS[0]} à {OCCUPANTS[1]} personnes."
        )
    for field, amount in (("rent", home.rent), ("aid", home.aid)):
        if why := amount_problem(amount):
            yield Problem(f"home.{field}", "home", field, why)
    if home.entered_on is None:
        return
    if home.entered_on > on:
        yield Problem("home.entered", "home", "entered_on", "Cette date est à venir.")
    elif born and home.entered_on < born:
        yield Problem("home.before_birth", "home", "entered_on", "Cette date est antérieure à votre naissance.")
    elif age(home.entered_on, on) > OLDEST:
        yield Problem("home.ancient", "home", "entered_on", "Cette date est trop ancienne : vérifiez l’année.")


def _needs(form: Form) -> Iterator[Problem]:
    held = form.disability
    if held.stairs == "1" and "4" not in held.needs and not held.wheelchair and not form.wish.ground_floor:
        yield Problem(
            "needs.stairs", "needs", "stairs", "Aucune marche possible, et pas de rez-de-chaussée : demandez un ascenseur.",
            blocking=False,
        )  # fmt: skip


def _wish(form: Form, on: date) -> Iterator[Problem]:
    wish = form.wish
    if not form.motives:
        yield Problem("motive.none", "wish", "motive", "Indiquez votre motif principal.")
    elif len(form.motives) > MOTIVES:
        yield Problem("motive.many", "wish", "motive_3", f"{MOTIVES} motifs au plus, le principal compris.")
    if why := text_problem(form.motive_text, NOTE_LENGTH):
        yield Problem("motive.text", "wish", "motive_text", why)
    if why := text_problem(wish.districts):
        yield Problem("wish.districts", "wish", "districts", why)
    if why := text_problem(form.notes, NOTE_LENGTH):
        yield Problem("notes.text", "wish", "notes", why)
    for field, text in (("motive_text", form.motive_text), ("notes", form.notes)):
        if words := careful.warning(text, on):
            yield Problem("text.careful", "wish", field, words, blocking=False)
    if not wish.types:
        yield Problem("wish.types", "wish", "types", "Choisissez au moins un type de logement.")
    if not wish.communes:
        yield Problem("wish.communes", "wish", "place_1", "Choisissez au moins une commune.")
    elif len(wish.communes) > COMMUNES:
        yield Problem("wish.many", "wish", f"place_{COMMUNES}", f"{COMMUNES} communes au plus.")
    if why := amount_problem(wish.max_rent):
        yield Problem("wish.rent", "wish", "max_rent", why)
