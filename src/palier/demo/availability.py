"""What landlords say of their offers when the demonstration opens: a contradiction to settle, and the public delays."""

from __future__ import annotations

from datetime import timedelta

from palier.accounts.models import Organisation
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demo.playing import character, play
from palier.homes import actions
from palier.homes.models import Offer
from palier.observatory import stopwatch

# Not every landlord has a system that speaks: by turns, they use it, the site or a file.
CHANNELS = ("system", "form", "file")


def channel_of(landlord_id: int) -> str:
    """The channel by which a landlord of the demonstration confirms."""
    return CHANNELS[landlord_id % len(CHANNELS)]


def begin(landlord: Organisation) -> dict[str, int]:
    """Outside Caen, where the cast plays: one dwelling free on the site and let in its landlord's system."""
    now = clock.now()
    with acting(SYSTEM):
        own = Offer.objects.filter(dwelling__landlord=landlord, state="published").exclude(dwelling__commune="14118")
        one = own.order_by("pk").first()
        if one is not None:
            Offer.objects.filter(pk=one.pk).update(confirmed_at=now - timedelta(hours=2), confirmed_via="form")
    if one is not None:
        play(
            character("sophie.bailleur"), actions.state_availability,
            offer_id=one.pk, says="let", stated_at=now - timedelta(minutes=90), via="system",
        )  # fmt: skip
    return {"contradictions à trancher": int(one is not None), "délais publiés": stopwatch.keep_delays(clock.today())}
