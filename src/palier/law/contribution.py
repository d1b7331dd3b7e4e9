"""What an employer owes for housing, and what that opens to its employees (CCH L313-1, code rural L716-2).

A threshold of headcount crossed upwards counts only after some calendar years in a row at or above it; one year below is
enough to leave it (code de la sécurité sociale L130-1 II). Years whose headcount is not known break no row: what nobody
told is not held against the employees. The public sector does not pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from palier.law.parameters import parameter_set
from palier.law.reasons import BLOCKS, FITS, NOTE, UNKNOWN, Reason

PRIVATE, AGRICULTURAL, PUBLIC = "private", "agricultural", "public"
SECTORS = ((PRIVATE, "Privé"), (AGRICULTURAL, "Agricole"), (PUBLIC, "Public"))
_NAMES = {PRIVATE: "l’effort de construction (PEEC)", AGRICULTURAL: "l’effort de construction agricole (PEAEC)"}


@dataclass(frozen=True, slots=True)
class Rights:
    """`pays`: the employer owes the contribution. `services`, `dwellings`: what is open to its employees.

    None: the headcount is not known. `reasons`: in this order, each with its figure.
    """

    pays: bool | None
    services: bool | None
    dwellings: bool | None
    reasons: tuple[Reason, ...]


def rights(sector: str, headcounts: Mapping[int, int], on: date) -> Rights:
    """The rights of a day. `headcounts`: calendar year → employees on average (of that year, known the next one)."""
    if sector == PUBLIC:
        text = "Un employeur public ne verse pas la participation des employeurs : elle n’ouvre rien à ses agents."
        return Rights(False, False, False, (Reason("contribution.public", text, NOTE),))
    values = parameter_set("contribution", on=on).values
    past = {year: count for year, count in headcounts.items() if year < on.year}
    if not past:
        text = "L’effectif n’est pas connu : ce qu’il ouvre reste à vérifier."
        return Rights(None, None, None, (Reason("contribution.unknown", text, UNKNOWN),))
    years = values["rises_after"]
    pays, services, dwellings = (
        reached(past, values[name][sector], years) for name in ("pays_from", "services_from", "dwellings_from")
    )
    last = past[max(past)]
    told = (
        _reason("contribution.pays", pays, last, values["pays_from"][sector], years,
                f"l’entreprise verse {_NAMES[sector]}", f"l’entreprise ne verse pas {_NAMES[sector]}"),
        _reason("contribution.services", services, last, values["services_from"][sector], years,
                "les aides d’Action Logement sont ouvertes aux salariés",
                "les aides d’Action Logement ne sont pas ouvertes aux salariés"),
        _reason("contribution.dwellings", dwellings, last, values["dwellings_from"][sector], years,
                "les logements réservés sont ouverts aux salariés",
                "les logements réservés ne sont pas ouverts aux salariés"),
    )  # fmt: skip
    return Rights(pays, services, dwellings, told)


def reached(headcounts: Mapping[int, int], threshold: int, years: int) -> bool:
    """Whether a threshold counts as crossed after the last year known.

    It does from the `years`-th year in a row at or above it until the first year below. An employer known for fewer
    years than that has never been seen below: it counts as having been there all along.
    """
    known = sorted(headcounts)
    row, crossed = 0, headcounts[known[0]] >= threshold
    for year in known:
        row = row + 1 if headcounts[year] >= threshold else 0
        crossed = row > 0 and (crossed or row >= years)
    return crossed


def least(band: str, on: date) -> int | None:
    """The least number of employees of a band of the register of companies; None for an unknown band."""
    found: int | None = parameter_set("contribution", on=on).values["bands"].get(band)
    return found


def _reason(code: str, holds: bool, last: int, threshold: int, years: int, yes: str, no: str) -> Reason:
    text = f"{last} salariés, seuil de {threshold} : {yes if holds else no}."
    if not holds and last >= threshold:
        text = f"{last} salariés : le seuil de {threshold} ne compte qu’après {years} années de suite ; d’ici là, {no}."
    return Reason(code, text, FITS if holds else BLOCKS, {"headcount": last, "threshold": threshold})
