"""A dwelling that is gone leaves the agendas that are not counted yet; members read why."""

from __future__ import annotations

from palier.accounts.actor import Actor
from palier.commissions.actions.correcting import take_off
from palier.commissions.models import AgendaItem, Session
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.homes.models import Offer


def leave_agendas(actor: Actor, offer: Offer, reason: str) -> int:
    """Take an ended offer off every agenda in preparation or published, its candidates being freed already.

    Frees nobody by itself: returns 0. A counted agenda stays: its signature leaves out who is gone.
    """
    with as_system("the agendas are the secretary's, and the dwelling that stands on them is gone"):
        sessions = Session.objects.filter(items__offer=offer, state__in=["preparing", "published"])
        for session in locked_all(sessions.defer("minutes", "record")):
            item = locked(
                AgendaItem.objects.filter(session=session).select_related("offer__dwelling__commune"),
                AgendaItem.objects.values_list("pk", flat=True).get(session=session, offer=offer),
            )
            item.session = session
            if not item.postponed:
                take_off(actor, item, f"il n’est plus disponible : {reason}"[:300])
    return 0
