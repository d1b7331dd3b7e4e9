"""Reads: what is due, what was given, what is recognised, who opened the dossier."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

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
from palier.law.documents import DOCUMENTS, documents_due
from palier.law.household import AUTHORITY, DECLARED, DOCUMENT, Situation


@dataclass(frozen=True, slots=True)
class DueRow:
    """A document asked of the household, with what was given for it.

    `state`: missing, waiting (given, not yet checked), accepted or refused.
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
        return "accepted" if "accepted" in states else "missing"


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
    given: dict[tuple[str, str], list[Piece]] = {}
    for piece in pieces_of(demand):
        given.setdefault((piece.kind, piece.about), []).append(piece)
    names = people(Form.from_json(demand.form))
    facts = household(demand, on=on or clock.today())
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
            pieces=given.get((item.kind, item.person), []),
        )
        for item in documents_due(facts)
        if item.kind not in hidden
    ]


def missing(demand: Demand) -> list[DueRow]:
    """What is still to be given, refused documents included, optional ones left out."""
    return [row for row in due(demand) if row.state == "refused" or (row.state == "missing" and not row.optional)]


def unchecked(demand: Demand) -> list[DueRow]:
    """What nobody has accepted yet of what is due: missing, refused, or still to be read."""
    return [row for row in due(demand) if row.state != "accepted" and not row.optional]


def proofs(demand: Demand, on: date | None = None) -> dict[str, str]:
    """section of the form → document, when every document asked for it is accepted (law.household.Household.proofs)."""
    states: dict[str, list[str]] = {}
    for row in due(demand, on):
        if row.kind in SECTION_OF_KIND and not row.optional:
            states.setdefault(SECTION_OF_KIND[row.kind], []).append(row.state)
    return {section: DOCUMENT for section, found in states.items() if set(found) == {"accepted"}}


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
