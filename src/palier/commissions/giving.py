"""How a session was held and how each vote was given, in the words of the minutes.

A digital session adds nothing to its record: all vote on their own screen. Of a meeting the minutes say who was
there, and for each vote whether its member gave it online, in the room or by phone, who wrote it down, and whether
the member confirmed it. A vote that its member did not confirm counts, and is named as such.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from palier.commissions.models import AgendaItem, Attendance, Ballot, Session
from palier.commissions.queries import attendances, called, ended_at

_HELD = {
    "meeting": "Réunion : les membres votent dans la salle, le secrétariat enregistre leurs votes",
    "phone": "Réunion par téléphone : le secrétariat enregistre les votes des membres",
}
_ANSWERED = {
    "": "non confirmé par le membre",
    "confirmed": "confirmé par le membre",
    "signed": "confirmé par sa signature dans la salle",
    "disputed": "contesté par le membre après le dépouillement",
}


def held(session: Session) -> dict[str, Any]:
    """What the minutes of a meeting say besides: its form, its place, its turns, who was there; nothing if digital."""
    if session.digital:
        return {}
    known = attendances(session)
    return {
        "form": _HELD[session.form],
        "place": session.place,
        "closes_at": ended_at(session).isoformat(),
        "turns": session.turn_words,
        "attendance": [
            {
                "name": seat.named,
                "capacity": seat.get_capacity_display(),
                "presence": presence_words(known.get(seat.pk)),
            }
            for seat in called(session)
        ],
    }


def presence_words(row: Attendance | None) -> str:
    """« présent, parti à 14:10 », « représenté par Paul Martin »."""
    if row is None:
        return "non noté"
    words = row.get_presence_display().lower()
    if row.presence == "represented":
        words = f"représenté par {row.represented_by}"
    return f"{words}, parti à {_hour(row.left_at)}" if row.left_at else words


def votes(item: AgendaItem) -> dict[int, str]:
    """seat → how its vote on a dwelling was given, or why the one that was written down does not count."""
    ballots = Ballot.objects.filter(item=item).select_related("recorded_by").order_by("seat")
    if item.session.digital:
        return {ballot.seat_id: "a voté" for ballot in ballots}
    return {ballot.seat_id: vote_words(ballot) for ballot in ballots}


def vote_words(ballot: Ballot) -> str:
    """« a voté en ligne le 25/11/2026 à 10:12 », « a voté dans la salle, noté par Nadia Roux, confirmé par le membre »."""
    if ballot.given == "online":
        return f"a voté en ligne le {localtime(ballot.cast_at):%d/%m/%Y} à {_hour(ballot.cast_at)}"
    by = ballot.recorded_by.full_name
    if ballot.answer == "contested":
        return f"n’a pas voté : le vote noté par {by} n’était pas le sien"
    return f"a voté {ballot.get_given_display().lower()}, noté par {by}, {_ANSWERED[ballot.answer]}"


def _hour(at: datetime) -> str:
    return f"{localtime(at):%H:%M}"
