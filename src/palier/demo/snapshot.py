"""The frozen facts of a drawn household, for scoring in bulk: what `demands.facts.household` reads, without a query."""

from __future__ import annotations

from datetime import date
from typing import Any

from palier.demo.population import DemandRow, JobRow
from palier.law import household as law

COUPLE_LINKS = frozenset({"M", "P", "C"})


def household(row: DemandRow) -> law.Household:
    """The household of a row, equal to the one read back from the demand once it is stored."""
    form = row.form
    coapplicant, expected, wished, needs = form["coapplicant"], form["expected"], form["wish"], form["disability"]
    return law.Household(
        people=_people(form),
        couple=coapplicant is not None and coapplicant["link"] in COUPLE_LINKS,
        expected=expected["count"] if expected else 0,
        expected_on=date.fromisoformat(expected["due_on"]) if expected else None,
        home=_home(form),
        motives=tuple(form["motives"]),
        wish=law.Wish(
            types=tuple(wished["types"]), kind=wished["kind"], communes=tuple(wished["communes"]), epcis=row.epcis,
            widened=wished["widened"], max_rent=wished["max_rent"], ground_floor=wished["ground_floor"],
            without_lift=wished["without_lift"], step_free=needs["wheelchair"], adapted=needs["adapted"],
        ),
        registered_on=row.first_registered_on,
        employer=_employer(row.job) if row.account else None,
        situations=row.situations,
        transfer=form["home"]["status"] == "HLM",
        proofs=row.proofs,
    )  # fmt: skip


def _people(form: dict[str, Any]) -> tuple[law.Person, ...]:
    people = [_adult(form["applicant"], law.APPLICANT, law.APPLICANT, form["disability"]["card"])]
    if form["coapplicant"]:
        people.append(_adult(form["coapplicant"], law.COAPPLICANT, law.COAPPLICANT))
    people += [_adult(a, law.ADULT, f"adult-{n}") for n, a in enumerate(form["other_adults"], start=1)]
    for n, child in enumerate(form["dependants"], start=1):
        born = date.fromisoformat(child["birth_date"])
        people.append(law.Person(kind=law.DEPENDANT, birth_date=born, ref=f"dependant-{n}", link=child["link"]))
    for n, child in enumerate(form["custody"], start=1):
        kind = law.CUSTODY if child["arrangement"] == "G" else law.VISITING
        people.append(law.Person(kind=kind, birth_date=date.fromisoformat(child["birth_date"]), ref=f"custody-{n}"))
    return tuple(people)


def _adult(adult: dict[str, Any], kind: str, ref: str, disability: bool = False) -> law.Person:
    work = adult["work"]
    return law.Person(
        kind=kind, birth_date=date.fromisoformat(adult["birth_date"]), ref=ref, nationality=adult["nationality"],
        family_status=adult["family_status"], link=adult["link"], contract=work["contract"],
        workplace=work["workplace"], disability=disability, tax={int(y): v for y, v in adult["tax"].items()},
        resources=adult["resources"], paid=adult["paid"],
    )  # fmt: skip


def _home(form: dict[str, Any]) -> law.Home:
    home = form["home"]
    return law.Home(
        status=home["status"], kind=home["kind"], type=home["type"], surface=home["surface"],
        occupants=home["occupants"], rent=home["rent"], entered_on=date.fromisoformat(home["entered_on"]),
        commune=form["address"]["commune"],
    )  # fmt: skip


def _employer(job: JobRow | None) -> law.Employer | None:
    if job is None:
        return None
    state = job.state if job.state in ("confirmed", "denied") else "declared"
    return law.Employer(siret=job.siret, state=state, contributes=job.contributes, entered_on=job.entered_on)
