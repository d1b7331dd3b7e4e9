"""The scores beyond one process: an image of the register in parts, by one process and by an engine's worker processes.

`./palier bench growth [--demands 29000000] [--workers 2]`. The image (Parquet, half a million demands a part) is drawn once
under `.palier/growth` and used again. The engine (Dask) is installed apart, from hashed pins. Each way reads the same
parts, runs the same compiled grid and writes the same totals; their sums must agree.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

import polars as pl
from engine import image
from scoring import drawn

from palier.config.environment import ROOT

ENGINE = Path(__file__).with_name("engine")
PINS = ENGINE / "requirements.txt"
HOME = ROOT / ".palier" / "growth"
PART = 500_000


def engine() -> Path:
    """The Python that has the engine, made once."""
    python, held = HOME / "venv" / "bin" / "python", HOME / "venv" / "requirements.txt"
    if not held.is_file() or held.read_bytes() != PINS.read_bytes():
        print("Installation du moteur réparti, une minute…", file=sys.stderr, flush=True)
        venv.create(HOME / "venv", clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", PINS], check=True)
        held.write_bytes(PINS.read_bytes())
    return python


def drawn_image(demands: int) -> Path:
    """The parts of an image of that size, drawn when they are not there."""
    place = HOME / str(demands)
    place.mkdir(parents=True, exist_ok=True)
    used = sorted(image.ready().names | {"registered.day"})
    for number, start in enumerate(range(0, demands, PART)):
        part = place / f"part-{number:04}.parquet"
        if not part.is_file():
            half = part.with_suffix(".half")
            drawn(min(PART, demands - start), start).select(used).write_parquet(half, compression="lz4")
            half.rename(part)
    return place


def one_process(place: Path) -> tuple[float, int]:
    """Part after part, on the threads of one process."""
    start = time.perf_counter()
    total = sum(image.score(part) for part in image.parts(place))
    return time.perf_counter() - start, total


def read_and_write(place: Path) -> float:
    """The floor: the same parts read, three columns of the same size written."""
    start = time.perf_counter()
    for part in image.parts(place):
        rows = pl.scan_parquet(part).sum().collect()
        size = pl.scan_parquet(part).select(pl.len()).collect().item()
        zeros = pl.select(*(pl.repeat(n, size, dtype=pl.Int32).alias(str(n)) for n in range(3)))
        zeros.write_parquet(part.with_name("floor.parquet"), compression="uncompressed")
        assert rows.height == 1
    return time.perf_counter() - start


def by_engine(python: Path, place: Path, workers: int) -> tuple[float, int]:
    """The same parts given to worker processes."""
    paths = os.pathsep.join(map(str, (ENGINE.parent, ROOT / "src")))
    environment = {**os.environ, "PYTHONPATH": paths, "POLARS_MAX_THREADS": "1"}
    command = [python, ENGINE / "distribute.py", place, str(workers)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seconds, total = done.stdout.split()
    return float(seconds), int(total)


def main() -> int:
    parser = argparse.ArgumentParser(prog="palier bench growth")
    parser.add_argument("--demands", type=int, default=29_000_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    python = engine()
    sizes = sorted(
        {
            max(options.demands // 1000, 1),
            max(options.demands // 100, 1),
            max(options.demands // 10, 1),
            options.demands,
        }
    )
    print(
        "| demands | parts | floor: read and write, s | one process, s | × floor | engine, s | × floor | ns a demand |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in sizes:
        place = drawn_image(size)
        # Once unmeasured: the first reading of a file is the disk's, not the engine's.
        floor = min(read_and_write(place) for _ in range(2))
        alone, total = min(one_process(place) for _ in range(2))
        shared, same = min(by_engine(python, place, options.workers) for _ in range(2))
        if total != same:
            raise SystemExit(f"the two ways do not agree: {total} and {same}")
        print(
            f"| {size} | {len(image.parts(place))} | {floor:.2f} | {alone:.2f} | {alone / floor:.1f} | {shared:.2f} |"
            f" {shared / floor:.1f} | {alone / size * 1e9:.0f} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
