"""Reads on commissions: sessions, agendas, who votes on what, presence and quorum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.commissions.models import AgendaItem, Ballot, Candidate, Commission, Decision, Recusal, Seat, Session
from palier.commissions.rules import Rules, rules_of
from palier.common import clock
from palier.common.isolation import as_system
from palier.documents.queries import may_be_awaited
from palier.law import codes


def commissions_of(actor: Actor) -> QuerySet[Commission]:
    """The commissions a secretary or landlord runs."""
    return Commission.objects.filter(landlord=actor.organisation_id).order_by("name", "pk")


def sessions_for(actor: Actor) -> QuerySet[Session]:
    """Sessions an actor may open: a landlord's own; a member's once published."""
    every = Session.objects.select_related("commission__landlord").defer("minutes", "record")
    if actor.role in (Role.SECRETARY, Role.LANDLORD):
        return every.filter(commission__landlord=actor.organisation_id)
    if actor.role == Role.MEMBER:
        mine = Seat.objects.filter(person=actor.person_id, until=None).values("commission")
        return every.filter(commission__in=mine, state__in=["published", "counted", "signed"])
    return every.none()


def awaited(candidate: Candidate) -> list[tuple[str, str]]:
    """The documents on which this candidate's allocation may be conditional: (kind, label), each kind once.

    The one already named stays, should it have come meanwhile: the decision is then kept or taken anew by people.
    """
    kinds = {row.kind: row.label for row in may_be_awaited(candidate.application.demand)}
    named = Decision.objects.filter(candidate=candidate).values_list("condition_document", flat=True).first()
    if named:
        kinds.setdefault(named, codes.label("document", named))
    return list(kinds.items())


def is_open(session: Session, now: datetime) -> bool:
    """Whether ballots are taken: read from the clock, no timer needed."""
    return session.state == "published" and session.opens_at <= now < session.closes_at


def seat_of(actor: Actor, session: Session) -> Seat:
    """The actor's seat in the session's commission; Seat.DoesNotExist when there is none."""
    return Seat.objects.get(commission=session.commission_id, person=actor.person_id, until=None)


def may_ask_for_meeting(seat: Seat, rules: Rules) -> bool:
    """Whether the rules of procedure let this seat bring a dwelling to a meeting; an advisory one only under "any"."""
    return {"any": True, "president": seat.president}.get(rules.meeting_by, seat.voting)


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
    seats = Seat.objects.filter(person=actor.person_id, until=None, commission__in={s.commission_id for s in sessions})
    mine = {seat.commission_id: seat for seat in seats.order_by("pk")}
    found: dict[int, list[int]] = {session.pk: [] for session in sessions}
    items = AgendaItem.objects.filter(session__in=sessions).select_related("session", "offer__dwelling__commune")
    for item in items.order_by("session", "position", "pk"):
        if _concerned(mine[item.session.commission_id], item):
            found[item.session_id].append(item.pk)
    return found


def _concerned(seat: Seat, item: AgendaItem) -> bool:
    commune = item.offer.dwelling.commune
    return seat.commune_id in (None, commune.pk) and seat.epci_id in (None, commune.epci_id)


def seats_concerned(item: AgendaItem) -> list[Seat]:
    """The seats called for a dwelling, the president first."""
    seats = Seat.objects.filter(commission=item.session.commission_id, until=None).select_related("person")
    return [seat for seat in seats.order_by("-president", "pk") if _concerned(seat, item)]


def recused(item: AgendaItem) -> set[int]:
    """Keys of the seats that stepped out of this dwelling."""
    return set(Recusal.objects.filter(item=item).values_list("seat_id", flat=True))


def ballots_of(item: AgendaItem) -> list[Ballot]:
    """Ballots cast on a dwelling by voting seats that did not step out afterwards."""
    return list(
        Ballot.objects.filter(item=item)
        .exclude(seat__capacity="advisory")
        .exclude(seat__in=Recusal.objects.filter(item=item).values("seat"))
        .select_related("seat__person")
        .order_by("seat")
    )


def turnouts(items: Sequence[AgendaItem]) -> dict[int, dict[str, int]]:
    """item → how many seats are called and have voted on it; never how they voted. Items of one session."""
    if not items:
        return {}
    session, out, voted = items[0].session, defaultdict(set), defaultdict(set)
    with as_system("how many have voted or stepped out is public to the session, ballots and reasons are not"):
        seats = list(Seat.objects.filter(commission=session.commission_id, until=None).order_by("pk"))
        for item, seat in Recusal.objects.filter(item__in=items).values_list("item_id", "seat_id").order_by("pk"):
            out[item].add(seat)
        for item, seat in Ballot.objects.filter(item__in=items).values_list("item_id", "seat_id").order_by("pk"):
            voted[item].add(seat)
    quorum = rules_of(session.commission, clock.today()).quorum
    found = {}
    for item in items:
        voters = {s.pk for s in seats if s.voting and _concerned(s, item)} - out[item.pk]
        found[item.pk] = {
            "called": len(voters),
            "voted": len(voters & voted[item.pk]),
            "quorum": min(quorum, len(voters)),
            "recused": len(out[item.pk]),
        }
    return found


def turnout(item: AgendaItem) -> dict[str, int]:
    """The same for one dwelling."""
    return turnouts([item])[item.pk]


def may_postpone(item: AgendaItem, seen: Mapping[str, int] | None = None) -> str:
    """Why a dwelling may go to another session once the window is closed; empty when its votes are to be counted.

    `seen`: its turnout, when it is at hand.
    """
    seen = seen or turnout(item)
    if not seen["voted"] or seen["voted"] < seen["quorum"]:
        return f"Quorum non atteint : {seen['voted']} sur {seen['called']} ont voté, il en fallait {seen['quorum']}"
    with as_system("that a meeting was asked for is public to the session, who asked and how they voted is not"):
        asked = Ballot.objects.filter(item=item, meeting=True).exclude(seat__in=recused(item)).exists()
    return "Un membre demande un examen en réunion" if asked else ""
