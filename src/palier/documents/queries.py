"""Reads: what is due, what was given, what is recognised, who opened the dossier."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from palier.accounts.actor import Actor
from palier.common import clock
from palier.demands.facts import household
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demands.queries import visible_to as visible_demands
from palier.demands.words import people
from palier.documents import store
from palier.documents.kinds import ADDRESS_KINDS, AUTHORISED, SECTION_OF_KIND
from palier.documents.models import Agreement, Piece, Reading, Recognition, Upload
from palier.documents.states import SHOWN
from palier.law.discretion import Reader, hidden_kinds
from palier.law.document_kinds import RENEWALS
from palier.law.documents import DOCUMENTS, documents_due
from palier.law.household import AUTHORITY, DECLARED, DOCUMENT, Situation
from palier.territories.queries import setting


@dataclass(frozen=True, slots=True)
class Closed:
    """A document that a sheltered household keeps closed to the reader: that it is there, and who checked it."""

    state: str
    checked_on: date | None
    checked_by: str


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
    closed: list[Closed] = field(default_factory=list)

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
        states = {piece.state for piece in (*self.pieces, *self.closed)}
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
    shown = Piece.objects.filter(demand__in=visible_demands(actor)).exclude(kind__in=hidden_kinds(actor.reader))
    if actor.reader == Reader.OTHERS:
        closed = Q(demand__sheltered=True, kind__in=ADDRESS_KINDS) & ~Q(demand__in=_agreed(actor))
        shown = shown.exclude(closed)
    return shown.order_by("demand", "kind", "-pk")


def _agreed(actor: Actor) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT palier_agreed(%s)", [actor.organisation_id])
        return [demand for (demand,) in cursor.fetchall()]


def agreement(application: int) -> Agreement | None:
    """What a sheltered household allowed for one application, as far as the scope sees it."""
    return Agreement.objects.filter(application=application, ended_at=None).select_related("organisation").first()


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


def due(
    demand: Demand, on: date | None = None, actor: Actor | None = None, *, reader: Reader | None = None
) -> list[DueRow]:
    """What the law lets one ask of this household, each with the documents given (law.documents).

    With an `actor` or a `reader`, what they may not know of is left out rather than shown as missing.
    """
    day = on or clock.today()
    reader = reader or (actor.reader if actor else Reader.HOUSEHOLD)
    given: dict[tuple[str, str], list[Piece]] = {}
    for piece in pieces_of(demand):
        given.setdefault((piece.kind, piece.about), []).append(piece)
    closed = _closed(demand, {p.pk for held in given.values() for p in held}) if reader == Reader.OTHERS else {}
    names = people(Form.from_json(demand.form))
    facts = household(demand, on=day)
    hidden = hidden_kinds(reader)
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
            closed=closed.get((item.kind, item.person), []),
        )
        for item in documents_due(facts, day)
        if item.kind not in hidden
    ]


def _closed(demand: Demand, open_to_me: set[int]) -> dict[tuple[str, str], list[Closed]]:
    if not demand.sheltered:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, kind, about, state, checked_at, checked_by FROM palier_closed_pieces(%s)", [demand.pk]
        )
        rows = cursor.fetchall()
    found: dict[tuple[str, str], list[Closed]] = {}
    for pk, kind, about, state, at, by in rows:
        if pk not in open_to_me:
            found.setdefault((kind, about), []).append(Closed(state, localdate(at) if at else None, by or ""))
    return found


def missing(demand: Demand, reader: Reader = Reader.HOUSEHOLD, *, held_on: date | None = None) -> list[DueRow]:
    """What is still to be given: refused and lapsed documents included, optional ones left out.

    `held_on`: the day of an application; a proof that held then stays good for it, however long its examination takes.
    """
    rows = due(demand, reader=reader)
    lacking = [row for row in rows if row.state == "refused" or not row.optional and row.state in ("missing", "lapsed")]
    return [row for row in lacking if held_on is None or not row.held_on(held_on)]


def unchecked(demand: Demand, actor: Actor | None = None, *, held_on: date | None = None) -> list[DueRow]:
    """What nobody has accepted yet of what is due: missing, lapsed, refused, or still to be read. `held_on`: as above."""
    rows = [row for row in due(demand, actor=actor) if row.state != "accepted" and not row.optional]
    return [row for row in rows if held_on is None or not row.held_on(held_on)]


def may_be_awaited(demand: Demand) -> list[DueRow]:
    """What a body may wait for: what the situation makes due and nobody has accepted yet, never an optional document.

    A conditional allocation names one of these and nothing else (CCH R441-3, R441-2-4-1); never a confidential one,
    that its letter would tell.
    """
    return [row for row in due(demand, reader=Reader.OTHERS) if row.state != "accepted" and not row.optional]


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
    """The situations the actor may see: a household its own, a service those it is authorised to recognise."""
    shown = Recognition.objects.filter(demand__in=visible_demands(actor))
    if actor.reader != Reader.HOUSEHOLD:
        shown = shown.filter(situation__in=authorised(actor))
    return shown.order_by("demand", "situation", "pk")


def authorised(actor: Actor) -> list[str]:
    """The situations that the actor's service may recognise."""
    kind = actor.organisation.kind if actor.organisation and actor.reader in (Reader.DESK, Reader.NAMED) else ""
    return [situation for situation, services in AUTHORISED.items() if kind in services]


