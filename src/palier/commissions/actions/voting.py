"""During the window: rank, or step out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from palier.accounts.actor import Actor
from palier.commissions.discussion import room
from palier.commissions.models import AgendaItem, Ballot, Correction, EarlierBallot, Recusal, Seat, Session
from palier.commissions.queries import items_for, seat_of, sessions_for, takes_votes
from palier.commissions.rules import rules_of_session
from palier.common import clock, ledger, live
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import one_at_a_time, steady
from palier.law import codes
from palier.law.procedure import MEETING_BY


def held_for_member(actor: Actor, item_id: int) -> tuple[AgendaItem, Seat]:
    """The dwelling and the actor's seat; the session is kept as it is, so that its count waits or comes before.

    Members act side by side: what one seat does on one dwelling is done one after the other.
    """
    session = sessions_for(actor).get(pk=AgendaItem.objects.values_list("session_id", flat=True).get(pk=item_id))
    with as_system("a member may not write the session, and must not vote while it is being counted"):
        held = steady(Session.objects.defer("minutes", "record"), session.pk)
    item = items_for(actor, session).get(pk=item_id)
    item.session, seat = held, seat_of(actor, session)
    one_at_a_time(f"commissions.item {item.pk} seat {seat.pk}")
    return item, seat


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
    item, seat = held_for_member(actor, item_id)
    _check_seat(item, seat, bool(ranking or refused), meeting)
    refused = dict(refused or {})
    ballot = Ballot.objects.select_for_update(of=("self",)).filter(item=item, seat=seat).first()
    content = {
        "ranking": list(ranking), "refused": {str(k): v for k, v in refused.items()}, "meeting": meeting,
        # A member's own vote takes the place of the one that was recorded for them in the room.
        "given": "online", "recorded_by": None, "answer": "", "answered_at": None,
    }  # fmt: skip
    same = ballot is not None and all(getattr(ballot, name) == value for name, value in content.items())
    # Sent again as it was after a correction, it says that its member has looked again.
    if same and Correction.objects.filter(item=item, at__gt=ballot.cast_at).exists():
        same = False
    if ballot is not None and same and revision is not None:
        return ballot
    _check_window(item)
    check_content(ranking, refused, {c.pk for c in item.candidates.all()}, meeting or not seat.voting)
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
    EarlierBallot.objects.filter(ballot=ballot).delete()
    # The content stays in the ballot: the ledger says that a member voted, not how.
    ledger.record(verb="ballots.cast", subject=ballot, actor=actor, data={"revision": ballot.revision})
    live.tell(room(item.session_id), f"votes.{item.pk}")
    return ballot


def _check_seat(item: AgendaItem, seat: Seat, ranks: bool, meeting: bool) -> None:
    """Who may send this ballot: a voting seat ranks, and whoever the rules name asks for a meeting."""
    rules = rules_of_session(item.session)
    may_ask = rules.may_ask_meeting(voting=seat.voting, president=seat.president)
    if not seat.voting and (ranks or not may_ask):
        raise Refused("ballot.advisory", "Votre siège est consultatif : vous pouvez discuter, pas classer.")
    if Recusal.objects.filter(item=item, seat=seat).exists():
        raise Refused("ballot.recused", "Vous vous êtes déporté de ce logement.")
    if meeting and not may_ask:
        raise Refused(
            "ballot.meeting",
            f"{MEETING_BY[rules.meeting_by]} peut demander un examen en réunion, selon le règlement intérieur.",
        )


def _check_window(item: AgendaItem) -> None:
    if item.postponed:
        raise Refused("ballot.withdrawn", f"Ce logement n’est plus examiné dans cette séance. {item.postponed}.")
    if takes_votes(item, clock.now()):
        return
    if item.session.state == "published" and clock.now() < item.session.opens_at:
        raise Refused("ballot.early", "La séance n’est pas encore ouverte : revenez à l’ouverture pour classer.")
    raise Refused("ballot.closed", "La séance est close : votre dernier classement enregistré est celui qui compte.")


def check_content(
    ranking: Sequence[int], refused: Mapping[int, str], candidates: set[int], meeting: bool = False
) -> None:
    """Raise Refused unless every candidate is ranked once or refused with a known reason."""
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
    item, seat = held_for_member(actor, item_id)
    if not reason.strip():
        raise Refused("recusal.reason", "Indiquez en quelques mots pourquoi vous vous déportez.", field="reason")
    if item.session.state != "published":
        raise Refused("recusal.late", "Les votes sont dépouillés : prévenez la présidence, qui signe les décisions.")
    recusal, created = Recusal.objects.get_or_create(
        item=item, seat=seat, defaults={"reason": reason.strip()[:200], "at": clock.now()}
    )
    if created:
        ledger.record(verb="recusals.declare", subject=item, actor=actor)
        live.tell(room(item.session_id), live.RIGHTS)
        live.tell(room(item.session_id), f"votes.{item.pk}")
    return recusal
