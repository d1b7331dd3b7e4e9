"""Who decides after the count: the secretary of the landlord, or the president of the commission."""

from __future__ import annotations

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.commissions.models import Seat, Session
from palier.commissions.queries import seat_of, sittings
from palier.common.errors import NotYours


def presidency_of(actor: Actor, session: Session) -> Seat | None:
    """The seat that the actor occupies in the session, when it is the president's."""
    seat = seat_of(actor, session) if session.pk in sittings(actor) else None
    return seat if seat is not None and seat.president else None


def check_may_decide(actor: Actor, session: Session) -> None:
    """Raises NotYours for anybody but the secretary and the president."""
    if actor.role == Role.SECRETARY or (actor.role == Role.MEMBER and presidency_of(actor, session)):
        return
    raise NotYours("only the secretary and the president settle and decide")
