"""The share of allocations that go to the poorest quarter of demanders outside priority quarters (CCH L441-1).

At least a quarter of a year's signed leases, followed by landlord and EPCI. Told from what was recorded, never guessed:
without a threshold, or with too few leases, that is what is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from palier.law.reasons import percent


@dataclass(frozen=True, slots=True)
class Outlook:
    """`verdict`: unset (no threshold entered), few (too few leases to tell), risk or fine. `text`: why, in French."""

    verdict: str
    text: str


def outlook(
    signed: Sequence[bool | None], coming: Sequence[bool], *, threshold: float, share: float, least: int
) -> Outlook:
    """`signed`: the year's leases outside priority quarters, whether each went to the first quartile (None: not known).

    `coming`: the dwellings of an agenda outside them, whether one of their candidates belongs to it. `threshold`: the
    yearly order's income, 0 when not entered; `share`: percents aimed at; `least`: leases below which nothing is said.
    """
    if not threshold:
        return Outlook("unset", "Le seuil de revenus du premier quartile n’est pas saisi : l’objectif ne peut pas être suivi.")
    known = [one for one in signed if one is not None]
    modest = sum(known)
    if len(known) < least:
        some = f"{len(known)} bail connu" if len(known) == 1 else f"{len(known)} baux connus"
        return Outlook("few", f"{some} hors quartiers prioritaires cette année : trop peu pour dire où en est l’objectif.")
    done = f"{modest} baux sur {len(known)} au premier quartile cette année ({percent(modest / len(known))})"
    reach = (modest + sum(coming)) / (len(known) + len(coming))
    if reach * 100 < share:
        most = f"au mieux {percent(reach)} avec cette séance" if coming else "aucun logement de cette séance n’y compte"
        return Outlook("risk", f"{done}, {most}, pour {percent(share / 100)} demandés.")
    return Outlook("fine", f"{done} ; jusqu’à {percent(reach)} avec cette séance, pour {percent(share / 100)} demandés.")
