"""The archives that people asked for."""

from __future__ import annotations

from django.db import models

from palier.rights.states import ARCHIVE


class Archive(models.Model):
    """Everything held about a person, as one ZIP (GDPR articles 15 and 20). `trouble`: why the last attempt failed."""

    person = models.ForeignKey("accounts.Person", models.CASCADE, related_name="archives")
    state = models.CharField(max_length=6, choices=ARCHIVE.choices, default=ARCHIVE.initial)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    kept_until = models.DateTimeField(null=True)
    # Name in the store, random; empty once the file is gone.
    file_name = models.CharField(max_length=80, blank=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            ARCHIVE.constraint("archive_state"),
            # Asked twice by a double click: made once.
            models.UniqueConstraint(fields=["person"], condition=models.Q(state="asked"), name="archive_one_asked"),
            models.CheckConstraint(
                condition=models.Q(state="ready", made_at__isnull=False, kept_until__isnull=False)
                & ~models.Q(file_name="")
                | ~models.Q(state="ready") & models.Q(file_name=""),
                name="archive_ready_has_its_file",
            ),
        ]
