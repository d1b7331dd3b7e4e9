"""Scoring the whole register at once, beside its floor (the memory read once, the totals written) and a Python loop.

`./palier bench scoring [--demands 2900000] [--sample 2000]`. Synthetic columns, drawn once in memory from a hash; the
grid has thirty criteria in six families. The Python loop is the definition itself (`law.cotation.score`) on a sample.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date

import polars as pl

from palier.law import codes, columns
from palier.law.cotation import parse_grid, score
from palier.law.facts import FACTS
from palier.law.grid import Grid
from palier.law.household import Home, Household, Person, Situation, Wish

ON = date(2026, 11, 23)


def grid_of_thirty(source: bool = False) -> Grid | str:
    """Thirty criteria: seniority, nine situations, motives, homes, means, household, ties; `source`: its text."""
    families = {
        "attente": [
            'kind = "per_month"\nfact = "seniority.months"\npoints = 1\nmost = 60',
            'kind = "threshold_bonus"\nfact = "seniority.months"\nabove = 36\npoints = 20',
            'kind = "threshold_bonus"\nfact = "seniority.months"\nabove = 72\npoints = 10',
        ],
        "urgences": [
            f'kind = "flat"\nfact = "situation.{code}"\npoints = {40 + 5 * n}\nproof = "authority"'
            for n, (code, _) in enumerate(codes.SITUATIONS[:9])
        ],
        "motifs": [f'kind = "flat"\nfact = "motives"\nhas_any = ["{c}"]\npoints = {n + 5}' for n, c in enumerate(("01", "03", "05", "07", "13"))],
        "logement": [
            'kind = "bands"\nfact = "home.persons_per_room"\nproof = "document"\nbands = [{ below = 1.5, points = 0 }, { below = 2.5, points = 8 }, { points = 15 }]',
            'kind = "bands"\nfact = "home.effort"\nproof = "document"\nbands = [{ below = 33, points = 0 }, { below = 40, points = 5 }, { points = 10 }]',
            'kind = "flat"\nfact = "home.over_occupied"\npoints = 12',
            'kind = "flat"\nfact = "home.status"\nin = ["SH", "CAMCAR", "RHVS"]\npoints = 15',
        ],
        "ressources": [
            'kind = "bands"\nfact = "income.plai_share"\nproof = "document"\nbands = [{ below = 50, points = 12 }, { below = 100, points = 6 }, { points = 0 }]',
            'kind = "flat"\nfact = "work.any_job"\npoints = 4',
            'kind = "flat"\nfact = "work.employer_confirmed"\npoints = 6',
        ],
        "ménage": [
            'kind = "per_month"\nfact = "household.minors"\npoints = 5\nmost = 20',
            'kind = "flat"\nfact = "household.lone_parent"\npoints = 10',
            'kind = "flat"\nfact = "household.disability"\npoints = 15\nproof = "document"',
            'kind = "flat"\nfact = "applicant.age"\nat_least = 65\npoints = 5',
            'kind = "flat"\nfact = "tie.works_there"\npoints = 8',
            'kind = "flat"\nfact = "tie.lives_there"\npoints = 4',
        ],
    }  # fmt: skip
    lines = [
        'key = "banc"\ntitle = "Banc"\nterritory = "Banc"\nversion = 1\nvalid_from = 2026-01-01\nsource = "banc"\nexample = true'
    ]
    for n, (key, held) in enumerate(families.items()):
        combine = "max" if key == "urgences" else "sum"
        lines.append(f'[[family]]\nkey = "f{n}"\nlabel = "{key}"\ncombine = "{combine}"\ncap = 100')
        lines += [f'[[family.criterion]]\nkey = "c{n}-{m}"\nlabel = "{key} {m}"\n{text}' for m, text in enumerate(held)]
    text = "\n\n".join(lines)
    grid = parse_grid(text)
    assert len(grid.criteria) == 30
    return text if source else grid


def drawn(count: int, start: int = 0) -> pl.DataFrame:
    """Columns of facts that look like a register: no two rows drawn from the same number, from `start` on."""
    at = pl.int_range(start, start + count, dtype=pl.UInt64).alias("at")
    frame = pl.select(at)

    def draw(seed: int, values: int) -> pl.Expr:
        return pl.col("at").hash(seed) % values

    made = []
    for seed, (name, kind) in enumerate(columns.schema().items()):
        if name == "registered.month":
            made.append((2026 * 12 + 11 - draw(seed, 120).cast(kind)).cast(kind).alias(name))
        elif name == "registered.day":
            made.append((draw(seed, 28) + 1).cast(kind).alias(name))
        elif name == "refusals":
            made.append(pl.lit(None, dtype=kind).alias(name))
        elif kind == pl.Boolean:
            made.append((draw(seed, 10) == 0).alias(name))
        elif name.startswith("proof."):
            made.append(draw(seed, 3).cast(pl.UInt8).alias(name))
        elif kind == pl.UInt8:
            made.append(draw(seed, len(codes.LISTS[FACTS[name].choices])).cast(pl.UInt8).alias(name))
        elif kind == pl.UInt32:
            made.append((draw(seed, 2**18) & draw(seed + 1000, 2**18)).cast(pl.UInt32).alias(name))
        else:
            made.append((draw(seed, 1200).cast(pl.Float64) / 10).alias(name))
    return frame.select(made).rechunk()


def best(what: Callable[[], object], times: int = 5) -> float:
    """Seconds of the quickest of several runs."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        what()
        found.append(time.perf_counter() - start)
    return min(found)


