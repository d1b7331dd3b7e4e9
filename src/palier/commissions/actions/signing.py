"""The president's signature: decisions take effect, the minutes are drawn, sealed and frozen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.db import transaction
from django.utils.text import Truncator

from palier.accounts.actor import PALIER, Actor
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.commissions.business import BUSINESS
from palier.commissions.minutes import draw_minutes, record_of, seal
from palier.commissions.models import AgendaItem, Decision, SealedRecord, Seat, Session
from palier.commissions.presiding import presidency_of
from palier.commissions.queries import sessions_for
from palier.commissions.states import SESSION
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all, one_at_a_time
from palier.homes.models import Offer
from palier.law import codes

# Called with a signed session, in its transaction: what follows a decision lives in later apps.
after_signature: list[Callable[[Session, Actor], None]] = []


@transaction.atomic
def sign(*, actor: Actor, session_id: int) -> Session:
    """The president signs: decisions take effect, minutes are drawn and sealed into the chain.

    Refused while candidates are equal or one has no decision, when ranks have a gap, or to anyone but the
    president. A household that withdrew since the count leaves the order, and those behind it move up.
    """
    if sessions_for(actor).get(pk=session_id).state == "signed":
        return sessions_for(actor).get(pk=session_id)
    with as_system("a signature moves every application of the session: all are locked in the order of the house"):
        locked_all(Offer.objects.filter(agenda_items__session=session_id))
        locked_all(Application.objects.filter(candidacies__item__session=session_id))
    session = locked(sessions_for(actor), session_id)
    if session.state == "signed":
        return session
    seat = _president(actor, session)
    with as_system("the decisions of a session reach every household on its agenda"):
        items = list(session.items.filter(postponed="").select_related("offer__dwelling__commune").order_by("pk"))
        for item in items:
            _leave_out_the_gone(item)
            _check_item(item)
        for business in BUSINESS:
            business.check(session)
        _seal(session, seat, actor)
        for item in items:
            _apply(item)
        for follow in after_signature:
            follow(session, actor)
    return session


def _president(actor: Actor, session: Session) -> Seat:
    seat = presidency_of(actor, session)
    if seat is None:
        raise NotYours("only the president, or whoever stands in for them, signs the minutes")
    if session.state != "counted":
        raise Refused("session.not_counted", "La séance doit être dépouillée avant la signature.")
    return seat


def _leave_out_the_gone(item: AgendaItem) -> None:
    """Candidates who left since the count have no decision; ranks close up behind them (CCH R441-3: no new session)."""
    gone, _ = Decision.objects.filter(candidate__item=item).exclude(candidate__application__state="on_agenda").delete()
    if gone:
        staying = Decision.objects.filter(candidate__item=item, rank__isnull=False).order_by("rank", "pk")
        for rank, decision in enumerate(staying, start=1):
            decision.rank = rank
            decision.save(update_fields=["rank"])


def lacking(item: AgendaItem) -> Refused | None:
    """What still forbids to sign one dwelling, or None. PostgreSQL checks the same when the session becomes signed."""
    decisions = list(Decision.objects.filter(candidate__item=item).order_by("pk"))
    place = item.offer.dwelling.commune.name
    if item.open_ties:
        return Refused("sign.tie", f"Des candidats sont encore à égalité pour le logement de {place}.")
    staying = set(item.candidates.filter(application__state="on_agenda").values_list("pk", flat=True))
    # Ranks close up behind whoever left when the president signs.
    stale = [d for d in decisions if d.candidate_id not in staying]
    decisions = [d for d in decisions if d.candidate_id in staying]
    if len(decisions) != len(staying):
        return Refused("sign.missing", f"Il manque une décision pour le logement de {place}.")
    positive = sorted((d for d in decisions if d.rank), key=lambda d: d.rank)
    if len({d.rank for d in positive}) != len(positive):
        return Refused("sign.ranks", f"Deux candidats ont le même rang pour le logement de {place}.")
    if not stale and [d.rank for d in positive] != list(range(1, len(positive) + 1)):
        return Refused("sign.ranks", f"Les rangs du logement de {place} doivent se suivre à partir de 1.")
    if len(positive) > 1 and any(d.kind == "allocation" for d in positive):
        return Refused(
            "sign.alone", f"Une attribution simple ne se combine pas avec d’autres rangs, pour le logement de {place}."
        )
    if any(d.condition_due and d.condition_due <= clock.today() for d in decisions):
        return Refused(
            "sign.due", f"Le délai d’une condition est déjà passé pour le logement de {place} : fixez-le à nouveau."
        )
    return None


def _check_item(item: AgendaItem) -> None:
    if refusal := lacking(item):
        raise refusal


def _seal(session: Session, seat: Seat, actor: Actor) -> None:
    """Draw the minutes with their seal on them, keep the very bytes, and add one link to the chain.

    The record names the bytes of the former minutes: each link seals the paper before it too.
    """
    now = clock.now()
    one_at_a_time("commissions.seal")
    former = SealedRecord.objects.select_related("session").order_by("-pk").first()
    previous = former.sha256 if former else ""
    record = record_of(session, seat, now) | {"previous_minutes": former.session.minutes_sha256 if former else ""}
    link = seal(previous, record)
    paper = draw_minutes(record, seal=link, previous=previous)
    SealedRecord.objects.create(session=session, previous=previous, sha256=link, at=now)
    SESSION.fire(
        session,
        "sign",
        actor=actor,
        signed_at=now,
        signed_by=seat,
        record=record,
        minutes=paper,
        minutes_sha256=hashlib.sha256(paper).hexdigest(),
    )


def _apply(item: AgendaItem) -> None:
    """Move each application to what the commission decided; rank 1 is called by what follows the signature.

    The application keeps its reason in short; the letter gives it whole.
    """
    held = {
        a.pk: a
        for a in Application.objects.filter(candidacies__item=item)
        .select_related("offer__dwelling__commune")
        .order_by("pk")
    }
    decisions = Decision.objects.filter(candidate__item=item).select_related("candidate").order_by("rank", "pk")
    for decision in decisions:
        application = held[decision.candidate.application_id]
        words = " ; ".join(codes.label("non_allocation", r) for r in decision.reasons)
        reason = Truncator(". ".join(part for part in (words, decision.reason_text) if part)).chars(500)
        if decision.kind == "non_allocation":
            applications.end(application, "do_not_allocate", actor=PALIER, reason=reason, codes=decision.reasons)
        elif decision.kind == "rejection":
            applications.end(application, "reject", actor=PALIER, reason=reason, codes=decision.reasons)
        else:
            applications.move(application, "rank", actor=PALIER, rank=decision.rank)
