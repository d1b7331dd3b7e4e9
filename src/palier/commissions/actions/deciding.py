"""After the window: count, settle each candidate's legal decision, sign the minutes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date

from django.db import transaction

from palier.accounts.actor import Actor
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.commissions.minutes import draw_minutes, record_of, seal
from palier.commissions.models import AgendaItem, Candidate, Decision, SealedRecord, Seat, Session
from palier.commissions.queries import ballots_of, recused, seats_concerned, sessions_for
from palier.commissions.rules import rules_of
from palier.commissions.states import DECISIONS, SESSION
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.law import ballots as law_ballots
from palier.law import codes

# Called with a signed session, in its transaction: what follows a decision lives in later apps.
after_signature: list[Callable[[Session, Actor], None]] = []


@transaction.atomic
def count(*, actor: Actor, session_id: int) -> Session:
    """Count every dwelling by the commission's rule, once the window is closed; propose each decision.

    A dwelling without quorum gets no proposal: the commission decides it in a meeting, or takes it off.
    """
    session = locked(sessions_for(actor), session_id)
    if session.state == "counted":
        return session
    if clock.now() < session.closes_at:
        raise Refused("session.open", "La séance n’est pas close : le dépouillement attend la fin de la fenêtre.")
    SESSION.fire(session, "count", actor=actor, counted_at=clock.now())
    for item in session.items.select_related("offer__dwelling__commune", "session__commission").order_by(
        "position", "pk"
    ):
        result = _count(item)
        item.count = result
        item.save(update_fields=["count"])
        if result["quorum_reached"]:
            _propose(item, result)
    return session


def _count(item: AgendaItem) -> dict:
    rules = rules_of(item.session.commission, clock.today())
    out = recused(item)
    voters = [s for s in seats_concerned(item) if s.voting and s.pk not in out]
    cast = ballots_of(item)
    mayor = next((s.pk for s in voters if s.capacity == "mayor"), None)
    candidates = {str(c.pk): f"Candidat {c.position}" for c in item.candidates.order_by("position", "pk")}
    quorum = law_ballots.quorum(
        law_ballots.QuorumRule(least=rules.quorum),
        {str(s.pk): s.capacity for s in voters},
        [str(b.seat_id) for b in cast],
    )
    result = law_ballots.count(
        rules.counting,
        list(candidates),
        [
            law_ballots.Ballot(
                voter=str(b.seat_id),
                ranking=tuple(map(str, b.ranking)),
                refused=frozenset(b.refused),
                meeting=b.meeting,
            )
            for b in cast
        ],
        casting_vote=None if mayor is None else str(mayor),
        names=candidates,
    )
    return {
        "rule": rules.counting,
        "called": len(voters),
        "votes": len(cast),
        "quorum": quorum.least,
        "quorum_reached": quorum.reached,
        "order": list(result.order),
        "refused": list(result.refused),
        "open_ties": [list(t) for t in result.ties],
        "steps": [quorum.text, *result.steps],
        "meeting": result.meeting,
        "ballots": [
            {"seat": b.seat_id, "ranking": b.ranking, "refused": b.refused, "revision": b.revision} for b in cast
        ],
    }


def _propose(item: AgendaItem, result: dict) -> None:
    refusals = {b: why for ballot in result["ballots"] for b, why in ballot["refused"].items()}
    for rank, key in enumerate(result["order"], start=1):
        Decision.objects.create(
            candidate_id=int(key),
            kind="ranked" if len(result["order"]) > 1 else "allocation",
            rank=rank,
            taken_at=clock.now(),
        )
    for key in result["refused"]:
        Decision.objects.create(
            candidate_id=int(key), kind="non_allocation", reasons=[refusals[key]], taken_at=clock.now()
        )


@transaction.atomic
def decide(
    *,
    actor: Actor,
    candidate_id: int,
    kind: str,
    rank: int | None = None,
    reasons: Sequence[str] = (),
    reason_text: str = "",
    condition_document: str = "",
    condition_due: date | None = None,
) -> Decision:
    """Settle one candidate's decision: one of the five of CCH R441-3, with every ground of a refusal.

    Ranks must be one to n without gap or double when the minutes are signed, not before.
    """
    candidate = Candidate.objects.select_related("item__session", "item__offer__dwelling__commune").get(pk=candidate_id)
    session = locked(sessions_for(actor), candidate.item.session_id)
    if session.state != "counted":
        raise Refused("session.not_counted", "Les décisions s’arrêtent après le dépouillement et avant la signature.")
    positive = kind in ("allocation", "ranked", "conditional")
    _check_decision(kind, rank, reasons, condition_document, condition_due)
    decision, _ = Decision.objects.update_or_create(
        candidate=candidate,
        defaults={
            "kind": kind,
            "rank": rank if positive else None,
            "reasons": [] if positive else list(reasons),
            "reason_text": reason_text.strip(),
            "condition_document": condition_document if kind == "conditional" else "",
            "condition_due": condition_due if kind == "conditional" else None,
            "taken_at": clock.now(),
        },
    )
    ledger.record(verb="decisions.take", subject=decision, actor=actor, data={"decision": DECISIONS[kind]})
    return decision


def _check_decision(kind: str, rank: int | None, reasons: Sequence[str], document: str, due: date | None) -> None:
    if kind not in DECISIONS:
        raise Refused("decision.kind", "Choisissez l’une des cinq décisions prévues par la loi.", field="kind")
    if kind in ("allocation", "ranked", "conditional"):
        if not rank or rank < 1:
            raise Refused("decision.rank", "Donnez un rang à partir de 1.", field="rank")
    elif not reasons:
        raise Refused("decision.reasons", "Un refus doit donner tous ses motifs.", field="reasons")
    elif not set(reasons) <= {code for code, _ in codes.NON_ALLOCATION_REASONS}:
        raise Refused("decision.reasons", "Choisissez les motifs dans la liste.", field="reasons")
    if kind == "conditional":
        if not document:
            raise Refused("decision.document", "Indiquez la pièce manquante.", field="condition_document")
        if due is None or due <= clock.today():
            raise Refused("decision.due", "Fixez un délai à venir.", field="condition_due")


@transaction.atomic
def sign(*, actor: Actor, session_id: int) -> Session:
    """The president signs: decisions take effect, minutes are drawn and sealed into the chain.

    Refused while a candidate has no decision, when ranks have a gap, or to anyone but the president.
    """
    session = locked(sessions_for(actor), session_id)
    if session.state == "signed":
        return session
    seat = _president(actor, session)
    items = list(session.items.select_related("offer__dwelling__commune").order_by("position", "pk"))
    for item in items:
        _check_item(item)
    with as_system("the decisions of a session reach every household on its agenda"):
        now = clock.now()
        record = record_of(session, seat, now)
        pdf = draw_minutes(record)
        previous = SealedRecord.objects.order_by("-pk").values_list("sha256", flat=True).first() or ""
        SealedRecord.objects.create(session=session, previous=previous, sha256=seal(previous, record), at=now)
        SESSION.fire(
            session,
            "sign",
            actor=actor,
            signed_at=now,
            signed_by=seat,
            record=record,
            minutes=pdf,
            minutes_sha256=hashlib.sha256(pdf).hexdigest(),
        )
        for item in items:
            _apply(item)
        for follow in after_signature:
            follow(session, actor)
    return session


def _president(actor: Actor, session: Session) -> Seat:
    seat = Seat.objects.filter(
        commission=session.commission_id, person=actor.person_id, president=True, until=None
    ).first()
    if seat is None:
        raise NotYours("only the president signs the minutes")
    if session.state != "counted":
        raise Refused("session.not_counted", "La séance doit être dépouillée avant la signature.")
    return seat


def _check_item(item: AgendaItem) -> None:
    decisions = list(Decision.objects.filter(candidate__item=item))
    place = item.offer.dwelling.commune.name
    if len(decisions) != item.candidates.count():
        raise Refused("sign.missing", f"Il manque une décision pour le logement de {place}.")
    ranks = sorted(d.rank for d in decisions if d.rank)
    if ranks != list(range(1, len(ranks) + 1)):
        raise Refused("sign.ranks", f"Les rangs du logement de {place} doivent se suivre à partir de 1.")


def _apply(item: AgendaItem) -> None:
    """Move each application to what the commission decided; rank 1 is called by what follows the signature."""
    from palier.accounts.actor import PALIER

    held = {a.pk: a for a in locked_all(Application.objects.filter(candidacies__item=item))}
    decisions = Decision.objects.filter(candidate__item=item).select_related("candidate").order_by("rank", "pk")
    for decision in decisions:
        application = held[decision.candidate.application_id]
        words = "; ".join(codes.label("non_allocation", r) for r in decision.reasons)
        reason = ". ".join(part for part in (words, decision.reason_text) if part)
        if decision.kind == "non_allocation":
            applications.end(application, "do_not_allocate", actor=PALIER, reason=reason, codes=decision.reasons)
        elif decision.kind == "rejection":
            applications.end(application, "reject", actor=PALIER, reason=reason, codes=decision.reasons)
        else:
            applications.move(application, "rank", actor=PALIER, rank=decision.rank)
