"""What members write during the window."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from palier.commissions.models.commission import Seat
from palier.commissions.models.freezing import OF_ITEM, frozen
from palier.commissions.models.session import AgendaItem


class Ballot(models.Model):
    """A member's ranking of the candidates of one dwelling; changeable until the window closes.

    `ranking`: keys of candidates in order; `refused`: candidate key → reason code; `meeting`: bring it to a meeting.
    """

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="ballots")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="ballots")
    ranking = ArrayField(models.BigIntegerField(), default=list)
    refused = models.JSONField(default=dict)
    meeting = models.BooleanField(default=False)
    cast_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["item", "seat"]
        constraints = [models.UniqueConstraint(fields=["item", "seat"], name="ballot_once")]
        triggers = [frozen(OF_ITEM)]


class Recusal(models.Model):
    """A member who steps out of one dwelling for a declared interest: neither votes nor counts for its quorum."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="recusals")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="recusals")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["item", "seat"]
        constraints = [models.UniqueConstraint(fields=["item", "seat"], name="recusal_once")]
        triggers = [frozen(OF_ITEM)]


class Comment(models.Model):
    """A message in a dwelling's discussion, kept with the session."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="comments")
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    # Else by the landlord's team.
    by_member = models.BooleanField()
    capacity = models.CharField(max_length=120)
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        triggers = [frozen(OF_ITEM)]
