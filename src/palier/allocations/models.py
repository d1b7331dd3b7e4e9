"""Proposals and their conditions, contests, visits and leases."""

from __future__ import annotations

from django.db import models

from palier.allocations.states import OUTCOMES, PROPOSAL, VISITORS, WAYS
from palier.law.products import COMMISSION, LANDLORD

HOLDING = ("sent", "accepted", "leased")


class Proposal(models.Model):
    """A dwelling proposed to a household: ranked by a commission, whose `decision` it is, or chosen by the landlord (`way`).

    After a commission `answer_by` is at least ten days after `sent_at` (R441-10). `rank`: the commission's, or how many
    households the landlord had proposed it to, with this one. `departure`: why it was not the first in the public order.
    """

    application = models.OneToOneField("applications.Application", models.PROTECT, related_name="proposal")
    offer = models.ForeignKey("homes.Offer", models.PROTECT, related_name="proposals")
    way = models.CharField(max_length=10, choices=WAYS, default=COMMISSION)
    decision = models.OneToOneField("commissions.Decision", models.PROTECT, null=True, related_name="proposal")
    rank = models.PositiveSmallIntegerField()
    departure = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=PROPOSAL.choices, default=PROPOSAL.initial)
    sent_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    refusal_reason = models.CharField(max_length=40, blank=True)
    refusal_text = models.CharField(max_length=500, blank=True)
    # A conditional allocation (CCH R441-3): the document awaited, until when, and when it was accepted.
    condition_document = models.CharField(max_length=40, blank=True)
    condition_due = models.DateField(null=True)
    condition_met_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["offer", "rank"]
        constraints = [
            PROPOSAL.constraint("proposal_state"),
            models.CheckConstraint(
                condition=models.Q(way=COMMISSION, decision__isnull=False, departure="")
                | models.Q(way=LANDLORD, decision=None),
                name="proposal_decided_or_chosen",
            ),
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
            models.CheckConstraint(
                condition=models.Q(condition_document="", condition_due=None, condition_met_at=None)
                | ~models.Q(condition_document="") & models.Q(condition_due__isnull=False),
                name="proposal_condition_is_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="leased")
                | models.Q(condition_document="")
                | models.Q(condition_met_at__isnull=False),
                name="proposal_leased_once_condition_met",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="unmet") | ~models.Q(condition_document="") & models.Q(condition_met_at=None),
                name="proposal_unmet_had_a_condition",
            ),
        ]

    @property
    def awaits_document(self) -> bool:
        """Its condition is neither met nor failed yet."""
        return bool(self.condition_document) and self.condition_met_at is None


class Contest(models.Model):
    """A household contests what the commission decided of it. It holds nobody else back, unless a person suspends.

    `answer_by`: when silence counts as a refusal (CRPA L231-4, CJA R421-2). A signed decision never changes: an answer
    keeps it or promises another examination.
    """

    application = models.OneToOneField("applications.Application", models.PROTECT, related_name="contest")
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()
    answer_by = models.DateField()
    outcome = models.CharField(max_length=5, blank=True, choices=list(OUTCOMES.items()))
    answer = models.CharField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    suspended_at = models.DateTimeField(null=True)
    suspended_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    suspension = models.CharField(max_length=500, blank=True)
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="", answer="", answered_at=None, answered_by=None)
                | models.Q(outcome__in=list(OUTCOMES), answered_at__isnull=False, answered_by__isnull=False)
                & ~models.Q(answer=""),
                name="contest_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(suspension="", suspended_at=None, suspended_by=None, resumed_at=None)
                | models.Q(suspended_at__isnull=False, suspended_by__isnull=False) & ~models.Q(suspension=""),
                name="contest_suspended_by_someone_with_a_reason",
            ),
        ]

    @property
    def suspends(self) -> bool:
        """The dwelling is held by it now."""
        return self.suspended_at is not None and self.resumed_at is None


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


class Visit(models.Model):
    """A time at which candidates may see a dwelling, before or after an allocation; several at once up to `capacity`.

    `open_to`: those whose file was sent to the landlord, or every live candidate. A visit cancelled stays, with its reason.
    """

    offer = models.ForeignKey("homes.Offer", models.PROTECT, related_name="visits")
    at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=30)
    capacity = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=200)
    open_to = models.CharField(max_length=4, choices=VISITORS, default="sent")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "at"], condition=models.Q(cancelled_at=None), name="visit_once_at_a_time"
            ),
            models.CheckConstraint(condition=models.Q(capacity__gte=1, minutes__gte=5), name="visit_for_someone"),
            models.CheckConstraint(
                condition=models.Q(cancelled_at=None, cancelled_why="")
                | models.Q(cancelled_at__isnull=False) & ~models.Q(cancelled_why=""),
                name="visit_cancelled_with_a_reason",
            ),
        ]


class Booking(models.Model):
    """A household's place at a visit; one held at a time for each candidacy. `reminded_at`: the mail of the day before."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="bookings")
    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="bookings")
    booked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["visit", "booked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=models.Q(ended_at=None), name="booking_one_held")
        ]


class Lease(models.Model):
    """What was signed: a lease, a residence's contract with its last day (`ends_on`), or the deed of a sale (`price`, no rent).

    Its recording frees every other candidate; that of a social lease removes the demand (RADATT).
    """

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="lease")
    signed_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    rent = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    charges = models.DecimalField(max_digits=7, decimal_places=2)
    price = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on__gte=models.F("signed_on")), name="lease_starts_after_signature"
            ),
            models.CheckConstraint(
                condition=models.Q(rent__isnull=False, rent__gt=0, price=None)
                | models.Q(rent=None, price__isnull=False, price__gt=0, ends_on=None),
                name="lease_rent_or_price",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gt=models.F("starts_on")), name="lease_ends_later"
            ),
        ]
