"""Reads on commissions: sessions, agendas, who votes on what, presence and quorum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Prefetch, Q, QuerySet
from django.utils.timezone import localdate

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.applications.models import Shortlist, ShortlistEntry
from palier.commissions.business import concerns
from palier.commissions.models import (
    AgendaItem,
    Attendance,
    Ballot,
    Candidate,
    Commission,
    Correction,
    Decision,
    Recusal,
    Seat,
    Session,
    StandIn,
)
from palier.commissions.rules import rules_of_session
from palier.common import clock
from palier.common.isolation import as_system
from palier.documents.queries import may_be_awaited
from palier.law import ballots as law_ballots
from palier.law import codes, procedure


def commissions_of(actor: Actor) -> QuerySet[Commission]:
    """The commissions a secretary or landlord runs."""
    return Commission.objects.filter(landlord=actor.organisation_id).order_by("name", "pk")


def sessions_for(actor: Actor) -> QuerySet[Session]:
    """Sessions an actor may open: a landlord's own; a member's once published."""
    every = Session.objects.select_related("commission__landlord").defer("minutes", "record")
    if actor.role in (Role.SECRETARY, Role.LANDLORD):
        return every.filter(commission__landlord=actor.organisation_id)
    if actor.role == Role.MEMBER:
        return every.filter(pk__in=sittings(actor), state__in=["published", "counted", "signed"])
    return every.none()


def awaited(candidate: Candidate) -> list[tuple[str, str]]:
    """The documents on which this candidate's allocation may be conditional: (kind, label), each kind once.

    The one already named stays, should it have come meanwhile: the decision is then kept or taken anew by people.
    """
    with as_system("whoever decides reads which documents may be awaited, never the documents"):
        kinds = {row.kind: row.label for row in may_be_awaited(candidate.application.demand)}
    named = Decision.objects.filter(candidate=candidate).values_list("condition_document", flat=True).first()
    if named:
        kinds.setdefault(named, codes.label("document", named))
    return list(kinds.items())


def is_open(session: Session, now: datetime) -> bool:
    """Whether ballots are taken: read from the clock, no timer needed. A meeting ends dwelling by dwelling."""
    begun = session.state == "published" and session.opens_at <= now
    return begun and (now < session.closes_at or not session.digital)


def takes_votes(item: AgendaItem, now: datetime) -> bool:
    """The same for one dwelling: in a meeting, until its vote is declared closed."""
    return is_open(item.session, now) and item.closed_at is None


def is_over(session: Session, now: datetime) -> bool:
    """Whether nobody votes any more: the window is past, or in a meeting every dwelling is closed or postponed."""
    if session.digital:
        return now >= session.closes_at
    return now >= session.opens_at and not session.items.filter(postponed="", closed_at=None).exists()


def ended_at(session: Session) -> datetime:
    """When its voting ended or is foreseen to: the window's end, or in a meeting the last dwelling's closing."""
    last = None if session.digital else session.items.aggregate(last=Max("closed_at"))["last"]
    return last or session.closes_at


def voting_ended(item: AgendaItem, now: datetime) -> bool:
    """Whether nobody votes on this dwelling any more."""
    return now >= item.session.closes_at if item.session.digital else item.closed_at is not None


def sittings(actor: Actor) -> dict[int, int]:
    """published session → the seat that the actor occupies in it, their own or one they stand in for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT session, seat FROM palier_sittings(%s)", [actor.person_id])
        return dict(cursor.fetchall())


def seat_of(actor: Actor, session: Session) -> Seat:
    """The seat that the actor occupies in the session; Seat.DoesNotExist when there is none, or somebody else sits there."""
    seat = Seat.objects.select_related("person").get(pk=sittings(actor).get(session.pk))
    seat.stand_in = stand_ins(session).get(seat.pk)
    return seat


