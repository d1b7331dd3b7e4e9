"""Reads: what is due, what was given, what is recognised, who opened the dossier."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from palier.accounts.actor import Actor
from palier.accounts.roles import OrganisationKind, Role
from palier.common import clock
from palier.demands.facts import household
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demands.queries import visible_to as visible_demands
from palier.demands.words import people
from palier.documents import store
from palier.documents.kinds import AUTHORISED, SECTION_OF_KIND
from palier.documents.models import Piece, Reading, Recognition, Upload
from palier.documents.policies import CONFIDENTIAL, CONFIDENTIAL_KINDS
from palier.documents.states import SHOWN
from palier.law.document_kinds import RENEWALS
from palier.law.documents import DOCUMENTS, documents_due
from palier.law.household import AUTHORITY, DECLARED, DOCUMENT, Situation
from palier.territories.queries import setting


@dataclass(frozen=True, slots=True)
class DueRow:
    """A document asked of the household, with what was given for it.

    `state`: missing, waiting (given, not yet checked), accepted, lapsed (accepted, no longer valid on `day`) or refused.
    """

    kind: str
    about: str
    who: str
    label: str
    help: str
    optional: bool
    why: str
    basis: str
    moment: str
    day: date
    pieces: list[Piece] = field(default_factory=list)

    @property
    def uid(self) -> str:
        """Names the row's upload form in the page."""
        return f"piece-{self.kind}-{self.about}"

    @property
    def anchor(self) -> str:
        """Names the row itself."""
        return f"ligne-{self.kind}-{self.about}"

    @property
    def hidden(self) -> dict[str, str]:
        """What its upload form sends along."""
        return {"kind": self.kind, "about": self.about}

    @property
    def about_words(self) -> str:
        """The row's name for a screen reader."""
        return f"{self.label} – {self.who}" if self.who else self.label

    @property
    def state(self) -> str:
        states = {piece.state for piece in self.pieces}
        if "refused" in states:
            return "refused"
        if "received" in states:
            return "waiting"
        if "accepted" not in states:
            return "missing"
        return "lapsed" if self.valid_until is not None and self.valid_until < self.day else "accepted"

    @property
    def valid_until(self) -> date | None:
        """The last day of what was accepted, the longest of several; a back page without a date follows its front."""
        return max((p.valid_until for p in self.pieces if p.state == "accepted" and p.valid_until), default=None)

    @property
    def renewal(self) -> str:
        """What to send once it lapsed."""
        return RENEWALS.get(self.kind, self.label.lower())

    def held_on(self, day: date) -> bool:
        """On that day it was checked and valid; what was sent since, to renew it, is another matter."""
        accepted = any(p.state == "accepted" for p in self.pieces)
        others = (p for p in self.pieces if p.state != "accepted")
        return (
            accepted
            and (self.valid_until is None or self.valid_until >= day)
            and all(localdate(p.uploaded_at) > day for p in others)
        )

    def ends_within(self, delay: timedelta) -> bool:
        """It still holds, not for long."""
        return self.state == "accepted" and self.valid_until is not None and self.valid_until - self.day <= delay


def pieces(actor: Actor) -> QuerySet[Piece]:
    """The documents the actor may see: those of the demands they may see."""
    shown = Piece.objects.filter(demand__in=visible_demands(actor))
    if not _may_know_confidential(actor):
        shown = shown.exclude(kind__in=CONFIDENTIAL_KINDS)
    return shown.order_by("demand", "kind", "-pk")


def pieces_of(demand: Demand) -> list[Piece]:
    """The documents of a dossier that may still be opened, newest first inside a kind."""
    return list(Piece.objects.filter(demand=demand, state__in=SHOWN).order_by("kind", "about", "-pk"))


def uploads(actor: Actor) -> QuerySet[Upload]:
    """The files that the actor has begun to send, oldest first."""
    mine = Upload.objects.filter(person=actor.person_id, demand__in=visible_demands(actor))
    return mine.order_by("begun_at", "pk")


def held(upload: Upload) -> int:
    """Bytes of it that are really there: a restored backup may have lost what the row counts."""
    return min(upload.received, store.half_size(upload.file_name))


def due(demand: Demand, on: date | None = None, actor: Actor | None = None) -> list[DueRow]:
    """What the law lets one ask of this household, each with the documents given (law.documents).

    With an `actor`, what that actor may not know of is left out rather than shown as missing.
    """
    day = on or clock.today()
    given: dict[tuple[str, str], list[Piece]] = {}
    for piece in pieces_of(demand):
        given.setdefault((piece.kind, piece.about), []).append(piece)
    names = people(Form.from_json(demand.form))
    facts = household(demand, on=day)
    hidden = () if actor is None or _may_know_confidential(actor) else CONFIDENTIAL_KINDS
    return [
        DueRow(
            kind=item.kind,
            about=item.person,
            who=names.get(item.person, ""),
            label=item.label,
            help=DOCUMENTS[item.kind].help,
            optional=item.optional,
            why=item.why,
            basis=item.legal_basis,
            moment=item.moment,
            day=day,
            pieces=given.get((item.kind, item.person), []),
        )
        for item in documents_due(facts, day)
        if item.kind not in hidden
    ]


def missing(demand: Demand, held_on: date | None = None) -> list[DueRow]:
    """What is still to be given: refused and lapsed documents included, optional ones left out.

    `held_on`: the day of an application; a proof that held then stays good for it, however long its examination takes.
    """
    rows = due(demand)
    lacking = [row for row in rows if row.state == "refused" or not row.optional and row.state in ("missing", "lapsed")]
    return [row for row in lacking if held_on is None or not row.held_on(held_on)]


