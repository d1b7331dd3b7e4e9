"""Words that a free text about a household may not hold: health, beliefs, origins, offences, judgements.

A warning, never a refusal. Source: CNIL 2014-122 (article 5), GDPR articles 5, 9 and 10; the words are a dated list.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from palier.law.parameters import parameter_set


@dataclass(frozen=True, slots=True)
class Found:
    """`word`: as it was written; `subject`: health, religion, origin…; `why`: what it tells, or is (`verb`), in French."""

    word: str
    subject: str
    why: str
    verb: str = "dit"


def words(text: str, on: date) -> list[Found]:
    """The words of a text that call for care, in their order, each subject once."""
    plain, found = _plain(text), {}
    for subject, (pattern, why, verb) in _patterns(on).items():
        if hit := pattern.search(plain):
            found[hit.start()] = Found(text[hit.start() : hit.end()].strip(), subject, why, verb)
    return [found[at] for at in sorted(found)]


def warning(text: str, on: date) -> str:
    """One French sentence for whoever writes, or an empty text."""
    found = words(text, on)
    if not found:
        return ""
    told = " ; ".join(f"« {f.word} » {f.verb} {f.why}" for f in found)
    return f"À relire : {told}. La personne peut lire ce texte."


def lists(on: date) -> dict[str, dict[str, object]]:
    """The list itself, for the page that warns while one types."""
    return {
        subject: {"why": held["why"], "verb": held.get("verb", "dit"), "stems": held["stems"]}
        for subject, held in _values(on).items()
    }


def _values(on: date) -> dict[str, dict[str, Any]]:
    return parameter_set("careful_words", on=on).values


@cache
def _patterns(on: date) -> dict[str, tuple[re.Pattern[str], str, str]]:
    return {
        subject: (
            re.compile(r"\b(?:" + "|".join(_stem(s) for s in held["stems"]) + ")"),
            held["why"],
            held.get("verb", "dit"),
        )
        for subject, held in _values(on).items()
    }


def _stem(stem: str) -> str:
    # A stem that ends with a space is a whole word; any other begins one.
    return re.escape(stem.strip()) + (r"\b" if stem.endswith(" ") else r"\w*")


def _plain(text: str) -> str:
    """Lower case without accents, character for character, so that places stay those of the text."""
    return "".join(unicodedata.normalize("NFD", c)[0].lower()[:1] or c for c in text)
