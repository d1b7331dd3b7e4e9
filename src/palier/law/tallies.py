"""The three counting methods behind `ballots`: from preferences to groups of candidates, best first.

Every method takes the candidates, each ballot's preference (best first, those left out equal last), the
casting ballot's preference or None, words for the candidates, and the list of steps it adds to.
All are anonymous (who voted does not matter) and, without a casting ballot, neutral between candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from palier.law.reasons import listing, number

Preference = Sequence[str]
Groups = list[tuple[str, ...]]


def majority(
    candidates: Sequence[str],
    ballots: Sequence[Preference],
    casting: Preference | None,
    words: Mapping[str, str],
    steps: list[str],
) -> Groups:
    """Place after place: the winner of successive eliminations, then the same among those who remain."""
    remaining: list[str] = list(candidates)
    groups: Groups = []
    while remaining:
        if len(remaining) == 1:
            winners = [remaining[0]]
        else:
            steps.append(f"Place {len(candidates) - len(remaining) + 1} :")
            winners = _eliminate(remaining, ballots, casting, words, steps)
        groups.append(tuple(winners))
        remaining = [key for key in remaining if key not in winners]
    return groups


def _eliminate(
    candidates: Sequence[str],
    ballots: Sequence[Preference],
    casting: Preference | None,
    words: Mapping[str, str],
    steps: list[str],
) -> list[str]:
    running = list(candidates)
    while True:
        firsts = dict.fromkeys(running, 0)
        for ballot in ballots:
            best = next((key for key in ballot if key in firsts), None)
            if best is not None:
                firsts[best] += 1
        tally = " ; ".join(f"{words[key]} : {firsts[key]}" for key in running)
        total, top = sum(firsts.values()), max(firsts.values())
        leaders = [key for key in running if firsts[key] == top]
        if 2 * top > total:
            steps.append(f"Premières places. {tally}. {words[leaders[0]]} a la majorité.")
            return leaders
        least = min(firsts.values())
        last = [key for key in running if firsts[key] == least]
        if len(last) == len(running):
            steps.append(f"Premières places. {tally}. Égalité.")
            return _tied(running, casting)
        if len(last) > 1 and casting is not None:
            last = list(split(last, casting)[-1])
        steps.append(f"Premières places. {tally}. Éliminé : {listing(words[key] for key in last)}.")
        running = [key for key in running if key not in last]
        if len(running) == 1:
            steps.append(f"{words[running[0]]} reste seul en lice.")
            return running


def _tied(running: list[str], casting: Preference | None) -> list[str]:
    """All those left are equal: the casting ballot's best of them, or all of them together."""
    return list(split(running, casting)[0]) if casting is not None else running


def borda_points(candidates: Sequence[str], ballot: Preference) -> dict[str, Fraction]:
    """n - 1 points for the first of n, down to 0; candidates left out share the places that remain."""
    ranked = {key: Fraction(len(candidates) - 1 - place) for place, key in enumerate(ballot)}
    left = len(candidates) - len(ballot)
    return {key: ranked.get(key, Fraction(max(left - 1, 0), 2)) for key in candidates}


def borda(
    candidates: Sequence[str],
    ballots: Sequence[Preference],
    casting: Preference | None,
    words: Mapping[str, str],
    steps: list[str],
) -> Groups:
    """By total of points."""
    totals = dict.fromkeys(candidates, Fraction(0))
    for ballot in ballots:
        for key, earned in borda_points(candidates, ballot).items():
            totals[key] += earned
    steps.append("Points. " + " ; ".join(f"{words[key]} : {_figure(totals[key])}" for key in candidates) + ".")
    levels = sorted(set(totals.values()), reverse=True)
    return [tuple(key for key in candidates if totals[key] == level) for level in levels]


def condorcet(
    candidates: Sequence[str],
    ballots: Sequence[Preference],
    casting: Preference | None,
    words: Mapping[str, str],
    steps: list[str],
) -> Groups:
    """Ranked pairs: duels are locked from the widest margin to the closest, save those that would close a circle.

    Duels of the same margin are looked at together, and those among them that would close a circle are
    all left out: no arbitrary order decides.
    """
    margins = _duels(candidates, ballots, words, steps)
    locked: set[tuple[str, str]] = set()
    for margin in sorted(set(margins.values()), reverse=True):
        level = {duel for duel, gap in margins.items() if gap == margin}
        trial = locked | level
        kept = {(a, b) for a, b in level if not _reaches(trial, b, a)}
        for a, b in sorted(level - kept, key=lambda duel: [candidates.index(key) for key in duel]):
            steps.append(f"Le duel {words[a]} contre {words[b]} est écarté : il fermerait un cercle.")
        locked |= kept
    return _layers(candidates, locked)


def _duels(
    candidates: Sequence[str], ballots: Sequence[Preference], words: Mapping[str, str], steps: list[str]
) -> dict[tuple[str, str], int]:
    """Winner and loser of each duel → margin."""
    margins = {}
    places = [{key: place for place, key in enumerate(ballot)} for ballot in ballots]
    for a, b in combinations(candidates, 2):
        above = sum(p.get(a, len(candidates)) < p.get(b, len(candidates)) for p in places)
        below = sum(p.get(b, len(candidates)) < p.get(a, len(candidates)) for p in places)
        if above == below:
            steps.append(f"Duel {words[a]} – {words[b]} : {above} à {below}, égalité.")
            continue
        winner, loser = (a, b) if above > below else (b, a)
        margins[winner, loser] = abs(above - below)
        steps.append(f"Duel {words[a]} – {words[b]} : {above} à {below}, {words[winner]} l’emporte.")
    return margins


def _reaches(edges: set[tuple[str, str]], start: str, goal: str) -> bool:
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        if here == goal:
            return True
        new = {b for a, b in edges if a == here} - seen
        seen |= new
        todo.extend(new)
    return False


def _layers(candidates: Sequence[str], edges: set[tuple[str, str]]) -> Groups:
    remaining: list[str] = list(candidates)
    groups: Groups = []
    while remaining:
        beaten = {b for a, b in edges if a in remaining}
        free = tuple(key for key in remaining if key not in beaten)
        groups.append(free)
        remaining = [key for key in remaining if key not in free]
    return groups


def split(group: Sequence[str], casting: Preference) -> Groups:
    """A tied group in the casting ballot's order; those it left out stay together, last."""
    named = [(key,) for key in casting if key in group]
    left = tuple(key for key in group if key not in casting)
    return [*named, left] if left else list(named)


def _figure(value: Fraction) -> str:
    return number(float(value), 0 if value.denominator == 1 else 1)
