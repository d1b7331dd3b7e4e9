"""Commissions, their seats and rules, and everything a session produces."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from palier.commissions.states import DECISIONS, EXCEPTIONS, SESSION

CAPACITIES = [
    ("board", "Membre désigné par le conseil"),
    ("tenants", "Représentant des locataires"),
    ("mayor", "Maire de la commune ou son représentant"),
    ("epci", "Président de l’EPCI ou son représentant"),
    ("prefect", "Préfet ou son représentant"),
    ("advisory", "Membre consultatif"),
]


def _frozen(session: str) -> pgtrigger.Trigger:
    """PostgreSQL itself refuses any change to what a signed session is made of. `session`: SQL of a row's session."""
    return pgtrigger.Trigger(
        name="frozen_once_signed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("touched", "record")],
        func=f"""
            IF TG_OP = 'DELETE' THEN touched := OLD; ELSE touched := NEW; END IF;
            IF EXISTS (SELECT 1 FROM commissions_session n WHERE n.state = 'signed' AND n.id = {session}) THEN
                RAISE EXCEPTION 'the session of this row is signed' USING ERRCODE = 'check_violation';
            END IF;
            RETURN touched;""",
    )


_OF_ITEM = "(SELECT i.session_id FROM commissions_agendaitem i WHERE i.id = touched.item_id)"
_OF_CANDIDATE = (
    "(SELECT i.session_id FROM commissions_agendaitem i JOIN commissions_candidate k ON k.item_id = i.id"
    " WHERE k.id = touched.candidate_id)"
)


class Commission(models.Model):
    """A landlord's commission. `rules`: quorum, counting rule, visibility (see `commissions.rules`)."""

    landlord = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="commissions")
    name = models.CharField(max_length=120)
    department = models.ForeignKey("territories.Department", models.PROTECT)
    rules = models.JSONField(default=dict)
    rules_from = models.DateField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """A person's place in a commission. A mayor votes, and has the casting vote, only for dwellings of `commune`."""

    commission = models.ForeignKey(Commission, models.PROTECT, related_name="seats")
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="seats")
    capacity = models.CharField(max_length=10, choices=CAPACITIES)
    title = models.CharField(max_length=120, blank=True)
    president = models.BooleanField(default=False)
    commune = models.ForeignKey("territories.Commune", models.PROTECT, null=True)
    epci = models.ForeignKey("territories.Epci", models.PROTECT, null=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        ordering = ["-president", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["commission", "person"], condition=models.Q(until=None), name="seat_once"),
            models.CheckConstraint(
                condition=~models.Q(capacity="mayor") | models.Q(commune__isnull=False), name="seat_mayor_has_a_commune"
            ),
            models.CheckConstraint(
                condition=~models.Q(capacity="epci") | models.Q(epci__isnull=False), name="seat_epci_has_an_epci"
            ),
        ]

    @property
    def voting(self) -> bool:
        return self.capacity != "advisory"

    @property
    def signs_as(self) -> str:
        """In what capacity it is named at the foot of a paper."""
        return self.title or ("Présidence de la commission" if self.president else self.get_capacity_display())


class Session(models.Model):
    """A sitting, digital between `opens_at` and `closes_at`."""

    commission = models.ForeignKey(Commission, models.PROTECT, related_name="sessions")
    number = models.CharField(max_length=20)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=SESSION.choices, default=SESSION.initial)
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
            )
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
    postponed = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "offer"], name="item_once"),
            models.CheckConstraint(
                condition=models.Q(postponed="") | models.Q(count=None), name="item_postponed_is_not_counted"
            ),
        ]
        triggers = [_frozen("touched.session_id")]

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
        triggers = [_frozen(_OF_ITEM)]

    @property
    def settled(self) -> Decision | None:
        """Its decision, or None as long as there is none."""
        return getattr(self, "decision", None)


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
        triggers = [_frozen(_OF_ITEM)]


class Recusal(models.Model):
    """A member who steps out of one dwelling for a declared interest: neither votes nor counts for its quorum."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="recusals")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="recusals")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["item", "seat"]
        constraints = [models.UniqueConstraint(fields=["item", "seat"], name="recusal_once")]
        triggers = [_frozen(_OF_ITEM)]


class Comment(models.Model):
    """A message in a dwelling's discussion, kept with the session."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="comments")
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=120)
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        triggers = [_frozen(_OF_ITEM)]


class Decision(models.Model):
    """One of the five legal decisions for one candidate (CCH R441-3), with every ground of a refusal."""

    candidate = models.OneToOneField(Candidate, models.PROTECT, related_name="decision")
    kind = models.CharField(max_length=14, choices=list(DECISIONS.items()))
    rank = models.PositiveSmallIntegerField(null=True)
    reasons = ArrayField(models.CharField(max_length=40), default=list)
    reason_text = models.CharField(max_length=1000, blank=True)
    condition_document = models.CharField(max_length=40, blank=True)
    condition_due = models.DateField(null=True)
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["candidate"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=list(DECISIONS)), name="decision_is_legal"),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["non_allocation", "rejection"]) | models.Q(reasons__len__gt=0),
                name="decision_refusal_has_grounds",
                violation_error_message="Un refus doit donner tous ses motifs.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="conditional", condition_due__isnull=False) & ~models.Q(condition_document="")
                | ~models.Q(kind="conditional") & models.Q(condition_document="", condition_due=None),
                name="decision_condition_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["allocation", "ranked", "conditional"], rank__gte=1)
                | models.Q(kind__in=["non_allocation", "rejection"], rank=None),
                name="decision_rank",
            ),
        ]
        triggers = [_frozen(_OF_CANDIDATE)]


class SealedRecord(models.Model):
    """One link of the chain of signed sessions: the hash of the former link and of this record.

    No two links follow the same one: the chain cannot fork.
    """

    session = models.OneToOneField(Session, models.PROTECT, related_name="seal")
    previous = models.CharField(max_length=64, blank=True, unique=True)
    sha256 = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
