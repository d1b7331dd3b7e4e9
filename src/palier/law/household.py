"""A household as the rules see it: facts frozen at one moment, and what the law derives from them.

Amounts are whole euros: a month for resources and rents, a year for tax income. A missing value is
None or an absent key, never a zero. Codes are those of `law.codes`. `Household.to_dict` gives a plain
document that can be stored with a score and read back unchanged years later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from palier.law.parameters import parameter_set
from palier.law.plain import from_plain, to_plain
from palier.law.reasons import NOTE, Reason, persons

APPLICANT, COAPPLICANT, ADULT = "applicant", "coapplicant", "adult"
DEPENDANT, CUSTODY, VISITING = "dependant", "custody", "visiting"
KINDS = (APPLICANT, COAPPLICANT, ADULT, DEPENDANT, CUSTODY, VISITING)
DECLARED, DOCUMENT, AUTHORITY = "declared", "document", "authority"
PROOFS = (DECLARED, DOCUMENT, AUTHORITY)
# What a document check proves: a criterion's proof is read per section of the form.
SECTIONS = ("identity", "household", "work", "income", "home", "motives", "wish")


@dataclass(frozen=True, slots=True)
class Person:
    """`ref` names the person in the form (applicant, coapplicant, adult-1, dependant-1…).

    `nationality`: 1 French, 2 European Union, 3 other. `tax`: year of income → reference tax income.
    `disability`: holds a "mobilité inclusion" card marked "invalidité", or the like. `major`: an adult
    child or relative in the household's care is a dependant all the same.
    """

    kind: str
    birth_date: date | None = None
    ref: str = ""
    nationality: str = ""
    family_status: str = ""
    link: str = ""
    contract: str = ""
    workplace: str = ""
    disability: bool = False
    tax: Mapping[int, int] = field(default_factory=dict)
    resources: Mapping[str, int] = field(default_factory=dict)
    paid: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_adult(self) -> bool:
        """Will sign the lease or live there as an adult who depends on nobody."""
        return self.kind in (APPLICANT, COAPPLICANT, ADULT)


@dataclass(frozen=True, slots=True)
class Home:
    """The present home. `rent`: with charges, aid not deducted. `surface` in m². `commune`: INSEE code."""

    status: str = ""
    kind: str = ""
    type: str = ""
    surface: int | None = None
    occupants: int | None = None
    rent: int | None = None
    aid: int | None = None
    entered_on: date | None = None
    commune: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is sought. `kind`: A flat, M house, I either. `communes`: INSEE codes in order.

    `epcis`: SIREN of the inter-municipal bodies of those communes: `widened` accepts their other communes.
    `step_free`: no step can be climbed. `without_lift`: upper floors are fine without a lift.
    """

    types: tuple[str, ...] = ()
    kind: str = "I"
    communes: tuple[str, ...] = ()
    epcis: tuple[str, ...] = ()
    widened: bool = False
    max_rent: int | None = None
    ground_floor: bool = True
    without_lift: bool = True
    step_free: bool = False
    adapted: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """A situation of `codes.SITUATIONS`. `proof`: declared, document (seen by a desk), authority (recognised)."""

    code: str
    proof: str = DECLARED
    since: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Employer:
    """`state`: declared, confirmed, denied. `contributes`: the firm opens its employees' rights (None: not known).

    `contract`: a code of `codes.CONTRACTS`. `mobility`: the job asks for a move (transfer, hiring far from home).
    """

    siret: str = ""
    state: str = DECLARED
    contributes: bool | None = None
    public: bool = False
    entered_on: date | None = None
    contract: str = ""
    mobility: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A dwelling the household refused. Only an `adapted` one (to needs and means) may weigh on a score."""

    on: date
    adapted: bool = True


@dataclass(frozen=True, slots=True)
class Household:
    """The facts of one demand. `couple`: applicant and co-applicant live as a couple (married, PACS, cohabiting).

    `last_twelve_months`: tax-like income of the last 12 months where it was documented (euros).
    `proofs`: section of the form → proof reached (see `SECTIONS`); absent means declared.
    `transfer`: already a tenant of the social stock.
    """

    people: tuple[Person, ...]
    couple: bool = False
    expected: int = 0
    expected_on: date | None = None
    home: Home = field(default_factory=Home)
    motives: tuple[str, ...] = ()
    wish: Wish = field(default_factory=Wish)
    registered_on: date | None = None
    employer: Employer | None = None
    situations: tuple[Situation, ...] = ()
    transfer: bool = False
    refusals: tuple[Refusal, ...] = ()
    last_twelve_months: int | None = None
    proofs: Mapping[str, str] = field(default_factory=dict)

    @property
    def applicant(self) -> Person:
        return self.people[0]

    @property
    def adults(self) -> tuple[Person, ...]:
        return tuple(p for p in self.people if p.is_adult)

    @property
    def dependants(self) -> tuple[Person, ...]:
        """Everybody in the household's care, children with visiting right included (CCH L442-12)."""
        return tuple(p for p in self.people if not p.is_adult)

    @property
    def disability(self) -> bool:
        return any(p.disability for p in self.people)

    @property
    def employer_confirmed(self) -> bool:
        return self.employer is not None and self.employer.state == "confirmed"

    def situation(self, code: str, on: date | None = None) -> Situation | None:
        """The household's situation of that code, if it has it and it is still valid on that day."""
        for held in self.situations:
            if held.code == code and (on is None or held.valid_to is None or on <= held.valid_to):
                return held
        return None

    def to_dict(self) -> dict[str, Any]:
        """A plain document, lossless."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Household:
        """Read a stored document; an unknown key raises `TypeError`."""
        household: Household = from_plain(cls, stored)
        return household


@dataclass(frozen=True, slots=True)
class Category:
    """The household's category for the ceilings: 1 to 6, and `extra` persons beyond the sixth."""

    number: int
    extra: int
    reason: Reason

    @property
    def label(self) -> str:
        return f"catégorie {self.number}" + (f" et {persons(self.extra)} de plus" if self.extra else "")