def to_recognise(actor: Actor) -> QuerySet[Recognition]:
    """What the actor's own service is authorised to recognise and has not answered yet, oldest first."""
    return (
        recognitions(actor)
        .filter(state="asked", situation__in=authorised(actor), demand__state="active")
        .select_related("demand", "piece")
        .order_by("asked_at", "pk")
    )


def former(recognition: Recognition) -> list[Recognition]:
    """The answers given before to the same household about the same situation, the latest first."""
    same = Recognition.objects.filter(demand=recognition.demand_id, situation=recognition.situation)
    return list(same.filter(pk__lt=recognition.pk).select_related("decided_by").order_by("-pk"))


@dataclass(frozen=True, slots=True)
class Told:
    """One situation as its household follows it: the answer in force or the last one, a question, what came before."""

    current: Recognition
    asked: Recognition | None
    former: list[Recognition]

    @property
    def ends_soon(self) -> bool:
        """Once the household was reminded, or the end is past."""
        return self.asked is None and (self.current.state == "lapsed" or self.current.reminded_on is not None)


def told(demand: Demand) -> list[Told]:
    """The situations that the household signalled, each once, as far as the scope sees them."""
    by_code: dict[str, list[Recognition]] = {}
    found = Recognition.objects.filter(demand=demand).select_related("piece", "decided_by").order_by("situation", "-pk")
    for one in found:
        by_code.setdefault(one.situation, []).append(one)
    rows = []
    for held in by_code.values():
        current = next((one for one in held if one.state == "recognised"), held[0])
        asked = next((one for one in held if one.state == "asked" and one is not current), None)
        rows.append(Told(current, asked, [one for one in held if one not in (current, asked)]))
    return rows


def situations(demand: Demand, on: date | None = None) -> tuple[Situation, ...]:
    """The signalled situations as the law takes them; refused, withdrawn and lapsed ones are absent.

    Proof: authority (recognised, in force), document (a desk accepted the proof) or declared. The same for everyone:
    points do not depend on who looks, and `law.discretion` chooses the words for each reader.
    """
    day = on or clock.today()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT situation, state, asked_at, valid_from, valid_to, proved FROM palier_situations(%s)", [demand.pk]
        )
        rows = cursor.fetchall()
    held = {
        code: Situation(code, AUTHORITY, since, until)
        for code, state, _, since, until, _ in rows
        if state == "recognised" and since <= day and (until is None or day <= until)
    }
    for code, state, asked_at, _, _, proved in rows:
        if state == "asked" and code not in held:
            held[code] = Situation(code, DOCUMENT if proved else DECLARED, localdate(asked_at))
    return tuple(held.values())


def recognised(demand: Demand, on: date) -> tuple[Situation, ...]:
    """Of `situations`, those that a service recognised and that are in force."""
    return tuple(held for held in situations(demand, on) if held.proof == AUTHORITY)


def in_force(held: Recognition, on: date | None = None) -> bool:
    """Whether a recognised situation counts on a day."""
    day = on or clock.today()
    return held.valid_from <= day and (held.valid_to is None or day <= held.valid_to)


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
