"""The order of candidates for one dwelling: points, then seniority, then a draw that anybody can redo.

The draw of a candidate is the start of SHA-256 of the seed and the candidate's key. The seed is fixed before candidates
are known: its hash is published with the offer, the seed itself with the list (`law.receipts`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from palier.law.reasons import Reason, day, points

RULE = "points, ancienneté, tirage au sort (SHA-256), version 1"


@dataclass(frozen=True, slots=True)
class Candidate:
    """`key` identifies the candidate in the draw (never a name). `registered_on`: first registration."""

    key: str
    points: float | int | Decimal
    registered_on: date


@dataclass(frozen=True, slots=True)
class Ranked:
    """`position` from 1. `reason`: why this candidate comes before the next one."""

    position: int
    candidate: Candidate
    draw: str
    reason: Reason

    @property
    def key(self) -> str:
        return self.candidate.key


def draw(seed: str, key: str) -> str:
    """16 hexadecimal characters; the smallest comes first."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()[:16]


def rank(candidates: Iterable[Candidate], seed: str) -> list[Ranked]:
    """Everybody in order, whatever the order given. Raises ValueError when a key comes twice."""
    drawn = [(-_exact(c.points), c.registered_on, draw(seed, c.key), c.key, c) for c in candidates]
    if len({row[3] for row in drawn}) != len(drawn):
        raise ValueError("a candidate key comes twice")
    drawn.sort(key=lambda row: row[:4])
    rows = [(row[4], row[2]) for row in drawn]
    following: list[Candidate | None] = [*(c for c, _ in rows[1:]), None][: len(rows)]
    return [
        Ranked(position, candidate, drawn_as, _reason(candidate, after))
        for position, ((candidate, drawn_as), after) in enumerate(zip(rows, following, strict=True), start=1)
    ]


def _exact(value: float | int | Decimal) -> Decimal:
    return Decimal(str(value)).normalize() + 0


def _reason(candidate: Candidate, following: Candidate | None) -> Reason:
    if following is None:
        return Reason("rank.last", "Dernier candidat de la liste.")
    mine, other = _exact(candidate.points), _exact(following.points)
    values = {"points": float(mine), "next_points": float(other)}
    if mine != other:
        return Reason(
            "rank.points", f"Plus de points que le suivant ({points(mine)} contre {points(other)}).", values=values
        )
    if candidate.registered_on != following.registered_on:
        since, then = day(candidate.registered_on), day(following.registered_on)
        text = f"Même nombre de points, demande plus ancienne ({since}, contre {then})."
        return Reason("rank.seniority", text, values=values)
    return Reason("rank.draw", "Mêmes points et même ancienneté : départagés par tirage au sort.", values=values)
