"""The bodies of the demonstration: invented landlords and employers, the real local authorities by name only."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from palier.demo.chance import DATA
from palier.demo.places import by_code
from palier.territories import geography

DEPARTMENTS = ("14", "61")
OF_DEPARTMENT = {"14": "du Calvados", "61": "de l’Orne"}
SEAT = {"14": "14118", "61": "61001"}
TOWNS = 20


@dataclass(frozen=True, slots=True)
class Body:
    """`kind`: a code of OrganisationKind. `area`: department codes and EPCI SIRENs of a landlord's stock.

    `dwellings`: of a landlord, at department scale. `commune`: INSEE code of its seat, or the town of a
    municipal authority; `headcount`, `sector`, `weight`: of an employer.
    """

    key: str
    kind: str
    name: str
    siret: str = ""
    register_desk: str = ""
    departments: tuple[str, ...] = DEPARTMENTS
    epci: str | None = None
    commune: str | None = None
    address: str = ""
    dwellings: int = 0
    area: tuple[str, ...] = ()
    headcount: int = 0
    sector: str = "private"
    weight: int = 0

    @property
    def email(self) -> str:
        return f"contact.{self.key}@exemple.fr"


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def landlords() -> tuple[Body, ...]:
    """19 landlords; every one also registers demands (CCH L441-2-1)."""
    return tuple(_landlord(row) for row in _rows("landlords.csv"))


def _landlord(row: dict[str, str]) -> Body:
    area = tuple(row["area"].split("|"))
    places = [c for c in by_code().values() if c.department in area or c.epci in area]
    seat = max(places, key=lambda c: c.population)
    departments = tuple(sorted({c.department for c in places}))
    return Body(
        row["key"], "landlord", row["name"], row["siret"], row["register_desk"], departments, commune=seat.code,
        address=f"1 place du Colombier, {seat.postcodes[0]} {seat.name}", dwellings=int(row["dwellings"]), area=area,
    )  # fmt: skip


@cache
def authorities() -> tuple[Body, ...]:
    """54 local authorities: the two departments, the EPCI and the largest towns. "authority" is Caen la mer."""
    bodies = [
        Body(f"departement-{d}", "authority", f"Département {OF_DEPARTMENT[d]}", departments=(d,), commune=SEAT[d])
        for d in DEPARTMENTS
    ]
    caen = by_code()[SEAT["14"]].epci
    for e in geography.epcis():
        key = "authority" if e.siren == caen else f"epci-{e.siren}"
        bodies.append(Body(key, "authority", e.name, departments=(e.department,), epci=e.siren))
    towns = sorted(by_code().values(), key=lambda c: -c.population)[:TOWNS]
    bodies += [
        Body(f"ville-{c.code}", "authority", f"Ville {_of(c.name)}", departments=(c.department,), epci=c.epci,
             commune=c.code)
        for c in towns
    ]  # fmt: skip
    return tuple(bodies)


def _of(name: str) -> str:
    return f"d’{name}" if name[0] in "AEIOUÉH" and name != "Honfleur" else f"de {name}"


@cache
def holders() -> tuple[Body, ...]:
    """Who may hold reservation rights beside the local authorities: the State and Action Logement ("holder")."""
    state = [
        Body(f"etat-{d}", "state", f"État, préfecture {OF_DEPARTMENT[d]}", departments=(d,), commune=SEAT[d])
        for d in DEPARTMENTS
    ]
    return (*state, Body("holder", "action_logement", "Action Logement Services (démonstration)", commune=SEAT["14"]))


@cache
def employers() -> tuple[Body, ...]:
    """12 employers with an account; eleven private, one public; one under the threshold of the contribution."""
    return tuple(
        Body(
            r["key"], "employer", r["name"], r["siret"], departments=(r["commune"][:2],), commune=r["commune"],
            headcount=int(r["headcount"]), sector=r["sector"], weight=int(r["weight"]),
        )
        for r in _rows("employers.csv")
    )  # fmt: skip


@cache
def desks() -> tuple[Body, ...]:
    """Registration desks that are not landlords; "desk" is the one of the cast."""
    return (
        Body("desk", "desk", "Point logement de Caen (démonstration)", register_desk="DG001", departments=("14",),
             commune="14118", address="3 rue des Drapiers, 14000 Caen"),
        Body("desk-alencon", "desk", "Point logement d’Alençon (démonstration)", register_desk="DG002",
             departments=("61",), commune="61001", address="8 rue des Dentellières, 61000 Alençon"),
    )  # fmt: skip


@cache
def operators() -> tuple[Body, ...]:
    """Who runs the site."""
    return (Body("operator", "operator", "Équipe Palier (démonstration)", commune="14118"),)


def everyone() -> tuple[Body, ...]:
    """Every body of the demonstration; keys are unique."""
    return (*landlords(), *authorities(), *holders(), *employers(), *desks(), *operators())
