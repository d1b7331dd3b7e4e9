"""The number of an establishment: 14 digits with a Luhn key."""

from __future__ import annotations

# La Poste's establishments outnumber what the key allows: theirs is the plain sum of digits, a multiple of 5.
_LA_POSTE = "356000000"


def normalise(text: str) -> str:
    """Digits only: spaces and dots as people copy them are dropped."""
    return "".join(c for c in text if not c.isspace() and c not in ".-\u202f")


def is_valid(siret: str) -> bool:
    """Whether a normalised SIRET has 14 ASCII digits and a right key."""
    if len(siret) != 14 or not (siret.isascii() and siret.isdigit()) or not int(siret):
        return False
    digits = [int(c) for c in siret]
    if siret.startswith(_LA_POSTE) and sum(digits) % 5 == 0:
        return True
    return sum(sum(divmod(d * 2, 10)) if n % 2 == 0 else d for n, d in enumerate(digits)) % 10 == 0
