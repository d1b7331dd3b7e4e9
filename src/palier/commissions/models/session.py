"""A sitting, its agenda and the households examined."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.utils.timezone import localtime

from palier.commissions.models.commission import Commission, Seat
from palier.commissions.models.freezing import OF_ITEM, SOCIAL_ONLY, WHOLE_SIGNATURE, frozen
from palier.commissions.models.telling import STATE_TOLD
from palier.commissions.states import EXCEPTIONS, FORMS, SESSION

if TYPE_CHECKING:
    from palier.commissions.models.decision import Decision


class Session(models.Model):
    """A sitting: digital between `opens_at` and `closes_at`, or held in a room or by phone from `opens_at` on.

    In a meeting the voting ends dwelling by dwelling, by an act (`AgendaItem.closed_at`), not by the clock.
    """

    commission = models.ForeignKey(Commission, models.PROTECT, related_name="sessions")
    number = models.CharField(max_length=20)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=SESSION.choices, default=SESSION.initial)
    form = models.CharField(max_length=10, choices=list(FORMS.items()), default="digital")
    # Where to come, or how to join by phone.
    place = models.CharField(max_length=200, blank=True)
    # Each change of form once members were summoned: {form, place, at, by, why}.
    turns = models.JSONField(default=list)
    # The rules of procedure as they were when the members were called: a later version never changes a session under way.
    rules = models.JSONField(null=True)
    summoned_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    minutes_sha256 = models.CharField(max_length=64, blank=True)
    minutes = models.BinaryField(null=True)
    # What the minutes were drawn from: counts, presences, decisions; frozen at signature.
    record = models.JSONField(null=True)

    class Meta:
        ordering = ["-opens_at", "-pk"]
        constraints = [
            SESSION.constraint("session_state"),
            models.CheckConstraint(
                condition=models.Q(form="digital", place="")
                | models.Q(form__in=["meeting", "phone"]) & ~models.Q(place=""),
                name="session_meets_somewhere",
            ),
            models.UniqueConstraint(fields=["commission", "number"], name="session_number_once"),
            models.CheckConstraint(condition=models.Q(closes_at__gt=models.F("opens_at")), name="session_window"),
            models.CheckConstraint(
                condition=~models.Q(state="signed")
                | models.Q(signed_at__isnull=False, signed_by__isnull=False) & ~models.Q(minutes_sha256=""),
                name="session_signed_is_sealed",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen_once_signed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="signed"),
            ),
            WHOLE_SIGNATURE,
            STATE_TOLD,
        ]

    @property
    def digital(self) -> bool:
        return self.form == "digital"

    @property
    def turn_words(self) -> list[str]:
        """Each change of form once members were summoned: what, where, when, by whom and why."""
        return [
            f"{FORMS[turn['form']]}, {turn['place']} : le {localtime(datetime.fromisoformat(turn['at'])):%d/%m/%Y à %H:%M},"
            f" par {turn['by']}. {turn['why']}"
            for turn in self.turns
        ]


class AgendaItem(models.Model):
    """A dwelling on a session's agenda. Fewer than three candidates needs a recorded legal exception."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="items")
    offer = models.ForeignKey("homes.Offer", models.PROTECT, related_name="agenda_items")
    position = models.PositiveSmallIntegerField()
    exception = models.CharField(max_length=20, blank=True, choices=list(EXCEPTIONS.items()))
    exception_note = models.CharField(max_length=300, blank=True)
    # Result of the count by the commission's rule, with its steps in words.
    count = models.JSONField(null=True)
    # What the votes left equal and the commission settled: {tie, order, reason}, one for each open tie, in turn.
    settlements = models.JSONField(default=list)
    # Why the dwelling goes to another session: no quorum. It is neither counted nor decided here.
    postponed = models.CharField(max_length=400, blank=True)
    # Taken off a published agenda for a reason (`postponed` says it): nobody votes on it any more.
    withdrawn_at = models.DateTimeField(null=True)
    # In a meeting: when the room had decided and the voting was declared closed.
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "offer"], name="item_once"),
            models.CheckConstraint(
                condition=models.Q(postponed="") | models.Q(count=None), name="item_postponed_is_not_counted"
            ),
        ]
        triggers = [frozen("touched.session_id"), SOCIAL_ONLY]

    @property
    def open_ties(self) -> list[list[int]]:
        """The groups of candidates that votes left equal and nobody has settled yet."""
        ties = self.count["open_ties"] if self.count else []
        return [[int(key) for key in tie] for tie in ties] if not self.settlements else []


class Candidate(models.Model):
    """A household examined for a dwelling. `facts`: what members may read, frozen when put on the agenda."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="candidates")
    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="candidacies")
    position = models.PositiveSmallIntegerField()
    facts = models.JSONField()

    class Meta:
        ordering = ["item", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["item", "application"], name="candidate_once")]
        triggers = [frozen(OF_ITEM)]

    @property
    def settled(self) -> Decision | None:
        """Its decision, or None as long as there is none."""
        return getattr(self, "decision", None)
