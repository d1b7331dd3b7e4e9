"""In a room or by phone: how a session is held, who is there, and when the vote on a dwelling ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.commissions.models import PRESENCES, AgendaItem, Attendance, Ballot, Session
from palier.commissions.queries import attendances, called, is_open, sessions_for
from palier.commissions.states import FORMS
from palier.common import clock, ledger, mail
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked


@dataclass(frozen=True, slots=True)
class Mark:
    """A seat's presence. `represented_by`: a name, when somebody sits in its place. `left_at`: aware."""

    seat_id: int
    presence: str
    represented_by: str = ""
    left_at: datetime | None = None


def held(actor: Actor, session_id: int) -> Session:
    """The session, locked; only its secretary acts on a meeting."""
    if actor.role != Role.SECRETARY:
        raise NotYours("only the secretary runs a meeting")
    return locked(sessions_for(actor), session_id)


def meeting_item(actor: Actor, item_id: int) -> AgendaItem:
    """A dwelling of a meeting under way, its session locked. Refused before it begins and once it is counted."""
    session = held(actor, AgendaItem.objects.values_list("session_id", flat=True).get(pk=item_id))
    item = locked(AgendaItem.objects.filter(session=session).select_related("offer__dwelling__commune"), item_id)
    item.session = session
    if session.digital:
        raise Refused("meeting.digital", "Cette séance est numérique : chaque membre y vote sur son écran.")
    if not is_open(session, clock.now()) or item.postponed:
        raise Refused("meeting.not_open", "La réunion n’est pas commencée, ou ses votes sont déjà dépouillés.")
    return item


@transaction.atomic
def hold(*, actor: Actor, session_id: int, form: str, place: str = "", why: str = "") -> Session:
    """Hold a session in a room or by phone. Ballots already cast online stay, and still belong to their member.

    While it is being prepared the form may be any. Once members are summoned a digital session may become a
    meeting, for a reason: each member concerned is told. It never becomes digital again.
    """
    session = held(actor, session_id)
    place, why = " ".join(place.split())[:200], " ".join(why.split())[:300]
    place = "" if form == "digital" else place
    if (session.form, session.place) == (form, place):
        return session
    if form not in FORMS:
        raise Refused("hold.form", "Choisissez comment la séance est tenue.", field="form")
    if session.state not in ("preparing", "published"):
        raise Refused("hold.late", "Les votes sont dépouillés : la forme de la séance ne change plus.")
    summoned = session.state == "published"
    if summoned and form == "digital":
        raise Refused("hold.back", "Une réunion convoquée ne redevient pas une séance numérique.", field="form")
    if form != "digital" and not place:
        raise Refused("hold.place", "Indiquez où se réunir, ou le numéro à appeler.", field="place")
    if summoned and not why:
        raise Refused("hold.why", "Écrivez pourquoi : les membres et le procès-verbal le liront.", field="why")
    session.form, session.place = form, place
    if summoned:
        turn = {"form": form, "place": place, "at": clock.now().isoformat(), "by": actor.person.full_name, "why": why}
        session.turns = [*session.turns, turn]
    session.save(update_fields=["form", "place", "turns"])
    ledger.record(
        verb="sessions.hold", subject=session, actor=actor, why=why, data={"form": FORMS[form], "place": place or "—"}
    )
    if summoned:
        _tell(session, why)
    return session


def _tell(session: Session, why: str) -> None:
    for seat in called(session):
        mail.post(
            to=seat.person.email,
            kind="commissions.meeting",
            subject=f"La séance {session.number} se tient en réunion",
            template="commission_meeting",
            context={
                "session": session,
                "why": why,
                "name": seat.person.first_name,
                "action_path": f"/commission/seances/{session.pk}/",
                "action_label": "Ouvrir la séance",
            },
            person=seat.person_id,
        )


