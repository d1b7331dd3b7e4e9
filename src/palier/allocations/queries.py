"""Reads on proposals and leases."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from palier.accounts.actor import Actor
from palier.allocations.models import Proposal, VisitSlot
from palier.applications.queries import visible_to as visible_applications
from palier.demands.models import Demand
from palier.law.household import Refusal


def visible_to(actor: Actor) -> QuerySet[Proposal]:
    """Proposals of the applications an actor may see. Never joined to the decision: a household may not read that table."""
    return (
        Proposal.objects.filter(application__in=visible_applications(actor).order_by().values("pk"))
        .select_related("application__demand", "offer__dwelling__commune", "offer__dwelling__landlord")
        .order_by("offer", "rank")
    )


def overdue(now: datetime) -> QuerySet[Proposal]:
    """Proposals whose delay is over without an answer: silence counts as refusal (R441-10)."""
    return Proposal.objects.filter(state="sent", answer_by__lt=now).order_by("pk")


def visible_slots(actor: Actor) -> QuerySet[VisitSlot]:
    """Visit times of the proposals an actor may see."""
    return (
        VisitSlot.objects.filter(proposal__in=visible_to(actor).order_by().values("pk"))
        .select_related("proposal")
        .order_by("at", "pk")
    )


# A home that cannot be entered or lived in is not one adapted to the household: refusing it costs nothing.
NOT_ADAPTED = ("access", "condition")


def refusals(demand: Demand) -> list[Refusal]:
    """The dwellings proposed after a decision that the household refused, by its word or its silence (R441-10)."""
    ended = Proposal.objects.filter(application__demand=demand, state__in=["declined", "lapsed"])
    days = [
        (timezone.localdate(p.answered_at or p.answer_by), p.refusal_reason not in NOT_ADAPTED)
        for p in ended.order_by("pk")
        if p.answered_at or p.answer_by
    ]
    return [Refusal(on, adapted) for on, adapted in sorted(days)]
