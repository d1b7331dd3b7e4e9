"""The geography shipped with Palier (sources and licences in `data/SOURCES.md`)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    code: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class EpciRow:
    siren: str
    name: str
    kind: str
    department: str


@dataclass(frozen=True, slots=True)
class CommuneRow:
    """`approximate`: the point is near, not exact. Zones are dated settings to verify (see SOURCES.md)."""

    code: str
    name: str
    postcodes: tuple[str, ...]
    population: int
    latitude: float
    longitude: float
    approximate: bool
    department: str
    epci: str | None
    aid_zone: int
    ceiling_zone: str = "other"
    rent_zone: str = "C"


@dataclass(frozen=True, slots=True)
class MergedRow:
    """A former commune and the one that it became."""

    code: str
    name: str
    department: str
    successor: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def departments() -> list[DepartmentRow]:
    """Every department of France."""
    return [DepartmentRow(**row) for row in _rows("departments.csv")]


def epcis() -> list[EpciRow]:
    """The EPCI of the departments shipped."""
    return [EpciRow(**row) for row in _rows("epcis.csv")]


def communes() -> list[CommuneRow]:
    """The living communes of the departments shipped."""
    return [
        CommuneRow(
            code=r["code"],
            name=r["name"],
            postcodes=tuple(r["postcodes"].split("|")) if r["postcodes"] else (),
            population=int(r["population"] or 0),
            latitude=float(r["latitude"]),
            longitude=float(r["longitude"]),
            approximate=r["approximate"] == "1",
            department=r["department"],
            epci=r["epci"] or None,
            aid_zone=int(r["aid_zone"]),
            rent_zone="B1" if r["aid_zone"] == "2" else "C",
        )
        for r in _rows("communes.csv")
    ]


def merged() -> list[MergedRow]:
    """Former communes and their successors."""
    return [MergedRow(**row) for row in _rows("merged.csv")]
