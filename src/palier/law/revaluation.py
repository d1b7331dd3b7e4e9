"""Next year's ceilings, worked out from this year's: they follow the rent index (IRL) of the third quarter.

Order of 29 July 1987, art. 1; CCH L441-1; CGI annex III, art. 2 terdecies D. Each figure is multiplied by the new index
over the former one and rounded half up to the euro; PLS is PLUS and 30 %. A proposal to be compared with the order when
it is published: everything computed is marked to verify.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from palier.law.parameters import ParameterSet

FOLLOWING = ("PLAI", "PLUS", "LLI")
PLS_SHARE = Decimal("1.3")


def revalued(amount: int, share: Decimal) -> int:
    """Euros, half up."""
    return int((amount * share).quantize(Decimal(1), ROUND_HALF_UP))


def next_ceilings(held: ParameterSet, *, former_index: Decimal, index: Decimal) -> dict[str, dict[str, list[int]]]:
    """Financing → zone → ceilings of the year that follows `held`."""
    share = index / former_index
    found = {
        financing: {zone: [revalued(amount, share) for amount in row] for zone, row in held.values[financing].items()}
        for financing in FOLLOWING
    }
    found["PLS"] = {zone: [revalued(amount, PLS_SHARE) for amount in row] for zone, row in found["PLUS"].items()}
    return {financing: found[financing] for financing in ("PLAI", "PLUS", "PLS", "LLI")}


def as_version(values: dict[str, dict[str, list[int]]], *, valid_from: date, source: str) -> str:
    """The same as a `[[version]]` of the parameter file, ready to append."""
    lines = [
        "[[version]]",
        f"valid_from = {valid_from.isoformat()}",
        f'source = "{source}"',
        "verify = [" + ", ".join(f'"{name}"' for name in values) + "]",
    ]
    for name, zones in values.items():
        lines += ["", f"[version.values.{name}]", *(f"{zone} = [{_figures(row)}]" for zone, row in zones.items())]
    return "\n".join(lines) + "\n"


def _figures(row: Sequence[int]) -> str:
    return ", ".join(f"{amount:_}" if amount >= 10_000 else str(amount) for amount in row)
