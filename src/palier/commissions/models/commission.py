"""A commission, its rules of procedure by date, who sits in it and who stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from palier.commissions.models.telling import SEAT_TOLD, STAND_IN_TOLD
from palier.law import ballots
from palier.law.procedure import BOARD, CAPACITIES, MEETING_BY, TALLIES, Rules

if TYPE_CHECKING:
    from palier.accounts.models import Person


class Commission(models.Model):
    """A landlord's commission (CCH L441-2 I). Its rules are dated rows: `commissions.rules.rules_of`."""

    landlord = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="commissions")
    name = models.CharField(max_length=120)
    department = models.ForeignKey("territories.Department", models.PROTECT)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RulesVersion(models.Model):
    """One version of the rules of procedure (règlement intérieur, CCH R441-9), in force from a day until the next one.

    Versions are only added: of two with the same day, the later replaces the earlier. `note`: where it comes from,
    such as the board's deliberation and the prefect's approval of the digital form (CCH L441-2).
    """

    commission = models.ForeignKey(Commission, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    quorum = models.PositiveSmallIntegerField()
    quorum_kinds = models.JSONField(default=dict)
    counting = models.CharField(max_length=10, choices=list(ballots.RULES.items()))
    tallies = models.CharField(max_length=10, choices=list(TALLIES.items()))
    names_shown = models.BooleanField()
    meeting_by = models.CharField(max_length=10, choices=list(MEETING_BY.items()))
    reminder_hours = ArrayField(models.PositiveSmallIntegerField(), default=list)
    notice_days = models.PositiveSmallIntegerField()
    opens = models.CharField(max_length=9)
    closes = models.CharField(max_length=9)
    note = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["commission", "-valid_from", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["commission", "version"], name="rules_version_once"),
            models.CheckConstraint(condition=models.Q(quorum__gte=1), name="rules_quorum"),
            models.CheckConstraint(condition=models.Q(counting__in=list(ballots.RULES)), name="rules_counting"),
            models.CheckConstraint(condition=models.Q(tallies__in=list(TALLIES)), name="rules_tallies"),
            models.CheckConstraint(condition=models.Q(meeting_by__in=list(MEETING_BY)), name="rules_meeting_by"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    @property
    def rules(self) -> Rules:
        return Rules(
            quorum=self.quorum,
            quorum_kinds=self.quorum_kinds,
            counting=self.counting,
            tallies=self.tallies,
            names_shown=self.names_shown,
            meeting_by=self.meeting_by,
            reminder_hours=tuple(self.reminder_hours),
            notice_days=self.notice_days,
            opens=self.opens,
            closes=self.closes,
        )


class Seat(models.Model):
    """A person's place in a commission. A mayor votes, and has the casting vote, only for dwellings of `commune`.

    `commune` and `epci` limit any seat to the dwellings of that place. The president is one of the board's members.
    """

    commission = models.ForeignKey(Commission, models.PROTECT, related_name="seats")
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="seats")
    capacity = models.CharField(max_length=10, choices=list(CAPACITIES.items()))
    title = models.CharField(max_length=120, blank=True)
    president = models.BooleanField(default=False)
    commune = models.ForeignKey("territories.Commune", models.PROTECT, null=True)
    epci = models.ForeignKey("territories.Epci", models.PROTECT, null=True)
    since = models.DateField()
    until = models.DateField(null=True)
    # Who sits in its place in the session at hand, when a query of that session says so (`queries.seats_concerned`).
    stand_in: StandIn | None = None

    class Meta:
        ordering = ["-president", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["commission", "person"], condition=models.Q(until=None), name="seat_once"),
            models.UniqueConstraint(
                fields=["commission"], condition=models.Q(president=True, until=None), name="seat_one_president"
            ),
            models.CheckConstraint(
                condition=models.Q(president=False) | models.Q(capacity__in=BOARD), name="seat_president_of_the_board"
            ),
            models.CheckConstraint(
                condition=~models.Q(capacity="mayor") | models.Q(commune__isnull=False), name="seat_mayor_has_a_commune"
            ),
            models.CheckConstraint(
                condition=~models.Q(capacity="epci") | models.Q(epci__isnull=False), name="seat_epci_has_an_epci"
            ),
        ]
        triggers = [SEAT_TOLD]

    @property
    def voting(self) -> bool:
        return self.capacity != "advisory"

    @property
    def occupant(self) -> Person:
        """Who sits: the member, or whoever stands in."""
        return self.stand_in.person if self.stand_in else self.person

    @property
    def named(self) -> str:
        """« Inès Robert », or « Paul Petit, en suppléance de Inès Robert »."""
        if self.stand_in is None:
            return self.person.full_name
        return f"{self.stand_in.person.full_name}, en suppléance de {self.person.full_name}"

    @property
    def signs_as(self) -> str:
        """In what capacity it is named at the foot of a paper."""
        return self.title or ("Présidence de la commission" if self.president else self.get_capacity_display())


class StandIn(models.Model):
    """Somebody who sits in a member's place and capacity, for one `session` or for those that open in a period.

    Whoever is replaced does not sit meanwhile: a seat has one occupant in a session. A signed session's stays.
    """

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="stand_ins")
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    session = models.ForeignKey("commissions.Session", models.PROTECT, null=True, related_name="stand_ins")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    named_at = models.DateTimeField()
    named_by = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["seat", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(session__isnull=False, since=None, until=None)
                | models.Q(session=None, since__isnull=False, until__isnull=False, until__gte=models.F("since")),
                name="stand_in_session_or_period",
            ),
            models.UniqueConstraint(
                fields=["seat", "session"], condition=models.Q(withdrawn_at=None), name="stand_in_one_a_session"
            ),
        ]
        triggers = [STAND_IN_TOLD]
