"""A member answers for the votes that were recorded in their name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from palier.accounts.actor import Actor
from palier.commissions.actions.recording import bring_back
from palier.commissions.models import AgendaItem, Ballot, Session
from palier.commissions.queries import sessions_for, sittings
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked


@transaction.atomic
def confirm_votes(*, actor: Actor, session_id: int, seen: Mapping[int, int]) -> int:
    """A member confirms what was recorded in their name in a session; returns how many votes.

    `seen`: ballot → the revision that was shown. Refused when one of them changed meanwhile.
    """
    ballots = _own(actor, session_id, list(seen))
    if any(ballot.revision != seen[ballot.pk] for ballot in ballots):
        raise Refused("confirm.changed", "Un de ces votes vient d’être changé : relisez-le avant de confirmer.")
    waiting = [ballot for ballot in ballots if ballot.recorded_by_id and not ballot.answer]
    for ballot in waiting:
        _answer(ballot, "confirmed")
        _record(actor, "ballots.confirm", ballot)
    return len(waiting)


@transaction.atomic
def contest_vote(*, actor: Actor, ballot_id: int) -> Ballot:
    """A member says that a vote recorded in their name is not theirs.

    Before the count it counts no more, their own online vote comes back if they had one, and the dwelling is open
    again. After the count nothing changes but the minutes, which say it. One already confirmed may be contested.
    """
    session_id = Ballot.objects.values_list("item__session", flat=True).get(pk=ballot_id)
    (ballot,) = _own(actor, session_id, [ballot_id])
    if ballot.recorded_by_id is None or ballot.answer in ("contested", "disputed"):
        return ballot
    _record(actor, "ballots.contest", ballot)
    if ballot.item.session.state == "counted":
        _answer(ballot, "disputed")
        return ballot
    if not bring_back(ballot):
        _answer(ballot, "contested")
    with as_system("a contested vote is taken again: its dwelling is closed no more, which a member may not write"):
        AgendaItem.objects.filter(pk=ballot.item_id).update(closed_at=None)
    return ballot


def _answer(ballot: Ballot, answer: str) -> None:
    ballot.answer, ballot.answered_at = answer, clock.now()
    ballot.save(update_fields=["answer", "answered_at"])


def _record(actor: Actor, verb: str, ballot: Ballot) -> None:
    ledger.record(verb=verb, subject=ballot, actor=actor, data={"member": ballot.seat.person.full_name})


def _own(actor: Actor, session_id: int, pks: Sequence[int]) -> list[Ballot]:
    """The actor's own ballots, their session held; Refused once the minutes are signed."""
    sessions_for(actor).get(pk=session_id)
    with as_system("a member may not write the session, and must not answer while it is being counted"):
        session = locked(Session.objects.defer("minutes", "record"), session_id)
    if session.state not in ("published", "counted"):
        raise Refused("confirm.signed", "Le procès-verbal est signé : il ne change plus.")
    found = list(
        Ballot.objects.select_for_update(of=("self",))
        .filter(pk__in=pks, item__session=session, seat=sittings(actor).get(session_id))
        .select_related("item", "seat__person")
        .order_by("pk")
    )
    if len(found) != len(set(pks)):
        raise NotYours("a vote that is not this member's")
    for ballot in found:
        ballot.item.session = session
    return found
