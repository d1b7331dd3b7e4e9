"""The housing aid computed here beside an independent open model of French benefits, on drawn tenants.

`./palier bench aid [--cases 2000]`. The model (openfisca-france, AGPL) is installed apart, from hashed pins, in an
environment of its own: nothing of it enters Palier. Each difference is listed; exit code 1 when one exceeds a euro.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
import venv
from collections import Counter
from datetime import date
from pathlib import Path

from palier.config.environment import ROOT
from palier.law.aid import housing_aid_of

HERE = Path(__file__).with_name("openfisca")
HOME = ROOT / ".palier" / "openfisca"
# One month on each side of every change of the tables: rents in October, ceilings in January, reductions in June.
MONTHS = ("2025-02", "2025-07", "2025-11", "2026-02", "2026-07", "2026-11")
REDUCED = MONTHS[1:]
TOLERANCE = 1.0


def model() -> Path:
    """The Python that holds the other model, made once."""
    python = HOME / "bin" / "python"
    pins, held = HERE / "requirements.txt", HOME / "requirements.txt"
    if not held.is_file() or held.read_bytes() != pins.read_bytes():
        print("Installation du modèle de comparaison, une minute…", file=sys.stderr, flush=True)
        venv.create(HOME, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", pins], check=True)
        held.write_bytes(pins.read_bytes())
    return python


def drawn(dice: random.Random, count: int, *, reduction: bool) -> list[dict]:
    """Tenants of every size, rent, zone and income, as the formula's bare terms."""
    return [
        {
            "rent": dice.randint(15_000, 150_000) / 100,
            "zone": dice.randint(1, 3),
            "couple": dice.random() < 0.4,
            "dependants": dice.choice([0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 9]),
            "yearly": 100 * dice.randint(0, 400),
            "disability": dice.random() < 0.1,
            "reduction": reduction,
        }
        for _ in range(count)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="palier bench aid")
    parser.add_argument("--cases", type=int, default=2000, help="par mois, avec et sans réduction de loyer")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    asked = [(month, drawn(dice, options.cases, reduction=False)) for month in MONTHS]
    asked += [(month, drawn(dice, options.cases, reduction=True)) for month in REDUCED]

    python = model()
    started = time.perf_counter()
    found = subprocess.run([python, HERE / "answer.py"], input=json.dumps(asked), capture_output=True, text=True)
    if found.returncode:
        print(found.stderr, file=sys.stderr)
        return 1
    theirs, after = json.loads(found.stdout), time.perf_counter()

    print("| mois | réduction de loyer | cas | même aide | même réduction | écart le plus grand |")
    print("| --- | --- | --- | --- | --- | --- |")
    listed, worst = [], 0.0
    for (month, cases), answers in zip(asked, theirs, strict=True):
        on = date.fromisoformat(f"{month}-15")
        gaps: Counter[float] = Counter()
        cuts: Counter[float] = Counter()
        for case, (amount, reduction) in zip(cases, answers, strict=True):
            ours = housing_aid_of(on=on, **case)
            gap, cut = round(ours.amount - amount, 2), round(ours.rent_reduction - reduction, 2)
            gaps[gap] += 1
            cuts[cut] += 1
            if gap or cut:
                listed.append((month, case, ours.amount, amount, ours.rent_reduction, reduction))
        most = max(map(abs, [*gaps, *cuts]))
        worst = max(worst, most)
        said = "oui" if cases[0]["reduction"] else "non"
        print(f"| {month} | {said} | {len(cases)} | {gaps[0.0]} | {cuts[0.0]} | {most:.2f} € |")
    for month, case, *amounts in listed:
        print(f"{month} {case} : {amounts[0]} € ici, {amounts[1]:g} € là ; réduction {amounts[2]} et {amounts[3]:g}")
    here = time.perf_counter()
    for month, cases in asked:
        for case in cases:
            housing_aid_of(on=date.fromisoformat(f"{month}-15"), **case)
    total = sum(len(cases) for _, cases in asked)
    alone = time.perf_counter() - here
    print(f"\n{total} cas, {len(listed)} différences ; {alone / total * 1e6:.0f} µs le cas ici, ", end="")
    print(f"{(after - started) / total * 1e6:.0f} µs là (chargement du modèle compris).")
    return int(worst > TOLERANCE)


if __name__ == "__main__":
    raise SystemExit(main())
