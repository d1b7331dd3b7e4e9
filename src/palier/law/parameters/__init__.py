"""Dated parameters: every figure that a text may change, with the day from which it holds and its source.

One TOML file per subject, made of `[[version]]` tables: `valid_from`, `source`, `verify` (the parts whose
figures were computed or read second-hand and must be compared with the official text) and `values`.
A version holds until the next one begins: ceilings stay in force until a new order replaces them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any


class NoParameter(LookupError):
    """No value is in force for this subject on this day."""

    def __init__(self, name: str, on: date, first: date | None) -> None:
        self.name, self.on, self.first = name, on, first
        since = f" : la première vaut à partir du {first.isoformat()}" if first else ""
        super().__init__(f"aucune valeur de « {name} » en vigueur le {on.isoformat()}{since}")


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """The values in force on a day. `verify` names the parts still to be checked against the official text."""

    name: str
    valid_from: date
    source: str
    verify: tuple[str, ...]
    values: dict[str, Any]

    def to_verify(self, part: str) -> bool:
        return part in self.verify or "*" in self.verify


def parameter_set(name: str, *, on: date) -> ParameterSet:
    """The values of a subject in force on a day. Raises `NoParameter` when none is."""
    held = versions(name)
    for version in reversed(held):
        if version.valid_from <= on:
            return version
    raise NoParameter(name, on, held[0].valid_from if held else None)


@cache
def versions(name: str) -> tuple[ParameterSet, ...]:
    """Every version of a subject, oldest first."""
    source = files(__package__).joinpath(f"{name}.toml")
    if not source.is_file():
        raise KeyError(f"no parameter file named {name!r}")
    rows = tomllib.loads(source.read_text("utf-8"))["version"]
    held = [
        ParameterSet(name, row["valid_from"], row["source"], tuple(row.get("verify", ())), row["values"])
        for row in rows
    ]
    return tuple(sorted(held, key=lambda version: version.valid_from))


def subjects() -> tuple[str, ...]:
    """The names of all subjects."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in files(__package__).iterdir() if f.name.endswith(".toml")))
