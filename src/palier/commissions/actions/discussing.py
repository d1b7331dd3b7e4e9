"""What is said about each dwelling: post, mark as read, and tell by mail whoever has not come back."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from palier.accounts.actor import Actor
from palier.accounts.models import Membership, Person
from palier.accounts.roles import Role
from palier.commissions.actions.voting import held_for_member
from palier.commissions.discussion import ALIVE, discussed, room
from palier.commissions.models import AgendaItem, Comment, ReadMark, Recusal, Session
from palier.commissions.queries import concerned, seats_in, sessions_for
from palier.common import clock, ledger, live, mail
from palier.common.errors import Refused
from palier.common.locks import locked, one_at_a_time
from palier.law import careful
from palier.territories.queries import setting

LONGEST = 1000


@transaction.atomic
def post_comment(*, actor: Actor, item_id: int, text: str, reread: bool = False) -> Comment:
    """A message in a dwelling's discussion, by a member or by the landlord's team.

    A word of `law.careful` holds it back once: its author corrects it, or says with `reread` that it speaks of nobody
    (`docs/decisions/live.md`). The same message again from the same person is the one already posted.
    """
    text = " ".join(text.split())
    if not text:
        raise Refused("comment.empty", "Le message est vide.", field="text")
    if len(text) > LONGEST:
        raise Refused("comment.long", "Le message dépasse 1 000 caractères.", field="text")
    if actor.role == Role.MEMBER:
        item, seat = held_for_member(actor, item_id)
        if Recusal.objects.filter(item=item, seat=seat).exists():
            raise Refused("comment.recused", "Vous vous êtes déporté de ce logement : vous n’en débattez plus.")
        capacity = seat.title or seat.get_capacity_display()
    else:
        item = AgendaItem.objects.get(pk=item_id)
        item.session = locked(sessions_for(actor), item.session_id)
        capacity = actor.organisation_name
    if item.session.state == "preparing":
        raise Refused("comment.early", "La discussion s’ouvre à la publication de la séance.")
    if item.session.state not in ALIVE:
        raise Refused("comment.closed", "La séance est terminée : sa discussion est conservée telle quelle.")
    last = Comment.objects.filter(item=item).order_by("-pk").first()
    if last is not None and (last.person_id, last.text) == (actor.person_id, text):
        return last
    held = careful.words(text, clock.today())
    if held and not reread:
        raise Refused("comment.careful", _held(held), field="text")
    comment = Comment.objects.create(
        item=item,
        person=actor.person,
        by_member=actor.role == Role.MEMBER,
        capacity=capacity,
        text=text,
        at=clock.now(),
    )
    ledger.record(verb="comments.post", subject=item, actor=actor, data={"reread": True} if held else None)
    live.tell(room(item.session_id), f"comments.{item.pk}")
    return comment


def _held(found: list[careful.Found]) -> str:
    told = " ; ".join(f"« {f.word} » {f.verb} {f.why}" for f in found)
    return f"Message non envoyé. À relire : {told}. La discussion est conservée, et le ménage peut en demander copie."


@transaction.atomic
def mark_read(*, actor: Actor, item_id: int, upto: int) -> None:
    """The actor has read a dwelling's discussion as far as message `upto`; a mark never goes back.

    No event of its own: the mark is the trace, as long as the session lives.
    """
    item = discussed(actor).filter(pk=item_id).first()
    if item is None:
        AgendaItem.objects.get(pk=item_id)
        raise Refused("read.closed", "Cette discussion n’est plus ouverte : elle est conservée telle quelle.")
    last = Comment.objects.filter(item=item, pk__lte=upto).order_by("-pk").values_list("pk", flat=True).first()
    mark = ReadMark.objects.select_for_update(of=("self",), no_key=True).filter(item=item, person=actor.person).first()
    if last is None or mark is not None and mark.upto >= last:
        return
    mark = mark or ReadMark(item=item, person=actor.person)
    mark.member, mark.upto, mark.read_at = actor.role == Role.MEMBER, last, clock.now()
    try:
        with transaction.atomic():
            mark.save()
    except IntegrityError:
        # Signed meanwhile, or marked by the same person's other window: the mark that stands is as good.
        return
    live.tell(room(item.session_id), f"reads.{item.pk}")


@transaction.atomic
def tell_waiting() -> int:
    """One mail to each person for whom an answer has waited longer than the quiet time; returns how many.

    Concerned: who wrote in a dwelling's discussion and neither stepped out nor left, and the landlord's secretaries.
    One mail for all dwellings of a session, and no other before they have come back to read. It quotes nothing.
    """
    one_at_a_time("commissions.tell_waiting")
    spoken = Comment.objects.filter(item__session__state__in=ALIVE).order_by("item__session")
    sessions = Session.objects.filter(pk__in=spoken.values("item__session")).select_related("commission")
    return sum(_tell_session(session) for session in sessions.defer("minutes", "record").order_by("pk"))


def _tell_session(session: Session) -> int:
    quiet = setting("discussion_quiet_minutes", on=clock.today(), territory=session.commission.department_id)
    before = clock.now() - timedelta(minutes=quiet)
    said: dict[int, list[Comment]] = defaultdict(list)
    for comment in Comment.objects.filter(item__session=session).order_by("pk"):
        said[comment.item_id].append(comment)
    marks = defaultdict(dict)
    for mark in ReadMark.objects.filter(item__session=session).order_by("pk"):
        marks[mark.person_id][mark.item_id] = mark
    told = 0
    for person, (member, items) in _followers(session, said).items():
        own = marks[person]
        if any(m.told_at and (m.read_at is None or m.read_at < m.told_at) for m in own.values()):
            continue
        late = {
            item for item in items
            if any(c.person_id != person and c.pk > (own[item].upto if item in own else 0) and c.at <= before for c in said[item])
        }  # fmt: skip
        if late:
            for item in sorted(late):
                ReadMark.objects.update_or_create(
                    item_id=item, person_id=person, defaults={"told_at": clock.now()},
                    create_defaults={"told_at": clock.now(), "member": member},
                )  # fmt: skip
            _write(session, person, member, len(late))
            told += 1
    return told


def _followers(session: Session, said: dict[int, list[Comment]]) -> dict[int, tuple[bool, set[int]]]:
    """person → whether seated, and the dwellings of whose discussion they wait for the rest."""
    found: dict[int, tuple[bool, set[int]]] = {}
    items = AgendaItem.objects.filter(pk__in=said).select_related("offer__dwelling__commune").order_by("pk")
    writers = {item.pk: {comment.person_id for comment in said[item.pk]} for item in items}
    out = set(Recusal.objects.filter(item__in=said).order_by("pk").values_list("item_id", "seat"))
    for seat in seats_in(session):
        person = seat.occupant.pk
        wrote = {
            item.pk for item in items
            if person in writers[item.pk] and concerned(seat, item) and (item.pk, seat.pk) not in out
        }  # fmt: skip
        if wrote:
            found[person] = (True, wrote)
    still = Q(until=None) | Q(until__gt=clock.today())
    team = Membership.objects.filter(still, organisation=session.commission.landlord_id)
    for person, role in (
        team.filter(role__in=[Role.SECRETARY, Role.LANDLORD]).order_by("pk").values_list("person", "role")
    ):
        followed = {pk for pk in writers if role == Role.SECRETARY or person in writers[pk]}
        if followed and person not in found:
            found[person] = (False, followed)
    return found


def _write(session: Session, person: int, member: bool, dwellings: int) -> None:
    somebody = Person.objects.get(pk=person)
    mail.post(
        to=somebody.email,
        kind="commissions.discussion",
        subject=f"Séance {session.number} : des messages vous attendent",
        template="commission_discussion",
        context={
            "session": session,
            "dwellings": dwellings,
            "name": somebody.first_name,
            "action_path": f"/commission/seances/{session.pk}/" if member else "/bailleur/discussions/",
            "action_label": "Lire et répondre",
        },
        person=person,
    )
