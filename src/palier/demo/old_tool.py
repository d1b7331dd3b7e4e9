"""The export of « Logis 2000 », an older tool invented to try a take-over: the demo's households in its own columns."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from palier.demo.population import DemandRow, demands
from palier.exchanges.takeover.mapping import shipped
from palier.territories.geography import communes

CHILDREN = 6


def write(path: Path, count: int, *, today: date, start: int = 0, encoding: str = "cp1252") -> None:
    """A file of `count` households, semicolons and Windows-1252 as such tools write them."""
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        made = rows(count, today=today, start=start)
        first = next(made)
        writer = csv.DictWriter(file, list(first), delimiter=";")
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(made)


def rows(count: int, *, today: date, start: int = 0) -> Iterator[dict[str, str]]:
    """Column → text of each household."""
    tables = tomllib.loads(shipped()["logis-2000"])["codes"]
    # The last older word of a code is the one the export writes.
    words = {name: {code: word for word, code in table.items() if code} for name, table in tables.items()}
    names = {c.code: c.name for c in communes()}
    for row in islice(demands("region", today=today, start=start), count):
        yield _row(row, words, names)


def _row(row: DemandRow, words: dict[str, dict[str, str]], names: dict[str, str]) -> dict[str, str]:
    form = row.form
    person, home, wish, partner = form["applicant"], form["home"], form["wish"], form["coapplicant"] or {}
    expected, address = form["expected"] or {}, form["address"]

    def said(table: str, code: str) -> str:
        return words[table].get(code, code)

    cells = {
        "Dossier": f"L{row.index:07d}", "Numéro unique": row.number, "Statut": "Active",
        "Déposée le": _day(row.first_registered_on), "Renouvelée le": _day(row.renewed_on),
        "Civilité": said("civilities", person["civility"]), "Nom": person["last_name"],
        "Nom de naissance": person["birth_name"], "Prénoms": person["first_names"],
        "Né(e) le": _day(person["birth_date"]), "Nationalité": said("nationalities", person["nationality"]),
        "Situation de famille": said("families", person["family_status"]), "Portable": person["phone"], "Téléphone": "",
        "Courriel": person["email"], "Emploi": said("contracts", person["work"]["contract"]),
        "Profession": person["work"]["profession"], "Employeur": person["work"]["employer"],
        "Commune de travail (INSEE)": person["work"]["workplace"],
        "RFR 2024": _euros(person["tax"].get("2024")), "RFR 2025": _euros(person["tax"].get("2025")),
        "Salaire": _euros(person["resources"].get("SAL")), "Chômage": _euros(person["resources"].get("CHO")),
        "Retraite": _euros(person["resources"].get("RET")), "RSA": _euros(person["resources"].get("RSA")),
        "AAH": _euros(person["resources"].get("AAH")), "Prestations familiales": _euros(person["resources"].get("AF")),
        "Autres ressources": _euros(person["resources"].get("AUT")),
        "Adresse": address["line"], "Code postal": address["postcode"], "Ville": names.get(address["commune"], ""),
        "Enfants à naître": str(expected.get("count", "")), "Naissance prévue": _day(expected.get("due_on")),
        "Logement actuel": said("homes", home["status"]), "Catégorie": said("kinds", home["kind"]),
        "Type actuel": said("types", home["type"]), "Surface": str(home["surface"] or ""),
        "Occupants": str(home["occupants"] or ""), "Loyer": _euros(home["rent"]), "Bailleur actuel": home["landlord"],
        "Entrée dans les lieux": _day(home["entered_on"]),
        **{f"Motif {n}": said("motives", form["motives"][n - 1]) if len(form["motives"]) >= n else "" for n in (1, 2, 3)},
        "Types demandés": " / ".join(said("types", code) for code in wish["types"]),
        "Communes demandées": ", ".join(names[code] for code in wish["communes"]),
        "Catégorie demandée": said("wished_kinds", wish["kind"]), "Élargir": _flag(wish["widened"]),
        "Loyer maximal": _euros(wish["max_rent"]), "Parking": _flag(wish["parking"]),
        "Fauteuil roulant": _flag(form["disability"]["wheelchair"]),
        "Conjoint nom": partner.get("last_name", ""), "Conjoint prénoms": partner.get("first_names", ""),
        "Conjoint civilité": said("civilities", partner.get("civility", "")),
        "Conjoint né(e) le": _day(partner.get("birth_date")), "Conjoint lien": said("links", partner.get("link", "")),
        "Conjoint emploi": said("contracts", partner.get("work", {}).get("contract", "")),
        "Conjoint salaire": _euros(partner.get("resources", {}).get("SAL")),
        "Conjoint RFR 2025": _euros(partner.get("tax", {}).get("2025")),
    }  # fmt: skip
    children = form["dependants"]
    for n in range(1, CHILDREN + 1):
        child: dict[str, Any] = children[n - 1] if len(children) >= n else {}
        cells[f"Enfant {n} prénom"] = child.get("first_names", "")
        cells[f"Enfant {n} nom"] = child.get("last_name", "")
        cells[f"Enfant {n} né(e) le"] = _day(child.get("birth_date"))
        cells[f"Enfant {n} sexe"] = said("sexes", child.get("sex", ""))
    return {**cells, "Quartier souhaité": "", "Observations": form["notes"]}


def _day(value: Any) -> str:
    if not value:
        return ""
    found = value if isinstance(value, date) else date.fromisoformat(value)
    return f"{found:%d/%m/%Y}"


def _euros(value: int | None) -> str:
    return "" if value is None else f"{value:,}".replace(",", "\u00a0") + ",00\u00a0€"


def _flag(value: bool) -> str:
    return "Oui" if value else "Non"
