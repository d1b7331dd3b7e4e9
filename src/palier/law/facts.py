"""The closed vocabulary of facts that a criterion of a grid may test.

Each fact is computed from a `Household` on a day; a grid names facts and never runs code. A fact that
is not known is None, and no test holds on None. `section` says what proves it: a section of the form
(checked on documents) or a situation (recognised by a service).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from palier.law import codes, occupancy
from palier.law.calendar import months_between
from palier.law.ceilings import ceiling_for
from palier.law.effort import effort
from palier.law.household import AUTHORITY, DECLARED, Household, age, category, size
from palier.law.income import income_per_unit, monthly_resources, reference_income

BOOLEAN, NUMBER, CODE, CODES = "oui/non", "nombre", "code", "codes"
# The section of what an employer knows of a job, and confirms.
JOB = "job"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a grid knows of its territory: ceilings zone and rent zone."""

    zone: str = "other"
    rent_zone: str = "C"


@dataclass(frozen=True, slots=True)
class Fact:
    """`kind`: oui/non, nombre, code (one of `choices`) or codes (several of them)."""

    name: str
    kind: str
    label: str
    section: str
    compute: Callable[[Household, date, Setting], Any]
    unit: str = ""
    choices: str = ""
    situation: str = ""


def proof_of(fact: Fact, household: Household, on: date) -> str:
    """How far this fact is proved for this household: declared, document or authority."""
    if fact.situation:
        held = household.situation(fact.situation, on)
        return held.proof if held else DECLARED
    if fact.section == JOB:
        return AUTHORITY if household.employer_confirmed else DECLARED
    # What the register itself knows needs no document.
    return "authority" if fact.section == "register" else household.proofs.get(fact.section, DECLARED)


def _age(born: date | None, on: date) -> int | None:
    return None if born is None else age(born, on)


def _minors(h: Household, on: date) -> int:
    young = sum(p.birth_date is None or age(p.birth_date, on) < 18 for p in h.dependants)
    return young + h.expected


def _per_person(value: float | None, people: int | None) -> float | None:
    return None if value is None or not people else round(value / people, 2)


def _occupants(h: Household) -> int | None:
    return h.home.occupants


def _rooms(h: Household) -> int | None:
    return occupancy.ROOMS.get(h.home.type)


def _under_occupied(h: Household, on: date) -> bool | None:
    if h.home.type not in occupancy.ROOMS or h.home.occupants is None:
        return None
    return occupancy.under_occupied(h.home.type, h.home.occupants, on)


def _present(h: Household, on: date, rate: bool) -> float | None:
    """The effort of the present rent (with charges, aid deducted when it is known): percent, or euros left a day."""
    if h.home.rent is None:
        return None
    found = effort(h, rent=h.home.rent, charges=0, aid=h.home.aid or 0, on=on)
    if rate:
        return None if found.rate is None else float(found.rate * 100)
    return found.left_per_day


def _share(financing: str) -> Callable[[Household, date, Setting], float | None]:
    def compute(h: Household, on: date, place: Setting) -> float | None:
        income = reference_income(h, on).amount
        limit = ceiling_for(h, financing, zone=place.zone, rent_zone=place.rent_zone, on=on).amount
        return None if income is None else round(100 * income / limit, 2)

    return compute


def _seniority(h: Household, on: date) -> int | None:
    return None if h.registered_on is None else months_between(h.registered_on, on)


def _job(h: Household, name: str) -> Any:
    return (getattr(h.employer, name) or None) if h.employer else None


def _since(entered_on: date | None, on: date) -> int | None:
    return None if entered_on is None or entered_on > on else months_between(entered_on, on)


def _workplaces(h: Household) -> set[str]:
    return {p.workplace for p in h.adults if p.workplace}


def _held(code: str) -> Callable[[Household, date, Setting], bool]:
    return lambda h, on, place: h.situation(code, on) is not None


