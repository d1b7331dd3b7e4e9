"""A ballot as it travels: read from the form or from the page that sends each change by itself, and answered in kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import localdate

from palier.commissions.models import Ballot, Candidate
from palier.common import clock
from palier.common.templatetags.palier_words import clock_time, moment, ordinal
from palier.law import codes
from palier.law.reasons import listing


@dataclass(frozen=True, slots=True)
class Sent:
    """What a member sent. `revision`: the ballot it was made from, None when the sender does not say."""

    ranking: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    meeting: bool = False
    revision: int | None = None
    error: str = ""


def by_itself(request: HttpRequest) -> bool:
    """Whether the page sends a change without being left: it reads JSON."""
    return "X-Autosave" in request.headers


def read(request: HttpRequest, candidates: Sequence[Candidate]) -> Sent:
    """`reason-<candidate>` refuses; else `rank_<candidate>` places. Places need not start at 1: only their order counts."""
    places: dict[int, int] = {}
    refused: dict[int, str] = {}
    for candidate in candidates:
        place = request.POST.get(f"rank_{candidate.pk}", "").strip()
        if reason := request.POST.get(f"reason-{candidate.pk}", ""):
            refused[candidate.pk] = reason
        elif place.isdecimal() and len(place) < 4:
            places[candidate.pk] = int(place)
    revision = request.POST.get("revision", "")
    twice = len(set(places.values())) != len(places)
    return Sent(
        ranking=sorted(places, key=lambda pk: (places[pk], pk)),
        refused=refused,
        meeting=request.POST.get("meeting") == "on",
        revision=int(revision) if revision.isdecimal() and len(revision) < 9 else None,
        error="Deux candidats ont la même place : donnez à chacun la sienne." if twice else "",
    )


def answer(ballot: Ballot | None, *, code: str = "", message: str = "") -> HttpResponse:
    """What the page is told: saved, or why not, always with the ballot that counts."""
    state = {"": "saved", "ballot.revised": "conflict", "ballot.closed": "closed"}.get(code, "refused")
    known = ballot and {
        "ranking": ballot.ranking, "refused": ballot.refused, "meeting": ballot.meeting, "revision": ballot.revision,
        "at": recorded(ballot),
    }  # fmt: skip
    status = {"saved": 200, "refused": 422}.get(state, 409)
    response = JsonResponse({"state": state, "message": message, "ballot": known}, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def recorded(ballot: Ballot) -> str:
    """When, after « Enregistré »: « à 10:42 », or with its day when that was not today."""
    if localdate(ballot.cast_at) == clock.today():
        return f"à {clock_time(ballot.cast_at)}"
    return f"le {moment(ballot.cast_at)}"


def in_words(ballot: Ballot | Sent, candidates: Sequence[Candidate]) -> str:
    """« 1er Candidat 2, 2e Candidat 1 ; Candidat 3 refusé (Ressources insuffisantes) »."""
    titles = {c.pk: f"Candidat {c.position}" for c in candidates}
    placed = [f"{ordinal(n)} {titles[pk]}" for n, pk in enumerate((pk for pk in ballot.ranking if pk in titles), 1)]
    reasons = dict(codes.NON_ALLOCATION_REASONS)
    out = [
        f"{titles[int(pk)]} refusé ({reasons.get(why, why)})" for pk, why in ballot.refused.items() if int(pk) in titles
    ]
    parts = [", ".join(placed), listing(out), "examen en réunion demandé" if ballot.meeting else ""]
    return " ; ".join(part for part in parts if part)


def lines(candidates: Sequence[Candidate], ballot: Ballot | Sent | None) -> list[dict[str, Any]]:
    """The candidates as the ranking component shows them; nobody is ranked before the member has chosen."""
    rank = {pk: n for n, pk in enumerate(ballot.ranking if ballot else [], start=1)}
    refused = {int(pk): why for pk, why in (ballot.refused if ballot else {}).items()}
    return [
        {
            "id": c.pk, "title": f"Candidat {c.position}", "detail": c.facts["household"],
            "rank": rank.get(c.pk, ""), "refused": refused.get(c.pk, ""),
        }
        for c in candidates
    ]  # fmt: skip
