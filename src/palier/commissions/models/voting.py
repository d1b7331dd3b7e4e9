"""What members write during the window."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from palier.commissions.models.commission import Seat
from palier.commissions.models.freezing import OF_BALLOT, OF_ITEM, frozen
from palier.commissions.models.session import AgendaItem

# How a vote was given: by the member on a screen, or said aloud and recorded by somebody for them.
GIVEN = [("online", "En ligne"), ("room", "Dans la salle"), ("phone", "Par téléphone")]
# What the member said of a vote recorded for them. Disputed: contested once the votes were counted.
ANSWERS = [
    ("confirmed", "Confirmé"),
    ("signed", "Signé en séance"),
    ("contested", "Contesté"),
    ("disputed", "Contesté après le dépouillement"),
]


class Ballot(models.Model):
    """A member's ranking of the candidates of one dwelling; changeable until the window closes.

    `ranking`: keys of candidates in order; `refused`: candidate key → reason code; `meeting`: bring it to a meeting.
    One that was recorded for a member says by whom, and what the member answered; a contested one does not count.
    """

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="ballots")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="ballots")
    ranking = ArrayField(models.BigIntegerField(), default=list)
    refused = models.JSONField(default=dict)
    meeting = models.BooleanField(default=False)
    cast_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)
    given = models.CharField(max_length=10, choices=GIVEN, default="online")
    recorded_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=10, blank=True, choices=ANSWERS)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["item", "seat"]
        constraints = [
            models.UniqueConstraint(fields=["item", "seat"], name="ballot_once"),
            models.CheckConstraint(
                condition=models.Q(given="online", recorded_by=None, answer="")
                | models.Q(given__in=["room", "phone"], recorded_by__isnull=False),
                name="ballot_recorded_says_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at=None)
                | ~models.Q(answer="") & models.Q(answered_at__isnull=False),
                name="ballot_answer_is_dated",
            ),
        ]
        triggers = [frozen(OF_ITEM)]


class EarlierBallot(models.Model):
    """A member's own online ballot, set aside when they asked in the room that another be recorded instead.

    It comes back should they say that the recorded one is not their vote. Nobody else reads it: an online vote
    stays secret until the count.
    """

    ballot = models.OneToOneField(Ballot, models.CASCADE, related_name="earlier")
    ranking = ArrayField(models.BigIntegerField(), default=list)
    refused = models.JSONField(default=dict)
    meeting = models.BooleanField(default=False)
    cast_at = models.DateTimeField()

    class Meta:
        ordering = ["ballot"]
        triggers = [frozen(OF_BALLOT)]


class Recusal(models.Model):
    """A member who steps out of one dwelling for a declared interest: neither votes nor counts for its quorum."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="recusals")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="recusals")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    # Declared aloud in a meeting: who wrote it down.
    recorded_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")

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
