"""One part of the image: read, scored by the compiled grid, its totals written beside it. The same for every engine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl
from scoring import ON, grid_of_thirty

from palier.law import columns


@cache
def ready() -> columns.Compiled:
    """The grid's expressions, compiled once in each process."""
    return columns.compiled(grid_of_thirty(), ON)


def parts(image: Path) -> list[Path]:
    return sorted(image.glob("part-*.parquet"))


def score(part: Path) -> int:
    """Write the totals of a part; the sum of its points tells that every engine did the same."""
    totals = ready().totals(pl.scan_parquet(part))
    totals.write_parquet(part.with_name(part.name.replace("part-", "totals-")), compression="uncompressed")
    return int(totals["points"].sum())
