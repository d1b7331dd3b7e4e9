"""A person of the landlord says which of two sources is right."""

from __future__ import annotations

from django.db import transaction

from palier.accounts.actor import Actor
from palier.common import clock
from palier.common.errors import Refused
from palier.common.locks import locked
from palier.homes.actions.offering import check_landlord
from palier.homes.actions.stating import apply
from palier.homes.models import SAYS, AvailabilityStatement, Contradiction
from palier.homes.queries import own_offers
from palier.homes.states import CONTRADICTION, ENDED


@transaction.atomic
def settle(*, actor: Actor, contradiction_id: int, says: str) -> Contradiction:
    """Settle a contradiction: the offer follows what the person says, dated now. Settled twice is once.

    An ended offer stays ended whatever is said: a dwelling free again takes a new offer.
    """
    check_landlord(actor)
    if says not in SAYS:
        raise Refused("settle.says", "Dites ce qu’il en est.", field="says")
    offer_id = Contradiction.objects.values_list("offer_id", flat=True).get(pk=contradiction_id)
    offer = locked(own_offers(actor), offer_id)
    found = locked(Contradiction.objects.filter(offer=offer), contradiction_id)
    if found.state == "settled":
        return found
    now = clock.now()
    CONTRADICTION.fire(
        found, "settle", actor=actor, data={"says": SAYS[says]}, says=says, settled_at=now, settled_by=actor.person
    )
    if offer.state in ENDED:
        return found
    effect, freed = apply(actor=actor, offer=offer, says=says, at=now, via="form")
    AvailabilityStatement.objects.create(
        offer=offer, at=now, received_at=now, organisation=actor.organisation, says=says, effect=effect.value,
        freed=freed,
    )  # fmt: skip
    return found