def unchecked(demand: Demand, held_on: date | None = None) -> list[DueRow]:
    """What nobody has accepted yet of what is due: missing, lapsed, refused, or still to be read. `held_on`: as above."""
    rows = [row for row in due(demand) if row.state != "accepted" and not row.optional]
    return [row for row in rows if held_on is None or not row.held_on(held_on)]


def may_be_awaited(demand: Demand) -> list[DueRow]:
    """What a body may wait for: what the situation makes due and nobody has accepted yet, never an optional document.

    A conditional allocation names one of these and nothing else (CCH R441-3, R441-2-4-1); never a confidential one,
    that its letter would tell.
    """
    return [row for row in unchecked(demand) if row.kind not in CONFIDENTIAL_KINDS]


def proofs(demand: Demand, on: date | None = None) -> dict[str, str]:
    """section of the form → document, when every document asked for it is accepted (law.household.Household.proofs).

    A lapsed document is to be renewed, but what it showed was checked: a household loses no point by waiting.
    """
    states: dict[str, list[str]] = {}
    for row in due(demand, on):
        if row.kind in SECTION_OF_KIND and not row.optional:
            states.setdefault(SECTION_OF_KIND[row.kind], []).append(row.state)
    return {section: DOCUMENT for section, found in states.items() if set(found) <= {"accepted", "lapsed"}}


def notice() -> timedelta:
    """How long before its end a household is told that a document is to be renewed."""
    return timedelta(days=setting("proof_notice_days", on=clock.today()))


def to_check(actor: Actor) -> QuerySet[Piece]:
    """Documents waiting for a check, oldest first; those still waiting for the virus check come later."""
    return (
        pieces(actor)
        .filter(state="received", demand__state="active")
        .exclude(scan="waiting")
        .select_related("demand")
        .order_by("uploaded_at", "pk")
    )


def recognitions(actor: Actor) -> QuerySet[Recognition]:
    """The situations the actor may see."""
    shown = Recognition.objects.filter(demand__in=visible_demands(actor))
    if not _may_know_confidential(actor):
        shown = shown.exclude(situation__in=CONFIDENTIAL)
    return shown.order_by("demand", "situation", "pk")


def to_recognise(actor: Actor) -> QuerySet[Recognition]:
    """What the actor's own service is authorised to recognise and has not answered yet, oldest first."""
    kind = actor.organisation.kind if actor.organisation else ""
    mine = [situation for situation, services in AUTHORISED.items() if kind in services]
    return (
        recognitions(actor)
        .filter(state="asked", situation__in=mine, demand__state="active")
        .select_related("demand", "piece")
        .order_by("asked_at", "pk")
    )


def recognitions_of(demand: Demand) -> list[Recognition]:
    """The situations of a dossier, as far as the scope sees them."""
    return list(
        Recognition.objects.filter(demand=demand).select_related("piece", "decided_by").order_by("situation", "-pk")
    )


def situations(demand: Demand, on: date | None = None) -> tuple[Situation, ...]:
    """The signalled situations as the law takes them; refused and lapsed ones are absent.

    Proof: authority (recognised, in force), document (a desk accepted the proof) or declared. Call it under
    the system's scope for a score: agents who may not know of a confidential situation do not see it here.
    """
    day = on or clock.today()
    live = Recognition.objects.filter(demand=demand).exclude(state="refused").select_related("piece").order_by("pk")
    held = []
    for r in live:
        if r.state == "recognised":
            if _in_force(r, day):
                held.append(Situation(r.situation, AUTHORITY, r.valid_from, r.valid_to))
        else:
            proved = r.piece is not None and r.piece.state == "accepted"
            held.append(Situation(r.situation, DOCUMENT if proved else DECLARED, r.asked_at.date()))
    return tuple(held)


def recognised(demand: Demand, on: date) -> tuple[Situation, ...]:
    """Of `situations`, those that a service recognised and that are in force."""
    held = Recognition.objects.filter(demand=demand, state="recognised").order_by("pk")
    return tuple(Situation(r.situation, AUTHORITY, r.valid_from, r.valid_to) for r in held if _in_force(r, on))


def _in_force(held: Recognition, on: date) -> bool:
    return held.valid_from <= on and (held.valid_to is None or on <= held.valid_to)


def readings(demand: Demand) -> QuerySet[Reading]:
    """Who opened the dossier, newest first."""
    return Reading.objects.filter(demand=demand).order_by("-at", "-pk")


def read_lately(actor: Actor, demand: Demand, what: str) -> bool:
    """The same person opened the same thing within ten minutes: the journal tells such readings once."""
    since = clock.now() - timedelta(minutes=10)
    return Reading.objects.filter(demand=demand, person=actor.person_id, what=what[:60], at__gte=since).exists()


def counts(actor: Actor) -> dict[str, int]:
    """How much waits in the actor's queues."""
    return {"pieces": to_check(actor).count(), "recognitions": to_recognise(actor).count()}


def unscanned() -> QuerySet[Piece]:
    """Documents that still wait for a verdict of the virus check."""
    return Piece.objects.filter(scan="waiting").filter(~Q(state__in=["replaced", "withdrawn"])).order_by("pk")


def _may_know_confidential(actor: Actor) -> bool:
    if actor.role in (Role.APPLICANT, Role.SYSTEM):
        return True
    organisation = actor.organisation
    return organisation is not None and organisation.kind == OrganisationKind.STATE
