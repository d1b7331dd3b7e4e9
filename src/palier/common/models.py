"""Events, outgoing messages, receipts of requests already done, and the demo's clock."""

from __future__ import annotations

import pgtrigger
from django.db import models


class Event(models.Model):
    """One thing that happened, written once and never changed.

    `thread` is the dossier whose timeline shows the event (None when it concerns no household).
    """

    at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    thread = models.BigIntegerField(null=True)
    role = models.CharField(max_length=30)
    person = models.BigIntegerField(null=True)
    organisation = models.BigIntegerField(null=True)
    signature = models.CharField(max_length=200, help_text="Who acted, in words an applicant may read")
    data = models.JSONField(default=dict)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["thread", "at"], name="event_thread", condition=models.Q(thread__isnull=False)),
            models.Index(fields=["subject_type", "subject_id"], name="event_subject"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class Message(models.Model):
    """A mail to send, written in the transaction that decided it and sent by the worker."""

    created_at = models.DateTimeField()
    to = models.EmailField()
    person = models.BigIntegerField(null=True)
    thread = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["id"], name="message_unsent", condition=models.Q(sent_at__isnull=True))]


class Receipt(models.Model):
    """The answer to a form already received, so that sending it twice does it once."""

    key = models.UUIDField(primary_key=True)
    person = models.BigIntegerField(null=True)
    path = models.CharField(max_length=300)
    location = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class ClockShift(models.Model):
    """Demo mode only: by how much the demo's present differs from the real one."""

    seconds = models.BigIntegerField(default=0)
