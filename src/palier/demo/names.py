"""Invented names: lists of common first names and surnames, put together by chance."""

from __future__ import annotations

import unicodedata
from functools import cache

from palier.demo.chance import lines

FIRST_NAMES = {"1": "first_names_m.txt", "2": "first_names_f.txt"}


def first_name(civility: str, drawn: float) -> str:
    """A first name for a civility (1 Monsieur, 2 Madame); `drawn` in [0, 1)."""
    known = lines(FIRST_NAMES[civility])
    return known[int(drawn * len(known))]


def last_name(drawn: float) -> str:
    """A surname; the first of the list, the most common, come up more often."""
    known = lines("surnames.txt")
    return known[int(drawn * drawn * len(known))]


@cache
def key(name: str) -> str:
    """Lower case, no accents, single spaces: the same result as the key by which names are searched."""
    plain = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "oe"))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


@cache
def email_name(name: str) -> str:
    """A name as it is written in an address: ASCII letters and hyphens (a dotless Turkish i becomes i)."""
    plain = key(name.replace("ı", "i").replace("ł", "l")).encode("ascii", "ignore").decode()
    return plain.replace(" ", "-")
