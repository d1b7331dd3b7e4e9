"""Calling members: the summons, whoever joins later, reminders before the closing, news of a correction.

Mail goes to whoever occupies the seat: the member, or the person who stands in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from palier.commissions.business import communes_of, concerns
from palier.commissions.models import AgendaItem, Ballot, Correction, Recusal, Reminder, Seat, Session
from palier.commissions.queries import concerned, seats_in, standing
from palier.commissions.rules import rules_of_session
from palier.common import clock, mail
from palier.common.isolation import SYSTEM, acting, as_system
from palier.common.locks import locked
from palier.law.reasons import day, listing


def summon(session: Session, seats: Sequence[Seat] | None = None) -> int:
    """Mail the summons to the seats that a dwelling of the session concerns, all of them by default; how many were called."""
    items, others = _items(session), list(communes_of(session))
    with as_system("the summons needs the members' addresses"):
        chosen = seats_in(session) if seats is None else seats
    called = 0
    for seat in chosen:
        mine = [item for item in items if concerned(seat, item)]
        if mine or any(concerns(seat, commune) for commune in others):
            called += 1
            _post(session, seat, "commission_summons", "Commission d’attribution", _places(mine))
    return called


def _items(session: Session) -> list[AgendaItem]:
    return list(
        session.items.filter(postponed="").select_related("offer__dwelling__commune").order_by("position", "pk")
    )


def _places(items: Sequence[AgendaItem]) -> dict[str, Any]:
    """How many dwellings, and where: « 3 à Caen et 1 à Ifs »."""
    places = Counter(item.offer.dwelling.commune.name for item in items)
    return {"dwellings": len(items), "places": listing(f"{n} à {name}" for name, n in places.items())}


def _post(session: Session, seat: Seat, template: str, subject: str, context: Mapping[str, Any]) -> None:
    person = seat.occupant
    replaced = seat.person.full_name if seat.stand_in else ""
    mail.post(
        to=person.email,
        kind=f"commissions.{template.removeprefix('commission_')}",
        subject=f"{subject} du {day(localdate(session.opens_at))}",
        template=template,
        context={
            "session": session,
            "name": person.first_name,
            "replaced": replaced,
            "action_path": f"/commission/seances/{session.pk}/",
            "action_label": "Ouvrir la séance",
            **context,
        },
        person=person.pk,
    )


def tell_replaced(seat: Seat, stand_in: str, when: str) -> None:
    """A member is told who sits in their place."""
    mail.post(
        to=seat.person.email,
        kind="commissions.stand_in",
        subject="Vous êtes remplacé à la commission d’attribution",
        template="commission_stand_in",
        context={
            "name": seat.person.first_name,
            "commission": seat.commission.name,
            "stand_in": stand_in,
            "when": when,
            "action_path": "/commission/",
            "action_label": "Voir mes séances",
        },
        person=seat.person_id,
    )


def ask_to_look_again(correction: Correction) -> int:
    """Mail those who have voted on a dwelling that something on it changed; their ballots stay. How many were told."""
    item = correction.item
    with as_system("who has voted is known, not how: they are asked to look again"):
        voted = set(Ballot.objects.filter(item=item).values_list("seat_id", flat=True))
        seats = [seat for seat in seats_in(item.session) if seat.pk in voted]
    dwelling = item.offer.dwelling
    for seat in seats:
        _post(
            item.session, seat, "commission_changed", "Un dossier a changé : commission",
            {
                "what": correction.title,
                "reason": correction.reason,
                "dwelling": f"{dwelling.get_type_display()} à {dwelling.commune.name}",
                "gone": item.withdrawn_at is not None,
                "action_path": f"/commission/logements/{item.pk}/",
                "action_label": "Revoir ce logement",
            },
        )  # fmt: skip
    return len(seats)


def remind_all() -> int:
    """Send the reminders that are due; each at most once for a seat, whatever is interrupted or run twice."""
    now = clock.now()
    with acting(SYSTEM):
        running = list(
            Session.objects.filter(state="published", opens_at__lte=now, closes_at__gt=now)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
    sent = 0
    for pk in running:
        with acting(SYSTEM):
            sent += _remind(pk)
    return sent


@transaction.atomic
def _remind(session_id: int) -> int:
    """One session's, held meanwhile. Of several reminders that came due together, the latest one alone is worth a mail."""
    session = locked(Session.objects.defer("minutes", "record").select_related("commission"), session_id)
    now = clock.now()
    if session.state != "published":
        return 0
    since = max(session.opens_at, session.summoned_at or session.opens_at)
    due = [
        hours
        for hours in rules_of_session(session).reminder_hours
        if since <= session.closes_at - timedelta(hours=hours) <= now < session.closes_at
    ]
    if not due:
        return 0
    hours = min(due)
    known = set(Reminder.objects.filter(session=session, hours=hours).values_list("seat_id", flat=True))
    sent = 0
    for seat, left in _late(session):
        if seat.pk not in known:
            Reminder.objects.create(session=session, seat=seat, hours=hours, at=now)
            _post(session, seat, "commission_reminder", "Il reste à voter : commission", _places(left))
            sent += 1
    return sent


def _late(session: Session) -> list[tuple[Seat, list[AgendaItem]]]:
    """The voting seats that have not voted on all their dwellings, and which: stepping out of one is an answer."""
    items = _items(session)
    done = set(standing(Ballot.objects.filter(item__in=items)).values_list("item_id", "seat_id"))
    done |= set(Recusal.objects.filter(item__in=items).values_list("item_id", "seat_id"))
    late = []
    for seat in seats_in(session):
        left = [item for item in items if concerned(seat, item) and (item.pk, seat.pk) not in done]
        if seat.voting and left:
            late.append((seat, left))
    return late
