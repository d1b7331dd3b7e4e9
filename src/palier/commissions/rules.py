"""A commission's rules of procedure, read from its dated data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from palier.commissions.models import Commission


@dataclass(frozen=True, slots=True)
class Rules:
    """`quorum`: voting seats that must have voted; `quorum_kinds`: capacity → how many of them at least. `counting`: majority, borda or condorcet (`law.ballots`).

    `answer_days` and `condition_days` may lengthen the legal delays, never shorten them.
    """

    quorum: int = 4
    quorum_kinds: Mapping[str, int] = field(default_factory=dict)
    counting: str = "borda"
    tallies_hidden: bool = True


def rules_of(commission: Commission, on: date) -> Rules:
    """The rules in force; those of the house where the commission set none."""
    if commission.rules_from > on:
        return Rules()
    return Rules(**commission.rules)
