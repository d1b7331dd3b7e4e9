"""Changing an agenda: quietly while it is prepared; once published, with a reason that every member reads.

Ballots already cast on a changed dwelling are kept as they are, and their members asked to look again. The count
reads them without a candidate who left; one who came later is after those that they rank (`law.ballots`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.applications.queries import visible_to
from palier.commissions.actions.calling import ask_to_look_again
from palier.commissions.actions.preparing import check_least, day_of
from palier.commissions.fact_changes import changes
from palier.commissions.facts import candidate_facts
from palier.commissions.models import AgendaItem, Candidate, Correction, Session
from palier.commissions.queries import sessions_for
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked, locked_all


def _item(actor: Actor, item_id: int) -> AgendaItem:
    if actor.role != Role.SECRETARY:
        raise NotYours("only the secretary changes an agenda")
    return AgendaItem.objects.select_related("session__commission", "offer__dwelling__commune").get(pk=item_id)


def _held(actor: Actor, item: AgendaItem) -> tuple[Session, AgendaItem]:
    """The session and its dwelling, locked in this order; refused once votes are counted."""
    session = locked(sessions_for(actor), item.session_id)
    held = locked(AgendaItem.objects.filter(session=session).select_related("offer__dwelling__commune"), item.pk)
    held.session = session
    if session.state not in ("preparing", "published"):
        raise Refused("session.counted", "Les votes sont dépouillés : l’ordre du jour ne change plus.")
    return session, held


def _reason(session: Session, reason: str) -> str:
    words = " ".join(reason.split())
    if session.state == "published" and not words:
        raise Refused(
            "correction.reason", "Écrivez pourquoi : chaque membre le lit, et le procès-verbal le dit.", field="reason"
        )
    if len(words) > 300:
        raise Refused("correction.long", "La raison dépasse 300 caractères.", field="reason")
    return words


def _open_for_votes(session: Session) -> None:
    """What members must look at again can only change while they may still vote."""
    if session.state == "published" and clock.now() >= session.closes_at:
        raise Refused(
            "correction.closed",
            "La fenêtre est close, personne ne pourrait revoir son vote : retirez plutôt le logement.",
        )


def _record(
    actor: Actor, item: AgendaItem, kind: str, reason: str, place: int | None = None, said: Sequence[Sequence[str]] = ()
) -> None:
    """Write a correction of a published agenda, and ask who has voted to look again."""
    if item.session.state != "published":
        return
    made = Correction.objects.create(
        item=item, kind=kind, place=place, reason=reason, changes=[list(one) for one in said], at=clock.now()
    )
    ledger.record(verb="agenda.correct", subject=item, actor=actor, data={"title": made.title}, why=reason)
    ask_to_look_again(made)


@transaction.atomic
def remove_candidate(
    *, actor: Actor, candidate_id: int, reason: str, exception: str = "", exception_note: str = ""
) -> None:
    """Take a candidate off an agenda; ready again, they are told why.

    Once published the law's least number of demands still holds (CCH R441-3): below it an exception is recorded.
    """
    candidate = Candidate.objects.get(pk=candidate_id)
    item = _item(actor, candidate.item_id)
    application = locked(visible_to(actor).select_related("offer__dwelling__commune"), candidate.application_id)
    session, item = _held(actor, item)
    candidate = Candidate.objects.get(pk=candidate_id)
    why = _reason(session, reason)
    others = item.candidates.filter(application__state="on_agenda").exclude(pk=candidate_id).count()
    if session.state == "published":
        if not others:
            raise Refused("correction.last", "C’est le seul candidat : retirez plutôt le logement de l’ordre du jour.")
        _keep_exception(item, others, exception, exception_note)
    if application.state == "on_agenda":
        applications.move(
            application, "take_off_agenda", actor=actor, reason=why or "la séance est encore en préparation"
        )
    place = candidate.position
    candidate.delete()
    if session.state == "preparing" and not item.candidates.exists():
        item.delete()
        return
    _record(actor, item, "candidate_removed", why, place)


def _keep_exception(item: AgendaItem, number: int, exception: str, note: str) -> None:
    kept = (exception or item.exception, note or item.exception_note)
    check_least(number, item.offer, *kept)
    if exception and (item.exception, item.exception_note) != kept:
        item.exception, item.exception_note = kept
        item.save(update_fields=["exception", "exception_note"])


@transaction.atomic
def add_candidate(*, actor: Actor, item_id: int, application_id: int, reason: str = "") -> Candidate:
    """Put one more admissible candidate on a dwelling's agenda; a number already given is never given again."""
    item = _item(actor, item_id)
    application = locked(
        visible_to(actor).filter(offer=item.offer_id).select_related("offer__dwelling__commune", "demand"),
        application_id,
    )
    session, item = _held(actor, item)
    existing = Candidate.objects.filter(item=item, application=application).first()
    if existing is not None:
        return existing
    _open_for_votes(session)
    why = _reason(session, reason)
    if item.postponed:
        raise Refused("correction.withdrawn", "Ce logement n’est plus à l’ordre du jour.")
    if application.state != "admissible":
        raise Refused("agenda.not_ready", "Chaque dossier doit être recevable.", field="application")
    last = [
        item.candidates.aggregate(last=Max("position"))["last"] or 0,
        item.corrections.aggregate(last=Max("place"))["last"] or 0,
    ]
    applications.move(application, "put_on_agenda", actor=actor, session=day_of(session.opens_at))
    made = Candidate.objects.create(
        item=item, application=application, position=max(last) + 1, facts=candidate_facts(application)
    )
    _record(actor, item, "candidate_added", why, made.position)
    return made


