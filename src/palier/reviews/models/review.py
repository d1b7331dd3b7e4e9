"""One triennial review of a tenancy, and what was done with the tenant afterwards."""

from __future__ import annotations

from django.db import models

from palier.reviews.models.tenancy import Tenancy
from palier.reviews.states import FOLLOW_UPS, REVIEW


class Review(models.Model):
    """`due_on`: the triennial day. `declaration`: of `reviews.declared`. `finding`: situations and notes as checked.

    `opinion`: what the signed session said, whole, as its letter tells it.
    """

    tenancy = models.ForeignKey(Tenancy, models.PROTECT, related_name="reviews")
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=REVIEW.choices, default=REVIEW.initial)
    asked_at = models.DateTimeField()
    answer_by = models.DateField()
    declared_on = models.DateField(null=True)
    on_paper = models.BooleanField(default=False)
    declaration = models.JSONField(default=dict)
    finding = models.JSONField(default=dict)
    opinion = models.JSONField(default=dict)
    given_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            REVIEW.constraint("review_state"),
            models.UniqueConstraint(fields=["tenancy", "due_on"], name="review_once"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["declared", "found", "on_agenda", "given"])
                | models.Q(declared_on__isnull=False),
                name="review_declared_has_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["given", "followed"]) | models.Q(given_at__isnull=False),
                name="review_given_has_an_opinion",
            ),
        ]


class FollowUp(models.Model):
    """A step of the way found with the tenant. `demand`: the transfer demand, when it is known."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=list(FOLLOW_UPS.items()))
    on = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    demand = models.ForeignKey("demands.Demand", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [models.UniqueConstraint(fields=["review", "kind", "on"], name="follow_up_once")]
