"""Rules of procedure, seats and stand-ins: what a commission is before it sits."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.utils.timezone import localdate

from palier.accounts.actor import Actor
from palier.accounts.models import Membership, Person
from palier.accounts.roles import Role
from palier.commissions.actions.calling import summon, tell_replaced
from palier.commissions.models import Ballot, Commission, RulesVersion, Seat, Session, StandIn
from palier.commissions.queries import commissions_of, stand_ins
from palier.commissions.rules import Rules, members_of
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.law import procedure
from palier.law.reasons import day


def _run_by(actor: Actor, commission_id: int) -> Commission:
    """The commission, held, for its secretary."""
    if actor.role != Role.SECRETARY:
        raise NotYours("only the secretary keeps a commission's rules and seats")
    return locked(commissions_of(actor), commission_id)


@transaction.atomic
def publish_rules(*, actor: Actor, commission_id: int, rules: Rules, valid_from: date, note: str = "") -> RulesVersion:
    """Add a version of the rules, in force from a day to come until the next one. Nothing already written changes.

    Refused when the rules cannot be applied (`law.procedure.remarks`), or from a day already past: only the first
    version tells what was in force before it was entered.
    """
    commission = _run_by(actor, commission_id)
    latest = RulesVersion.objects.filter(commission=commission).order_by("-version").first()
    if latest and (latest.rules, latest.valid_from, latest.note) == (rules, valid_from, note.strip()):
        return latest
    if latest and valid_from < clock.today():
        raise Refused(
            "rules.past",
            "Une version prend effet aujourd’hui ou plus tard : le passé ne se réécrit pas.",
            field="valid_from",
        )
    for remark in procedure.remarks(rules, members_of(commission), on=clock.today()):
        if remark.blocking:
            raise Refused("rules.remark", remark.text, field=remark.field)
    version = RulesVersion.objects.create(
        commission=commission,
        version=latest.version + 1 if latest else 1,
        valid_from=valid_from,
        note=note.strip(),
        made_at=clock.now(),
        made_by=actor.person,
        **{**asdict(rules), "reminder_hours": sorted(set(rules.reminder_hours), reverse=True)},
    )
    ledger.record(
        verb="rules.publish",
        subject=commission,
        actor=actor,
        data={"version": version.version, "from": day(valid_from)},
    )
    return version


@transaction.atomic
def add_seat(
    *,
    actor: Actor,
    commission_id: int,
    person_id: int,
    capacity: str,
    title: str = "",
    president: bool = False,
    commune_id: str | None = None,
    epci_id: str | None = None,
) -> Seat:
    """Seat somebody who has a member's access at the landlord's. A published session that concerns them calls them at once."""
    commission = _run_by(actor, commission_id)
    person = _member(actor, person_id, "person")
    same = Seat.objects.filter(commission=commission, person=person, until=None).first()
    if same is not None:
        if (same.capacity, same.commune_id, same.epci_id) == (capacity, commune_id, epci_id):
            return same
        raise Refused("seat.twice", "Cette personne siège déjà : mettez d’abord fin à son siège.", field="person")
    if _standing_in(commission, person):
        raise Refused(
            "seat.stand_in", "Cette personne supplée déjà un membre : une personne n’a qu’une voix.", field="person"
        )
    _check_capacity(capacity, president, commune_id, epci_id)
    if president and Seat.objects.filter(commission=commission, president=True, until=None).exists():
        raise Refused(
            "seat.president", "La commission a déjà une présidence : mettez-y fin d’abord.", field="president"
        )
    seat = Seat.objects.create(
        commission=commission, person=person, capacity=capacity, title=title.strip(), president=president,
        commune_id=commune_id, epci_id=epci_id, since=clock.today(),
    )  # fmt: skip
    ledger.record(
        verb="seats.add", subject=commission, actor=actor, data={"capacity": procedure.CAPACITIES[capacity].lower()}
    )
    for session in _running(commission):
        summon(session, [seat])
    return seat


def _check_capacity(capacity: str, president: bool, commune_id: str | None, epci_id: str | None) -> None:
    if capacity not in procedure.CAPACITIES:
        raise Refused("seat.capacity", "Choisissez une qualité dans la liste.", field="capacity")
    if capacity == "mayor" and not commune_id:
        raise Refused(
            "seat.commune",
            "Indiquez la commune : un maire ne vote que pour les logements de la sienne.",
            field="commune",
        )
    if capacity == "epci" and not epci_id:
        raise Refused("seat.epci", "Indiquez l’intercommunalité que ce membre représente.", field="epci")
    if president and capacity not in procedure.BOARD:
        raise Refused(
            "seat.president.board",
            "La présidence est élue parmi les membres désignés par le conseil (CCH R441-9).",
            field="president",
        )


@transaction.atomic
def end_seat(*, actor: Actor, seat_id: int) -> Seat:
    """End a mandate today. Refused while a session in which the seat voted is not signed: its ballots would have no voter."""
    seat = Seat.objects.get(pk=seat_id)
    commission = _run_by(actor, seat.commission_id)
    seat = locked(Seat.objects.filter(commission=commission), seat_id)
    if seat.until is not None:
        return seat
    locked_all(_unsigned(commission))
    with as_system("that a seat has voted is known to the session, not how"):
        voted = Ballot.objects.filter(seat=seat, item__session__in=_unsigned(commission)).select_related(
            "item__session"
        )
        late = voted.order_by("pk").first()
    if late is not None:
        raise Refused(
            "seat.voted",
            f"Ce membre a voté dans la séance {late.item.session.number}, qui n’est pas signée : attendez sa signature.",
        )
    seat.until = clock.today()
    seat.save(update_fields=["until"])
    ledger.record(
        verb="seats.end", subject=commission, actor=actor, data={"capacity": seat.get_capacity_display().lower()}
    )
    return seat


@transaction.atomic
def elect(*, actor: Actor, seat_id: int) -> Seat:
    """Write down who presides, elected among the board's members by an absolute majority (CCH R441-9)."""
    seat = Seat.objects.get(pk=seat_id)
    commission = _run_by(actor, seat.commission_id)
    seats = {s.pk: s for s in locked_all(Seat.objects.filter(commission=commission, until=None))}
    chosen = seats.get(seat_id)
    if chosen is None or chosen.capacity not in procedure.BOARD:
        raise Refused(
            "seat.president.board", "La présidence est élue parmi les membres désignés par le conseil (CCH R441-9)."
        )
    if chosen.president:
        return chosen
    Seat.objects.filter(pk__in=list(seats), president=True).update(president=False)
    chosen.president = True
    chosen.save(update_fields=["president"])
    ledger.record(verb="seats.elect", subject=commission, actor=actor)
    return chosen


