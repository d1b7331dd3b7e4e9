"""The secretary's screens of a meeting: what is typed comes back, nothing is overwritten, one gesture for all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from palier.commissions import actions
from palier.commissions.models import AgendaItem, Attendance, Ballot, Recusal, Session
from palier.common import clock
from tests.chain.test_chain import OPENS, Stage
from tests.commissions.meetings import HELD, PLACE, TURNS, WHY, Meeting


def begin(build) -> Meeting:
    return Meeting(Stage(build))


@pytest.fixture
def meeting(begun) -> Meeting:
    return begun


@pytest.fixture
def desk(meeting, client_for):
    client = client_for(meeting.stage.secretary)

    def ask(path, data=None, moment=HELD):
        with clock.frozen_at(moment):
            return client.get(path) if data is None else client.post(path, data)

    return ask


@pytest.fixture
def room(meeting) -> Meeting:
    meeting.turn()
    meeting.all_there()
    return meeting


def votes(meeting) -> str:
    return f"/bailleur/seances/logements/{meeting.item}/votes/"


def order(meeting, actor) -> str:
    return f"order_{meeting.seat(actor).pk}"


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_from_the_session_to_the_meeting(meeting, desk):
    session = meeting.stage.session.pk
    assert f'href="/bailleur/seances/{session}/forme/"' in text(desk(f"/bailleur/seances/{session}/", moment=TURNS))
    wrong = desk(f"/bailleur/seances/{session}/forme/", {"form": "meeting", "place": PLACE, "why": ""}, TURNS)
    assert (wrong.status_code, "Écrivez pourquoi" in text(wrong), PLACE in text(wrong)) == (422, True, True)
    done = desk(f"/bailleur/seances/{session}/forme/", {"form": "meeting", "place": PLACE, "why": WHY}, TURNS)
    assert done.headers["Location"] == f"/bailleur/seances/{session}/reunion/"
    shown = text(desk(done.headers["Location"]))
    assert ("Notez qui est là" in shown, PLACE in shown, WHY in shown) == (True, True, True)
    assert f'href="/bailleur/seances/{session}/reunion/"' in text(desk(f"/bailleur/seances/{session}/"))


def test_a_digital_session_has_no_meeting_page(meeting, desk):
    address = f"/bailleur/seances/{meeting.stage.session.pk}/"
    assert desk(f"{address}reunion/").headers["Location"] == address
    assert desk(votes(meeting)).headers["Location"] == address


def test_presences_are_noted_one_by_one_or_all_at_once(meeting, desk):
    meeting.turn()
    s, address = meeting.stage, f"/bailleur/seances/{meeting.stage.session.pk}/reunion/"
    mayor, tenant = meeting.seat(s.mayor).pk, meeting.seat(s.tenant).pk
    wrong = desk(address, {f"presence_{mayor}": "represented", f"presence_{tenant}": "phone"})
    assert (wrong.status_code, "Écrivez qui représente ce membre" in text(wrong)) == (422, True)
    assert Attendance.objects.count() == 0
    done = desk(
        address,
        {f"presence_{mayor}": "represented", f"represented_by_{mayor}": "Ana Rey", f"presence_{tenant}": "phone",
         f"left_at_{tenant}": "12:05", "everybody": "1"},
    )  # fmt: skip
    assert done.status_code == 302
    rows = {a.seat_id: (a.presence, a.represented_by, a.left_at) for a in Attendance.objects.order_by("pk")}
    assert rows == {
        meeting.seat(s.president).pk: ("present", "", None),
        mayor: ("represented", "Ana Rey", None),
        tenant: ("phone", "", HELD - timedelta(minutes=5)),
    }


def test_one_gesture_for_all_who_have_not_voted_and_a_line_for_who_differs(room, desk):
    s = room.stage
    room.online(s.mayor, moment=HELD)
    done = desk(votes(room), {"order_all": "2134", order(room, s.tenant): "4 3 2 1"})
    assert done.headers["Location"] == votes(room)
    a, b, c, d = room.keys
    assert {b.seat_id: (b.ranking, b.given) for b in Ballot.objects.order_by("pk")} == {
        room.seat(s.president).pk: ([b, a, c, d], "room"),
        room.seat(s.tenant).pk: ([d, c, b, a], "room"),
        room.seat(s.mayor).pk: ([d, c, b, a], "online"),
    }


def test_what_was_typed_comes_back_with_its_error_beside_it(room, desk):
    s = room.stage
    tenant, key = room.seat(s.tenant).pk, room.keys[3]
    wrong = desk(
        votes(room),
        {order(room, s.president): "1 2 3 4", order(room, s.tenant): "1 2 9", f"reason_{tenant}_{key}": "too_small"},
    )
    shown = text(wrong)
    assert (wrong.status_code, Ballot.objects.count(), "Il n’y a pas de candidat 9." in shown) == (422, 0, True)
    assert ('value="1 2 3 4"' in shown, 'value="1 2 9"' in shown, shown.count('value="too_small" selected')) == (
        True, True, 1,
    )  # fmt: skip
    left = text(desk(votes(room), {order(room, s.tenant): "1 2 3"}))
    assert "Candidat 4 : donnez-lui une place, ou un motif de refus." in left
    both = text(desk(votes(room), {order(room, s.tenant): "1234", f"reason_{tenant}_{key}": "too_small"}))
    assert "Candidat 4 : il est classé et refusé à la fois." in both


def test_an_online_vote_that_came_meanwhile_is_a_conflict_said_in_words(room, desk):
    s = room.stage
    room.online(s.mayor, moment=HELD)
    seat = room.seat(s.mayor).pk
    late = desk(votes(room), {order(room, s.mayor): "1 2 3 4", f"seen_{seat}": "0"})
    shown = text(late)
    assert (late.status_code, "a voté en ligne à 12:10" in shown, 'value="1 2 3 4"' in shown) == (422, True, True)
    assert (f'name="replace_{seat}"' in shown, Ballot.objects.get().given) == (True, "online")
    done = desk(votes(room), {order(room, s.mayor): "1 2 3 4", f"seen_{seat}": "1", f"replace_{seat}": "on"})
    assert (done.status_code, Ballot.objects.get().given) == (302, "room")


def test_a_page_left_open_takes_nothing_away(room, desk):
    """The line was empty when it was shown: sent late, it strikes nothing; emptied on purpose, it does."""
    s = room.stage
    room.record(room.said(s.tenant))
    seat = room.seat(s.tenant).pk
    assert desk(votes(room), {order(room, s.tenant): "", f"seen_{seat}": "0"}).status_code == 302
    assert Ballot.objects.count() == 1
    assert desk(votes(room), {order(room, s.tenant): "", f"seen_{seat}": "1"}).status_code == 302
    assert Ballot.objects.count() == 0


def test_a_line_of_somebody_who_left_meanwhile_is_given_back(room, desk):
    s = room.stage
    room.note(actions.Mark(room.seat(s.tenant).pk, "present", left_at=HELD))
    wrong = desk(votes(room), {order(room, s.tenant): "1 2 3 4"})
    assert (wrong.status_code, "Vous aviez écrit « 1 2 3 4 »" in text(wrong)) == (422, True)


def test_online_votes_are_not_shown_to_the_secretary(room, desk):
    room.online(room.stage.mayor, moment=HELD)
    shown = text(desk(votes(room)))
    assert "Voté en ligne" in shown
    assert ('value="4 3 2 1"' in shown, "4 puis 3" in shown) == (False, False)


def test_recorded_then_closed_leads_to_the_count(room, desk):
    s = room.stage
    session = f"/bailleur/seances/{s.session.pk}/"
    done = desk(votes(room), {"order_all": "1 2 3 4", "close": "1"})
    assert done.headers["Location"] == f"{session}reunion/"
    assert AgendaItem.objects.get().closed_at == HELD
    assert "Tous les votes sont clos" in text(desk(f"{session}reunion/"))
    closed = text(desk(votes(room)))
    assert ("1 puis 2 puis 3 puis 4" in closed, 'name="order_all"' in closed) == (True, False)
    empty = desk(f"/bailleur/seances/logements/{room.item}/rouvrir/", {"reason": ""})
    assert empty.status_code == 422
    desk(f"/bailleur/seances/logements/{room.item}/rouvrir/", {"reason": "Erreur de saisie"})
    assert AgendaItem.objects.get().closed_at is None
    desk(f"/bailleur/seances/logements/{room.item}/clore/", {})
    assert desk(f"{session}depouiller/", {}).status_code == 302
    assert Session.objects.get().state == "counted"
    assert "Les votes ne changent plus" in text(desk(f"{session}reunion/"))


def test_closing_without_quorum_says_so(room, desk):
    done = desk(f"/bailleur/seances/logements/{room.item}/clore/", {})
    assert "Vote clos sans quorum" in text(desk(done.headers["Location"]))
    assert "Reporter ce logement" in text(desk(f"/bailleur/seances/{room.stage.session.pk}/"))


def test_a_recusal_is_noted_and_taken_back(room, desk):
    seat, address = room.seat(room.stage.tenant).pk, f"/bailleur/seances/logements/{room.item}/deport/"
    wrong = desk(address, {"seat": seat, "reason": " "})
    assert (wrong.status_code, Recusal.objects.count()) == (422, 0)
    assert desk(address, {"seat": seat, "reason": "Voisine"}).status_code == 302
    shown = text(desk(votes(room)))
    assert ("Déporté" in shown, f'name="order_{seat}"' in shown) == (True, False)
    desk(f"{address}retirer/", {"seat": seat})
    assert Recusal.objects.count() == 0


def test_a_signature_in_the_room_is_noted(room, desk):
    s, address = room.stage, f"/bailleur/seances/{room.stage.session.pk}/reunion/"
    room.record(room.said(s.president))
    assert "A signé dans la salle" in text(desk(address))
    desk(f"{address}signature/", {"seat": room.seat(s.president).pk})
    assert room.ballot(s.president).answer == "signed"
    assert "A signé dans la salle" not in text(desk(address))
    refused = desk(f"{address}signature/", {"seat": "x"})
    assert "Seul un membre présent" in text(desk(refused.headers["Location"]))


def test_the_sheet_to_sign_holds_what_was_said_in_the_room(room, desk):
    s, address = room.stage, f"/bailleur/seances/{room.stage.session.pk}/reunion/feuille/"
    assert "Aucun vote" in text(desk(address))
    a, *others = room.keys[::-1]
    room.online(s.mayor, moment=HELD)
    room.record(actions.Entry(room.seat(s.tenant).pk, others, {a: "too_small"}))
    shown = text(desk(address))
    assert re.findall(r"<h2>(\S+ \S+)", shown) == [s.tenant.person.full_name]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", shown) == ["3, 2, 1", "4", "12:10"]


def test_the_meeting_is_its_secretary_s_alone(room, client_for, build):
    addresses = [votes(room), f"/bailleur/seances/{room.stage.session.pk}/reunion/"]
    for actor in (room.stage.mayor, room.stage.agent, build.actor("secretary"), room.stage.households[0]):
        with clock.frozen_at(HELD):
            assert [client_for(actor).get(address).status_code for address in addresses] == [404, 404]


def test_before_it_begins_nothing_is_recorded(meeting, desk):
    meeting.turn(moment=OPENS - timedelta(hours=1))
    early = OPENS - timedelta(minutes=30)
    shown = text(desk(f"/bailleur/seances/{meeting.stage.session.pk}/reunion/", moment=early))
    assert ("La réunion n’a pas commencé" in shown, 'name="presence_' in shown) == (True, False)
    assert 'name="order_all"' not in text(desk(votes(meeting), moment=early))
