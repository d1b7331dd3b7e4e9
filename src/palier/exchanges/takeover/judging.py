"""Whether a household of the file may become a demand: the form's own checks, and those of the number and the dates.

The older tool has registered the demand: what our form would refuse is told for the desk to settle, and the demand
keeps its seniority, as with the register's files (`exchanges.declared`). What cannot be counted, numbered, dated or
placed is refused.
"""

from __future__ import annotations

import re
from datetime import date

from palier.demands import checks
from palier.exchanges import declared
from palier.exchanges.reading import form_of
from palier.exchanges.sne import checks as register
from palier.exchanges.sne.document import parse_element
from palier.exchanges.takeover.building import Candidate
from palier.exchanges.takeover.places import Places
from palier.exchanges.takeover.problems import Trouble
from palier.exchanges.takeover.sources.rows import Row
from palier.law import calendar, numbers
from palier.territories.queries import search_key

OLDEST = date(1970, 1, 1)
FLAGS = {
    "legacy": "Ce numéro a une forme ancienne : il est gardé tel quel.",
    "corsica": "Ce numéro est celui d’un registre de Corse : il est gardé tel quel.",
    "overseas": "Ce numéro est celui d’un registre d’outre-mer : il est gardé tel quel.",
    "unknown_territory": "Les trois premiers caractères de ce numéro ne sont ceux d’aucun registre connu.",
}
_PERSON = {
    "line": "address.line", "town": "address.extra", "postcode": "address.postcode", "profession": "work.profession",
    "employer": "work.employer",
}  # fmt: skip
_FIELDS = {
    "expected": "expected.count", "expected_on": "expected.due_on", "motive": "motives", "motive_3": "motives",
    "motive_text": "motive_text", "types": "wish.types", "max_rent": "wish.max_rent",
    **{name: f"home.{name}" for name in ("status", "landlord", "surface", "occupants", "rent", "entered_on")},
}  # fmt: skip
_GROUPS = {"child": "dependants", "custody": "custody", "adult": "other_adults"}


def judge(made: Candidate, places: Places, on: date) -> None:
    """Complete the candidate (number, dates, department) and add what is wrong with it."""
    if made.form is None:
        return
    _number(made, on)
    _dates(made, on)
    _identity(made)
    _place(made, places)
    for problem in checks.check(made.form, on):
        made.tell(problem.code, problem.message, path_of(problem.field), blocking=problem.code in declared.BLOCKING)


def judge_register(row: Row, places: Places, on: date) -> Candidate:
    """The same for a `demandeLogement` of a stream: read and checked as a single file of the register is."""
    made = Candidate(line=row.line, at=row.place(""))
    parsed = parse_element(row.element)
    demand = parsed.demand
    made.form = form_of(demand)
    made.number, made.registered_on = demand.number or "", demand.created_on
    made.reference = made.number
    made.unmapped = [{"path": kept.path, "content": kept.content} for kept in demand.unmapped]
    found = [*parsed.anomalies, *register.check(demand, on=on, communes=places.department)]
    found += declared.anomalies(made.form, on, found)
    made.troubles = [
        Trouble(
            a.code,
            a.message,
            f"{made.at}/{a.path.removeprefix('demande/demandeLogement/')}",
            "",
            a.severity == "blocking",
        )
        for a in found
        if a.code != "element.unknown"
    ]
    _number(made, on)
    _dates(made, on)
    _place(made, places)
    return made


def path_of(name: str) -> str:
    """The field of the form that a problem of `demands.checks` is about."""
    if found := re.fullmatch(r"(child|custody|adult)_(\d+)_(\w+)", name):
        return f"{_GROUPS[found[1]]}.{found[2]}.{_of_person(found[3])}"
    if name.startswith("co_"):
        return f"coapplicant.{_of_person(name.removeprefix('co_'))}"
    if name.startswith("place_"):
        return "wish.communes"
    if name in _FIELDS:
        return _FIELDS[name]
    own = _of_person(name)
    return own if own.startswith("address.") else f"applicant.{own}"