@transaction.atomic
def note_attendance(*, actor: Actor, session_id: int, marks: Sequence[Mark]) -> int:
    """Write down who is in the room, on the phone, represented or absent, and who left when; returns how many changed."""
    session = held(actor, session_id)
    if session.digital or session.state != "published":
        raise Refused("attendance.when", "Les présences se notent dans une réunion, avant le dépouillement.")
    seats = {seat.pk for seat in called(session)}
    known = attendances(session)
    changed = 0
    for mark in marks:
        if mark.seat_id not in seats:
            raise NotYours("a seat that this session does not call")
        taken = _taken(mark)
        row = known.get(mark.seat_id) or Attendance(session=session, seat_id=mark.seat_id)
        if row.pk and all(getattr(row, name) == value for name, value in taken.items()):
            continue
        for name, value in taken.items():
            setattr(row, name, value)
        row.noted_by_id, row.noted_at = actor.person_id, clock.now()
        row.save()
        changed += 1
    if changed:
        ledger.record(verb="attendance.note", subject=session, actor=actor, data={"seats": changed})
    return changed


def _taken(mark: Mark) -> dict[str, object]:
    if mark.presence not in dict(PRESENCES):
        raise Refused("attendance.presence", "Choisissez une présence.", field=f"presence_{mark.seat_id}")
    who = " ".join(mark.represented_by.split())[:120]
    if mark.presence == "represented" and not who:
        raise Refused("attendance.who", "Écrivez qui représente ce membre.", field=f"represented_by_{mark.seat_id}")
    if mark.left_at and mark.left_at > clock.now():
        raise Refused("attendance.left", "Cette heure n’est pas encore passée.", field=f"left_at_{mark.seat_id}")
    return {
        "presence": mark.presence,
        "represented_by": who if mark.presence == "represented" else "",
        "left_at": None if mark.presence == "absent" else mark.left_at,
    }


@transaction.atomic
def close_item(*, actor: Actor, item_id: int) -> AgendaItem:
    """Declare the vote on a dwelling closed, as the president does in the room. Then nobody changes a ballot of it.

    When it was the last one, each member with votes recorded in their name is asked to confirm them.
    """
    item = meeting_item(actor, item_id)
    if item.closed_at is None:
        item.closed_at = clock.now()
        item.save(update_fields=["closed_at"])
        ledger.record(verb="agenda.close", subject=item, actor=actor)
        if not item.session.items.filter(postponed="", closed_at=None).exists():
            _ask_to_confirm(item.session)
    return item


def _ask_to_confirm(session: Session) -> None:
    recorded = Ballot.objects.filter(item__session=session, recorded_by__isnull=False, answer="")
    numbers: dict[int, int] = {}
    for seat in recorded.values_list("seat_id", flat=True).order_by("pk"):
        numbers[seat] = numbers.get(seat, 0) + 1
    for seat in called(session):
        if seat.pk in numbers:
            mail.post(
                to=seat.person.email,
                kind="commissions.confirm",
                subject=f"Séance {session.number} : vos votes enregistrés",
                template="commission_confirm",
                context={
                    "session": session,
                    "votes": numbers[seat.pk],
                    "name": seat.person.first_name,
                    "action_path": "/commission/votes-enregistres/",
                    "action_label": "Relire et confirmer",
                },
                person=seat.person_id,
            )


@transaction.atomic
def reopen_item(*, actor: Actor, item_id: int, reason: str) -> AgendaItem:
    """Take the vote on a dwelling up again, before the count, for a reason."""
    item = meeting_item(actor, item_id)
    reason = " ".join(reason.split())[:300]
    if item.closed_at is None:
        return item
    if not reason:
        raise Refused("reopen.reason", "Écrivez pourquoi le vote est rouvert.", field="reason")
    item.closed_at = None
    item.save(update_fields=["closed_at"])
    ledger.record(verb="agenda.reopen", subject=item, actor=actor, data={"reason": reason})
    return item
