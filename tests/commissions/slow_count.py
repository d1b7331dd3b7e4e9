"""A count of ballots as somebody would do it with paper and patience: written apart from the site's, to check it.

No cleverness and no shared code: each rule follows its page (docs/algorithms/ballots.md) word by word.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations


class Paper:
    """One ballot on the table: who, in what order, whom it refuses."""

    def __init__(self, voter: str, order: Sequence[str], refused: Sequence[str] = ()) -> None:
        self.voter, self.order, self.refused = voter, list(order), list(refused)

    def without(self, gone: set[str]) -> Paper:
        return Paper(self.voter, [c for c in self.order if c not in gone], [c for c in self.refused if c not in gone])

    @property
    def blank(self) -> bool:
        return not self.order and not self.refused

    def prefers(self, one: str, other: str) -> bool:
        if one in self.order and other in self.order:
            return self.order.index(one) < self.order.index(other)
        return one in self.order and other not in self.order


def slow_quorum(least: int, kinds: dict[str, int], seats: dict[str, str], papers: Sequence[Paper]) -> bool:
    """Enough of those called, and enough of each kind; at least one."""
    came = [p.voter for p in papers if p.voter in seats]
    if not came or len(came) < min(least, len(seats)):
        return False
    for kind, asked in kinds.items():
        if len([v for v in came if seats[v] == kind]) < asked:
            return False
    return True


def slow_count(rule: str, candidates: Sequence[str], papers: Sequence[Paper], mayor: str | None):
    """(refused, groups): whom more than half refuse, then the others from first to last, equals together."""
    votes = [p for p in papers if not p.blank]
    casting = next((p for p in votes if p.voter == mayor), None)
    refused = []
    for c in candidates:
        against = len([p for p in votes if c in p.refused])
        half = Fraction(len(votes), 2)
        if against and (against > half or (against == half and casting is not None and c in casting.refused)):
            refused.append(c)
    staying = [c for c in candidates if c not in refused]
    votes = [p.without(set(refused)) for p in votes]
    if not staying:
        return set(refused), []
    if not votes:
        return set(refused), [set(staying)]
    mayor_s = next((p for p in votes if p.voter == mayor), None)
    found = {"majority": _majority, "borda": _borda, "condorcet": _condorcet}[rule](staying, votes, mayor_s)
    settled = []
    for group in found:
        settled.extend(_by_the_mayor(group, mayor_s))
    return set(refused), settled


def _by_the_mayor(group: set[str], mayor: Paper | None) -> list[set[str]]:
    if mayor is None or len(group) < 2:
        return [group]
    named = [{c} for c in mayor.order if c in group]
    rest = {c for c in group if c not in mayor.order}
    return named + ([rest] if rest else [])


def _majority(staying, votes, mayor):
    if not staying:
        return []
    first = set(staying) if len(staying) == 1 else _winner(list(staying), votes, mayor)
    return [first, *_majority([c for c in staying if c not in first], votes, mayor)]


def _winner(running, votes, mayor):
    """One round: first places; more than half wins; all level is a tie; else the last leave and again."""
    if len(running) == 1:
        return set(running)
    firsts = {c: 0 for c in running}
    for p in votes:
        for c in p.order:
            if c in firsts:
                firsts[c] += 1
                break
    counted = sum(firsts.values())
    for c in running:
        if firsts[c] > Fraction(counted, 2):
            return {c}
    last = {c for c in running if firsts[c] == min(firsts.values())}
    if last == set(running):
        return _by_the_mayor(set(running), mayor)[0]
    if len(last) > 1 and mayor is not None:
        last = _by_the_mayor(last, mayor)[-1]
    return _winner([c for c in running if c not in last], votes, mayor)


def _borda(staying, votes, mayor):
    """Points averaged over every way to complete each ballot."""
    points = {c: Fraction(0) for c in staying}
    for p in votes:
        rest = [c for c in staying if c not in p.order]
        ways = list(permutations(rest))
        for way in ways:
            for place, c in enumerate([*p.order, *way]):
                points[c] += Fraction(len(staying) - 1 - place, len(ways))
    groups = []
    for total in sorted(set(points.values()), reverse=True):
        groups.append({c for c in staying if points[c] == total})
    return groups


def _condorcet(staying, votes, mayor):
    """Duels by margin; those of one margin that would close a circle, with all that are as wide or wider, are left out."""
    duels = []
    for a in staying:
        for b in staying:
            margin = len([p for p in votes if p.prefers(a, b)]) - len([p for p in votes if p.prefers(b, a)])
            if margin > 0:
                duels.append((margin, a, b))
    kept: list[tuple[str, str]] = []
    for width in sorted({m for m, _, _ in duels}, reverse=True):
        level = [(a, b) for m, a, b in duels if m == width]
        kept = kept + [(a, b) for a, b in level if not _path(kept + level, b, a, staying)]
    groups, left = [], set(staying)
    while left:
        top = {c for c in left if not any(b == c and a in left for a, b in kept)}
        groups.append(top)
        left -= top
    return groups


def _path(arrows, start, goal, candidates):
    """Whether some chain of arrows leads from one to the other: every chain is tried."""
    others = [c for c in candidates if c not in (start, goal)]
    for length in range(len(others) + 1):
        for middle in permutations(others, length):
            chain = [start, *middle, goal]
            if all(step in arrows for step in zip(chain, chain[1:], strict=False)):
                return True
    return False
