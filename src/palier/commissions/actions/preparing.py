"""Before the session: its window, its agenda, its publication."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from palier.accounts.actor import Actor
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.applications.offers import describe
from palier.applications.queries import for_commission, visible_to
from palier.commissions.actions.calling import summon
from palier.commissions.business import BUSINESS, communes_of
from palier.commissions.facts import candidate_facts
from palier.commissions.models import AgendaItem, Candidate, Session
from palier.commissions.queries import commissions_of, sessions_for
from palier.commissions.rules import frozen, notice_lacking
from palier.commissions.states import EXCEPTIONS, SESSION
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.locks import locked, locked_all
from palier.homes.models import Offer
from palier.law import reasons
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
    if offer.terms.direct:
        raise Refused("agenda.direct", f"« {offer.terms.name} » : le bailleur propose lui-même, sans commission.")
    existing = AgendaItem.objects.filter(session=session, offer=offer).first()
    if existing is not None:
        return existing
    check_number(candidates, offer, exception, exception_note)
    item = AgendaItem.objects.create(
        session=session,
        offer=offer,
        position=(AgendaItem.objects.filter(session=session).aggregate(last=Max("position"))["last"] or 0) + 1,
        exception=exception,
        exception_note=exception_note,
    )
    facts = {a.pk: candidate_facts(a) for a in candidates}
    listed = sorted(candidates, key=lambda a: (facts[a.pk]["position"] or 999, a.pk))
    for position, application in enumerate(listed, start=1):
        applications.move(application, "put_on_agenda", actor=actor, session=day_of(session.opens_at))
        Candidate.objects.create(item=item, application=application, position=position, facts=facts[application.pk])
    ledger.record(
        verb="agenda.add", subject=item, actor=actor, data={"candidates": len(candidates), "exception": exception}
    )
    return item


def check_number(candidates: Sequence[Application], offer: Offer, exception: str, note: str) -> None:
    """Refuse fewer demands than the law wants (CCH R441-3) without one of its exceptions, explained."""
    if not candidates:
        raise Refused("agenda.empty", "Choisissez au moins un candidat.", field="applications")
    not_ready = [a for a in candidates if a.state != "admissible"]
    if not_ready:
        raise Refused("agenda.not_ready", "Chaque dossier doit être recevable.", field="applications")
    check_least(len(candidates), offer, exception, note)


def check_least(number: int, offer: Offer, exception: str, note: str) -> None:
    """The same, for a number of candidates already on the agenda."""
    least = setting("candidates_examined", on=clock.today(), territory=offer.dwelling.commune.department_id)
    if number >= least:
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
def fill_agenda(*, actor: Actor, session_id: int, offer_ids: Sequence[int]) -> list[AgendaItem]:
    """Put several ready dwellings on the agenda at once, each with all its admissible candidates.

    Only those with enough of them: an exception is explained dwelling by dwelling (`add_to_agenda`).
    """
    if not offer_ids:
        raise Refused("agenda.none", "Choisissez au moins un logement.", field="offers")
    locked_all(Offer.objects.filter(pk__in=offer_ids, dwelling__landlord=actor.organisation_id))
    ready = locked_all(for_commission(actor).filter(offer__in=offer_ids))
    locked(sessions_for(actor), session_id)
    files: dict[int, list[int]] = {}
    for application in ready:
        files.setdefault(application.offer_id, []).append(application.pk)
    if not files:
        raise Refused("agenda.empty", "Ces logements n’ont plus de candidat prêt.", field="offers")
    return [
        add_to_agenda(actor=actor, session_id=session_id, offer_id=offer, application_ids=files[offer])
        for offer in sorted(files)
    ]


@transaction.atomic
def publish(*, actor: Actor, session_id: int) -> Session:
    """Publish the agenda and call the members: each gets one mail with the dwellings that concern them.

    The rules in force on the day of the opening are kept with the session: a later version does not change it.
    """
    session = locked(sessions_for(actor).select_related("commission"), session_id)
    if session.state == "published":
        return session
    items = list(session.items.select_related("offer__dwelling__commune").order_by("position", "pk"))
    if not items and not any(True for _ in communes_of(session)):
        raise Refused("session.empty", "L’ordre du jour est vide : inscrivez au moins un logement.")
    if session.closes_at <= clock.now():
        raise Refused("session.past", "La fenêtre de cette séance est déjà passée : annulez-la et créez-en une autre.")
    for item in items:
        _check_item(item)
    short = notice_lacking(session)
    SESSION.fire(
        session, "publish", actor=actor, rules=frozen(session), summoned_at=clock.now(),
        data={"short_notice": short} if short else None,
    )  # fmt: skip
    summon(session)
    return session


def _check_item(item: AgendaItem) -> None:
    """Households may have left since the dwelling was put on the agenda: the law's least number still holds."""
    number = item.candidates.filter(application__state="on_agenda").count()
    try:
        check_least(number, item.offer, item.exception, item.exception_note)
    except Refused as refusal:
        raise Refused(refusal.code, f"{describe(item.offer)} : {refusal.message}") from None
    if not number:
        raise Refused("agenda.empty", f"{describe(item.offer)} : il ne reste aucun candidat.")


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


def day_of(instant: datetime) -> str:
    """« 25 novembre 2026 »."""
    return reasons.day(localdate(instant))
