"""Settle each candidate's legal decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from palier.accounts.actor import Actor
from palier.commissions.models import Candidate, Decision
from palier.commissions.presiding import check_may_decide
from palier.commissions.queries import awaited, sessions_for
from palier.commissions.states import DECISIONS
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.locks import locked
from palier.law import codes
from palier.law.discretion import SENSITIVE_KINDS


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

    By the secretary or the president. Refused while candidates of the dwelling are still equal, and when an allocation
    to one household would stand beside others that are ranked. Ranks must be one to n without gap or double when the
    minutes are signed, not before.
    """
    candidate = Candidate.objects.select_related(
        "item__session", "item__offer__dwelling__commune", "application__demand"
    ).get(pk=candidate_id)
    session = locked(sessions_for(actor), candidate.item.session_id)
    check_may_decide(actor, session)
    if session.state != "counted" or candidate.item.postponed:
        raise Refused("session.not_counted", "Les décisions s’arrêtent après le dépouillement et avant la signature.")
    if candidate.item.open_ties:
        raise Refused(
            "decision.tie", "Des candidats sont à égalité : départagez-les d’abord, avec la raison de ce choix."
        )
    if candidate.application.state != "on_agenda":
        raise Refused("decision.gone", "Ce ménage n’est plus candidat à ce logement : rien n’est à décider.")
    positive = kind in ("allocation", "ranked", "conditional")
    if kind == "conditional" and condition_document:
        _check_document(candidate, condition_document)
    _check_decision(kind, rank, reasons, condition_document, condition_due)
    if positive:
        _check_alone(candidate, kind)
    taken = {
        "kind": kind,
        "rank": rank if positive else None,
        "reasons": [] if positive else list(reasons),
        "reason_text": reason_text.strip(),
        "condition_document": condition_document if kind == "conditional" else "",
        "condition_due": condition_due if kind == "conditional" else None,
    }
    same = Decision.objects.filter(candidate=candidate, **taken).first()
    if same is not None:
        return same
    decision, _ = Decision.objects.update_or_create(candidate=candidate, defaults={**taken, "taken_at": clock.now()})
    ledger.record(verb="decisions.take", subject=decision, actor=actor, data={"decision": DECISIONS[kind]})
    return decision


def _check_alone(candidate: Candidate, kind: str) -> None:
    others = Decision.objects.filter(candidate__item=candidate.item_id, rank__isnull=False).exclude(candidate=candidate)
    if kind == "allocation" and others.exists():
        raise Refused(
            "decision.not_alone",
            "« Attribution » désigne un seul ménage, et d’autres sont classés pour ce logement. "
            "Choisissez « Attribution par classement », ou décidez d’abord de ne pas l’attribuer aux autres.",
            field="kind",
        )
    if others.filter(kind="allocation").exists():
        raise Refused(
            "decision.not_alone",
            "Un autre ménage a une « Attribution » simple, qui n’en laisse aucun après lui. "
            "Changez d’abord sa décision en « Attribution par classement ».",
            field="kind",
        )


def _check_document(candidate: Candidate, kind: str) -> None:
    if kind not in dict(awaited(candidate)):
        raise Refused(
            "decision.document.outside",
            "Cette pièce ne peut pas être attendue de ce ménage : elle est hors de la liste légale, sa situation ne la "
            "demande pas, ou elle est déjà acceptée.",
            field="condition_document",
        )


def _check_decision(kind: str, rank: int | None, reasons: Sequence[str], document: str, due: date | None) -> None:
    if kind not in DECISIONS:
        raise Refused("decision.kind", "Choisissez l’une des cinq décisions prévues par la loi.", field="kind")
    if kind in ("allocation", "ranked", "conditional"):
        if not rank or rank < 1:
            raise Refused("decision.rank", "Donnez un rang à partir de 1.", field="rank")
        if kind == "allocation" and rank != 1:
            raise Refused(
                "decision.allocation_first", "Une attribution à un seul ménage se fait au rang 1.", field="rank"
            )
    elif not reasons:
        raise Refused("decision.reasons", "Un refus doit donner tous ses motifs.", field="reasons")
    elif not set(reasons) <= {code for code, _ in codes.NON_ALLOCATION_REASONS}:
        raise Refused("decision.reasons", "Choisissez les motifs dans la liste.", field="reasons")
    elif kind == "rejection" and not set(reasons) <= set(codes.REJECTION_REASONS):
        allowed = " ; ".join(codes.label("non_allocation", code) for code in codes.REJECTION_REASONS)
        raise Refused(
            "decision.rejection",
            f"Une irrecevabilité ne tient qu’aux conditions d’accès au logement social ({allowed}). "
            "Pour un autre motif, choisissez « Non-attribution ».",
            field="reasons",
        )
    if kind == "conditional":
        if not document:
            raise Refused("decision.document", "Indiquez la pièce manquante.", field="condition_document")
        if document in SENSITIVE_KINDS:
            # The minutes and the letters would name it (mission A15).
            raise Refused(
                "decision.document.reserved", "Cette pièce ne se demande pas ici.", field="condition_document"
            )
        if due is None or due <= clock.today():
            raise Refused("decision.due", "Fixez un délai à venir.", field="condition_due")