def _of_person(name: str) -> str:
    for short, table in (("res_", "resources."), ("paid_", "paid."), ("tax_", "tax.")):
        if name.startswith(short):
            return table + name.removeprefix(short)
    return _PERSON.get(name, name)


def _number(made: Candidate, on: date) -> None:
    if not made.number:
        return
    try:
        number = numbers.parse(made.number)
    except numbers.NumberError as error:
        made.tell(error.code, str(error), "number", blocking=True)
        return
    made.number = str(number)
    for name in sorted(number.flags & FLAGS.keys()):
        made.tell(f"number.{name}", FLAGS[name], "number")
    first = number.first_month(on)
    if made.registered_on is None:
        made.registered_on = first
        made.tell(
            "registered.from_number", "La date de dépôt manque : le premier jour du mois du numéro est retenu.",
            "registered_on",
        )  # fmt: skip
    elif (made.registered_on.year, made.registered_on.month) != (first.year, first.month):
        made.tell(
            "number.month", "Le mois de ce numéro n’est pas celui de la date de dépôt : la date est gardée.", "number"
        )


def _dates(made: Candidate, on: date) -> None:
    if made.registered_on is None:
        made.tell(
            "registered.none", "La date de dépôt manque : l’ancienneté serait perdue.", "registered_on", blocking=True
        )
    elif made.registered_on > on:
        made.tell("registered.future", "Cette date de dépôt est à venir.", "registered_on", blocking=True)
    elif made.registered_on < OLDEST:
        made.tell(
            "registered.ancient",
            "Cette date de dépôt est trop ancienne : vérifiez l’année.",
            "registered_on",
            blocking=True,
        )
    if made.renewed_on is None:
        return
    if made.renewed_on > on or (made.registered_on and made.renewed_on < made.registered_on):
        made.tell(
            "renewed.wrong",
            "Cette date de renouvellement est à venir, ou précède le dépôt : elle est laissée de côté.",
            "renewed_on",
        )
        made.renewed_on = None
    elif made.registered_on and calendar.life(made.registered_on, made.renewed_on, on).expires_on <= on:
        made.tell("renewed.late", "Le renouvellement de cette demande est en retard.", "renewed_on")


def _identity(made: Candidate) -> None:
    """A row without number nor reference is known by who asks and since when."""
    assert made.form is not None
    person = made.form.applicant
    if not person.last_name:
        made.tell("person.none", "Le nom manque.", "applicant.last_name", blocking=True)
    if made.number:
        made.reference = made.number
    elif made.reference:
        made.reference = f"#{made.reference}"[:80]
    elif person.birth_date and made.registered_on:
        names = search_key(f"{person.last_name} {person.first_names}").replace(" ", "-")[:50]
        made.reference = f"={names}/{person.birth_date}/{made.registered_on}"[:80]
    else:
        made.tell(
            "row.unknown", "Sans numéro, sans référence et sans date de naissance, cette demande ne serait pas reconnue "
            "à la prochaine reprise.", "number", blocking=True,
        )  # fmt: skip


def _place(made: Candidate, places: Places) -> None:
    """The register that the demand belongs to: the number's own when it is of this territory, else the first wish's."""
    assert made.form is not None
    wished = [places.department[c] for c in made.form.wish.communes if places.department.get(c) in places.active]
    territory = made.number[:3] if numbers.valid(made.number) else ""
    own = sorted(code for code in places.active if places.registers[code] == territory)
    if own:
        made.department = next((code for code in wished if code in own), own[0])
        return
    if wished:
        made.department = wished[0]
        if territory:
            made.tell("number.elsewhere", "Ce numéro vient d’un autre registre : il est gardé tel quel.", "number")
        return
    made.tell(
        "place.elsewhere",
        "Ni le numéro ni les communes souhaitées ne sont de ce territoire.",
        "wish.communes",
        blocking=True,
    )