def covering(session: Session) -> QuerySet[StandIn]:
    """Who stands in for somebody in a session: named for it, or for a period in which it opens."""
    day = localdate(session.opens_at)
    named = Q(session=session.pk) | Q(session=None, since__lte=day, until__gte=day)
    return StandIn.objects.filter(named, seat__commission=session.commission_id, withdrawn_at=None).select_related(
        "person", "seat__person"
    )


def standing_in(*seats: Seat) -> list[StandIn]:
    """Who stands in for these seats, in sessions and periods that are not over."""
    every = StandIn.objects.filter(seat__in=seats, withdrawn_at=None).select_related("person", "session")
    over = Q(session__closes_at__lte=clock.now()) | Q(until__lt=clock.today())
    return list(every.exclude(over).order_by("pk"))


def stand_ins(session: Session) -> dict[int, StandIn]:
    """seat → who occupies it in its member's place."""
    return {one.seat_id: one for one in covering(session).order_by("pk")}


def items_for(actor: Actor, session: Session) -> QuerySet[AgendaItem]:
    """The dwellings an actor examines: a mayor only those of the commune, an EPCI only those of its territory."""
    items = (
        AgendaItem.objects.filter(session=session)
        .select_related("session__commission", "offer__dwelling__commune", "offer__dwelling__landlord")
        .prefetch_related(Prefetch("candidates", Candidate.objects.order_by("position", "pk")))
        .order_by("position", "pk")
    )
    if actor.role != Role.MEMBER:
        return items
    seat = seat_of(actor, session)
    if seat.commune_id:
        items = items.filter(offer__dwelling__commune=seat.commune_id)
    if seat.epci_id:
        items = items.filter(offer__dwelling__commune__epci=seat.epci_id)
    return items


def items_by_session(actor: Actor, sessions: Sequence[Session]) -> dict[int, list[int]]:
    """session → the dwellings a member examines in it, over many sessions at once."""
    held = sittings(actor)
    seats = {seat.pk: seat for seat in Seat.objects.filter(pk__in=held.values()).order_by("pk")}
    mine = {session: seats[seat] for session, seat in held.items()}
    found: dict[int, list[int]] = {session.pk: [] for session in sessions}
    items = AgendaItem.objects.filter(session__in=sessions).select_related("session", "offer__dwelling__commune")
    for item in items.order_by("session", "position", "pk"):
        if concerned(mine[item.session_id], item):
            found[item.session_id].append(item.pk)
    return found


def concerned(seat: Seat, item: AgendaItem) -> bool:
    """Whether a seat examines a dwelling: a seat limited to a commune or an EPCI sits for its dwellings only."""
    return concerns(seat, item.offer.dwelling.commune)


def seats_concerned(item: AgendaItem) -> list[Seat]:
    """The seats called for a dwelling, the president first."""
    return [seat for seat in seats_in(item.session) if concerned(seat, item)]


def seats_in(session: Session) -> list[Seat]:
    """Every seat of a session with its occupant, the president first."""
    found = stand_ins(session)
    seats = list(
        Seat.objects.filter(commission=session.commission_id, until=None)
        .select_related("person", "commune", "epci")
        .order_by("-president", "pk")
    )
    for seat in seats:
        seat.stand_in = found.get(seat.pk)
    return seats


def recused(item: AgendaItem) -> set[int]:
    """Keys of the seats that stepped out of this dwelling."""
    return set(Recusal.objects.filter(item=item).values_list("seat_id", flat=True))


def standing(ballots: QuerySet[Ballot]) -> QuerySet[Ballot]:
    """Without those that were recorded for a member who said that it is not their vote."""
    return ballots.exclude(answer="contested")


def ballots_of(item: AgendaItem) -> list[Ballot]:
    """Ballots that count for a dwelling: of voting seats that did not step out afterwards, and that nobody contested."""
    return list(
        standing(Ballot.objects.filter(item=item))
        .exclude(seat__capacity="advisory")
        .exclude(seat__in=Recusal.objects.filter(item=item).values("seat"))
        .select_related("seat__person")
        .order_by("seat")
    )


