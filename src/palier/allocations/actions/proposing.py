"""Calling each rank in turn, and ending what is waited for no more.

Locks: the offer first, then the application (see `common.locks`). Calling the next household touches rows that are not
the actor's own: hence the named exceptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from django.utils import formats, timezone

from palier.accounts.actor import PALIER, Actor
from palier.allocations.models import Contest, Proposal
from palier.allocations.queries import suspended
from palier.allocations.states import PROPOSAL
from palier.applications import actions as applications
from palier.applications.models import Application, Doubt
from palier.applications.telling import tell
from palier.common import clock
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.demands.models import Demand
from palier.homes import actions as homes
from palier.homes.models import Offer
from palier.law import calendar
from palier.territories.queries import setting


def call_next(offer_id: int) -> Proposal | None:
    """Propose the dwelling to the next rank still waiting; None when it is held, or when nobody is left.

    The last refusal sends the following files of the list to the landlord, or reopens the offer. The delay is the territory's, and never shorter than ten days (CCH R441-10).
    """
    with as_system("the next household is called whoever made the place free"):
        offer = locked(Offer.objects.select_related("dwelling__commune"), offer_id)
        if Proposal.objects.filter(offer=offer, state__in=["sent", "accepted", "leased"]).exists() or suspended(
            offer_id
        ):
            return None
        proposal = (
            Proposal.objects.filter(offer=offer, state="waiting").select_related("application").order_by("rank").first()
        )
        if proposal is None:
            _begin_again(offer)
            return None
        days = setting("answer_days", on=clock.today(), territory=offer.dwelling.commune.department_id)
        now = clock.now()
        answer_by = end_of(calendar.answer_due(clock.today(), days))
        PROPOSAL.fire(proposal, "send", actor=PALIER, data={"rank": proposal.rank}, sent_at=now, answer_by=answer_by)
        application = locked(Application.objects.select_related("offer__dwelling__commune"), proposal.application_id)
        applications.move(application, "allocate", actor=PALIER, rank=proposal.rank, answer_by=in_words(answer_by))
        until = in_words(answer_by)
        tell(application, "allocation_allocated", f"Votre réponse est attendue avant le {until}", answer_by=until)
        return proposal


def _begin_again(offer: Offer) -> None:
    """Every ranked household refused or stayed silent: the dwelling is still empty, and says so.

    The files left on its list go to the landlord first; without any, it takes applications again.
    """
    if offer.state != "closed":
        return
    if not applications.send_next_files(actor=PALIER, offer=offer):
        homes.reopen(offer=offer)


def end_of(day: date) -> datetime:
    """The last minute of a day, in Paris."""
    return datetime.combine(day, time(23, 59), tzinfo=calendar.PARIS)


def in_days(day: date) -> str:
    """A day in words, for a sentence."""
    return formats.date_format(day, "j F Y")


def in_words(instant: datetime) -> str:
    """An instant in words, in Paris time."""
    return formats.date_format(timezone.localtime(instant), "j F Y à H:i")


def cancel_others(offer: Offer, kept: Proposal | None, actor: Actor) -> None:
    live = Proposal.objects.filter(offer=offer, state__in=["waiting", "sent", "accepted"]).order_by("pk")
    for proposal in live.exclude(pk=kept.pk if kept else 0):
        PROPOSAL.fire(proposal, "cancel", actor=actor)


def hold_places(demand_ids: Sequence[int]) -> None:
    """Before demands are removed: the dwellings they stand on are locked, in the order of the house."""
    with as_system("a household that leaves the register leaves every list: their dwellings are locked first"):
        locked_all(
            Offer.objects.filter(
                pk__in=Application.objects.filter(demand__in=demand_ids, live_slot__isnull=False).values("offer")
            )
        )


_WHY_FREED = {
    "RADATT": "vous avez signé un bail ailleurs",
    "RADABA": "vous avez renoncé à votre demande",
}


def follow_life(verb: str, held: Sequence[Demand], actor: Actor) -> None:
    """A removed demand leaves the lists it stood on, and the next one is called where it held a dwelling.

    Once its data are erased, nothing is left of what was written about its applications.
    """
    if verb == "erase":
        Application.objects.filter(demand__in=held).update(note="", reason_text="", told={})
        Doubt.objects.filter(application__demand__in=held).delete()
        Proposal.objects.filter(application__demand__in=held).update(refusal_text="", departure="")
        contested = Contest.objects.filter(application__demand__in=held)
        contested.update(text="")
        # An answer is kept as given or not at all: its words may tell the household's case.
        contested.exclude(answered_at=None).update(answer="(effacée)")
        contested.exclude(suspended_at=None).update(suspension="(effacée)")
    if verb != "remove":
        return
    why = {d.pk: _WHY_FREED.get(d.removal_ground, "votre demande est radiée") for d in held}
    with as_system("a household that leaves the register leaves every list"):
        others = Application.objects.filter(demand__in=list(why), live_slot__isnull=False).select_related(
            "offer__dwelling__commune"
        )
        for application in locked_all(others):
            applications.end(application, "release", actor=PALIER, reason=why[application.demand_id])
            proposal = Proposal.objects.filter(application=application, state__in=["waiting", "sent", "accepted"])
            for one in proposal.order_by("pk"):
                PROPOSAL.fire(one, "cancel", actor=PALIER)
                call_next(application.offer_id)


def cancel_for(actor: Actor, offer: Offer, reason: str) -> int:
    """An offer that ended takes its proposals with it: nobody may be waited for any more. Their households are freed
    as candidates, and counted there."""
    with as_system("the proposals of a dwelling that is gone end, whoever holds them"):
        cancel_others(offer, None, actor)
    return 0
