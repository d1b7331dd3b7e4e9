"""One person records for all, members confirm, the minutes are the same; a digital session turns midway, no ballot lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction

from palier.commissions import actions
from palier.commissions.models import AgendaItem, Attendance, Ballot, Decision, EarlierBallot, Recusal, Session
from palier.commissions.queries import is_open
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.common.models import Event, Message
from tests.chain.test_chain import CLOSES, OPENS, Stage
from tests.commissions.meetings import HELD, PLACE, TURNS, WHY, Meeting
from tests.commissions.reading import text_of


def begin(build) -> Meeting:
    return Meeting(Stage(build))


@pytest.fixture
def meeting(begun) -> Meeting:
    return begun


@pytest.fixture
def room(meeting) -> Meeting:
    """The session has turned into a meeting and the three members are there."""
    meeting.turn()
    meeting.all_there()
    return meeting


def refused(act) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_a_session_that_turns_keeps_every_ballot_cast_online(meeting):
    s = meeting.stage
    before = [meeting.online(s.president), meeting.online(s.mayor, meeting.keys)]
    kept = list(Ballot.objects.order_by("pk").values())
    session = meeting.turn()
    assert list(Ballot.objects.order_by("pk").values()) == kept
    assert (session.form, session.place, len(before)) == ("meeting", PLACE, 2)
    meeting.all_there()
    meeting.record(meeting.said(s.tenant))
    meeting.close()
    meeting.count()
    item = AgendaItem.objects.get()
    assert (item.count["votes"], item.count["called"]) == (3, 3)
    assert {b["seat"]: b["ranking"] for b in item.count["ballots"]} == {
        meeting.seat(s.president).pk: meeting.keys[::-1],
        meeting.seat(s.mayor).pk: meeting.keys,
        meeting.seat(s.tenant).pk: meeting.keys,
    }


def test_who_turned_it_when_and_why_is_kept_and_every_member_is_told(meeting):
    session = meeting.turn()
    (turn,) = session.turns
    assert turn == {
        "form": "meeting", "place": PLACE, "at": TURNS.isoformat(), "why": WHY,
        "by": meeting.stage.secretary.person.full_name,
    }  # fmt: skip
    event = Event.objects.get(verb="sessions.hold")
    assert (event.person, event.why) == (meeting.stage.secretary.person_id, WHY)
    told = Message.objects.filter(kind="commissions.meeting").order_by("person")
    s = meeting.stage
    assert sorted(m.person for m in told) == sorted(m.person_id for m in (s.president, s.mayor, s.tenant))
    assert (PLACE in told[0].text, WHY in told[0].text, "vos votes sont conservés" in told[0].text) == (True,) * 3
    meeting.turn()
    assert Message.objects.filter(kind="commissions.meeting").count() == 3


def test_a_meeting_needs_a_place_and_once_members_are_summoned_a_reason(meeting):
    assert refused(lambda: meeting.turn(place=" ")) == "hold.place"
    assert refused(lambda: meeting.turn(why=" ")) == "hold.why"
    assert refused(lambda: meeting.turn(form="letter")) == "hold.form"
    meeting.turn()
    assert refused(lambda: meeting.turn(form="digital")) == "hold.back"
    with pytest.raises(NotYours):
        meeting.at(TURNS, meeting.stage.agent, actions.hold, session_id=meeting.stage.session.pk, form="phone")


def test_before_members_are_summoned_the_form_is_free(meeting):
    s = meeting.stage
    later = s.as_(
        s.secretary, actions.create_session, commission_id=s.commission.pk,
        opens_at=CLOSES + timedelta(days=1), closes_at=CLOSES + timedelta(days=1, hours=3),
    )  # fmt: skip
    for form, place in (("meeting", PLACE), ("phone", "02 00 00 00 00"), ("digital", "")):
        one = s.as_(s.secretary, actions.hold, session_id=later.pk, form=form, place=place)
        assert (one.form, one.place, one.turns) == (form, place, [])
    assert Message.objects.filter(kind="commissions.meeting").count() == 0


def test_in_a_meeting_the_clock_closes_nothing(room):
    session = Session.objects.get()
    assert [is_open(session, moment) for moment in (OPENS - timedelta(1), HELD, CLOSES + timedelta(days=1))] == [
        False, True, True,
    ]  # fmt: skip
    assert refused(lambda: room.count(moment=CLOSES + timedelta(hours=1))) == "session.open"
    room.online(room.stage.tenant, moment=CLOSES + timedelta(minutes=5))
    room.close()
    assert refused(lambda: room.online(room.stage.tenant, room.keys, moment=HELD)) == "ballot.closed"
    assert refused(lambda: room.record(room.said(room.stage.mayor))) == "record.closed"


def test_a_window_that_ended_without_quorum_may_go_on_in_a_meeting(meeting):
    s, late = meeting.stage, CLOSES + timedelta(hours=1)
    meeting.online(s.president)
    assert refused(lambda: meeting.count(moment=late)) == "count.quorum"
    meeting.turn(moment=late)
    meeting.note(actions.Mark(meeting.seat(s.mayor).pk, "present"), moment=late)
    meeting.record(meeting.said(s.mayor), moment=late)
    meeting.close(moment=late)
    assert meeting.count(moment=late).state == "counted"


def test_unanimous_votes_are_one_ballot_for_each_member(room):
    s = room.stage
    members = (s.president, s.mayor, s.tenant)
    assert room.record(*[room.said(m) for m in members]) == 3
    rows = Ballot.objects.order_by("seat").values_list("seat", "ranking", "given", "recorded_by", "cast_at", "answer")
    by = s.secretary.person_id
    assert list(rows) == [(room.seat(m).pk, room.keys, "room", by, HELD, "") for m in members]
    told = Event.objects.filter(verb="ballots.record").order_by("pk")
    assert [e.data["member"] for e in told] == [m.person.full_name for m in members]
    # The ledger says that a vote was recorded, not how.
    assert {frozenset(e.data) for e in told} == {frozenset({"member", "given", "revision"})}


def test_recording_the_same_again_changes_nothing_and_keeps_the_confirmation(room):
    s = room.stage
    room.record(room.said(s.tenant))
    room.confirm(s.tenant)
    before = list(Ballot.objects.values())
    assert room.record(room.said(s.tenant)) == 0
    assert room.record(room.said(s.tenant, seen=1)) == 0
    assert list(Ballot.objects.values()) == before
    room.record(room.said(s.tenant, room.keys[::-1], seen=1))
    assert (room.ballot(s.tenant).answer, room.ballot(s.tenant).revision) == ("", 2)


def test_a_line_left_as_it_was_stays_as_it_was_given(room):
    """The member hangs up and joins by phone: what was said in the room was said in the room."""
    s = room.stage
    room.record(room.said(s.tenant))
    room.note(actions.Mark(room.seat(s.tenant).pk, "phone"))
    assert room.record(room.said(s.tenant, seen=1)) == 0
    assert room.ballot(s.tenant).given == "room"


def test_that_a_vote_typed_is_the_one_cast_online_does_not_show(room):
    s = room.stage
    room.online(s.mayor, moment=HELD)
    same, other = room.said(s.mayor, room.keys[::-1], seen=1), room.said(s.mayor, seen=1)
    assert [refused(lambda e=e: room.record(e)) for e in (same, other)] == ["record.online"] * 2


def test_all_or_none_are_recorded(room):
    s = room.stage
    short = actions.Entry(seat_id=room.seat(s.mayor).pk, ranking=room.keys[:2])
    with pytest.raises(Refused) as refusal:
        room.record(room.said(s.president), short)
    assert (refusal.value.code, refusal.value.field) == ("ballot.incomplete", f"order_{room.seat(s.mayor).pk}")
    assert Ballot.objects.count() == 0


def test_a_refused_candidate_has_a_reason(room):
    s, (a, *others) = room.stage, room.keys
    room.record(actions.Entry(room.seat(s.mayor).pk, others, {a: "too_small"}))
    assert room.ballot(s.mayor).refused == {str(a): "too_small"}
    assert (
        refused(lambda: room.record(actions.Entry(room.seat(s.tenant).pk, others, {a: "because"}))) == "ballot.reason"
    )


@pytest.mark.parametrize("mark", [None, {"presence": "absent"}, {"presence": "present", "left_at": HELD}])
def test_nobody_votes_for_somebody_who_is_not_there(meeting, mark):
    meeting.turn()
    seat = meeting.seat(meeting.stage.tenant).pk
    if mark:
        meeting.note(actions.Mark(seat, **mark))
    code = refused(lambda: meeting.record(meeting.said(meeting.stage.tenant)))
    assert code == ("record.left" if mark and "left_at" in mark else "record.absent")


def test_a_vote_by_phone_and_a_represented_member_are_marked_so(meeting):
    s = meeting.stage
    meeting.turn("phone", "02 00 00 00 00, code 1234")
    meeting.note(
        actions.Mark(meeting.seat(s.tenant).pk, "phone"),
        actions.Mark(meeting.seat(s.mayor).pk, "represented", "Ana Rey"),
    )
    meeting.record(meeting.said(s.tenant), meeting.said(s.mayor))
    assert (meeting.ballot(s.tenant).given, meeting.ballot(s.mayor).given) == ("phone", "room")
    assert Attendance.objects.get(presence="represented").represented_by == "Ana Rey"


def test_attendance_is_checked_and_noted_once(meeting):
    meeting.turn()
    seat = meeting.seat(meeting.stage.mayor).pk
    assert refused(lambda: meeting.note(actions.Mark(seat, "represented"))) == "attendance.who"
    assert refused(lambda: meeting.note(actions.Mark(seat, "asleep"))) == "attendance.presence"
    late = actions.Mark(seat, "present", left_at=HELD + timedelta(minutes=1))
    assert refused(lambda: meeting.note(late)) == "attendance.left"
    assert [meeting.note(actions.Mark(seat, "present")), meeting.note(actions.Mark(seat, "present"))] == [1, 0]
    assert Event.objects.filter(verb="attendance.note").count() == 1


def test_an_online_ballot_is_never_overwritten_unasked(meeting):
    s = meeting.stage
    meeting.online(s.mayor)
    meeting.turn()
    meeting.all_there()
    for entry in (meeting.said(s.mayor), meeting.said(s.mayor, seen=1), meeting.said(s.mayor, seen=9, replaces=True)):
        with pytest.raises(Refused) as refusal:
            meeting.record(meeting.said(s.tenant), entry)
        assert refusal.value.code == "record.online"
        assert f"{s.mayor.person.full_name} a voté en ligne à 10:12" in refusal.value.message
    assert (meeting.ballot(s.mayor).ranking, Ballot.objects.count()) == (meeting.keys[::-1], 1)


def test_replaced_on_request_it_is_set_aside_and_comes_back_when_contested(meeting):
    s = meeting.stage
    meeting.online(s.mayor)
    meeting.turn()
    meeting.all_there()
    meeting.record(meeting.said(s.mayor, seen=1, replaces=True))
    replaced = meeting.ballot(s.mayor)
    assert (replaced.given, replaced.ranking, EarlierBallot.objects.get().ranking) == (
        "room", meeting.keys, meeting.keys[::-1],
    )  # fmt: skip
    with acting(s.secretary.scope):
        assert EarlierBallot.objects.count() == 0
    back = meeting.contest(s.mayor)
    assert (back.given, back.recorded_by_id, back.ranking) == ("online", None, meeting.keys[::-1])
    assert (back.cast_at, EarlierBallot.objects.count()) == (OPENS + timedelta(minutes=12), 0)
    assert meeting.contest(s.mayor).revision == back.revision


def test_the_member_s_own_vote_takes_the_place_of_the_recorded_one(room):
    s = room.stage
    room.record(room.said(s.tenant))
    mine = room.online(s.tenant, moment=HELD)
    assert (mine.given, mine.recorded_by_id, mine.ranking) == ("online", None, room.keys[::-1])
    assert refused(lambda: room.record(room.said(s.tenant, seen=1))) == "record.online"


def test_a_vote_that_changed_since_the_page_was_shown_is_not_overwritten(room):
    s = room.stage
    room.record(room.said(s.tenant))
    assert refused(lambda: room.record(room.said(s.tenant, room.keys[::-1]))) == "record.changed"
    assert refused(lambda: room.record(actions.Entry(room.seat(s.tenant).pk, seen=7, struck=True))) == "record.changed"
    assert room.record(actions.Entry(room.seat(s.tenant).pk, seen=1, struck=True)) == 1
    assert (Ballot.objects.count(), Event.objects.filter(verb="ballots.strike").count()) == (0, 1)


def test_a_contested_vote_does_not_count_and_its_dwelling_is_open_again(room):
    s = room.stage
    room.record(*[room.said(m) for m in (s.president, s.mayor, s.tenant)])
    room.close()
    assert room.contest(s.tenant).answer == "contested"
    assert AgendaItem.objects.get().closed_at is None
    assert refused(room.count) == "session.open"
    room.record(room.said(s.tenant, room.keys[::-1], seen=1))
    assert room.ballot(s.tenant).answer == ""
    room.contest(s.tenant)
    room.close()
    room.count()
    item = AgendaItem.objects.get()
    assert (item.count["votes"], [b["seat"] for b in item.count["ballots"]]) == (
        2, [room.seat(s.president).pk, room.seat(s.mayor).pk],
    )  # fmt: skip


def test_a_vote_contested_after_the_count_stays_and_the_minutes_say_it(room):
    s = room.stage
    room.record(*[room.said(m) for m in (s.president, s.mayor, s.tenant)])
    room.close()
    room.count()
    assert room.contest(s.tenant).answer == "disputed"
    session = room.sign()
    words = {m["name"]: m["presence"] for m in session.record["items"][0]["members"]}
    assert words[s.tenant.person.full_name].endswith("contesté par le membre après le dépouillement")
    assert refused(lambda: room.confirm(s.mayor)) == "confirm.signed"
    assert refused(lambda: room.contest(s.mayor)) == "confirm.signed"


def test_a_member_confirms_only_what_was_shown_and_only_their_own(room):
    s = room.stage
    room.record(*[room.said(m) for m in (s.president, s.tenant)])
    mine = room.ballot(s.tenant)

    def confirm(seen):
        return room.at(HELD, s.tenant, actions.confirm_votes, session_id=s.session.pk, seen=seen)

    assert refused(lambda: confirm({mine.pk: 2})) == "confirm.changed"
    with pytest.raises(NotYours):
        confirm({room.ballot(s.president).pk: 1})
    assert [confirm({mine.pk: 1}), confirm({mine.pk: 1})] == [1, 0]
    assert (room.ballot(s.tenant).answer, room.ballot(s.president).answer) == ("confirmed", "")


def test_a_signature_in_the_room_confirms_for_whoever_is_there(meeting):
    s = meeting.stage
    meeting.turn()
    seats = {name: meeting.seat(getattr(s, name)).pk for name in ("president", "tenant")}
    meeting.note(actions.Mark(seats["president"], "present"), actions.Mark(seats["tenant"], "phone"))
    meeting.record(meeting.said(s.president), meeting.said(s.tenant))

    def signed(seat):
        return meeting.at(HELD, s.secretary, actions.record_signature, session_id=s.session.pk, seat_id=seat)

    assert [signed(seats["president"]), signed(seats["president"])] == [1, 0]
    assert refused(lambda: signed(seats["tenant"])) == "signature.where"
    assert (meeting.ballot(s.president).answer, meeting.ballot(s.tenant).answer) == ("signed", "")


def test_a_recusal_declared_aloud_is_written_down_and_may_be_taken_back(room):
    s = room.stage
    room.record(room.said(s.tenant))

    def recuse(reason="Connaît le candidat 2"):
        return room.at(
            HELD, s.secretary, actions.record_recusal, item_id=room.item, seat_id=room.seat(s.tenant).pk, reason=reason
        )

    assert refused(lambda: recuse(" ")) == "recusal.reason"
    assert recuse().recorded_by_id == s.secretary.person_id
    assert refused(lambda: room.record(room.said(s.tenant, seen=1))) == "record.recused"
    strike = {"item_id": room.item, "seat_id": room.seat(s.tenant).pk}
    room.at(HELD, s.secretary, actions.strike_recusal, **strike)
    assert Recusal.objects.count() == 0
    room.at(HELD, s.tenant, actions.declare_interest, item_id=room.item, reason="cousin")
    assert refused(lambda: room.at(HELD, s.secretary, actions.strike_recusal, **strike)) == "recusal.own"


def test_closing_is_an_act_and_the_last_one_asks_each_member_to_confirm(room):
    s = room.stage
    room.online(s.mayor, moment=HELD)
    room.record(room.said(s.president), room.said(s.tenant))
    room.confirm(s.president)
    room.close()
    room.close()
    assert AgendaItem.objects.get().closed_at == HELD
    asked = Message.objects.filter(kind="commissions.confirm")
    assert [m.person for m in asked.order_by("pk")] == [s.tenant.person_id]
    assert "1 vote a été enregistré en votre nom" in asked.get().text.replace("\u00a0", " ")
    assert refused(lambda: reopen(room, " ")) == "reopen.reason"
    assert reopen(room, "Une erreur de saisie").closed_at is None
    assert Event.objects.get(verb="agenda.reopen").data == {"reason": "Une erreur de saisie"}


def reopen(room, reason):
    return room.at(HELD, room.stage.secretary, actions.reopen_item, item_id=room.item, reason=reason)


def test_a_dwelling_closed_without_quorum_is_postponed(room):
    s = room.stage
    room.record(room.said(s.tenant))
    postpone = {"item_id": room.item}
    assert refused(lambda: room.at(HELD, s.secretary, actions.postpone, **postpone)) == "postpone.when"
    room.close()
    assert refused(room.count) == "count.quorum"
    item = room.at(HELD, s.secretary, actions.postpone, **postpone)
    assert item.postponed == "Quorum non atteint : 1 sur 3 ont voté, il en fallait 2"


def test_who_asked_for_a_meeting_has_it(meeting):
    s = meeting.stage
    meeting.online(s.president, meeting=True)
    meeting.online(s.mayor)
    meeting.turn()
    meeting.close()
    code = refused(lambda: meeting.at(HELD, s.secretary, actions.postpone, item_id=meeting.item))
    assert code == "postpone.quorum"
    assert meeting.count().state == "counted"


def test_the_minutes_say_how_each_vote_was_given_and_who_was_there(meeting):
    s = meeting.stage
    meeting.online(s.president, meeting.keys)
    meeting.turn()
    meeting.all_there()
    meeting.note(actions.Mark(meeting.seat(s.president).pk, "absent"))
    meeting.record(meeting.said(s.mayor), meeting.said(s.tenant))
    meeting.confirm(s.tenant)
    meeting.close()
    meeting.count()
    session = meeting.sign()
    by = s.secretary.person.full_name
    assert {m["name"]: m["presence"] for m in session.record["items"][0]["members"]} == {
        s.president.person.full_name: "a voté en ligne le 25/11/2026 à 10:12",
        s.mayor.person.full_name: f"a voté dans la salle, noté par {by}, non confirmé par le membre",
        s.tenant.person.full_name: f"a voté dans la salle, noté par {by}, confirmé par le membre",
    }
    assert [row["presence"] for row in session.record["attendance"]] == ["absent", "présent", "présent"]
    assert datetime.fromisoformat(session.record["closes_at"]) == HELD
    text = text_of(bytes(session.minutes))
    for words in ("Présences à la réunion", PLACE, WHY, "non confirmé par le membre", "Réunion : les membres votent"):
        assert words in text, words
    assert list(Decision.objects.order_by("rank").values_list("candidate", flat=True)) == meeting.keys


def test_a_digital_session_s_minutes_are_as_before(meeting):
    meeting.stage.vote_and_sign(meeting.candidates)
    record = Session.objects.get().record
    assert set(record) & {"form", "place", "turns", "attendance"} == set()
    assert {m["presence"] for m in record["items"][0]["members"]} == {"a voté"}


def test_postgresql_refuses_a_ballot_for_another_that_does_not_say_by_whom(room):
    seat = room.seat(room.stage.tenant)
    for wrong in (
        {"given": "room"},
        {"given": "online", "recorded_by": room.stage.secretary.person},
        {"answer": "confirmed", "answered_at": HELD},
    ):
        with pytest.raises(IntegrityError, match="ballot_recorded_says_by_whom"), transaction.atomic():
            Ballot.objects.create(item_id=room.item, seat=seat, cast_at=HELD, **wrong)


def test_postgresql_hides_online_votes_from_the_secretary_of_a_meeting(room):
    s = room.stage
    room.online(s.mayor, moment=HELD)
    room.record(room.said(s.tenant))
    with acting(s.secretary.scope):
        assert set(Ballot.objects.values_list("seat", flat=True)) == {room.seat(s.tenant).pk}
        assert Ballot.objects.filter(seat=room.seat(s.mayor)).update(meeting=True) == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Ballot.objects.create(item_id=room.item, seat=room.seat(s.president), cast_at=HELD)
    with acting(s.mayor.scope):
        assert set(Ballot.objects.values_list("seat", flat=True)) == {room.seat(s.mayor).pk}
        assert Attendance.objects.count() == 3
        assert Attendance.objects.update(presence="absent") == 0
    for stranger in (s.households[0], s.build.actor("secretary"), s.build.actor("member")):
        with acting(stranger.scope):
            assert (Ballot.objects.count(), Attendance.objects.count()) == (0, 0)


def test_the_presences_of_a_signed_meeting_are_frozen(room):
    s = room.stage
    room.record(*[room.said(m) for m in (s.president, s.mayor, s.tenant)])
    room.close()
    room.count()
    room.sign()
    for act in (
        lambda: Attendance.objects.update(presence="absent"),
        lambda: Attendance.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="signed"), transaction.atomic():
            act()


def test_in_a_digital_session_nobody_records_for_another(meeting):
    entry = meeting.said(meeting.stage.tenant)
    assert refused(lambda: meeting.record(entry)) == "meeting.digital"
    assert refused(lambda: meeting.note(actions.Mark(entry.seat_id, "present"))) == "attendance.when"
    assert refused(meeting.close) == "meeting.digital"
    with clock.frozen_at(HELD), pytest.raises(NotYours):
        meeting.stage.as_(meeting.stage.tenant, actions.record_votes, item_id=meeting.item, entries=[entry])