def turnouts(items: Sequence[AgendaItem]) -> dict[int, dict[str, Any]]:
    """item → who is called and has voted on it, never how; `lacks`: what the quorum still wants, in words. One session's.

    `called`, `voted`, `quorum`, `recused`: numbers of seats; `reached`: whether the quorum is; `missing`: capacity → how many.
    """
    if not items:
        return {}
    session, out, voted = items[0].session, defaultdict(set), defaultdict(set)
    with as_system("how many have voted or stepped out is public to the session, ballots and reasons are not"):
        seats = list(Seat.objects.filter(commission=session.commission_id, until=None).order_by("pk"))
        for item, seat in Recusal.objects.filter(item__in=items).values_list("item_id", "seat_id").order_by("pk"):
            out[item].add(seat)
        cast = standing(Ballot.objects.filter(item__in=items))
        for item, seat in cast.values_list("item_id", "seat_id").order_by("pk"):
            voted[item].add(seat)
    rule = quorum_rule(session)
    found = {}
    for item in items:
        voters = {s.pk: s for s in seats if s.voting and concerned(s, item) and s.pk not in out[item.pk]}
        present = sorted(voters.keys() & voted[item.pk])
        state = law_ballots.quorum(rule, {str(pk): s.capacity for pk, s in voters.items()}, [str(pk) for pk in present])
        found[item.pk] = {
            "called": len(voters),
            "voted": state.present,
            "quorum": state.least,
            "reached": state.reached,
            "missing": dict(state.missing),
            "lacks": procedure.lacking(state.least - state.present, state.missing),
            "recused": len(out[item.pk]),
        }
    return found


def quorum_rule(session: Session) -> law_ballots.QuorumRule:
    """The quorum of a session's rules of procedure."""
    rules = rules_of_session(session)
    return law_ballots.QuorumRule(least=rules.quorum, kinds=rules.quorum_kinds)


def turnout(item: AgendaItem) -> dict[str, Any]:
    """The same for one dwelling."""
    return turnouts([item])[item.pk]


def may_postpone(item: AgendaItem, seen: Mapping[str, Any] | None = None) -> str:
    """Why a dwelling may go to another session once nobody votes any more; empty when its votes are to be counted.

    `seen`: its turnout, when it is at hand. Who asked for a meeting has it when this is one.
    """
    seen = seen or turnout(item)
    if not seen["voted"] or seen["voted"] < seen["quorum"]:
        return f"Quorum non atteint : {seen['voted']} sur {seen['called']} ont voté, il en fallait {seen['quorum']}"
    if not seen["reached"]:
        return f"Quorum non atteint : {seen['lacks']}"
    if not item.session.digital:
        return ""
    with as_system("that a meeting was asked for is public to the session, who asked and how they voted is not"):
        asked = standing(Ballot.objects.filter(item=item, meeting=True)).exclude(seat__in=recused(item)).exists()
    return "Un membre demande un examen en réunion" if asked else ""


def attendances(session: Session) -> dict[int, Attendance]:
    """seat → its presence in a meeting, for those that were noted."""
    rows = Attendance.objects.filter(session=session).select_related("seat__person").order_by("seat")
    return {row.seat_id: row for row in rows}


def called(session: Session) -> list[Seat]:
    """The seats that some dwelling of the session concerns, the president first."""
    items = list(session.items.select_related("session", "offer__dwelling__commune").order_by("position", "pk"))
    return [seat for seat in seats_in(session) if any(concerned(seat, item) for item in items)]


