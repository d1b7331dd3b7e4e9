"""In a meeting the secretary writes down what each member says aloud; a member's own vote is never overwritten unasked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from palier.accounts.actor import Actor
from palier.commissions.actions.meeting import held, meeting_item
from palier.commissions.actions.voting import check_content
from palier.commissions.discussion import room
from palier.commissions.models import AgendaItem, Attendance, Ballot, EarlierBallot, Recusal, Seat
from palier.commissions.queries import attendances, recused, seats_concerned
from palier.common import clock, ledger, live
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system


@dataclass(frozen=True, slots=True)
class Entry:
    """What one member said. `seen`: the revision of the ballot that the secretary had before their eyes, 0 for none.

    `replaces`: the member asked aloud that it replace what they voted online. `struck`: the recorded vote is
    taken away and nothing put in its place.
    """

    seat_id: int
    ranking: Sequence[int] = ()
    refused: Mapping[int, str] = field(default_factory=dict)
    seen: int = 0
    replaces: bool = False
    struck: bool = False


@transaction.atomic
def record_votes(*, actor: Actor, item_id: int, entries: Sequence[Entry]) -> int:
    """Record what members said of a dwelling, one ballot each, all or none; returns how many changed.

    Refused for whoever is not noted as there or has stepped out, and when a ballot changed since the page was
    shown: a member's online vote gives way only when they ask for it, and is then kept aside (`EarlierBallot`).
    The same entries again change nothing.
    """
    item = meeting_item(actor, item_id)
    if item.closed_at is not None:
        raise Refused("record.closed", "Le vote sur ce logement est clos : rouvrez-le d’abord.")
    seats = {seat.pk: seat for seat in seats_concerned(item) if seat.voting}
    there, out = attendances(item.session), recused(item)
    present = set(item.candidates.filter(application__state="on_agenda").values_list("pk", flat=True))
    every = set(item.candidates.values_list("pk", flat=True))
    changed = 0
    with as_system("a vote cast online must be found, so that it is never overwritten; how it ranks is not shown"):
        ballots = {
            b.seat_id: b
            for b in Ballot.objects.filter(item=item)
            .select_related("seat__person")
            .select_for_update(of=("self",))
            .order_by("seat")
        }
        for entry in entries:
            seat = seats.get(entry.seat_id)
            if seat is None or not (set(entry.ranking) | set(entry.refused)) <= every:
                raise NotYours("a seat or a candidate of another dwelling")
            _check_seat(seat, there.get(seat.pk), seat.pk in out)
            said = None if entry.struck else _content(entry, present, seat)
            given = "phone" if there[seat.pk].presence == "phone" else "room"
            changed += _write(
                actor, ballots.get(seat.pk) or Ballot(item=item, seat=seat, revision=0), entry, said, given
            )
    if changed:
        _tell_votes(item)
    return changed


def _check_seat(seat: Seat, presence: Attendance | None, out: bool) -> None:
    name, at = seat.named, f"order_{seat.pk}"
    if out:
        raise Refused("record.recused", f"{name} s’est déporté de ce logement.", field=at)
    if presence is None or presence.presence == "absent":
        raise Refused("record.absent", f"Notez d’abord la présence de {name}.", field=at)
    if presence.left_at:
        raise Refused("record.left", f"{name} a quitté la séance à {localtime(presence.left_at):%H:%M}.", field=at)


def _content(entry: Entry, present: set[int], seat: Seat) -> dict[str, Any]:
    # A household that withdrew meanwhile is no candidate any more.
    ranking = [key for key in entry.ranking if key in present]
    refused = {key: why for key, why in entry.refused.items() if key in present}
    try:
        check_content(ranking, refused, present)
    except Refused as refusal:
        words = f"{seat.named} : {refusal.message}"
        raise Refused(refusal.code, words, field=f"order_{seat.pk}") from refusal
    return {"ranking": ranking, "refused": {str(key): why for key, why in refused.items()}, "meeting": False}


def _write(actor: Actor, ballot: Ballot, entry: Entry, said: dict[str, Any] | None, given: str) -> int:
    """Save one entry (`said`: None takes the recorded vote away); 0 when the ballot already says it."""
    # That a vote typed is the very one cast online must not show either: it meets the same refusal.
    recorded = ballot.pk is not None and ballot.given != "online"
    if said is None and ballot.pk is None:
        return 0
    if said is not None and recorded and ballot.answer != "contested":
        if all(getattr(ballot, name) == value for name, value in said.items()):
            return 0
    _check_seen(entry, ballot)
    told = {"member": ballot.seat.person.full_name}
    if said is None:
        # Recorded first: the row may go, the event says whose it was.
        ledger.record(verb="ballots.strike", subject=ballot, actor=actor, data=told)
        if not bring_back(ballot):
            ballot.delete()
        return 1
    if ballot.pk is not None and not recorded:
        _set_aside(ballot)
    now = {"given": given, "recorded_by_id": actor.person_id, "answer": "", "answered_at": None, "cast_at": clock.now()}
    for name, value in {**said, **now}.items():
        setattr(ballot, name, value)
    ballot.revision += 1
    ballot.save()
    # The content stays in the ballot: the ledger says that a vote was recorded, not how.
    data = {**told, "given": given, "revision": ballot.revision}
    ledger.record(verb="ballots.record", subject=ballot, actor=actor, data=data)
    return 1


def _tell_votes(item: AgendaItem, *, rights: bool = False) -> None:
    """Pages that follow the session ask again; `rights`: what somebody may hear has changed too."""
    if rights:
        live.tell(room(item.session_id), live.RIGHTS)
    live.tell(room(item.session_id), f"votes.{item.pk}")


def _check_seen(entry: Entry, ballot: Ballot) -> None:
    """A ballot that the secretary had not before their eyes is not overwritten, nor an online one unasked."""
    name, at = ballot.seat.person.full_name, f"order_{entry.seat_id}"
    if ballot.pk is not None and ballot.given == "online" and not (entry.replaces and entry.seen == ballot.revision):
        raise Refused(
            "record.online",
            f"{name} a voté en ligne à {localtime(ballot.cast_at):%H:%M} : ce vote reste le sien. "
            f"Ne le remplacez que si {name} le demande dans la salle, en cochant la case.",
            field=at,
        )
    if entry.seen != ballot.revision:
        raise Refused(
            "record.changed",
            f"Le vote de {name} a changé depuis l’affichage de cette page : relisez-le, puis enregistrez de nouveau.",
            field=at,
        )


def _set_aside(ballot: Ballot) -> None:
    EarlierBallot.objects.update_or_create(
        ballot=ballot,
        defaults={name: getattr(ballot, name) for name in ("ranking", "refused", "meeting", "cast_at")},
    )


def bring_back(ballot: Ballot) -> bool:
    """Give a member their own online vote back; False when there was none."""
    earlier = EarlierBallot.objects.filter(ballot=ballot).first()
    if earlier is None:
        return False
    for name in ("ranking", "refused", "meeting", "cast_at"):
        setattr(ballot, name, getattr(earlier, name))
    ballot.given, ballot.recorded_by, ballot.answer, ballot.answered_at = "online", None, "", None
    ballot.revision += 1
    ballot.save()
    earlier.delete()
    return True


@transaction.atomic
def record_recusal(*, actor: Actor, item_id: int, seat_id: int, reason: str) -> Recusal:
    """A member says aloud that they step out of a dwelling: their ballot no longer counts, nor the seat for the quorum."""
    item = meeting_item(actor, item_id)
    if item.closed_at is not None:
        raise Refused("record.closed", "Le vote sur ce logement est clos : rouvrez-le d’abord.")
    seat = next((s for s in seats_concerned(item) if s.pk == seat_id), None)
    if seat is None:
        raise NotYours("a seat that this dwelling does not call")
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise Refused("recusal.reason", "Indiquez en quelques mots pourquoi ce membre se déporte.", field="reason")
    recusal, created = Recusal.objects.get_or_create(
        item=item, seat=seat, defaults={"reason": reason, "at": clock.now(), "recorded_by_id": actor.person_id}
    )
    if created:
        ledger.record(verb="recusals.record", subject=item, actor=actor, data={"member": seat.named})
        _tell_votes(item, rights=True)
    return recusal


@transaction.atomic
def strike_recusal(*, actor: Actor, item_id: int, seat_id: int) -> None:
    """Take away a recusal that was written down for the wrong member; one declared by the member stays."""
    item = meeting_item(actor, item_id)
    recusal = Recusal.objects.filter(item=item, seat=seat_id).select_related("seat__person").first()
    if recusal is None:
        return
    if recusal.recorded_by_id is None or item.closed_at is not None:
        raise Refused(
            "recusal.own", "Ce déport n’est plus à retirer : le membre l’a déclaré lui-même, ou le vote est clos."
        )
    ledger.record(verb="recusals.strike", subject=item, actor=actor, data={"member": recusal.seat.person.full_name})
    recusal.delete()
    _tell_votes(item, rights=True)


@transaction.atomic
def record_signature(*, actor: Actor, session_id: int, seat_id: int) -> int:
    """A member without a device signed, in the room, the sheet of the votes recorded for them; returns how many.

    Not for whoever votes by phone: they confirm from their own space.
    """
    session = held(actor, session_id)
    if session.state not in ("published", "counted"):
        raise Refused("signature.late", "Le procès-verbal est signé : plus rien ne s’y ajoute.")
    presence = attendances(session).get(seat_id)
    if presence is None or presence.presence not in ("present", "represented"):
        raise Refused(
            "signature.where", "Seul un membre présent dans la salle y signe ; les autres confirment en ligne."
        )
    ballots = list(
        Ballot.objects.select_for_update(of=("self",))
        .filter(item__session=session, seat=seat_id, recorded_by__isnull=False, answer="")
        .select_related("seat__person")
        .order_by("pk")
    )
    for ballot in ballots:
        ballot.answer, ballot.answered_at = "signed", clock.now()
        ballot.save(update_fields=["answer", "answered_at"])
        ledger.record(
            verb="ballots.initial", subject=ballot, actor=actor, data={"member": presence.seat.person.full_name}
        )
    return len(ballots)