@transaction.atomic
def correct_facts(*, actor: Actor, candidate_id: int, reason: str = "") -> list[list[str]]:
    """Read a candidate's facts anew from the file, and say what changed: nobody types them over.

    Refused when nothing that members read has changed.
    """
    candidate = Candidate.objects.select_related("application__demand", "application__offer__dwelling__commune").get(
        pk=candidate_id
    )
    item = _item(actor, candidate.item_id)
    session, item = _held(actor, item)
    _open_for_votes(session)
    why = _reason(session, reason)
    fresh: dict[str, Any] = candidate_facts(candidate.application)
    said = changes(candidate.facts, fresh)
    if not said:
        raise Refused("correction.same", "Rien n’a changé dans ce dossier depuis sa mise à l’ordre du jour.")
    candidate.facts = fresh
    candidate.save(update_fields=["facts"])
    if session.state == "preparing":
        ledger.record(verb="agenda.refresh", subject=item, actor=actor)
    _record(actor, item, "facts_corrected", why, candidate.position, said)
    return said


@transaction.atomic
def correct_dwelling(*, actor: Actor, item_id: int, reason: str) -> AgendaItem:
    """Say something about the dwelling that members must know, such as a rent that was wrong."""
    item = _item(actor, item_id)
    session, item = _held(actor, item)
    if session.state != "published":
        raise Refused("correction.preparing", "La séance n’est pas publiée : corrigez l’offre elle-même.")
    _open_for_votes(session)
    why = _reason(session, reason)
    if not item.corrections.filter(kind="dwelling_corrected", reason=why).exists():
        _record(actor, item, "dwelling_corrected", why)
    return item


@transaction.atomic
def withdraw_dwelling(*, actor: Actor, item_id: int, reason: str) -> None:
    """Take a dwelling off the agenda; its candidates are ready again for another session, and told why."""
    item = _item(actor, item_id)
    held = locked_all(Application.objects.filter(candidacies__item=item).select_related("offer__dwelling__commune"))
    session, item = _held(actor, item)
    if item.postponed:
        return
    why = _reason(session, reason)
    for application in held:
        if application.state == "on_agenda":
            applications.move(
                application, "take_off_agenda", actor=actor, reason=why or "la séance est encore en préparation"
            )
    take_off(actor, item, why)


def take_off(actor: Actor, item: AgendaItem, why: str) -> None:
    """The dwelling itself leaves, its row and its session's locked by the caller: a published agenda keeps the trace."""
    if item.session.state == "preparing":
        item.delete()
        return
    item.postponed = f"Logement retiré de l’ordre du jour : {why}"
    item.withdrawn_at = clock.now()
    item.save(update_fields=["postponed", "withdrawn_at"])
    _record(actor, item, "dwelling_withdrawn", why)
