"""A tenant's situation on a session's agenda, and what members say of it."""

from __future__ import annotations

from typing import Any

from django.db import models

from palier.commissions.models import Seat, Session
from palier.commissions.models.freezing import frozen
from palier.law.opinions import CHOICES
from palier.reviews.models.review import Review

OF_EXAMINATION = "(SELECT x.session_id FROM reviews_examination x WHERE x.id = touched.examination_id)"


class Examination(models.Model):
    """`facts`: what members may read, without a name, frozen when put on the agenda. `proposed` and `opinion`: a
    `law.occupancy_review.Suitable`; `opinion` stays None until the commission has one."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="examinations")
    review = models.ForeignKey(Review, models.PROTECT, related_name="examinations")
    position = models.PositiveSmallIntegerField()
    facts = models.JSONField()
    proposed = models.JSONField()
    count = models.JSONField(null=True)
    opinion = models.JSONField(null=True)
    # Why it goes to another session: no quorum.
    postponed = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "review"], name="examination_once"),
            models.CheckConstraint(
                condition=models.Q(postponed="") | models.Q(opinion=None), name="examination_postponed_has_no_opinion"
            ),
        ]
        triggers = [frozen("touched.session_id")]

    @property
    def to_write(self) -> bool:
        """Counted, and the commission's opinion is still to be written."""
        return self.count is not None and self.opinion is None and not self.postponed

    @property
    def situations(self) -> list[dict[str, Any]]:
        situations: list[dict[str, Any]] = self.facts["situations"]
        return situations


class Voice(models.Model):
    """A member's voice on a proposed opinion; changeable until the window closes. `words`: the other view."""

    examination = models.ForeignKey(Examination, models.CASCADE, related_name="voices")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="voices")
    choice = models.CharField(max_length=10, choices=list(CHOICES.items()))
    words = models.CharField(max_length=500, blank=True)
    cast_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["examination", "seat"]
        constraints = [
            models.UniqueConstraint(fields=["examination", "seat"], name="voice_once"),
            models.CheckConstraint(
                condition=~models.Q(choice="other") | ~models.Q(words=""), name="voice_other_has_words"
            ),
        ]
        triggers = [frozen(OF_EXAMINATION)]


class StepOut(models.Model):
    """A member who steps out of one examination for a declared interest."""

    examination = models.ForeignKey(Examination, models.CASCADE, related_name="step_outs")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="step_outs")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["examination", "seat"]
        constraints = [models.UniqueConstraint(fields=["examination", "seat"], name="step_out_once")]
        triggers = [frozen(OF_EXAMINATION)]
