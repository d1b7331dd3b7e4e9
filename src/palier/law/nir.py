"""The number of registration of a person (NIR): thirteen characters and a key of two digits.

    1 85 05 78 006 084 91
    │ │  │  │  │   │   └ key: 97 − (number modulo 97)
    │ │  │  │  │   └ order of birth in the commune and month
    │ │  │  │  └ commune, or country
    │ │  │  └ department, 99 for a birth abroad; 2A and 2B count as 19 and 18 in the key
    │ │  └ month; 20 to 42 and 50 to 99 when it is not known
    │ └ year, two digits
    └ 1 or 7 a man, 2 or 8 a woman; 7 and 8 before the registration is definitive

Asked of every adult by CCH R441-2-2; it identifies a person and is never a key of ours. Source: decree 82-103.
"""

from __future__ import annotations

import re

_SHAPE = re.compile(r"([12378])([0-9]{2})([0-9]{2})([0-9][0-9AB])([0-9]{3})([0-9]{3})([0-9]{2})", re.ASCII)


class NirError(ValueError):
    """Not a NIR. `str()` is a French sentence for the person who typed it."""


def parse(text: str) -> str:
    """The fifteen characters of a NIR typed with its spaces. Raises `NirError`, never naming what was typed."""
    compact = re.sub(r"[\s.\-\u2010-\u2015]", "", text).upper()
    if len(compact) != 15:
        raise NirError(f"Un numéro de sécurité sociale compte 15 chiffres avec sa clé : celui-ci en a {len(compact)}.")
    found = _SHAPE.fullmatch(compact)
    if not found:
        raise NirError(
            "Ce numéro n’a pas la forme d’un numéro de sécurité sociale : recopiez-le de votre carte Vitale."
        )
    body = compact[:13].replace("2A", "19", 1) if found[4] == "2A" else compact[:13]
    body = body.replace("2B", "18", 1) if found[4] == "2B" else body
    if not body.isdigit():
        raise NirError(
            "Ce numéro n’a pas la forme d’un numéro de sécurité sociale : recopiez-le de votre carte Vitale."
        )
    if 97 - int(body) % 97 != int(found[7]):
        raise NirError("Les deux derniers chiffres (la clé) ne correspondent pas : vérifiez chaque chiffre.")
    return compact


def masked(nir: str) -> str:
    """What a screen may show of it: the key alone."""
    return f"•• {nir[-2:]}"
