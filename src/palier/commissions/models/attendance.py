"""Who sat in a meeting, in the room or on the phone, for whom, and until when."""

from __future__ import annotations

from django.db import models

from palier.commissions.models.commission import Seat
from palier.commissions.models.freezing import frozen
from palier.commissions.models.session import Session

PRESENCES = [
    ("present", "Présent"),
    ("phone", "Au téléphone"),
    ("represented", "Représenté"),
    ("absent", "Absent"),
]


class Attendance(models.Model):
    """One seat in one meeting. Whoever is absent, or has left, has no vote recorded for them.

    `represented_by`: who sits in the member's place, and votes for the seat.
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendances")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="attendances")
    presence = models.CharField(max_length=12, choices=PRESENCES)
    represented_by = models.CharField(max_length=120, blank=True)
    left_at = models.DateTimeField(null=True)
    noted_by = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["session", "seat"]
        constraints = [
            models.UniqueConstraint(fields=["session", "seat"], name="attendance_once"),
            models.CheckConstraint(
                condition=models.Q(presence="represented") & ~models.Q(represented_by="")
                | models.Q(presence__in=["present", "phone", "absent"], represented_by=""),
                name="attendance_represented_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(presence="absent") | models.Q(left_at=None), name="attendance_absent_has_not_left"
            ),
        ]
        triggers = [frozen("touched.session_id")]
