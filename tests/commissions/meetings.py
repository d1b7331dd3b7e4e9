"""A meeting on the stage: moves that its tests repeat."""

from __future__ import annotations

from datetime import timedelta

from palier.commissions import actions
from palier.commissions.models import Ballot, Candidate, Seat
from palier.common import clock
from tests.chain.test_chain import OPENS, Stage

# A digital session is under way for two hours when it becomes a meeting.
TURNS = OPENS + timedelta(hours=2)
HELD = TURNS + timedelta(minutes=10)
PLACE, WHY = "Siège, salle du conseil", "Un membre demande une réunion"


class Meeting:
    """`stage`, with its four candidates on the agenda of a digital session."""

    seats: dict[str, int]

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.candidates: list[Candidate] = stage.to_agenda()
        self.item = self.candidates[0].item_id
        self.keys = [c.pk for c in self.candidates]

    def seat(self, actor) -> Seat:
        return Seat.objects.get(commission=self.stage.commission, person=actor.person)

    def at(self, moment, actor, action, **arguments):
        with clock.frozen_at(moment):
            return self.stage.as_(actor, action, **arguments)

    def online(self, actor, ranking=None, moment=OPENS + timedelta(minutes=12), **more) -> Ballot:
        return self.at(
            moment, actor, actions.cast_ballot, item_id=self.item, ranking=ranking or self.keys[::-1], **more
        )

    def turn(self, form="meeting", place=PLACE, why=WHY, moment=TURNS):
        session = self.stage.session.pk
        return self.at(moment, self.stage.secretary, actions.hold, session_id=session, form=form, place=place, why=why)

    def note(self, *marks, moment=HELD) -> int:
        return self.at(
            moment, self.stage.secretary, actions.note_attendance, session_id=self.stage.session.pk, marks=marks
        )

    def all_there(self) -> None:
        s = self.stage
        self.note(*[actions.Mark(self.seat(m).pk, "present") for m in (s.president, s.mayor, s.tenant)])

    def record(self, *entries, moment=HELD) -> int:
        return self.at(moment, self.stage.secretary, actions.record_votes, item_id=self.item, entries=entries)

    def said(self, actor, ranking=None, **more) -> actions.Entry:
        return actions.Entry(seat_id=self.seat(actor).pk, ranking=ranking or self.keys, **more)

    def close(self, moment=HELD):
        return self.at(moment, self.stage.secretary, actions.close_item, item_id=self.item)

    def count(self, moment=HELD + timedelta(minutes=30)):
        return self.at(moment, self.stage.secretary, actions.count, session_id=self.stage.session.pk)

    def sign(self, moment=HELD + timedelta(hours=1)):
        return self.at(moment, self.stage.president, actions.sign, session_id=self.stage.session.pk)

    def ballot(self, actor) -> Ballot:
        return Ballot.objects.get(item=self.item, seat=self.seat(actor))

    def confirm(self, actor, moment=HELD):
        seen = {b.pk: b.revision for b in Ballot.objects.filter(seat=self.seat(actor)).order_by("pk")}
        return self.at(moment, actor, actions.confirm_votes, session_id=self.stage.session.pk, seen=seen)

    def contest(self, actor, moment=HELD) -> Ballot:
        return self.at(moment, actor, actions.contest_vote, ballot_id=self.ballot(actor).pk)
