"""The order of candidates for one dwelling: points, then seniority, then a draw that anybody can redo.

The draw of a candidate is the start of SHA-256 of the seed and the candidate's key. The seed is fixed
before candidates are known and published with the list, so that nobody can choose it afterwards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a receipt can be found again from the same facts; otherwise what differs, in words."""

    ok: bool
    problems: tuple[str, ...] = ()


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


def input_hash(candidates: Iterable[Candidate]) -> str:
    """SHA-256 of the facts the order was made from, the same whatever the order given."""
    rows = sorted([c.key, str(_exact(c.points)), c.registered_on.isoformat()] for c in candidates)
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def receipt(ranked: Sequence[Ranked], *, seed: str) -> dict[str, Any]:
    """What must be kept to prove the list later: rule, seed, hash of the facts, and the order found."""
    return {
        "rule": RULE,
        "seed": seed,
        "count": len(ranked),
        "input_sha256": input_hash(r.candidate for r in ranked),
        "order": [r.key for r in ranked],
    }


def verify(kept: Mapping[str, Any], candidates: Iterable[Candidate]) -> Verification:
    """Redo a list from its receipt and the facts of then."""
    held = list(candidates)
    problems = []
    if kept["rule"] != RULE:
        problems.append(f"La règle du reçu est « {kept['rule']} », celle d’aujourd’hui « {RULE} ».")
    if kept["input_sha256"] != input_hash(held):
        problems.append("Les faits ne sont pas ceux à partir desquels la liste a été faite.")
    order = [r.key for r in rank(held, kept["seed"])]
    if order != list(kept["order"]):
        place = next(
            (i for i, (a, b) in enumerate(zip(order, kept["order"], strict=False)) if a != b),
            min(len(order), len(kept["order"])),
        )
        problems.append(f"L’ordre diffère à partir du rang {place + 1}.")
    return Verification(not problems, tuple(problems))


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
