"""What the commission decided, and the chain that seals it."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from palier.commissions.models.freezing import OF_CANDIDATE, POSSIBLE_DECISION, frozen
from palier.commissions.models.session import Candidate, Session
from palier.commissions.states import DECISIONS
from palier.law import codes
from palier.law.discretion import SENSITIVE_KINDS


class Decision(models.Model):
    """One of the five legal decisions for one candidate (CCH R441-3), with every ground of a refusal."""

    candidate = models.OneToOneField(Candidate, models.PROTECT, related_name="decision")
    kind = models.CharField(max_length=14, choices=list(DECISIONS.items()))
    rank = models.PositiveSmallIntegerField(null=True)
    reasons = ArrayField(models.CharField(max_length=40), default=list)
    reason_text = models.CharField(max_length=1000, blank=True)
    condition_document = models.CharField(max_length=40, blank=True)
    condition_due = models.DateField(null=True)
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["candidate"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=list(DECISIONS)), name="decision_is_legal"),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["non_allocation", "rejection"]) | models.Q(reasons__len__gt=0),
                name="decision_refusal_has_grounds",
                violation_error_message="Un refus doit donner tous ses motifs.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="conditional", condition_due__isnull=False) & ~models.Q(condition_document="")
                | ~models.Q(kind="conditional") & models.Q(condition_document="", condition_due=None),
                name="decision_condition_is_whole",
            ),
            models.CheckConstraint(
                # Without the first test a missing rank is neither true nor false, and a check lets that pass.
                condition=models.Q(kind__in=["allocation", "ranked", "conditional"], rank__isnull=False, rank__gte=1)
                | models.Q(kind__in=["non_allocation", "rejection"], rank=None),
                name="decision_rank",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="allocation") | models.Q(rank=1), name="decision_allocation_is_first"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["allocation", "ranked", "conditional"]) | models.Q(reasons=[]),
                name="decision_allocated_has_no_ground",
            ),
            models.CheckConstraint(
                condition=models.Q(reasons__contained_by=sorted(code for code, _ in codes.NON_ALLOCATION_REASONS)),
                name="decision_grounds_are_listed",
            ),
            # CCH R441-2-8 d: only the conditions of access to social housing make a demand inadmissible.
            models.CheckConstraint(
                condition=~models.Q(kind="rejection") | models.Q(reasons__contained_by=sorted(codes.REJECTION_REASONS)),
                name="decision_rejection_is_of_access",
            ),
            models.CheckConstraint(
                condition=~models.Q(condition_document__in=sorted(SENSITIVE_KINDS)),
                name="decision_condition_tells_no_danger",
            ),
        ]
        triggers = [frozen(OF_CANDIDATE), POSSIBLE_DECISION]

    @property
    def grounds(self) -> list[str]:
        """Its grounds in words."""
        return [codes.label("non_allocation", code) for code in self.reasons]

    @property
    def condition(self) -> str:
        """The document awaited, in words; empty without a condition."""
        return codes.label("document", self.condition_document) if self.condition_document else ""


class SealedRecord(models.Model):
    """One link of the chain of signed sessions: the hash of the former link and of this record.

    No two links follow the same one: the chain cannot fork.
    """

    session = models.OneToOneField(Session, models.PROTECT, related_name="seal")
    previous = models.CharField(max_length=64, blank=True, unique=True)
    sha256 = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
