"""Proposals, visits and leases."""

from __future__ import annotations

from django.db import models

from palier.allocations.states import PROPOSAL

HOLDING = ("sent", "accepted", "leased")


class Proposal(models.Model):
    """A dwelling proposed to a ranked household; `answer_by` is at least ten days after `sent_at` (R441-10)."""

    application = models.OneToOneField("applications.Application", models.PROTECT, related_name="proposal")
    offer = models.ForeignKey("homes.Offer", models.PROTECT, related_name="proposals")
    decision = models.OneToOneField("commissions.Decision", models.PROTECT, related_name="proposal")
    rank = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=PROPOSAL.choices, default=PROPOSAL.initial)
    sent_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    refusal_reason = models.CharField(max_length=40, blank=True)
    refusal_text = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["offer", "rank"]
        constraints = [
            PROPOSAL.constraint("proposal_state"),
            # A dwelling is held by one household at a time.
            models.UniqueConstraint(
                fields=["offer"], condition=models.Q(state__in=HOLDING), name="proposal_one_holder"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False, answer_by__isnull=False),
                name="proposal_sent_has_a_term",
            ),
            models.CheckConstraint(
                condition=models.Q(answer_by=None) | models.Q(answer_by__gt=models.F("sent_at")),
                name="proposal_term_later",
            ),
        ]


class VisitSlot(models.Model):
    """A time at which a dwelling can be visited; booked by at most one household."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="visit_slots")
    at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "at"], name="slot_once"),
            models.UniqueConstraint(
                fields=["proposal"], condition=models.Q(booked_at__isnull=False), name="slot_one_booked"
            ),
        ]


class Lease(models.Model):
    """The signed lease; its recording removes the demand (RADATT) and frees every other candidate."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="lease")
    signed_on = models.DateField()
    starts_on = models.DateField()
    rent = models.DecimalField(max_digits=7, decimal_places=2)
    charges = models.DecimalField(max_digits=7, decimal_places=2)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on__gte=models.F("signed_on")), name="lease_starts_after_signature"
            )
        ]
