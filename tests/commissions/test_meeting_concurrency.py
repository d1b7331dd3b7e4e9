"""A meeting at the same instant: a vote online and the one recorded, a vote and the closing, an answer and the count."""

from __future__ import annotations

import pytest

from palier.commissions import actions
from palier.commissions.models import Ballot, Session
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from tests.builders import Builder
from tests.chain.test_chain import Stage
from tests.commissions.meetings import HELD, TURNS, Meeting
from tests.threads import one_then_the_other, together


@pytest.fixture
def meeting(committed) -> Meeting:
    with acting(SYSTEM):
        made = Meeting(Stage(Builder()))
        made.seats = {name: made.seat(getattr(made.stage, name)).pk for name in ("president", "mayor", "tenant")}
    return made


@pytest.fixture
def room(meeting) -> Meeting:
    meeting.turn()
    meeting.note(*[actions.Mark(pk, "present") for pk in meeting.seats.values()])
    return meeting


def recording(meeting, name: str):
    entry = actions.Entry(meeting.seats[name], meeting.keys)
    return lambda: meeting.record(entry)


def seen(act):
    with acting(SYSTEM):
        return act()


def test_a_vote_cast_online_meanwhile_is_not_overwritten(room):
    s = room.stage
    online, late = one_then_the_other(
        s.tenant.scope, lambda: room.online(s.tenant, moment=HELD), recording(room, "tenant")
    )
    assert (type(late), late.code) == (Refused, "record.online")
    assert seen(lambda: Ballot.objects.get().ranking) == online.ranking == room.keys[::-1]


def test_a_member_s_own_vote_that_comes_second_is_the_one_that_stays(room):
    s = room.stage
    _, mine = one_then_the_other(
        s.secretary.scope, recording(room, "tenant"), lambda: room.online(s.tenant, moment=HELD)
    )
    assert (mine.given, mine.revision, seen(Ballot.objects.count)) == ("online", 2, 1)


def test_recording_twice_at_once_is_one_ballot(room):
    assert sorted(together(recording(room, "tenant"), recording(room, "tenant"))) == [0, 1]
    assert seen(lambda: Ballot.objects.get().revision) == 1


def test_a_vote_that_comes_while_the_dwelling_is_closed_is_refused(room):
    s = room.stage
    _, late = one_then_the_other(s.secretary.scope, room.close, lambda: room.online(s.tenant, moment=HELD))
    assert (type(late), late.code, seen(Ballot.objects.count)) == (Refused, "ballot.closed", 0)


def test_a_vote_cast_while_the_session_turns_is_kept(meeting):
    s = meeting.stage
    vote, session = one_then_the_other(s.tenant.scope, lambda: meeting.online(s.tenant, moment=TURNS), meeting.turn)
    assert (session.form, seen(lambda: Ballot.objects.get().ranking)) == ("meeting", vote.ranking)


def test_a_vote_contested_during_the_count_is_said_on_the_minutes_and_one_before_it_stops_the_count(room):
    s = room.stage
    for name in room.seats:
        recording(room, name)()
    room.close()
    tenant, mayor = (seen(lambda n=n: Ballot.objects.get(seat=room.seats[n]).pk) for n in ("tenant", "mayor"))

    def contest(actor, pk):
        return lambda: room.at(HELD, actor, actions.contest_vote, ballot_id=pk)

    _, stopped = one_then_the_other(s.tenant.scope, contest(s.tenant, tenant), room.count)
    assert (type(stopped), stopped.code) == (Refused, "session.open")
    room.close()
    _, late = one_then_the_other(s.secretary.scope, room.count, contest(s.mayor, mayor))
    assert (late.answer, seen(lambda: Session.objects.get().state)) == ("disputed", "counted")
