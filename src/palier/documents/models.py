"""Documents, recognised situations and the reading journal."""

from __future__ import annotations

import pgtrigger
from django.db import models

from palier.common import clock
from palier.documents.kinds import AUTHORISED, PROOFS, SERVICES, SITUATIONS, kind_label, refusal_words
from palier.documents.states import PIECE, RECOGNITION, SHOWN


class Scan(models.TextChoices):
    """The virus check: `NONE` when no daemon is configured; a piece that waits is served to nobody."""

    NONE = "none", "Sans contrôle antivirus"
    WAITING = "waiting", "Contrôle antivirus en attente"
    CLEAN = "clean", "Contrôle antivirus passé"


class Piece(models.Model):
    """One uploaded document of a demand.

    `kind` is a code of `law.documents`; `about` names whom it concerns in the form ("applicant",
    "coapplicant", "adult-2"…). `file_name` is random: the person's own name of the file is only shown.
    """

    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="pieces")
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=20, default="applicant")
    state = models.CharField(max_length=10, choices=PIECE.choices, default=PIECE.initial)
    original_name = models.CharField(max_length=200)
    file_name = models.CharField(max_length=80, unique=True)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(default=1)
    # Of the file as it was sent, before it was rewritten: what makes a second sending recognisable.
    sha256 = models.CharField(max_length=64)
    scan = models.CharField(max_length=8, choices=Scan, default=Scan.NONE)
    uploaded_at = models.DateTimeField()
    uploaded_role = models.CharField(max_length=20)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal_text = models.CharField(max_length=300, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    # The document's own date or its end, as its kind asks (`law.proofs`); said by the household, confirmed at the check.
    dated_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    # Worked out from them, so that a night finds what lapses without reading every dossier; null: it does not lapse.
    valid_until = models.DateField(null=True)
    # The two mails of its life, each sent once.
    soon_told_on = models.DateField(null=True)
    lapse_told_on = models.DateField(null=True)

    class Meta:
        ordering = ["demand", "kind", "-pk"]
        indexes = [
            models.Index(
                fields=["valid_until"],
                condition=models.Q(state="accepted", valid_until__isnull=False, lapse_told_on=None),
                name="piece_to_renew",
            )
        ]
        constraints = [
            PIECE.constraint("piece_state"),
            # The same file sent twice by a nervous connection is one document.
            models.UniqueConstraint(
                fields=["demand", "kind", "about", "sha256"],
                condition=models.Q(state__in=["received", "accepted"]),
                name="piece_same_file_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(refusal_code=""), name="piece_refusal_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="accepted") | ~models.Q(scan="waiting"), name="piece_scanned_before_accepted"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["accepted", "refused"]) | models.Q(checked_at__isnull=False),
                name="piece_check_dated",
            ),
        ]

    @property
    def reason(self) -> str:
        """Why it was refused, as one sentence for the household."""
        return refusal_words(self.refusal_code, self.refusal_text) if self.refusal_code else ""

    @property
    def tone(self) -> str:
        """Tone of its state's tag."""
        return PIECE.states[self.state].tone

    @property
    def label(self) -> str:
        """The document's name for the screen."""
        return kind_label(self.kind)

    @property
    def lapsed(self) -> bool:
        """It was good, and is not any more."""
        return self.state == "accepted" and self.valid_until is not None and self.valid_until < clock.today()


class Upload(models.Model):
    """A file that arrives by blocks, and what is held of it so far (`received`, in bytes).

    `sha256` is what the sender's browser says of the whole file: the same file chosen again goes on from there.
    Its bytes wait under `file_name`, where nobody is served from (`documents.store.half_of`).
    """

    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="uploads")
    person = models.ForeignKey("accounts.Person", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=20)
    original_name = models.CharField(max_length=200)
    file_name = models.CharField(max_length=80, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["begun_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "demand", "kind", "about", "sha256"], name="upload_same_file_once"
            ),
            models.CheckConstraint(condition=models.Q(received__lte=models.F("size")), name="upload_within_its_size"),
        ]

    @property
    def percent(self) -> int:
        """How much of it is held, rounded down."""
        return 100 * self.received // self.size

    @property
    def label(self) -> str:
        """The document's name for the screen."""
        return kind_label(self.kind)

    @property
    def anchor(self) -> str:
        """The row of the page that asks for it (`documents.queries.DueRow.anchor`)."""
        return f"ligne-{self.kind}-{self.about}"


class Recognition(models.Model):
    """A situation that gives priority once an authorised service recognises it (mission A15).

    `situation`: violence, disability, homeless, eviction, unfit, dalo.
    """

    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="recognitions")
    situation = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=RECOGNITION.choices, default=RECOGNITION.initial)
    piece = models.ForeignKey(Piece, models.PROTECT, null=True)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    # The day on which the household was told that `valid_to` comes near.
    reminded_on = models.DateField(null=True)

    class Meta:
        ordering = ["demand", "situation", "pk"]
        constraints = [
            RECOGNITION.constraint("recognition_state"),
            # One question at a time, one answer in force: a renewal is asked while the former answer still counts.
            models.UniqueConstraint(
                fields=["demand", "situation"], condition=models.Q(state="asked"), name="recognition_asked_once"
            ),
            models.UniqueConstraint(
                fields=["demand", "situation"], condition=models.Q(state="recognised"), name="recognition_held_once"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="recognition_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="recognised")
                | models.Q(decided_at__isnull=False, decided_by__isnull=False, valid_from__isnull=False),
                name="recognition_is_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["valid_to"], name="recognition_ending", condition=models.Q(state="recognised")),
        ]

    @property
    def tone(self) -> str:
        """Tone of its state's tag."""
        return RECOGNITION.states[self.state].tone

    @property
    def label(self) -> str:
        """The situation's name for the screen."""
        return SITUATIONS[self.situation]

    @property
    def proof(self) -> str:
        """What proves it."""
        return PROOFS[self.situation]

    @property
    def services(self) -> str:
        """Who answers."""
        return SERVICES[AUTHORISED[self.situation]]

    @property
    def shown_piece(self) -> Piece | None:
        """Its proof, unless it was replaced or taken back."""
        return self.piece if self.piece is not None and self.piece.state in SHOWN else None


class Agreement(models.Model):
    """A sheltered household lets a landlord open its documents, for one of its dwellings and while it is a candidate.

    `application`: its key; applications come after documents in the house.
    """

    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="agreements")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    application = models.BigIntegerField()
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["demand", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=models.Q(ended_at=None), name="agreement_once"),
        ]


class Reading(models.Model):
    """Who opened a dossier, when, under which role and why. Written once; shown to its household.

    `person` is None when the system of a landlord read it.
    """

    demand = models.ForeignKey("demands.Demand", models.CASCADE, related_name="readings")
    at = models.DateTimeField()
    person = models.BigIntegerField(null=True)
    role = models.CharField(max_length=20)
    organisation = models.BigIntegerField(null=True)
    signature = models.CharField(max_length=200)
    what = models.CharField(max_length=60)
    why = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["demand", "-at"], name="reading_demand")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]
