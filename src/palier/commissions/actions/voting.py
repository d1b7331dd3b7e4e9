"""During the window: rank, step out, discuss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.timezone import localdate

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.commissions.models import AgendaItem, Ballot, Comment, Recusal, Seat, Session
from palier.commissions.queries import is_open, items_for, may_ask_for_meeting, seat_of, sessions_for
from palier.commissions.rules import rules_of
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.law import codes


def _item_of(actor: Actor, item_id: int) -> tuple[AgendaItem, Seat]:
    """The dwelling and the actor's seat; the session is held, so that its count waits or comes before."""
    session = sessions_for(actor).get(pk=AgendaItem.objects.values_list("session_id", flat=True).get(pk=item_id))
    with as_system("a member may not write the session, and must not vote while it is being counted"):
        held = locked(Session.objects.defer("minutes", "record"), session.pk)
    item = items_for(actor, session).get(pk=item_id)
    item.session = held
    return item, seat_of(actor, session)


@transaction.atomic
def cast_ballot(
    *,
    actor: Actor,
    item_id: int,
    ranking: Sequence[int],
    refused: Mapping[int, str] | None = None,
    meeting: bool = False,
    revision: int | None = None,
) -> Ballot:
    """Record a member's ranking of a dwelling's candidates; it replaces the former one until the window closes.

    Every candidate is either ranked once or refused with a reason. `meeting` asks for a meeting in person instead.
    `revision`: the one the sender last knew, 0 for none: what another device wrote since is not written over
    (`ballot.revised`), and what is already recorded may come again even after the closing, for a lost answer is no
    lost vote.
    """
    item, seat = _item_of(actor, item_id)
    _check_seat(item, seat, bool(ranking or refused), meeting)
    refused = dict(refused or {})
    ballot = Ballot.objects.select_for_update(of=("self",)).filter(item=item, seat=seat).first()
    content = {"ranking": list(ranking), "refused": {str(k): v for k, v in refused.items()}, "meeting": meeting}
    same = ballot is not None and all(getattr(ballot, name) == value for name, value in content.items())
    if ballot is not None and same and revision is not None:
        return ballot
    _check_window(item.session)
    _check(ranking, refused, {c.pk for c in item.candidates.all()}, meeting or not seat.voting)
    if ballot is not None and same:
        return ballot
    if revision is not None and revision != (ballot.revision if ballot else 0):
        raise Refused(
            "ballot.revised",
            "Un classement plus récent est enregistré pour ce logement, depuis un autre appareil ou une autre page.",
        )
    ballot = ballot or Ballot(item=item, seat=seat, revision=0)
    for name, value in content.items():
        setattr(ballot, name, value)
    ballot.cast_at, ballot.revision = clock.now(), ballot.revision + 1
    ballot.save()
    # The content stays in the ballot: the ledger says that a member voted, not how.
    ledger.record(verb="ballots.cast", subject=ballot, actor=actor, data={"revision": ballot.revision})
    return ballot


def _check_seat(item: AgendaItem, seat: Seat, ranks: bool, meeting: bool) -> None:
    """Who may send this ballot: a voting seat ranks, and whoever the rules name asks for a meeting."""
    rules = rules_of(item.session.commission, localdate(item.session.opens_at))
    may_ask = may_ask_for_meeting(seat, rules)
    if not seat.voting and (ranks or not may_ask):
        raise Refused("ballot.advisory", "Votre siège est consultatif : vous pouvez discuter, pas classer.")
    if Recusal.objects.filter(item=item, seat=seat).exists():
        raise Refused("ballot.recused", "Vous vous êtes déporté de ce logement.")
    if meeting and not may_ask:
        raise Refused("ballot.meeting", "Le règlement de la commission réserve à d’autres la demande de réunion.")


def _check_window(session: Session) -> None:
    if is_open(session, clock.now()):
        return
    if session.state == "published" and clock.now() < session.opens_at:
        raise Refused("ballot.early", "La séance n’est pas encore ouverte : revenez à l’ouverture pour classer.")
    raise Refused("ballot.closed", "La séance est close : votre dernier classement enregistré est celui qui compte.")


def _check(ranking: Sequence[int], refused: Mapping[int, str], candidates: set[int], meeting: bool) -> None:
    if len(set(ranking)) != len(ranking) or set(ranking) & set(refused):
        raise Refused("ballot.twice", "Un candidat apparaît deux fois dans votre classement.")
    if not (set(ranking) | set(refused)) <= candidates:
        raise NotYours("a candidate of another dwelling")
    if set(ranking) | set(refused) != candidates and not meeting:
        raise Refused("ballot.incomplete", "Classez chaque candidat, ou refusez-le avec un motif.")
    known = {code for code, _ in codes.NON_ALLOCATION_REASONS}
    if not set(refused.values()) <= known:
        raise Refused("ballot.reason", "Choisissez un motif de refus dans la liste.")


@transaction.atomic
def declare_interest(*, actor: Actor, item_id: int, reason: str) -> Recusal:
    """Step out of a dwelling for a personal interest: the ballot no longer counts, nor the seat for the quorum."""
    item, seat = _item_of(actor, item_id)
    if not reason.strip():
        raise Refused("recusal.reason", "Indiquez en quelques mots pourquoi vous vous déportez.", field="reason")
    if item.session.state != "published":
        raise Refused("recusal.late", "Les votes sont dépouillés : prévenez la présidence, qui signe les décisions.")
    recusal, created = Recusal.objects.get_or_create(
        item=item, seat=seat, defaults={"reason": reason.strip()[:200], "at": clock.now()}
    )
    if created:
        ledger.record(verb="recusals.declare", subject=item, actor=actor)
    return recusal


@transaction.atomic
def post_comment(*, actor: Actor, item_id: int, text: str) -> Comment:
    """A message in a dwelling's discussion, by a member or by the landlord's team."""
    text = " ".join(text.split())
    if not text:
        raise Refused("comment.empty", "Le message est vide.", field="text")
    if len(text) > 1000:
        raise Refused("comment.long", "Le message dépasse 1 000 caractères.", field="text")
    if actor.role == Role.MEMBER:
        item, seat = _item_of(actor, item_id)
        if Recusal.objects.filter(item=item, seat=seat).exists():
            raise Refused("comment.recused", "Vous vous êtes déporté de ce logement : vous n’en débattez plus.")
        capacity = seat.title or seat.get_capacity_display()
    else:
        item = AgendaItem.objects.get(pk=item_id)
        item.session = sessions_for(actor).get(pk=item.session_id)
        capacity = actor.organisation_name
    if item.session.state in ("signed", "cancelled"):
        raise Refused("comment.closed", "La séance est terminée : sa discussion est conservée telle quelle.")
    comment = Comment.objects.create(item=item, person=actor.person, capacity=capacity, text=text, at=clock.now())
    ledger.record(verb="comments.post", subject=item, actor=actor)
    return comment
