"""Why a landlord may find a file not admissible for a dwelling: a closed list, dated, each ground with its text.

The commission alone weighs one household against another (CCH L441-2): what is not a condition of the law is no ground
here. A ground that rests on the household's silence asks that it was written to first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from palier.law import codes
from palier.law.parameters import parameter_set, versions


@dataclass(frozen=True, slots=True)
class Ground:
    """`asked_first`: it only holds once the household was asked, and did not answer."""

    code: str
    basis: str
    asked_first: bool

    @property
    def words(self) -> str:
        """What the household reads."""
        return codes.label("non_allocation", self.code)

    @property
    def told(self) -> str:
        """The words with their text, for the agent who chooses."""
        return f"{self.words} ({self.basis}{', après l’avoir demandé' if self.asked_first else ''})"


def grounds(on: date) -> tuple[Ground, ...]:
    """The grounds of a day, in order."""
    rows = parameter_set("admissibility", on=on).values["grounds"]
    return tuple(Ground(row["code"], row["basis"], row.get("asked_first", False)) for row in rows)


def every_code() -> tuple[str, ...]:
    """The codes that are or were a ground, whatever the day: what a form or an interface may name."""
    rows = [row for version in versions("admissibility") for row in version.values["grounds"]]
    return tuple(dict.fromkeys(row["code"] for row in rows))


def foreign(chosen: Collection[str], on: date) -> tuple[str, ...]:
    """Those among some codes that are no ground on that day."""
    known = {ground.code for ground in grounds(on)}
    return tuple(sorted(set(chosen) - known))


def bases(chosen: Collection[str], on: date) -> tuple[str, ...]:
    """The texts of some grounds, each once, in the order of the list."""
    return tuple(dict.fromkeys(ground.basis for ground in grounds(on) if ground.code in chosen))
