"""Reading the open register of companies (SIRENE), in the files and columns of its monthly stock.

Three CSV files: establishments (`StockEtablissement`), legal units (`StockUniteLegale`), successions
(`StockEtablissementLiensSuccession`). Only the columns named below are read. A natural person is nobody's employer here
unless its establishment bears a name of its own; a unit that asked not to be published is left out.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from palier.employers.siret import is_valid
from palier.law.contribution import AGRICULTURAL, PRIVATE, PUBLIC

UNIT = (
    "siren", "statutDiffusionUniteLegale", "denominationUniteLegale", "categorieJuridiqueUniteLegale",
    "trancheEffectifsUniteLegale", "anneeEffectifsUniteLegale",
)  # fmt: skip
ESTABLISHMENT = (
    "siren", "siret", "statutDiffusionEtablissement", "codeCommuneEtablissement", "dateDebut",
    "etatAdministratifEtablissement", "enseigne1Etablissement", "denominationUsuelleEtablissement",
    "activitePrincipaleEtablissement",
)  # fmt: skip
SUCCESSION = ("siretEtablissementPredecesseur", "siretEtablissementSuccesseur", "dateLienSuccession")
# « O »: what may be published whole. Others asked not to be found.
PUBLISHED = "O"
# Divisions of the nomenclature of activities that are agriculture, forestry and fishing.
_FARMING = ("01.", "02.", "03.")
# Legal forms under public law begin so.
_PUBLIC_LAW = "7"


class WrongFile(ValueError):
    """The file is not the one expected; the message says which columns are missing, in French."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A legal unit: `band`, the register's code of headcount, and the year it is of."""

    name: str
    public: bool
    band: str
    band_year: int | None


@dataclass(frozen=True, slots=True)
class Establishment:
    """`told`: what the register says, by the names of `models.Company`. `closed_on`: None while it is open."""

    siret: str
    told: dict[str, Any]
    closed_on: date | None


def sirens(path: Path, departments: Collection[str] = ()) -> set[str]:
    """The legal units that have an establishment in some departments, or everywhere: the country's would not fit in memory."""
    return {row["siren"] for row in _rows(path, ESTABLISHMENT) if _here(row, departments)}


def units(path: Path, wanted: Collection[str]) -> dict[str, Unit]:
    """SIREN → legal unit, for those wanted that may be published."""
    return {
        row["siren"]: Unit(
            row["denominationUniteLegale"].strip(),
            row["categorieJuridiqueUniteLegale"].startswith(_PUBLIC_LAW),
            row["trancheEffectifsUniteLegale"].strip(),
            int(row["anneeEffectifsUniteLegale"]) if row["anneeEffectifsUniteLegale"].isdecimal() else None,
        )
        for row in _rows(path, UNIT)
        if row["siren"] in wanted and row["statutDiffusionUniteLegale"] == PUBLISHED
    }


def establishments(path: Path, known: dict[str, Unit], departments: Collection[str] = ()) -> Iterator[Establishment]:
    """The establishments of known units, in some departments or everywhere. A wrong number is left out."""
    for row in _rows(path, ESTABLISHMENT):
        unit, place = known.get(row["siren"]), row["codeCommuneEtablissement"].strip()
        name = row["enseigne1Etablissement"].strip() or row["denominationUsuelleEtablissement"].strip()
        if (
            unit is None
            or not _here(row, departments)
            or row["statutDiffusionEtablissement"] != PUBLISHED
            or not is_valid(row["siret"])
        ):
            continue
        if not (name := unit.name or name):
            continue
        activity = row["activitePrincipaleEtablissement"].strip()
        sector = PUBLIC if unit.public else AGRICULTURAL if activity.startswith(_FARMING) else PRIVATE
        told = {
            "name": name[:120], "sector": sector, "band": unit.band[:2], "band_year": unit.band_year,
            "activity": activity[:6], "commune": place[:5],
        }  # fmt: skip
        closed = row["etatAdministratifEtablissement"] == "F"
        yield Establishment(row["siret"], told, date.fromisoformat(row["dateDebut"]) if closed else None)


def _here(row: dict[str, str], departments: Collection[str]) -> bool:
    return not departments or any(row["codeCommuneEtablissement"].startswith(code) for code in departments)


def successions(path: Path) -> dict[str, str]:
    """SIRET → the one that follows it, the latest link of each."""
    links = sorted(_rows(path, SUCCESSION), key=lambda row: row["dateLienSuccession"])
    return {row["siretEtablissementPredecesseur"]: row["siretEtablissementSuccesseur"] for row in links}


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise WrongFile(f"{path.name} : colonnes absentes : {', '.join(missing)}.")
        for row in reader:
            yield {name: row[name] or "" for name in columns}
