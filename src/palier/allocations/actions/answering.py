"""The household answers, or stays silent (which counts as a refusal, CCH R441-10), and visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from palier.accounts.actor import PALIER, Actor
from palier.allocations.actions.proposing import call_next, in_words
from palier.allocations.models import Proposal, VisitSlot
from palier.allocations.queries import overdue, suspended, visible_to
from palier.allocations.states import PROPOSAL
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.applications.telling import tell
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.cotation.actions import rescore
from palier.homes.models import Offer
from palier.law import codes


@transaction.atomic
def accept(*, actor: Actor, proposal_id: int) -> Proposal:
    """The household accepts within its delay."""
    proposal, application = _answerable(actor, proposal_id, "accepted")
    if proposal.state == "accepted":
        return proposal
    PROPOSAL.fire(proposal, "accept", actor=actor, answered_at=clock.now())
    applications.move(application, "accept", actor=actor)
    return proposal


@transaction.atomic
def decline(*, actor: Actor, proposal_id: int, reason: str, text: str = "") -> Proposal:
    """The household refuses; the reason is kept, the next rank is called at once.

    Its registration date is untouched; its points follow its territory's grid, which may count refusals.
    """
    words = dict(codes.DECLINE_REASONS).get(reason)
    if words is None:
        raise Refused("decline.reason", "Choisissez la raison de votre refus.", field="reason")
    proposal, application = _answerable(actor, proposal_id, "declined")
    if proposal.state == "declined":
        return proposal
    PROPOSAL.fire(
        proposal,
        "decline",
        actor=actor,
        answered_at=clock.now(),
        refusal_reason=reason,
        refusal_text=text.strip()[:500],
    )
    applications.end(application, "decline", actor=actor, reason=words, codes=[reason])
    rescore(application.demand)
    call_next(proposal.offer_id)
    return proposal


def _answerable(actor: Actor, proposal_id: int, done: str) -> tuple[Proposal, Application]:
    offer_id = visible_to(actor).values_list("offer_id", flat=True).get(pk=proposal_id)
    with as_system("the dwelling is locked while its holder answers"):
        locked(Offer.objects.all(), offer_id)
    application_id = visible_to(actor).values_list("application_id", flat=True).get(pk=proposal_id)
    application = locked(Application.objects.select_related("offer__dwelling__commune"), application_id)
    proposal = locked(Proposal.objects.all(), proposal_id)
    with as_system("a contest that suspends the dwelling is another household's"):
        held = suspended(offer_id)
    if proposal.state == "sent" and proposal.answer_by < clock.now() and not held:
        raise Refused("answer.late", "Le délai de réponse est passé : le silence vaut refus (CCH R441-10).")
    return proposal, application


def lapse_overdue() -> int:
    """Silence counts as refusal: close every overdue proposal and call the next ranks. Run by the worker."""
    with as_system("silence is recorded by nobody in particular"):
        late = list(overdue(clock.now()).values_list("pk", "offer_id"))
    for proposal_id, offer_id in late:
        with as_system("silence is recorded by nobody in particular"):
            locked(Offer.objects.all(), offer_id)
            proposal = Proposal.objects.select_related("application").get(pk=proposal_id)
            application = locked(
                Application.objects.select_related("offer__dwelling__commune"), proposal.application_id
            )
            proposal = locked(Proposal.objects.all(), proposal_id)
            if proposal.state != "sent" or proposal.answer_by >= clock.now() or suspended(offer_id):
                continue
            PROPOSAL.fire(proposal, "lapse", actor=PALIER)
            applications.end(application, "lapse", actor=PALIER, words={"answer_by": in_words(proposal.answer_by)})
            tell(application, "allocation_lapsed", "Le délai de réponse est passé")
            rescore(application.demand)
            call_next(offer_id)
    return len(late)


@transaction.atomic
def offer_visits(*, actor: Actor, proposal_id: int, slots: Sequence[datetime]) -> list[VisitSlot]:
    """The landlord proposes times for a visit. Times already proposed are told once."""
    proposal = locked(visible_to(actor), proposal_id)
    if proposal.state not in ("sent", "accepted"):
        raise Refused("visit.state", "Cette proposition n’attend plus de visite.")
    future = sorted({s for s in slots if s > clock.now()})
    if not future:
        raise Refused("visit.slots", "Proposez au moins un créneau à venir.", field="slots")
    found = [VisitSlot.objects.get_or_create(proposal=proposal, at=at) for at in future]
    made = [slot for slot, _ in found]
    if not any(new for _, new in found):
        return made
    ledger.record(
        verb="visits.offer", subject=proposal, actor=actor, thread=proposal.application.demand_id,
        data={"application": proposal.application_id, "slots": len(made)},
    )  # fmt: skip
    tell(proposal.application, "allocation_visits", "Choisissez votre créneau de visite")
    return made


@transaction.atomic
def book_visit(*, actor: Actor, slot_id: int) -> VisitSlot:
    """The household books one time; booking another moves the visit."""
    proposal_id = VisitSlot.objects.values_list("proposal_id", flat=True).get(pk=slot_id)
    proposal = locked(visible_to(actor), proposal_id)
    slot = VisitSlot.objects.get(pk=slot_id, proposal=proposal)
    if slot.booked_at:
        return slot
    if slot.at <= clock.now():
        raise Refused("visit.past", "Ce créneau est passé : choisissez-en un autre.")
    VisitSlot.objects.filter(proposal=proposal, booked_at__isnull=False).update(booked_at=None)
    slot.booked_at = clock.now()
    slot.save(update_fields=["booked_at"])
    ledger.record(
        verb="visits.book", subject=proposal, actor=actor, thread=proposal.application.demand_id,
        data={"application": proposal.application_id, "at": in_words(slot.at)},
    )  # fmt: skip
    return slot
