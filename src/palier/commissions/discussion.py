"""Reads on what is said about each dwelling: the thread, who has read it, what waits for whom; and the first places."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from palier.accounts.actor import Actor
from palier.accounts.models import Person
from palier.accounts.roles import Role
from palier.commissions.models import AgendaItem, Ballot, Candidate, Comment, ReadMark, Recusal, Seat
from palier.commissions.queries import is_open, seated, sittings, standing
from palier.commissions.rules import rules_of_session
from palier.common import clock
from palier.common.isolation import as_system

# A discussion is alive from the publication to the signature.
ALIVE = ("published", "counted")


def room(session_id: int) -> str:
    """Where what changes in a session is told."""
    return f"sessions.{session_id}"


def discussed(actor: Actor) -> QuerySet[AgendaItem]:
    """The dwellings whose living discussion an actor takes part in: not those of which they stepped out."""
    items = AgendaItem.objects.filter(session__state__in=ALIVE)
    if actor.role in (Role.SECRETARY, Role.LANDLORD):
        return items.filter(session__commission__landlord=actor.organisation_id)
    if actor.role != Role.MEMBER:
        return items.none()
    held = sittings(actor)
    seats = Seat.objects.in_bulk(held.values())
    mine = Q(pk=None)
    for session, key in held.items():
        place = {"commune": seats[key].commune_id, "commune__epci": seats[key].epci_id}
        mine |= Q(session=session, **{f"offer__dwelling__{name}": pk for name, pk in place.items() if pk})
    return items.filter(mine).exclude(pk__in=Recusal.objects.filter(seated(held)).values("item"))


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `who`: its author's name, where the reader may know it. `members`: how many seated people have read it, its author left out; `team`: the landlord's side has."""

    comment: Comment
    who: str
    own: bool
    new: bool
    members: int
    team: bool

    @property
    def read_by(self) -> str:
        """« Lu par 4 membres et par le bailleur », or an empty text."""
        people = {0: "", 1: "1 membre"}.get(self.members, f"{self.members} membres")
        both = [words for words in (people, "le bailleur" if self.team else "") if words]
        return f"Lu par {' et par '.join(both)}" if both else ""


@dataclass(frozen=True, slots=True)
class Thread:
    """A dwelling's discussion as one person reads it. `closed`: the session is over, what was said stays as it is."""

    item: AgendaItem
    lines: list[Line]
    closed: bool

    @property
    def unread(self) -> int:
        return sum(line.new for line in self.lines)

    @property
    def last(self) -> int:
        """Key of the last message, 0 when there is none."""
        return self.lines[-1].comment.pk if self.lines else 0


def thread(actor: Actor, item: AgendaItem) -> Thread:
    """What was said about a dwelling that the actor may discuss, the oldest first."""
    marks = list(ReadMark.objects.filter(item=item).order_by("pk"))
    mine = next((mark.upto for mark in marks if mark.person_id == actor.person_id), 0)
    seated = sorted((mark.upto, mark.person_id) for mark in marks if mark.member)
    ends = [upto for upto, _ in seated]
    team = max((mark.upto for mark in marks if not mark.member), default=0)
    comments = list(Comment.objects.filter(item=item).order_by("at", "pk"))
    people = Person.objects.filter(pk__in={comment.person_id for comment in comments})
    names = {person.pk: person.full_name for person in people.order_by("pk")}
    lines = []
    for comment in comments:
        readers = seated[bisect_left(ends, comment.pk) :]
        own = comment.person_id == actor.person_id
        lines.append(
            Line(
                comment,
                who=names.get(comment.person_id, ""),
                own=own,
                new=not own and comment.pk > mine,
                members=sum(person != comment.person_id for _, person in readers),
                team=comment.by_member and team >= comment.pk,
            )
        )
    return Thread(item, lines, closed=item.session.state not in ALIVE)


def _unread(actor: Actor) -> QuerySet[Comment]:
    mine = ReadMark.objects.filter(item=OuterRef("item"), person=actor.person_id).values("upto")
    return (
        Comment.objects.filter(item__in=discussed(actor).order_by().values("pk"))
        .exclude(person=actor.person_id)
        .annotate(upto=Coalesce(Subquery(mine), 0))
        .filter(pk__gt=F("upto"))
    )


def unread_total(actor: Actor) -> int:
    """How many messages wait for the actor in all living discussions."""
    return _unread(actor).count()


def unread_by_item(actor: Actor) -> dict[int, int]:
    """dwelling → how many messages wait for the actor; those where none waits are left out."""
    return dict(Counter(_unread(actor).order_by("pk").values_list("item_id", flat=True)))


def first_places(actor: Actor, items: Iterable[AgendaItem]) -> dict[int, list[tuple[Candidate, int]]]:
    """dwelling → how many ballots put each candidate first, where the commission's rules let the actor see it.

    Before the closing only, and never how anyone voted: `hidden`, nobody sees it; `after_own`, a member who has voted
    on that dwelling; `visible`, every member and the secretary. Items of one session, with their candidates at hand.
    """
    items = list(items)
    if not items or not is_open(items[0].session, clock.now()):
        return {}
    rule, held = rules_of_session(items[0].session).tallies, seated(sittings(actor))
    shown = {item.pk for item in items} if rule == "visible" else set()
    if rule == "after_own" and actor.role == Role.MEMBER:
        own = standing(Ballot.objects.filter(held, item__in=items))
        shown = set(own.order_by("pk").values_list("item_id", flat=True))
    stepped = Recusal.objects.filter(held, item__in=items)
    shown -= set(stepped.order_by("pk").values_list("item_id", flat=True))
    return _first_places([item for item in items if item.pk in shown]) if shown else {}


def _first_places(items: list[AgendaItem]) -> dict[int, list[tuple[Candidate, int]]]:
    firsts: dict[int, Counter[int]] = defaultdict(Counter)
    with as_system("how many put each candidate first, where the commission's own rules show it; never who"):
        out = set(Recusal.objects.filter(item__in=items).order_by("pk").values_list("item_id", "seat_id"))
        voting = {s.pk for s in Seat.objects.filter(ballots__item__in=items).distinct().order_by("pk") if s.voting}
        for item, seat, ranking in (
            standing(Ballot.objects.filter(item__in=items)).order_by("pk").values_list("item_id", "seat_id", "ranking")
        ):
            if ranking and seat in voting and (item, seat) not in out:
                firsts[item][ranking[0]] += 1
    return {
        item.pk: [(c, firsts[item.pk][c.pk]) for c in sorted(item.candidates.all(), key=lambda c: c.position)]
        for item in items
    }