@transaction.atomic
def name_stand_in(
    *,
    actor: Actor,
    seat_id: int,
    person_id: int,
    session_id: int | None = None,
    since: date | None = None,
    until: date | None = None,
    reason: str = "",
) -> StandIn:
    """Say who sits in a member's place, for one session or a period; the secretary records it, or the member names them.

    They sit in the member's capacity, who does not sit meanwhile. Refused once the seat has voted in a session that it
    would cover, for somebody who has a voice of their own there, or beside another stand-in.
    """
    seat = _replaceable(actor, seat_id)
    person = _member(actor, person_id, "person")
    same = StandIn.objects.filter(
        seat=seat, person=person, session=session_id, since=since, until=until, withdrawn_at=None
    ).first()
    if same is not None:
        return same
    _check_span(session_id, since, until)
    with as_system("a session held while somebody else takes a seat in it"):
        session = _coming(seat, session_id)
        covered = locked_all(_covered(seat, session_id, since, until).defer("minutes", "record"))
        _check_free(seat, person, covered, since, until)
    named = StandIn.objects.create(
        seat=seat, person=person, session=session, since=since, until=until, reason=reason.strip()[:200],
        named_at=clock.now(), named_by=actor.person,
    )  # fmt: skip
    when = f"la séance {session.number}" if session else f"les séances qui ouvrent du {day(since)} au {day(until)}"
    ledger.record(
        verb="stand_ins.name", subject=seat.commission, actor=actor,
        data={"capacity": seat.get_capacity_display().lower(), "when": when},
    )  # fmt: skip
    tell_replaced(seat, person.full_name, when)
    seat.stand_in = named
    for one in covered:
        if one.state == "published":
            summon(one, [seat])
    return named


def _replaceable(actor: Actor, seat_id: int) -> Seat:
    seat = Seat.objects.select_related("commission", "person").get(pk=seat_id)
    if actor.role == Role.MEMBER and seat.person_id == actor.person_id:
        with as_system("the commission is held while one of its members names who stands in"):
            locked(Commission.objects.filter(pk=seat.commission_id), seat.commission_id)
    else:
        _run_by(actor, seat.commission_id)
    if seat.until is not None:
        raise Refused("stand_in.ended", "Ce siège n’est plus pourvu.")
    return seat


def _check_span(session_id: int | None, since: date | None, until: date | None) -> None:
    if session_id is not None:
        return
    if since is None or until is None:
        raise Refused("stand_in.span", "Choisissez une séance, ou une période avec ses deux dates.", field="session")
    if until < since:
        raise Refused("stand_in.until", "La fin de la période précède son début.", field="until")
    if until < clock.today():
        raise Refused("stand_in.past", "Cette période est déjà passée.", field="until")


def _coming(seat: Seat, session_id: int | None) -> Session | None:
    if session_id is None:
        return None
    session = Session.objects.filter(pk=session_id, commission=seat.commission_id).defer("minutes", "record").first()
    if session is None or session.state not in ("preparing", "published") or session.closes_at <= clock.now():
        raise Refused("stand_in.session", "Choisissez une séance à venir ou ouverte.", field="session")
    return session


