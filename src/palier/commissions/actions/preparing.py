"""Before the session: its window, its agenda, its publication."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from palier.accounts.actor import Actor
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.applications.queries import visible_to
from palier.commissions.business import BUSINESS, communes_of, concerns
from palier.commissions.facts import candidate_facts
from palier.commissions.models import AgendaItem, Candidate, Commission, Seat, Session
from palier.commissions.queries import commissions_of, sessions_for
from palier.commissions.states import EXCEPTIONS, SESSION
from palier.common import clock, ledger, mail
from palier.common.errors import Refused
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.homes.models import Offer
from palier.territories.queries import setting


@transaction.atomic
def create_session(*, actor: Actor, commission_id: int, opens_at: datetime, closes_at: datetime) -> Session:
    """Open a session in preparation; the number follows the commission's last one of the year."""
    commission = locked(commissions_of(actor), commission_id)
    if closes_at <= opens_at:
        raise Refused("session.window", "La clôture doit suivre l’ouverture.", field="closes_at")
    if closes_at <= clock.now():
        raise Refused("session.past", "Cette séance serait déjà terminée.", field="closes_at")
    same = Session.objects.filter(commission=commission, opens_at=opens_at).exclude(state="cancelled").first()
    if same is not None:
        return same
    count = Session.objects.filter(commission=commission, opens_at__year=opens_at.year).count()
    return Session.objects.create(
        commission=commission, number=f"{opens_at.year}-{count + 1:03d}", opens_at=opens_at, closes_at=closes_at
    )


@transaction.atomic
def add_to_agenda(
    *,
    actor: Actor,
    session_id: int,
    offer_id: int,
    application_ids: Sequence[int],
    exception: str = "",
    exception_note: str = "",
) -> AgendaItem:
    """Put a dwelling and its admissible candidates on the agenda.

    At least three demands (CCH R441-3; the number is a dated setting) unless a legal exception is recorded.
    """
    offer = locked(
        Offer.objects.filter(dwelling__landlord=actor.organisation_id).select_related("dwelling__commune"), offer_id
    )
    candidates = [locked(visible_to(actor).filter(offer=offer), pk) for pk in sorted(set(application_ids))]
    session = locked(sessions_for(actor), session_id)
    if session.state != "preparing":
        raise Refused("session.published", "L’ordre du jour est déjà publié.")
    existing = AgendaItem.objects.filter(session=session, offer=offer).first()
    if existing is not None:
        return existing
    _check_number(candidates, offer, exception, exception_note)
    item = AgendaItem.objects.create(
        session=session,
        offer=offer,
        position=AgendaItem.objects.filter(session=session).count() + 1,
        exception=exception,
        exception_note=exception_note,
    )
    order = {a.pk: facts["position"] or 999 for a in candidates if (facts := candidate_facts(a))}
    for position, application in enumerate(sorted(candidates, key=lambda a: (order[a.pk], a.pk)), start=1):
        applications.move(application, "put_on_agenda", actor=actor, session=_day(session.opens_at))
        Candidate.objects.create(
            item=item, application=application, position=position, facts=candidate_facts(application)
        )
    ledger.record(
        verb="agenda.add", subject=item, actor=actor, data={"candidates": len(candidates), "exception": exception}
    )
    return item


def _check_number(candidates: list[Application], offer: Offer, exception: str, note: str) -> None:
    if not candidates:
        raise Refused("agenda.empty", "Choisissez au moins un candidat.", field="applications")
    not_ready = [a for a in candidates if a.state != "admissible"]
    if not_ready:
        raise Refused("agenda.not_ready", "Chaque dossier doit être recevable.", field="applications")
    least = setting("candidates_examined", on=clock.today(), territory=offer.dwelling.commune.department_id)
    if len(candidates) >= least:
        return
    if exception not in EXCEPTIONS:
        raise Refused(
            "agenda.too_few",
            f"La loi demande au moins {least} dossiers par logement (CCH R441-3). "
            "Ajoutez-en, ou indiquez l’exception légale.",
            field="exception",
        )
    if not note.strip():
        raise Refused("agenda.exception_note", "Expliquez l’exception en une phrase.", field="exception_note")


@transaction.atomic
def remove_candidate(*, actor: Actor, candidate_id: int, reason: str) -> None:
    """Take a candidate off the agenda of a session still in preparation."""
    candidate = Candidate.objects.select_related("item__session", "application").get(pk=candidate_id)
    application = locked(visible_to(actor), candidate.application_id)
    session = locked(sessions_for(actor), candidate.item.session_id)
    if session.state != "preparing":
        raise Refused("session.published", "L’ordre du jour est déjà publié.")
    applications.move(application, "take_off_agenda", actor=actor, reason=reason)
    candidate.delete()
    if not candidate.item.candidates.exists():
        candidate.item.delete()


@transaction.atomic
def publish(*, actor: Actor, session_id: int) -> Session:
    """Publish the agenda and call the members: each gets one mail with the number of dwellings that concern them."""
    session = locked(sessions_for(actor), session_id)
    if session.state == "published":
        return session
    others = list(communes_of(session))
    if not others and not session.items.exists():
        raise Refused("session.empty", "L’ordre du jour est vide : inscrivez au moins un logement.")
    SESSION.fire(session, "publish", actor=actor)
    communes = list(session.items.values_list("offer__dwelling__commune", "offer__dwelling__commune__epci"))
    for seat in _seats(session.commission):
        concerned = [c for c, e in communes if seat.commune_id in (None, c) and seat.epci_id in (None, e)]
        if concerned or any(concerns(seat, commune) for commune in others):
            mail.post(
                to=seat.person.email,
                kind="commissions.summons",
                subject=f"Commission d’attribution du {_day(session.opens_at)}",
                template="commission_summons",
                context={
                    "session": session,
                    "dwellings": len(concerned),
                    "name": seat.person.first_name,
                    "action_path": f"/commission/seances/{session.pk}/",
                    "action_label": "Ouvrir la séance",
                },
                person=seat.person_id,
            )
    return session


@transaction.atomic
def cancel(*, actor: Actor, session_id: int, reason: str) -> None:
    """Cancel a session that has not been counted; its candidates are ready again for another one."""
    if not reason.strip():
        raise Refused("cancel.reason", "Indiquez la raison de l’annulation.", field="reason")
    candidates = Candidate.objects.filter(item__session=session_id).order_by("application")
    held = [locked(visible_to(actor), c.application_id) for c in candidates]
    session = locked(sessions_for(actor), session_id)
    SESSION.fire(session, "cancel", actor=actor, why=reason)
    for business in BUSINESS:
        business.cancel(session, actor, reason)
    for application in held:
        if application.state == "on_agenda":
            applications.move(application, "take_off_agenda", actor=actor, reason=reason)


def _seats(commission: Commission) -> list[Seat]:
    with as_system("the summons needs the members' addresses"):
        return list(Seat.objects.filter(commission=commission, until=None).select_related("person").order_by("pk"))


def _day(instant: datetime) -> str:
    from django.utils import formats, timezone

    return formats.date_format(timezone.localtime(instant), "j F Y")
