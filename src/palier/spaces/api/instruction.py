"""Files sent to the landlord, and what it makes of them."""

# Annotations are read where they stand: an operation is wrapped (`door`), and text would be looked up in the wrong module.

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from palier.allocations import actions as allocations
from palier.applications import actions
from palier.applications.models import Application, ShortlistEntry
from palier.applications.queries import visible_to
from palier.documents.actions import note_reading
from palier.documents.queries import due
from palier.exchanges.landlords.rows import Row, text_of
from palier.law import admissibility
from palier.law.products import DIRECT
from palier.spaces.api import paging
from palier.spaces.api.door import reads, writes
from palier.spaces.api.keys import Key
from palier.spaces.api.offers import StateOut
from palier.spaces.api.problems import ERRORS, Problem
from palier.spaces.dossier import facts, name_of

router = Router(tags=["Dossiers"])
GROUNDS = admissibility.every_code()


class CandidateOut(Schema):
    """A file sent: where it stands, and nothing of who it is. `position`: in the list; `grounds`: of a refusal."""

    key: int
    offer: int
    dwelling: str
    state: str
    state_at: datetime
    position: int | None
    points: float
    grounds: list[str]


class CandidatePage(Schema):
    items: list[CandidateOut]
    next: str | None
    changes: str


class Line(Schema):
    label: str
    value: str


class Section(Schema):
    title: str
    lines: list[Line]


class PieceOut(Schema):
    """A document that is due: `state` as on the landlord's page."""

    label: str
    state: str


class FileOut(CandidateOut):
    """The file as the landlord's agents read it, and no more. Reading it is written in the household's journal."""

    number: str
    name: str
    sections: list[Section]
    documents: list[PieceOut]


class Admission(Row):
    """`why`: when documents are still to be checked; the household and the commission read it."""

    why: text_of(0, 300) = ""


class Choice(Row):
    """`reason`: why the order is not followed, which those who come before read; empty for the first of them."""

    reason: text_of(0, 300) = ""


class Refusal(Row):
    """`grounds`: all that hold; `reason`: in plain words, that the household reads."""

    grounds: Annotated[list[Literal[GROUNDS]], Field(min_length=1, max_length=len(GROUNDS))]
    reason: text_of(1, 500)


def sent_to(request: HttpRequest):
    """The applications whose files were sent to the landlord, whatever became of them; without a commission, all are."""
    sent = ShortlistEntry.objects.filter(sent=True).order_by().values("application")
    return visible_to(request.actor).filter(Q(pk__in=sent) | Q(offer__product__in=DIRECT))


def _shown(applications: list[Application]) -> list[dict[str, Any]]:
    entries = ShortlistEntry.objects.filter(application__in=applications, sent=True).order_by("shortlist", "pk")
    positions = dict(entries.values_list("application_id", "position"))
    return [
        {
            "key": a.pk, "offer": a.offer_id, "dwelling": a.offer.dwelling.reference, "state": a.state,
            "state_at": a.state_at, "position": positions.get(a.pk), "points": a.points, "grounds": a.reason_codes,
        }
        for a in applications
    ]  # fmt: skip


@router.get("/candidates", response={200: CandidatePage, ERRORS: Problem}, operation_id="candidates")
@reads("candidates:read")
def candidates(request: HttpRequest, asked: paging.Asked) -> dict[str, Any]:
    """The files sent, by cursor: states and ranks; no rank where the landlord chooses, in the order of the applications."""
    return paging.pages("candidates", sent_to(request), asked, _shown)


@router.get("/candidates/{key}", response={200: FileOut, ERRORS: Problem}, operation_id="candidate")
@reads("candidates:read")
def candidate(request: HttpRequest, key: Path[Key]) -> dict[str, Any]:
    """One household's file, as the landlord may read it. The household is shown that it was read, by whom and when."""
    application = sent_to(request).get(pk=key)
    demand, actor = application.demand, request.actor
    note_reading(request, demand=demand, what="dossier", why=f"Système du bailleur : {request.system.name}")
    return {
        **_shown([application])[0],
        "number": demand.number,
        "name": name_of(demand),
        "sections": [
            {"title": title, "lines": [{"label": label, "value": str(value)} for label, value in rows if value]}
            for title, rows in facts(demand, actor.reader)
        ],
        "documents": [{"label": row.label, "state": row.state} for row in due(demand, actor=actor)],
    }


@router.post("/candidates/{key}/admit", response={200: StateOut, ERRORS: Problem}, operation_id="admit_candidate")
@writes("instruction:write")
def admit(request: HttpRequest, key: Path[Key], sent: Admission) -> dict[str, Any]:
    """The file is admissible: it may go to the commission, or be proposed the dwelling where none decides."""
    done = actions.admit(actor=request.actor, application_id=sent_to(request).get(pk=key).pk, why=sent.why)
    return {"key": done.pk, "state": done.state}


@router.post("/candidates/{key}/propose", response={200: StateOut, ERRORS: Problem}, operation_id="propose_candidate")
@writes("instruction:write")
def propose(request: HttpRequest, key: Path[Key], sent: Choice) -> dict[str, Any]:
    """Propose a dwelling that no commission decides of, in the public order; a departure from it needs its reason."""
    application = sent_to(request).get(pk=key)
    allocations.choose(actor=request.actor, application_id=application.pk, reason=sent.reason)
    application.refresh_from_db()
    return {"key": application.pk, "state": application.state}


@router.post("/candidates/{key}/refuse", response={200: StateOut, ERRORS: Problem}, operation_id="refuse_candidate")
@writes("instruction:write")
def refuse(request: HttpRequest, key: Path[Key], sent: Refusal) -> dict[str, Any]:
    """The file is not admissible for this dwelling, on legal grounds; the next of the list is sent in its place."""
    application = sent_to(request).get(pk=key)
    actions.find_inadmissible(
        actor=request.actor, application_id=application.pk, codes=list(dict.fromkeys(sent.grounds)), reason=sent.reason
    )
    application.refresh_from_db()
    return {"key": application.pk, "state": application.state}
