"""Counting a commission's ballots on one dwelling: refusals first, then an order by the commission's rule.

Three rules: `majority` (first places, the last one eliminated until one has more than half),
`borda` (points by place) and `condorcet` (duels, locked from the clearest to the closest: ranked pairs).
The law fixes none: each commission writes its own in its rules of procedure (CCH R441-9).
A tie goes to the mayor's ballot, who has the casting vote for dwellings of the commune (CCH L441-2 II);
failing that it stays open, and the commission settles it. Every step is told in French.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from palier.law import tallies
from palier.law.reasons import listing

RULES = {
    "majority": "Majorité sur les premières places, avec éliminations successives",
    "borda": "Points selon la place (Borda)",
    "condorcet": "Duels deux à deux (Condorcet, paires ordonnées)",
}


@dataclass(frozen=True, slots=True)
class Ballot:
    """A member's ballot. `ranking`: candidates in order, best first; those left out come after, equal.

    `refused`: candidates this member would not house. An empty ballot is an abstention.
    `meeting`: asks that the dwelling be discussed in a meeting.
    """

    voter: str
    ranking: tuple[str, ...] = ()
    refused: frozenset[str] = frozenset()
    meeting: bool = False

    @property
    def abstains(self) -> bool:
        return not self.ranking and not self.refused


@dataclass(frozen=True, slots=True)
class Outcome:
    """`groups`: the order found, tied candidates together. `order`: the same, flat, tied ones in agenda order:
    an order of display, which gives no rank as long as `ties` is not empty.

    `ties`: groups still open, for the commission to settle (`settle`). `refused`: not to be housed here.
    `steps`: the whole count in words.
    """

    rule: str
    groups: tuple[tuple[str, ...], ...]
    refused: tuple[str, ...]
    steps: tuple[str, ...]
    expressed: int
    abstentions: int
    meeting: bool

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(key for group in self.groups for key in group)

    @property
    def ties(self) -> tuple[tuple[str, ...], ...]:
        return tuple(group for group in self.groups if len(group) > 1)


@dataclass(frozen=True, slots=True)
class QuorumRule:
    """`least`: voting members who must have voted. `kinds`: capacity → how many of them at least."""

    least: int = 1
    kinds: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quorum:
    """`present`: members counted; `missing`: capacity → how many are lacking."""

    reached: bool
    present: int
    least: int
    missing: Mapping[str, int]
    text: str


def quorum(rule: QuorumRule, seats: Mapping[str, str], voted: Sequence[str], recused: Sequence[str] = ()) -> Quorum:
    """Whether enough members took part. `seats`: voting member → capacity.

    An abstention counts as taking part. A member who stepped out for an interest does not count, and the
    number asked for never exceeds those who may still vote. The law sets no quorum: CCH R441-9.
    """
    called = {voter: kind for voter, kind in seats.items() if voter not in set(recused)}
    present = [voter for voter in dict.fromkeys(voted) if voter in called]
    least = min(rule.least, len(called))
    held = {kind: sum(called[voter] == kind for voter in present) for kind in rule.kinds}
    missing = {kind: asked - held[kind] for kind, asked in rule.kinds.items() if held[kind] < asked}
    reached = bool(present) and len(present) >= least and not missing
    text = (
        f"{len(present)} membre{'s' if len(present) > 1 else ''} sur {len(called)} ont pris part au vote, "
        f"{least} au moins étaient nécessaires"
    )
    if len(present) <= 1:
        text = text.replace("ont pris", "a pris")
    verdict = "le quorum est atteint" if reached else "le quorum n’est pas atteint"
    return Quorum(reached, len(present), least, missing, f"{text} : {verdict}.")


def count(
    rule: str,
    candidates: Sequence[str],
    ballots: Sequence[Ballot],
    casting_vote: str | None = None,
    names: Mapping[str, str] | None = None,
) -> Outcome:
    """Count one dwelling. `casting_vote`: the voter whose ballot settles ties; `names`: candidate → words.

    Raises ValueError on an unknown rule, a candidate or a voter that comes twice, or a ballot that names
    someone who is not on the agenda.
    """
    _check(rule, candidates, ballots)
    names = names or {}
    words = {key: names.get(key, f"Candidat {place}") for place, key in enumerate(candidates, start=1)}
    expressed = [b for b in ballots if not b.abstains]
    casting = next((b for b in expressed if b.voter == casting_vote), None)
    abstentions = len(ballots) - len(expressed)
    steps = [_opening(len(expressed), abstentions)]
    refused = _refusals(candidates, expressed, casting, words, steps)
    remaining = [key for key in candidates if key not in refused]
    groups: list[tuple[str, ...]] = []
    if remaining and expressed:
        steps.append(f"Règle : {RULES[rule][0].lower()}{RULES[rule][1:]}.")
        methods = {"majority": tallies.majority, "borda": tallies.borda, "condorcet": tallies.condorcet}
        preferences = [tuple(key for key in b.ranking if key in remaining) for b in expressed]
        favoured = None if casting is None else tuple(key for key in casting.ranking if key in remaining)
        found = methods[rule](remaining, preferences, favoured, words, steps)
        groups = _settle(found, favoured, words, steps)
    elif remaining:
        groups = [tuple(remaining)]
        steps.append("Aucun vote exprimé : l’ordre reste à fixer en séance.")
    return Outcome(
        rule, tuple(groups), tuple(refused), tuple(steps), len(expressed), abstentions, any(b.meeting for b in ballots)
    )


def settle(groups: Sequence[Sequence[str]], orders: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The whole order once people have settled what the votes left open: one order per tied group, in turn.

    No draw and no agenda order ever stands in for them. Raises ValueError when a tie has no order, when
    there is one order too many, or when an order is not made of exactly the candidates of its tie.
    """
    ties = [tuple(group) for group in groups if len(group) > 1]
    if len(orders) != len(ties):
        raise ValueError(f"{len(ties)} ties, {len(orders)} orders")
    for tie, order in zip(ties, orders, strict=True):
        if sorted(order) != sorted(tie):
            raise ValueError(f"{list(order)} does not order {list(tie)}")
    given = iter(orders)
    return tuple(key for group in groups for key in (next(given) if len(group) > 1 else group))