def _covered(seat: Seat, session_id: int | None, since: date | None, until: date | None):
    """The sessions, held or to come, in which the stand-in would sit."""
    sessions = Session.objects.filter(commission=seat.commission_id).exclude(state="cancelled")
    if session_id is not None:
        return sessions.filter(pk=session_id)
    return sessions.filter(opens_at__date__gte=since, opens_at__date__lte=until)


def _check_free(seat: Seat, person: Person, covered: list[Session], since: date | None, until: date | None) -> None:
    if Seat.objects.filter(commission=seat.commission_id, person=person, until=None).exists():
        raise Refused(
            "stand_in.seated", "Cette personne siège déjà dans la commission : elle n’a qu’une voix.", field="person"
        )
    over = next((s for s in covered if s.closes_at <= clock.now()), None)
    if over is not None:
        raise Refused(
            "stand_in.over", f"La séance {over.number} est déjà close : commencez la période après.", field="since"
        )
    voted = (
        Ballot.objects.filter(seat=seat, item__session__in=covered)
        .select_related("item__session")
        .order_by("pk")
        .first()
    )
    if voted is not None:
        raise Refused(
            "stand_in.voted",
            f"{seat.person.full_name} a déjà voté dans la séance {voted.item.session.number} : le siège garde ce vote.",
            field="session" if since is None else "since",
        )
    others = StandIn.objects.filter(seat__commission=seat.commission_id, withdrawn_at=None).select_related("session")
    for other in others.order_by("pk"):
        if _meet(other, covered, since, until):
            if other.seat_id == seat.pk:
                raise Refused(
                    "stand_in.other", "Ce siège a déjà un suppléant à ces dates : retirez-le d’abord.", field="person"
                )
            if other.person_id == person.pk:
                raise Refused(
                    "stand_in.twice", "Cette personne supplée déjà un autre membre à ces dates.", field="person"
                )


def _meet(other: StandIn, covered: list[Session], since: date | None, until: date | None) -> bool:
    """Whether another stand-in sits in one of the same sessions, or might in one to come."""
    if other.session_id is not None:
        return other.session_id in {s.pk for s in covered}
    if since is not None and until is not None:
        return other.since <= until and since <= other.until
    return any(other.since <= localdate(s.opens_at) <= other.until for s in covered)


@transaction.atomic
def withdraw_stand_in(*, actor: Actor, stand_in_id: int) -> StandIn:
    """The member sits again. In a session that has opened, the stand-in stays to its end: a seat has one occupant in it."""
    found = StandIn.objects.select_related("seat").get(pk=stand_in_id)
    seat = _replaceable(actor, found.seat_id)
    one = StandIn.objects.select_related("session").get(pk=stand_in_id, seat=seat)
    if one.withdrawn_at is not None:
        return one
    with as_system("a session held while a member takes their seat back"):
        covered = locked_all(_covered(seat, one.session_id, one.since, one.until).defer("minutes", "record"))
    begun = [session for session in covered if session.opens_at <= clock.now() and session.state != "preparing"]
    if begun and one.session_id is not None:
        raise Refused("stand_in.begun", "La séance a commencé : le suppléant y siège jusqu’à la fin.")
    if begun:
        last = max(localdate(session.opens_at) for session in begun)
        if one.until == last:
            return one
        one.until = last
        one.save(update_fields=["until"])
    else:
        one.withdrawn_at = clock.now()
        one.save(update_fields=["withdrawn_at"])
    ledger.record(
        verb="stand_ins.withdraw", subject=seat.commission, actor=actor,
        data={"capacity": seat.get_capacity_display().lower()},
    )  # fmt: skip
    for session in covered:
        if session.state == "published" and session not in begun:
            summon(session, [seat])
    return one


def _member(actor: Actor, person_id: int, field: str) -> Person:
    """Somebody with a member's access at the landlord's: the administrator gives it."""
    held = Membership.objects.filter(
        person=person_id, organisation=actor.organisation_id, role=Role.MEMBER, until=None
    ).select_related("person")
    found = held.order_by("pk").first()
    if found is None:
        raise Refused("seat.person", "Choisissez une personne qui a un accès de membre.", field=field)
    return found.person


def _standing_in(commission: Commission, person: Person) -> bool:
    """For a period not over, or in a session under way or to come."""
    current = StandIn.objects.filter(seat__commission=commission, person=person, withdrawn_at=None)
    if current.filter(until__gte=clock.today()).exists():
        return True
    return any(person.pk in {one.person_id for one in stand_ins(s).values()} for s in _unsigned(commission))


def _unsigned(commission: Commission):
    return Session.objects.filter(commission=commission, state__in=["published", "counted"]).order_by("pk")


def _running(commission: Commission) -> list[Session]:
    return list(
        Session.objects.filter(commission=commission, state="published", closes_at__gt=clock.now())
        .select_related("commission")
        .order_by("pk")
    )
