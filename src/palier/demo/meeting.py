"""A digital session that became a meeting an hour ago: one vote online, one recorded and waiting for its member.

All of it goes through the real actions; whoever visits as the secretary goes on from there.
"""

from __future__ import annotations

from datetime import timedelta

from palier.commissions import actions as commissions
from palier.commissions.models import AgendaItem, Candidate, Seat
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demo.people import BY_KEY
from palier.demo.playing import character, play
from palier.demo.underway import session_of
from palier.homes.models import Offer

PRESENCES = {"yves.membre": "present", "helene.maire": "absent", "ines.membre": "phone", "denis.membre": "present"}


def meet(offer: Offer) -> dict[str, int]:
    """Convene, vote once online, turn into a meeting, note who is there, record the president's vote."""
    now, secretary = clock.now(), character("nadia.secretaire")
    with clock.frozen_at(now - timedelta(days=1)):
        session = session_of([offer], now - timedelta(hours=20), now + timedelta(hours=4))
    with acting(SYSTEM):
        item = AgendaItem.objects.get(session=session).pk
        first, second, third = Candidate.objects.filter(item=item).order_by("position").values_list("pk", flat=True)
        people = {BY_KEY[key].email: presence for key, presence in PRESENCES.items()}
        seats = {
            s.person.email: s.pk
            for s in Seat.objects.filter(person__email__in=people).select_related("person").order_by("pk")
        }
    with clock.frozen_at(now - timedelta(hours=5)):
        play(character("helene.maire"), commissions.cast_ballot, item_id=item, ranking=[second, first, third])
    with clock.frozen_at(now - timedelta(hours=1)):
        play(
            secretary, commissions.hold, session_id=session.pk, form="meeting", place="Siège, salle du conseil",
            why="Deux membres demandent à échanger de vive voix.",
        )  # fmt: skip
    with clock.frozen_at(now - timedelta(minutes=50)):
        marks = [commissions.Mark(seats[email], presence) for email, presence in people.items()]
        play(secretary, commissions.note_attendance, session_id=session.pk, marks=marks)
        said = commissions.Entry(seats[BY_KEY["yves.membre"].email], ranking=[first, second, third])
        play(secretary, commissions.record_votes, item_id=item, entries=[said])
    return {"réunions": 1}
