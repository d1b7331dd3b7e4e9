"""The unique number of a demand: 18 characters (order of 23 March 2015, annex; CCH R441-2-4).

    014 0325 000001 PALIE
    │   │    │      └ registrar: code of the first registration desk, 5 characters
    │   │    └ running number in that territory and month, 6 digits
    │   └ month and year of the first registration
    └ territory: 0 + department; 111 for the single register of Île-de-France

Reads, writes and checks numbers; never issues one: the sequence is always given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

ILE_DE_FRANCE = "111"
ILE_DE_FRANCE_DEPARTMENTS = frozenset({"75", "77", "78", "91", "92", "93", "94", "95"})
_SHAPE = re.compile(r"([0-9]{3}|02[AB])(0[1-9]|1[0-2])([0-9]{2})([0-9]{6})([A-Z0-9]{5})", re.ASCII)
_DEPARTMENTS = frozenset({*(f"{n:02d}" for n in range(1, 96) if n != 20), "2A", "2B"})
_OVERSEAS = frozenset({"971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"})


class NumberError(ValueError):
    """Not a unique number. `code` is stable, `str()` is a French sentence for the person who typed it."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class UniqueNumber:
    """`year` has two digits. `flags`: ile_de_france, corsica, overseas, legacy (a department of Île-de-France
    or undivided Corsica, from older files) and unknown_territory. A flag never refuses: it asks for a look."""

    territory: str
    month: int
    year: int
    sequence: int
    registrar: str
    flags: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.territory}{self.month:02d}{self.year:02d}{self.sequence:06d}{self.registrar}"

    @property
    def spaced(self) -> str:
        """In blocks, to be read aloud: « 014 0325 000001 PALIE »."""
        whole = str(self)
        return f"{whole[:3]} {whole[3:7]} {whole[7:13]} {whole[13:]}"

    @property
    def masked(self) -> str:
        """For a screen that anybody may see: the sequence hidden."""
        return f"{self.territory} {self.month:02d}{self.year:02d} ••••{self.sequence % 100:02d} {self.registrar}"

    def first_month(self, on: date) -> date:
        """The first day of the month of first registration, in the century that is not after `on`."""
        year = on.year - on.year % 100 + self.year
        found = date(year, self.month, 1)
        return found if found <= on else date(year - 100, self.month, 1)


def parse(text: str) -> UniqueNumber:
    """Read a number typed by a person: case, spaces, dots and dashes do not matter. Raises `NumberError`."""
    compact = re.sub(r"[\s.\-\u2010-\u2015]", "", text).upper()
    if not compact:
        raise NumberError("number.empty", "Indiquez votre numéro unique.")
    if len(compact) != 18:
        raise NumberError("number.length", f"Un numéro unique compte 18 caractères : celui-ci en a {len(compact)}.")
    found = _SHAPE.fullmatch(compact)
    if not found:
        raise NumberError(
            "number.shape", "Ce numéro n’a pas la forme d’un numéro unique : recopiez-le de votre attestation."
        )
    territory, month, year, sequence, registrar = found.groups()
    return UniqueNumber(territory, int(month), int(year), int(sequence), registrar, _flags(territory))


def valid(text: str) -> bool:
    """Whether the text can be read as a unique number."""
    try:
        parse(text)
    except NumberError:
        return False
    return True


def compose(territory: str, first_registered_on: date, sequence: int, registrar: str) -> UniqueNumber:
    """Write the number of a demand from its four parts. Raises `NumberError` when a part does not fit."""
    if not 1 <= sequence <= 999_999:
        raise NumberError("number.sequence", "Le numéro d’ordre tient en six chiffres, à partir de 1.")
    month, year = first_registered_on.month, first_registered_on.year % 100
    return parse(f"{territory}{month:02d}{year:02d}{sequence:06d}{registrar}")


def territory_of(department: str) -> str:
    """The register of a department's code: 14 → 014, 2A → 02A, 974 → 974, any of Île-de-France → 111."""
    if department in ILE_DE_FRANCE_DEPARTMENTS:
        return ILE_DE_FRANCE
    if department not in _DEPARTMENTS | _OVERSEAS:
        raise NumberError("number.department", f"« {department} » n’est pas un département.")
    return department.zfill(3)


def _flags(territory: str) -> frozenset[str]:
    if territory == ILE_DE_FRANCE:
        return frozenset({"ile_de_france"})
    if territory in ("02A", "02B"):
        return frozenset({"corsica"})
    if territory == "020":
        return frozenset({"corsica", "legacy"})
    if territory in _OVERSEAS:
        return frozenset({"overseas"})
    if territory[1:] in ILE_DE_FRANCE_DEPARTMENTS and territory[0] == "0":
        return frozenset({"legacy"})
    if territory[0] == "0" and territory[1:] in _DEPARTMENTS:
        return frozenset()
    return frozenset({"unknown_territory"})