def _check(rule: str, candidates: Sequence[str], ballots: Sequence[Ballot]) -> None:
    if rule not in RULES:
        raise ValueError(f"unknown counting rule {rule!r}")
    if len(set(candidates)) != len(candidates):
        raise ValueError("a candidate comes twice")
    if len({b.voter for b in ballots}) != len(ballots):
        raise ValueError("a voter has two ballots")
    for ballot in ballots:
        if len(set(ballot.ranking)) != len(ballot.ranking) or set(ballot.ranking) & ballot.refused:
            raise ValueError(f"ballot of {ballot.voter!r}: a candidate comes twice")
        if not (set(ballot.ranking) | ballot.refused) <= set(candidates):
            raise ValueError(f"ballot of {ballot.voter!r}: a candidate is not on the agenda")


def _opening(expressed: int, abstentions: int) -> str:
    text = f"{expressed} vote{'s' if expressed > 1 else ''} exprimé{'s' if expressed > 1 else ''}"
    return f"{text}, {abstentions} abstention{'s' if abstentions > 1 else ''}." if abstentions else f"{text}."


def _refusals(
    candidates: Sequence[str],
    expressed: Sequence[Ballot],
    casting: Ballot | None,
    words: Mapping[str, str],
    steps: list[str],
) -> list[str]:
    """A candidate is set aside when more than half of the votes refuse it; the mayor settles an even split."""
    out = []
    for key in candidates:
        against = sum(key in b.refused for b in expressed)
        if not against:
            continue
        tally = f"{words[key]} : {against} vote{'s' if against > 1 else ''} contre sur {len(expressed)}"
        even = 2 * against == len(expressed)
        if 2 * against > len(expressed) or even and casting is not None and key in casting.refused:
            out.append(key)
            steps.append(f"{tally}{', voix prépondérante du maire' if even else ''} : non retenu.")
        else:
            steps.append(f"{tally}{', partage égal' if even else ''} : reste en lice.")
    return out


def _settle(
    groups: Sequence[Sequence[str]], favoured: Sequence[str] | None, words: Mapping[str, str], steps: list[str]
) -> list[tuple[str, ...]]:
    """Split each tied group by the casting ballot, as far as it goes."""
    settled: list[tuple[str, ...]] = []
    place = 1
    for group in groups:
        if len(group) > 1:
            tied = listing(words[key] for key in group)
            parts = tallies.split(group, favoured) if favoured is not None else [tuple(group)]
            if len(parts) > 1:
                steps.append(f"Égalité entre {tied} : la voix prépondérante du maire départage.")
            for part in parts:
                if len(part) > 1:
                    steps.append(
                        f"Égalité entre {listing(words[k] for k in part)} au rang {place} : à départager en séance."
                    )
                settled.append(part)
                place += len(part)
        else:
            settled.append(tuple(group))
            place += 1
    steps.append("Ordre : " + " ; ".join(" et ".join(words[k] for k in part) for part in settled) + ".")
    return settled
