"""A member reads on their own phone what was recorded in their name, and answers."""

from __future__ import annotations

import re

import pytest

from palier.commissions.models import AgendaItem, Ballot
from palier.common import clock
from tests.chain.test_chain import Stage
from tests.commissions.meetings import HELD, Meeting

LIST = "/commission/votes-enregistres/"


def begin(build) -> Meeting:
    made = Meeting(Stage(build))
    made.turn()
    made.all_there()
    return made


@pytest.fixture
def room(begun) -> Meeting:
    return begun


@pytest.fixture
def phone(room, client_for):
    client = client_for(room.stage.tenant)

    def ask(path, data=None):
        with clock.frozen_at(HELD):
            answer = client.get(path) if data is None else client.post(path, data, follow=True)
        return re.sub(r"\s+", " ", answer.content.decode())

    return ask


def test_the_way_to_the_list_is_on_the_first_page_and_on_the_session_s(room, phone):
    assert LIST not in phone("/commission/")
    room.record(room.said(room.stage.tenant))
    assert f'href="{LIST}"' in phone("/commission/")
    assert f'href="{LIST}"' in phone(f"/commission/seances/{room.stage.session.pk}/")
    room.confirm(room.stage.tenant)
    assert LIST not in phone("/commission/")


def test_the_list_says_what_was_recorded_by_whom_and_one_button_confirms(room, phone):
    s = room.stage
    room.record(room.said(s.tenant, room.keys[::-1]), room.said(s.mayor))
    shown = phone(LIST)
    assert [int(n) for n in re.findall(r"<li>Candidat (\d)", shown)] == [4, 3, 2, 1]
    assert (f"par {s.secretary.person.full_name}" in shown, shown.count("Je confirme")) == (True, 1)
    ballot = room.ballot(s.tenant)
    told = phone(f"/commission/seances/{s.session.pk}/confirmer/", {f"seen_{ballot.pk}": ballot.revision})
    assert ("vos votes sont confirmés" in told, "Je confirme" in told) == (True, False)
    assert (room.ballot(s.tenant).answer, room.ballot(s.mayor).answer) == ("confirmed", "")


def test_a_vote_changed_meanwhile_is_read_again_first(room, phone):
    s = room.stage
    room.record(room.said(s.tenant))
    room.record(room.said(s.tenant, room.keys[::-1], seen=1))
    told = phone(f"/commission/seances/{s.session.pk}/confirmer/", {f"seen_{room.ballot(s.tenant).pk}": 1})
    assert "relisez-le avant de confirmer" in told
    assert room.ballot(s.tenant).answer == ""


def test_contested_it_counts_no_more_and_the_member_may_vote_on_their_screen(room, phone):
    s = room.stage
    room.record(room.said(s.tenant))
    room.close()
    told = phone(f"{LIST}{room.ballot(s.tenant).pk}/contester/", {})
    assert ("ce vote ne compte plus" in told, "Voter sur mon écran" in told) == (True, True)
    assert AgendaItem.objects.get().closed_at is None
    page = phone(f"/commission/logements/{room.item}/")
    assert f'name="rank_{room.keys[0]}"' in page
    phone(f"/commission/logements/{room.item}/classer/", {f"rank_{pk}": n for n, pk in enumerate(room.keys, 1)})
    assert Ballot.objects.get().given == "online"


def test_nobody_answers_for_another(room, client_for):
    s = room.stage
    room.record(room.said(s.tenant))
    ballot = room.ballot(s.tenant)
    with clock.frozen_at(HELD):
        mayor = client_for(s.mayor)
        assert mayor.post(f"{LIST}{ballot.pk}/contester/").status_code == 404
        seen = {f"seen_{ballot.pk}": 1}
        assert mayor.post(f"/commission/seances/{s.session.pk}/confirmer/", seen).status_code == 404
        assert "Aucun vote n’est enregistré" in mayor.get(LIST).content.decode()
    assert room.ballot(s.tenant).answer == ""
