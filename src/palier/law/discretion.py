"""What each reader of a demand may know of the motives and situations that put somebody in danger (mission A15).

Everything that shows a motive, a situation, a document or a line of points asks here. Whoever may not know reads words
that many other households bear too: a blank, or a word kept for one situation, would be as good as its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from palier.law import codes
from palier.law.facts import FACTS

if TYPE_CHECKING:
    from palier.law.grid import Criterion, Grid


class Reader(StrEnum):
    """Who reads: the household (and the machine); a service named for its situations; a desk; everybody else."""

    HOUSEHOLD = "household"
    NAMED = "named"
    DESK = "desk"
    OTHERS = "others"


# A desk registers the form and corrects it (CCH R441-2-1): it reads what the form declares, and nothing beyond.
_OF_MOTIVES = frozenset({Reader.HOUSEHOLD, Reader.NAMED, Reader.DESK})
_OF_SITUATIONS = frozenset({Reader.HOUSEHOLD, Reader.NAMED})
# « Autre motif particulier »: the form's own open answer.
OTHER_MOTIVE = "23"
PRIORITY = "Situation prioritaire reconnue"
# The document that proves a sensitive situation or motive.
SENSITIVE_KINDS = frozenset({"violence"})
# A commission must know these two: DALO ranks before the rest, an adapted dwelling goes to who needs it (CCH L441-1).
_NAMED_TO_ALL = frozenset({"dalo", "disability"})
# All the others share one word: the sensitive ones are lost among the most frequent.
GENERAL_SITUATIONS = codes.PRIORITY_SITUATIONS - _NAMED_TO_ALL
# « Handicap » and « Raisons de santé »: no stranger reads them nor a commission; whoever works on the file does.
HEALTH_MOTIVES = frozenset({"07", "08"})
_DISABILITY = "household.disability"


def knows_situations(reader: Reader) -> bool:
    """Whether this reader may know of a sensitive situation at all."""
    return reader in _OF_SITUATIONS


def motives(declared: Sequence[str], reader: Reader) -> tuple[str, ...]:
    """The motives as this reader may read them, the principal first; a sensitive one is another motive."""
    if reader in _OF_MOTIVES:
        return tuple(declared)
    return tuple(dict.fromkeys(OTHER_MOTIVE if code in codes.SENSITIVE_MOTIVES else code for code in declared))


def hidden_kinds(reader: Reader) -> frozenset[str]:
    """The documents whose very existence this reader may not know of."""
    return frozenset() if knows_situations(reader) else SENSITIVE_KINDS


def priorities(held: Sequence[str]) -> list[str]:
    """Recognised situations in the words that a commission and its agents may read, each once."""
    words = (PRIORITY if code in GENERAL_SITUATIONS else codes.label("situation", code) for code in held)
    return list(dict.fromkeys(words))


def given_away(grid: Grid) -> list[str]:
    """The sensitive criteria that their points alone would name, because no other criterion gives as many.

    Points are public: words cannot hide what a number tells. Such a grid is to be changed by its territory.
    """
    general = [c for family in grid.families for c in family.criteria if c.sensitive and not c.unpublished]
    alike = Counter(criterion.points for criterion in general)
    return [c.key for c in general if c.names_danger and alike[c.points] == 1]


def told_to_strangers(grid: Grid) -> frozenset[str]:
    """The criteria that a list handed to other households may name, by their keys: neither a situation nor health.

    A commission must know of a disability or of a DALO; a neighbour who is a candidate too must not.
    """
    return frozenset(c.key for family in grid.families for c in family.criteria if not _is_private(c))


def _is_private(criterion: Criterion) -> bool:
    motives = codes.SENSITIVE_MOTIVES | HEALTH_MOTIVES
    tests = [(test.fact, test.operand) for test in (*criterion.when, *criterion.any_of)]
    return any(
        FACTS[name].situation in codes.PRIORITY_SITUATIONS
        or name == _DISABILITY
        or (FACTS[name].choices == "motive" and bool(motives & ({asked} if isinstance(asked, str) else set(asked))))
        for name, asked in [*tests, (criterion.fact, ())]
        if name in FACTS
    )
