"""The shares of allocations that the law sets (CCH L441-1): a quarter to the poorest quarter of demanders outside priority
quarters, a quarter to priority publics on each contingent.

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


@dataclass(frozen=True, slots=True)
class Aim:
    """How an objective is told. `group`: who counts; `among`: which leases; `coming`: what may still change it."""

    group: str = "au premier quartile"
    among: str = "hors quartiers prioritaires"
    coming: str = "cette séance"
    nothing: str = "aucun logement de cette séance n’y compte"


MEETING = Aim()
# The same at the moment of choosing whom to send for one dwelling.
CHOICE = Aim(coming="ce logement", nothing="ce logement n’y compte pas")
PRIORITY = Aim("aux publics prioritaires", "sur ce contingent", "ce logement", "ce logement n’y compte pas")


def outlook(
    signed: Sequence[bool | None],
    coming: Sequence[bool],
    *,
    threshold: float,
    share: float,
    least: int,
    aim: Aim = MEETING,
) -> Outlook:
    """`signed`: the year's leases that count for the objective, whether each went to the group (None: not known).

    `coming`: the dwellings under way that count for it, whether one of their candidates belongs to the group. `threshold`:
    the yearly order's income, 0 when not entered; `share`: percents aimed at; `least`: leases below which nothing is said.
    """
    if not threshold:
        return Outlook(
            "unset", "Le seuil de revenus du premier quartile n’est pas saisi : l’objectif ne peut pas être suivi."
        )
    known = [one for one in signed if one is not None]
    held = sum(known)
    if len(known) < least:
        some = f"{len(known)} bail connu" if len(known) == 1 else f"{len(known)} baux connus"
        return Outlook("few", f"{some} {aim.among} cette année : trop peu pour dire où en est l’objectif.")
    done = f"{held} baux sur {len(known)} {aim.group} cette année ({percent(held / len(known))})"
    reach = (held + sum(coming)) / (len(known) + len(coming))
    if reach * 100 < share:
        most = f"au mieux {percent(reach)} avec {aim.coming}" if coming else aim.nothing
        return Outlook("risk", f"{done}, {most}, pour {percent(share / 100)} demandés.")
    return Outlook(
        "fine", f"{done} ; jusqu’à {percent(reach)} avec {aim.coming}, pour {percent(share / 100)} demandés."
    )
