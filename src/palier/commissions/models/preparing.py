"""What happens to an agenda once it is published: corrections, and reminders sent before the closing."""

from __future__ import annotations

import pgtrigger
from django.db import models

from palier.commissions.models.commission import Seat
from palier.commissions.models.freezing import OF_ITEM, frozen
from palier.commissions.models.session import AgendaItem, Session

KINDS = {
    "candidate_removed": "Candidat retiré",
    "candidate_added": "Candidat ajouté",
    "dwelling_withdrawn": "Logement retiré de l’ordre du jour",
    "facts_corrected": "Dossier corrigé",
    "dwelling_corrected": "Précision sur le logement",
}


class Correction(models.Model):
    """A change of a published agenda, with its reason: every member called for the dwelling reads it, and the minutes say it.

    `place`: the candidate's number on the agenda. `changes`: facts that changed, as [label, before, after] in words.
    """

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="corrections")
    kind = models.CharField(max_length=20, choices=list(KINDS.items()))
    place = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=300)
    changes = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=models.Q(kind__in=list(KINDS)), name="correction_kind")]
        triggers = [
            frozen(OF_ITEM),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    @property
    def title(self) -> str:
        """« Candidat 2 : dossier corrigé »."""
        kind = KINDS[self.kind]
        if self.place is None:
            return kind
        if self.kind == "facts_corrected":
            return f"Dossier du candidat {self.place} corrigé"
        return f"Candidat {self.place} {'retiré' if self.kind == 'candidate_removed' else 'ajouté'}"


class Reminder(models.Model):
    """A reminder mailed to a seat `hours` before the closing of a session: at most one of each."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="reminders")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    hours = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["session", "-hours", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "seat", "hours"], name="reminder_once")]
