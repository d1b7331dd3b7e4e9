"""The minutes of a session: the record they are drawn from, the PDF, and the seal that chains them.

Anyone who holds the record can recompute its seal; changing one word of a signed session breaks the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from palier.applications.models import Shortlist
from palier.applications.offers import describe
from palier.applications.queries import latest_shortlist
from palier.commissions import giving
from palier.commissions.business import BUSINESS
from palier.commissions.models import AgendaItem, Candidate, Decision, Recusal, Seat, Session
from palier.commissions.queries import departures_of, recused, seats_concerned
from palier.commissions.rules import rules_of_session
from palier.commissions.states import DECISIONS, EXCEPTIONS
from palier.common import pdf
from palier.law import ballots as law_ballots
from palier.law import procedure


def seal(previous: str, record: dict[str, Any]) -> str:
    """SHA-256 of the former seal and of the record's canonical JSON."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def record_of(session: Session, president: Seat, now: datetime) -> dict[str, Any]:
    """Everything the minutes say, as one JSON document."""
    items = (
        session.items.select_related("offer__dwelling__commune", "offer__dwelling__landlord", "session__commission")
        .prefetch_related("candidates__decision", "candidates__application__demand")
        .order_by("position", "pk")
    )
    return {
        "number": session.number,
        "commission": session.commission.name,
        "landlord": session.commission.landlord.name,
        "opens_at": session.opens_at.isoformat(),
        "closes_at": session.closes_at.isoformat(),
        **giving.held(session),
        "signed_at": now.isoformat(),
        "president": {"name": president.named, "title": president.signs_as},
        "summoned_at": session.summoned_at.isoformat() if session.summoned_at else "",
        "procedure": _procedure(session),
        "drawn_by": pdf.fingerprint("minutes"),
        "items": [_item(item) for item in items],
        **{key: part for business in BUSINESS for key, part in business.record(session).items()},
    }


def _procedure(session: Session) -> dict[str, Any]:
    """The rules that the session followed, in words, and the version that they come from."""
    kept = session.rules or {}
    return {
        "version": kept.get("version"),
        "valid_from": kept.get("valid_from"),
        "rules": list(procedure.in_words(rules_of_session(session)).items()),
    }


def _item(item: AgendaItem) -> dict[str, Any]:
    voted = giving.votes(item)
    out = recused(item)
    reasons = dict(Recusal.objects.filter(item=item).values_list("seat_id", "reason"))
    dwelling = item.offer.dwelling
    made = latest_shortlist(item.offer_id)
    return {
        "key": item.pk,
        "dwelling": describe(item.offer),
        "address": f"{dwelling.address}, {dwelling.postcode} {dwelling.commune.name}",
        "reference": dwelling.reference,
        "financing": dwelling.financing,
        "exception": EXCEPTIONS.get(item.exception, ""),
        "exception_note": item.exception_note,
        "members": [
            {
                "name": seat.named,
                "capacity": seat.get_capacity_display(),
                "voting": seat.voting,
                "presence": "déporté" if seat.pk in out else voted.get(seat.pk, "n’a pas voté"),
                "recusal": reasons.get(seat.pk, ""),
            }
            for seat in seats_concerned(item)
        ],
        "postponed": item.postponed,
        "withdrawn": item.withdrawn_at is not None,
        "corrections": [
            {"at": c.at.isoformat(), "title": c.title, "reason": c.reason, "changes": c.changes}
            for c in item.corrections.order_by("at", "pk")
        ],
        "count": item.count,
        "rule": law_ballots.RULES[item.count["rule"]] if item.count else "",
        "settlements": item.settlements,
        "scoring": _scoring(made),
        "candidates": candidates_of(item),
    }


def _scoring(made: Shortlist | None) -> dict[str, Any]:
    """How the scoring was applied before the session: the list, and who left its order with the reason given then."""
    return {"listed": made.candidates if made else 0, "departures": departures_of(made) if made else []}


def candidates_of(item: AgendaItem) -> list[dict[str, Any]]:
    """Each candidate with its decision, and what its rank does to the order of the scoring."""
    candidates = list(item.candidates.all())
    return [_candidate(c) | {"passed": passed_by(c, candidates)} for c in candidates]


def passed_by(candidate: Candidate, candidates: Sequence[Candidate]) -> list[int]:
    """The candidates with more points that this one's rank goes before, by their number on the agenda.

    Scoring orders a list and does not decide (CCH L441-2-8): the commission may depart from it, and the minutes say so.
    """
    own = candidate.settled
    if own is None or own.rank is None:
        return []
    return [
        other.position
        for other in candidates
        if (theirs := other.settled) is not None
        and theirs.rank is not None
        and theirs.rank > own.rank
        and other.facts["points"] > candidate.facts["points"]
    ]


def _candidate(candidate: Candidate) -> dict[str, Any]:
    """One candidate and its decision; none for a household that left before, or a dwelling that was postponed."""
    known = {
        "key": candidate.pk,
        "number": candidate.application.demand.number,
        "position": candidate.position,
        "household": candidate.facts["household"],
        "points": candidate.facts["points"],
        "listed": candidate.facts["position"],
        "registered_on": candidate.facts["registered_on"],
    }
    decision = candidate.settled
    if decision is None:
        left = candidate.application.state in ("withdrawn", "released")
        words = "Sans objet : le ménage n’est plus candidat" if left else "Sans décision : logement reporté"
        return {**known, "decision": words, "rank": None, "reasons": [], "reason_text": "", "condition": ""}
    return {**known, **decided(decision)}


def decided(decision: Decision) -> dict[str, Any]:
    """A decision in the words of the minutes."""
    return {
        "kind": decision.kind,
        "decision": DECISIONS[decision.kind],
        "rank": decision.rank,
        "codes": list(decision.reasons),
        "reasons": decision.grounds,
        "reason_text": decision.reason_text,
        "condition_code": decision.condition_document,
        "condition": decision.condition,
        "condition_due": decision.condition_due.isoformat() if decision.condition_due else "",
    }


def draw_minutes(record: dict[str, Any], *, seal: str, previous: str) -> bytes:
    """The PDF of a record, with its own seal and the one before it printed at its end."""
    return pdf.render(
        "minutes",
        {**record, "seal": seal, "previous_seal": previous, "demo": settings.DEMO, "origin": settings.BASE_URL},
    )
