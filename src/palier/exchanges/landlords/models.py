"""Landlords' systems, the journal of changes they follow, what was sent to them, and stock files."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from palier.exchanges.landlords.scopes import KIND_LABELS, KINDS, SCOPES

FILE_KINDS = [("dwellings", "Logements"), ("vacancies", "Logements vides et offres")]
FILE_STATES = [("read", "À confirmer"), ("confirmed", "Inscrit"), ("dropped", "Abandonné")]
DELIVERY_STATES = [("waiting", "À envoyer"), ("delivered", "Remise"), ("failed", "Abandonnée")]


class LandlordSystem(models.Model):
    """A program that acts for a landlord. Of its token only the hash is kept, and the last characters to recognise it.

    `former_hash`: the token before the last rotation, which still opens until `former_until`.
    `webhook_round`: raised to give the signature another secret (`webhooks.signing`). `pushed`: last position of the
    journal for which deliveries were made.
    """

    landlord = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="systems")
    name = models.CharField(max_length=60)
    scopes = ArrayField(models.CharField(max_length=30))
    made_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, null=True, unique=True)
    token_end = models.CharField(max_length=4, blank=True)
    token_at = models.DateTimeField(null=True)
    former_hash = models.CharField(max_length=64, null=True, unique=True)
    former_until = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    webhook_url = models.CharField(max_length=300, blank=True)
    webhook_round = models.PositiveIntegerField(default=1)
    pushed = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["landlord", "name"], condition=models.Q(revoked_at=None), name="system_name_once"
            ),
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=sorted(SCOPES)), name="system_scopes_are_listed"
            ),
            models.CheckConstraint(
                condition=models.Q(former_hash=None, former_until=None)
                | models.Q(former_hash__isnull=False, former_until__isnull=False),
                name="system_former_token_ends",
            ),
            # A revoked system holds nothing that could open again.
            models.CheckConstraint(
                condition=models.Q(revoked_at=None) | models.Q(token_hash=None, former_hash=None, webhook_url=""),
                name="system_revoked_holds_nothing",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KeptAnswer(models.Model):
    """What a request that writes was answered, so that sending it twice does it once. Keys and states, never a person."""

    landlord = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="+")
    system = models.ForeignKey(LandlordSystem, models.CASCADE, related_name="answers")
    key = models.CharField(max_length=80)
    # Of the method, the path and the body: the same key for anything else is a mistake.
    sha256 = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    until = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["system", "key"], name="answer_key_once")]


class Change(models.Model):
    """Something of a landlord's changed: its key and its state. Written by triggers in the transaction of the change.

    `position`: its place in the journal, given once committed (`changes.number`); None until then.
    """

    landlord = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=[(kind, KIND_LABELS[kind]) for kind in KINDS])
    key = models.BigIntegerField()
    state = models.CharField(max_length=20)
    at = models.DateTimeField(null=True)
    position = models.BigIntegerField(null=True, unique=True)

    class Meta:
        ordering = ["position"]
        indexes = [
            models.Index(fields=["id"], name="change_unnumbered", condition=models.Q(position=None)),
            models.Index(fields=["landlord", "position"], name="change_of_landlord"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(position=None, at=None) | models.Q(position__isnull=False, at__isnull=False),
                name="change_numbered_is_dated",
            )
        ]


class Delivery(models.Model):
    """One message to one system, until its receiver answers 2xx or the tries are over. `last_status` 0: no answer."""

    landlord = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="+")
    system = models.ForeignKey(LandlordSystem, models.CASCADE, related_name="deliveries")
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=10, choices=list(KIND_LABELS.items()))
    payload = models.JSONField()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=DELIVERY_STATES, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(state="waiting")),
            models.Index(fields=["system", "-id"], name="delivery_of_system"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[code for code, _ in DELIVERY_STATES]), name="delivery_state"
            )
        ]


class StockFile(models.Model):
    """A file of dwellings or vacancies as it was read: nothing of it is written before an agent confirms.

    `rows`: line number and checked values of the good rows. `troubles`: line, cell, column, words of the others.
    `counts`: outcome → number, once confirmed.
    """

    landlord = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="+")
    by = models.ForeignKey("accounts.Person", models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=FILE_KINDS)
    name = models.CharField(max_length=200)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=FILE_STATES, default="read")
    total = models.PositiveIntegerField()
    rows = models.JSONField(default=list)
    troubles = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[code for code, _ in FILE_STATES]), name="stockfile_state"
            )
        ]

    @property
    def wrong(self) -> int:
        """How many rows hold at least one trouble."""
        return len({trouble["line"] for trouble in self.troubles})
