"""What later apps bring to a session beside its dwellings: who is called for it, its count, its part of the minutes.

An app that knows of such business adds itself to `BUSINESS` when it is ready; a commission knows none of them by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from palier.accounts.actor import Actor
from palier.commissions.models import Seat, Session
from palier.territories.models import Commune


@dataclass(frozen=True, slots=True)
class Business:
    """Each is called in the session's own transaction, the session being locked.

    `communes`: those of its items, so that the members they concern are called. `count`: after the dwellings.
    `check`: raises Refused while something of it is not settled; before the signature. `record`: its part of the
    minutes. `cancel`: the session will not take place.
    """

    communes: Callable[[Session], list[Commune]]
    count: Callable[[Session, Actor], None]
    check: Callable[[Session], None]
    record: Callable[[Session], dict[str, Any]]
    cancel: Callable[[Session, Actor, str], None]


BUSINESS: list[Business] = []


def communes_of(session: Session) -> Iterator[Commune]:
    """The commune of each item of other business."""
    for business in BUSINESS:
        yield from business.communes(session)


def concerns(seat: Seat, commune: Commune) -> bool:
    """Whether a seat is called for something in a commune: a mayor in the commune, an EPCI in its territory."""
    return seat.commune_id in (None, commune.pk) and seat.epci_id in (None, commune.epci_id)