def recorded_for(actor: Actor, session: Session | None = None) -> list[Ballot]:
    """What was recorded in the name of a member in meetings whose minutes are not signed, dwelling by dwelling."""
    held = sittings(actor)
    ballots = Ballot.objects.filter(recorded_by__isnull=False, item__session__state__in=["published", "counted"])
    if session is not None:
        ballots = ballots.filter(item__session=session, seat=held.get(session.pk))
    else:
        ballots = ballots.filter(seated(held))
    return list(
        ballots.select_related("item__session__commission", "item__offer__dwelling__commune").order_by(
            "item__session", "item__position", "item"
        )
    )


def seated(held: Mapping[int, int]) -> Q:
    """Of ballots or recusals: those of the seats that somebody occupies, each in its own session (see `sittings`)."""
    found = Q(pk=None)
    for session, seat in held.items():
        found |= Q(item__session=session, seat=seat)
    return found


def recorders(ballots: Sequence[Ballot]) -> dict[int, str]:
    """ballot → who wrote it down, by name."""
    with as_system("a member must know who recorded a vote in their name; secretaries have no seat"):
        names = Ballot.objects.filter(pk__in=[b.pk for b in ballots], recorded_by__isnull=False)
        return {b.pk: b.recorded_by.full_name for b in names.select_related("recorded_by").order_by("pk")}


def cast_online(item: AgendaItem) -> dict[int, Ballot]:
    """seat → when it voted online and whether it asked for a meeting; never how it voted."""
    with as_system("the room must know who has already voted online; how they voted stays closed until the count"):
        ballots = Ballot.objects.filter(item=item, given="online").only("seat", "cast_at", "meeting", "revision")
        return {ballot.seat_id: ballot for ballot in ballots.order_by("seat")}


def answers(session: Session) -> dict[int, dict[str, int]]:
    """seat → how many votes were recorded for it in a meeting, and how many it confirmed, contested or left unanswered."""
    found: dict[int, dict[str, int]] = {}
    recorded = Ballot.objects.filter(item__session=session, recorded_by__isnull=False)
    for seat, answer in recorded.values_list("seat_id", "answer").order_by("seat", "pk"):
        row = found.setdefault(seat, {"recorded": 0, "confirmed": 0, "contested": 0, "waiting": 0})
        row["recorded"] += 1
        kind = {"": "waiting", "confirmed": "confirmed", "signed": "confirmed"}.get(answer, "contested")
        row[kind] += 1
    return found


def unanswered(session: Session) -> dict[str, int]:
    """How many recorded votes nobody confirmed, and how many were contested after the count; never whose."""
    with as_system("the president must know before signing what the minutes will say of recorded votes"):
        recorded = Ballot.objects.filter(item__session=session, item__postponed="", recorded_by__isnull=False)
        given = list(recorded.values_list("answer", flat=True).order_by("pk"))
    return {"waiting": given.count(""), "disputed": given.count("disputed")}


def corrections_of(items: Sequence[AgendaItem]) -> dict[int, list[Correction]]:
    """item → what changed on it since the agenda was published, the oldest first."""
    found: dict[int, list[Correction]] = {item.pk: [] for item in items}
    for correction in Correction.objects.filter(item__in=items).order_by("at", "pk"):
        found[correction.item_id].append(correction)
    return found


def to_look_again(ballot: Ballot | None, corrections: Sequence[Correction]) -> list[Correction]:
    """What changed on a dwelling after this ballot was cast: it still counts, its member is asked to look again."""
    return [one for one in corrections if ballot is not None and one.at > ballot.cast_at]


def departures_of(made: Shortlist) -> list[dict[str, Any]]:
    """Who left the order of a list and the reason given then, by position and points: nobody is named nor seen.

    For whoever may see the list: the commission reads why its candidates are not the first ones (CCH L441-2-8).
    """
    with as_system("the reason why an order was left is written for the commission; the households stay unseen"):
        entries = ShortlistEntry.objects.filter(shortlist=made).exclude(departure="").order_by("position")
        return [{"position": e.position, "points": float(e.points), "reason": e.departure} for e in entries]