def size(household: Household) -> int:
    """Persons to house: adults, dependants, children in custody or visiting, and children to be born."""
    return len(household.people) + household.expected


def age(birth_date: date, on: date) -> int:
    """Completed years on a day; negative before birth. Born on 29 February: a year older on 1 March."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def ages(household: Household, on: date) -> tuple[int, ...]:
    """Ages of those whose birth date is known, in the order of the form."""
    return tuple(age(p.birth_date, on) for p in household.people if p.birth_date)


def young_couple(household: Household, on: date) -> bool:
    """Two persons living as a couple, nobody in their care, whose ages add up to at most 55.

    Source: order of 29 July 1987, annex I ("jeune ménage"). Unknown birth dates: not established, False.
    """
    if not household.couple or size(household) != 2 or len(household.adults) != 2:
        return False
    known = ages(household, on)
    limit: int = parameter_set("household", on=on).values["young_couple_ages"]
    return len(known) == 2 and sum(known) <= limit


def category(household: Household, on: date) -> Category:
    """The category of the order of 29 July 1987, annex I: one of 1 to 6, and persons beyond six.

    The category is the number of persons, one more for a lone person with dependants, for a young
    couple, or when a person has a disability. The table does not add these up: one more at most.
    """
    people = size(household)
    lone = len(household.adults) == 1 and people > 1
    raised, why = people, f"Votre ménage compte {persons(people)}."
    if lone:
        raised, why = people + 1, f"Vous êtes le seul adulte, avec {persons(people - 1)} à charge."
    elif young_couple(household, on):
        raised, why = 3, "Vous formez un jeune couple : vos deux âges font 55 ans au plus."
    elif household.disability:
        raised, why = people + 1, f"Votre ménage compte {persons(people)}, dont une en situation de handicap."
    number = min(raised, 6)
    extra = raised - number
    values = {"people": people, "lone": lone, "disability": household.disability}
    return Category(number, extra, Reason("household.category", why, NOTE, values))


def consumption_units(household: Household, on: date) -> float:
    """First adult 1; each other person of 14 or more 0.5; each child under 14 0.3.

    A dependant without a birth date counts as a child under 14. Unborn children and shared custody
    follow the dated parameters. Source: Insee (modified OECD scale).
    """
    scale = parameter_set("household", on=on).values["consumption_units"]
    total: float = scale["first_adult"] + scale["unborn"] * household.expected
    for person in household.people[1:]:
        older = person.is_adult if person.birth_date is None else age(person.birth_date, on) >= scale["older_from"]
        weight = scale["older"] if older else scale["younger"]
        if person.kind == CUSTODY:
            weight *= scale["custody_share"]
        elif person.kind == VISITING:
            weight *= scale["visiting_share"]
        total += weight
    return round(total, 2)
