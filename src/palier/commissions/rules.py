"""A commission's rules of procedure, read from its dated data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from palier.commissions.models import Commission


@dataclass(frozen=True, slots=True)
class Rules:
    """`quorum`: voting seats that must have voted. `counting`: majority, borda or condorcet (`law.ballots`).

    `names_shown`: members read the candidates' names. `meeting_by`: who may bring a dwelling to a meeting: "voting",
    "any" (advisory members too) or "president".

    `answer_days` and `condition_days` may lengthen the legal delays, never shorten them.
    """

    quorum: int = 4
    counting: str = "borda"
    tallies_hidden: bool = True
    names_shown: bool = False
    meeting_by: str = "voting"


def rules_of(commission: Commission, on: date) -> Rules:
    """The rules in force; those of the house where the commission set none."""
    if commission.rules_from > on:
        return Rules()
    return Rules(**commission.rules)