def loop(grid: Grid, sample: int) -> float:
    """Seconds a demand, by the definition itself."""
    held = [
        Household(
            (Person("applicant", date(1960 + n % 45, 3, 4), tax={2024: 9000 + n % 20000}, resources={"SAL": 900 + n % 1200}, contract="CDI"),
             Person("dependant", date(2008 + n % 17, 5, 6))),
            home=Home("LP", "A", "T2", 20 + n % 60, 1 + n % 5, 300 + n % 500, commune="14118"),
            motives=("13", "01"), wish=Wish(types=("T2",), communes=("14118",)), registered_on=date(2017 + n % 9, 2, 3),
            situations=(Situation("homeless", "document"),) if n % 7 == 0 else (),
        )
        for n in range(sample)
    ]  # fmt: skip
    start = time.perf_counter()
    for household in held:
        score(grid, household, ON, explain=False)
    return (time.perf_counter() - start) / sample


def main() -> int:
    parser = argparse.ArgumentParser(prog="palier bench scoring")
    parser.add_argument("--demands", type=int, default=2_900_000)
    parser.add_argument("--sample", type=int, default=2_000)
    options = parser.parse_args()
    grid = grid_of_thirty()
    ready = columns.compiled(grid, ON)
    a_demand = loop(grid, options.sample)
    print("| demands | what | ms | × floor | ns a demand | × Python loop |\n| ---: | --- | ---: | ---: | ---: | ---: |")
    count = options.demands
    for size in sorted({max(count // 100, 1), max(count // 10, 1), count}):
        facts = drawn(size)
        used = sorted({n for e in (ready.points, ready.provisional, ready.excluded) for n in e.meta.root_names()})
        read = [pl.col(name).sum() for name in used]

        def floor_of(outputs: int, facts: pl.DataFrame = facts, read: list = read, size: int = size) -> float:
            return best(
                lambda: (
                    facts.select(read),
                    [pl.repeat(1, size, dtype=columns.STEPS, eager=True) for _ in range(outputs)],
                )
            )

        floor, wide = floor_of(1), floor_of(33)
        for what, seconds, least in (
            ("floor: columns read once, totals written", floor, floor),
            ("points", best(lambda f=facts: f.lazy().select(ready.points).collect()), floor),
            ("points, provisional points, exclusions", best(lambda f=facts: ready.totals(f)), floor),
            ("floor with that output", wide, wide),
            ("the same and points of each criterion", best(lambda f=facts: ready.details(f)), wide),
        ):
            print(
                f"| {size} | {what} | {seconds * 1000:.1f} | {seconds / least:.1f} | {seconds / size * 1e9:.0f} |"
                f" {a_demand * size / seconds:.0f} |",
                flush=True,
            )
    print(f"\nPython loop: {a_demand * 1e6:.0f} µs a demand, on {options.sample}; the others follow from it.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