_LIST: tuple[Fact, ...] = (
    Fact(
        "seniority.months",
        NUMBER,
        "Mois entiers depuis la première demande",
        "register",
        lambda h, on, place: _seniority(h, on),
        "mois",
    ),
    Fact("transfer", BOOLEAN, "Déjà locataire du parc social", "home", lambda h, on, place: h.transfer),
    Fact("household.size", NUMBER, "Personnes à loger", "household", lambda h, on, place: size(h), "personne"),
    Fact(
        "household.adults",
        NUMBER,
        "Adultes signataires ou non à charge",
        "household",
        lambda h, on, place: len(h.adults),
        "personne",
    ),
    Fact(
        "household.dependants",
        NUMBER,
        "Personnes à charge",
        "household",
        lambda h, on, place: len(h.dependants) + h.expected,
        "personne",
    ),
    Fact(
        "household.minors",
        NUMBER,
        "Enfants mineurs ou à naître",
        "household",
        lambda h, on, place: _minors(h, on),
        "enfant",
    ),
    Fact("household.expected", NUMBER, "Enfants à naître", "household", lambda h, on, place: h.expected, "enfant"),
    Fact("household.couple", BOOLEAN, "Demande d’un couple", "household", lambda h, on, place: h.couple),
    Fact(
        "household.lone_parent",
        BOOLEAN,
        "Un seul adulte avec des personnes à charge",
        "household",
        lambda h, on, place: len(h.adults) == 1 and bool(h.dependants or h.expected),
    ),
    Fact(
        "household.category",
        NUMBER,
        "Catégorie de ménage des plafonds",
        "household",
        lambda h, on, place: category(h, on).number + category(h, on).extra,
    ),
    Fact(
        "household.disability",
        BOOLEAN,
        "Une personne a une carte d’invalidité",
        "household",
        lambda h, on, place: h.disability,
    ),
    Fact(
        "applicant.age",
        NUMBER,
        "Âge du demandeur",
        "identity",
        lambda h, on, place: _age(h.applicant.birth_date, on),
        "an",
    ),
    Fact(
        "home.status",
        CODE,
        "Logement actuel",
        "home",
        lambda h, on, place: h.home.status or None,
        choices="home_status",
    ),
    Fact(
        "home.type",
        CODE,
        "Type du logement actuel",
        "home",
        lambda h, on, place: h.home.type or None,
        choices="home_type",
    ),
    Fact(
        "home.surface_per_person",
        NUMBER,
        "Surface par occupant du logement actuel",
        "home",
        lambda h, on, place: _per_person(h.home.surface, _occupants(h)),
        "m²",
    ),
    Fact(
        "home.persons_per_room",
        NUMBER,
        "Occupants par pièce du logement actuel",
        "home",
        lambda h, on, place: _per_person(_occupants(h), _rooms(h)),
        "personne",
    ),
    Fact(
        "home.over_occupied",
        BOOLEAN,
        "Logement actuel sous la surface légale (CCH L822-10)",
        "home",
        lambda h, on, place: occupancy.over_occupied(h.home.surface, _occupants(h), on),
    ),
    Fact(
        "home.under_occupied",
        BOOLEAN,
        "Logement actuel sous-occupé (CCH L621-2)",
        "home",
        lambda h, on, place: _under_occupied(h, on),
    ),
    Fact(
        "home.effort",
        NUMBER,
        "Taux d’effort dans le logement actuel",
        "income",
        lambda h, on, place: _present(h, on, True),
        "%",
    ),
    Fact(
        "home.left_per_day",
        NUMBER,
        "Reste à vivre actuel par jour et par part",
        "income",
        lambda h, on, place: _present(h, on, False),
        "€",
    ),
    Fact("income.monthly", NUMBER, "Ressources mensuelles", "income", lambda h, on, place: monthly_resources(h), "€"),
    Fact(
        "income.per_unit",
        NUMBER,
        "Ressources annuelles par unité de consommation",
        "income",
        lambda h, on, place: income_per_unit(h, on),
        "€",
    ),
    Fact("income.plai_share", NUMBER, "Revenus rapportés au plafond PLAI", "income", _share("PLAI"), "%"),
    Fact("income.plus_share", NUMBER, "Revenus rapportés au plafond PLUS", "income", _share("PLUS"), "%"),
    Fact(
        "motive.principal",
        CODE,
        "Motif principal",
        "motives",
        lambda h, on, place: h.motives[0] if h.motives else None,
        choices="motive",
    ),
    Fact("motives", CODES, "Motifs de la demande", "motives", lambda h, on, place: h.motives, choices="motive"),
    Fact(
        "work.contract",
        CODE,
        "Situation professionnelle du demandeur",
        "work",
        lambda h, on, place: h.applicant.contract or None,
        choices="contract",
    ),
    Fact(
        "work.any_job",
        BOOLEAN,
        "Un adulte travaille",
        "work",
        lambda h, on, place: any(a.contract in ("CDI", "CDD", "ART", "APP") for a in h.adults),
    ),
    Fact(
        "work.employer_confirmed",
        BOOLEAN,
        "Emploi confirmé par l’employeur",
        "register",
        lambda h, on, place: h.employer_confirmed,
    ),
    Fact(
        "tie.works_there",
        BOOLEAN,
        "Travaille dans une commune souhaitée",
        "work",
        lambda h, on, place: bool(_workplaces(h) & set(h.wish.communes)),
    ),
    Fact(
        "tie.lives_there",
        BOOLEAN,
        "Habite une commune souhaitée",
        "home",
        lambda h, on, place: h.home.commune in h.wish.communes,
    ),
    *(
        Fact(f"situation.{code}", BOOLEAN, label, "situation", _held(code), situation=code)
        for code, label in codes.SITUATIONS
    ),
)
FACTS: dict[str, Fact] = {fact.name: fact for fact in _LIST}
# What an employer may order its own employees by: their job as it confirms it, and nothing of their household.
JOB_FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("job.contract", CODE, "Contrat de travail", JOB, lambda h, on, place: _job(h, "contract"), choices="contract"),
        Fact("job.seniority_months", NUMBER, "Mois entiers dans l’entreprise", JOB,
             lambda h, on, place: _since(_job(h, "entered_on"), on), "mois"),
        Fact("job.mobility", BOOLEAN, "Mobilité demandée par l’emploi", JOB, lambda h, on, place: h.employer.mobility if h.employer else None),
    )
}  # fmt: skip
# Every fact that some grid may name.
KNOWN: dict[str, Fact] = FACTS | JOB_FACTS
