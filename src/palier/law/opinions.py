"""Counting a commission's opinion on the occupation of a dwelling: agree with what is proposed, or another view.

An opinion is none of the five decisions and ranks nobody (CCH L442-5-2). Simple majority of those who expressed
themselves; on a tie the mayor's voice decides, as for the commission's other votes (CCH L441-2 II).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

AGREE, OTHER, ABSTAIN = "agree", "other", "abstain"
CHOICES = {AGREE: "D’accord avec l’avis proposé", OTHER: "Un autre avis", ABSTAIN: "Je m’abstiens"}


@dataclass(frozen=True, slots=True)
class Voice:
    """A member's voice. Raises ValueError on an unknown choice."""

    voter: str
    choice: str

    def __post_init__(self) -> None:
        if self.choice not in CHOICES:
            raise ValueError(f"unknown choice {self.choice!r}")


@dataclass(frozen=True, slots=True)
class Opinion:
    """`adopted`: the proposal is the commission's opinion (True), another one is to be written (False), or nothing
    came out (None): equal voices without a mayor's, or nobody expressed themselves. `steps`: the count in words."""

    agree: int
    other: int
    abstained: int
    adopted: bool | None
    steps: tuple[str, ...]


def opinion(voices: Sequence[Voice], casting_vote: str | None = None) -> Opinion:
    """The outcome of a vote. `casting_vote`: the voter who has the casting vote. Raises ValueError on a double voice."""
    if len({v.voter for v in voices}) != len(voices):
        raise ValueError("a voter has two voices")
    agree, other, abstained = (sum(v.choice == choice for v in voices) for choice in (AGREE, OTHER, ABSTAIN))
    steps = [f"{_voices(agree)} d’accord, {_voices(other)} pour un autre avis, {_abstentions(abstained)}."]
    casting = next((v.choice for v in voices if v.voter == casting_vote and v.choice != ABSTAIN), None)
    adopted: bool | None
    if agree == other == 0:
        adopted = None
        steps.append("Personne ne s’est prononcé : l’avis s’écrit en séance.")
    elif agree != other:
        adopted = agree > other
        steps.append(
            "Majorité simple : l’avis proposé est adopté."
            if adopted
            else "Majorité simple : un autre avis est à écrire."
        )
    elif casting is not None:
        adopted = casting == AGREE
        steps.append(
            "Partage égal : la voix prépondérante du maire "
            + ("adopte l’avis proposé." if adopted else "demande un autre avis.")
        )
    else:
        adopted = None
        steps.append("Partage égal : l’avis s’écrit en séance.")
    return Opinion(agree, other, abstained, adopted, tuple(steps))


def _voices(count: int) -> str:
    return f"{count} voix"


def _abstentions(count: int) -> str:
    return f"{count} abstention{'s' if count > 1 else ''}"
