"""How far everyone has read what is said about a dwelling."""

from __future__ import annotations

from django.db import models

from palier.commissions.models.freezing import OF_ITEM, frozen
from palier.commissions.models.session import AgendaItem


class ReadMark(models.Model):
    """One person's place in one dwelling's discussion.

    `upto`: key of the last message read, 0 when none. `member`: seated, or else of the landlord's team.
    `told_at`: when a mail last said that messages wait.
    """

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="read_marks")
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    member = models.BooleanField()
    upto = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["item", "person"]
        constraints = [models.UniqueConstraint(fields=["item", "person"], name="read_mark_once")]
        triggers = [frozen(OF_ITEM)]
