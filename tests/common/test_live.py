"""What changes reaches whoever may know it, and nobody else: the real process, real streams, real commits."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import transaction

from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import Seat, Session
from palier.common import clock, live
from palier.common.isolation import SYSTEM, acting
from palier.common.streaming import ALL, STREAMS_OF_ONE, WORDS, Access, Hub, Stream
from palier.config.environment import ENV
from tests.builders import Builder
from tests.chain.test_chain import OPENS, Stage
from tests.streams import Server, cookie_of, eventually


@pytest.fixture(scope="module")
def process() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


@pytest.fixture
def server(process, committed) -> Iterator[Server]:
    yield process
    process.let_go()


@pytest.fixture
def stage(committed) -> Stage:
    """A published session of one dwelling, with everyone's browser."""
    with acting(SYSTEM):
        stage = Stage(Builder())
        stage.item = stage.to_agenda()[0].item_id
    stage.path = f"/flux/seances/{stage.session.pk}/"
    return stage


@pytest.fixture
def cookie(client_for):
    def of(actor) -> str:
        with acting(SYSTEM):
            return cookie_of(client_for(actor))

    return of


def say(stage: Stage, who, text: str) -> None:
    with clock.frozen_at(OPENS):
        stage.as_(who, actions.post_comment, item_id=stage.item, text=text)


def vote(stage: Stage, who) -> None:
    with clock.frozen_at(OPENS), acting(SYSTEM):
        ranking = [c.pk for c in stage.session.items.get().candidates.order_by("position")]
    with clock.frozen_at(OPENS):
        stage.as_(who, actions.cast_ballot, item_id=stage.item, ranking=ranking)


def test_a_message_and_a_vote_reach_members_secretary_and_agent_as_keys_only(server, stage, cookie):
    listening = [server.listen(stage.path, cookie(who)) for who in (stage.mayor, stage.secretary, stage.agent)]
    say(stage, stage.president, "Le T3 convient au candidat 2.")
    assert [one.next() for one in listening] == [f"comments.{stage.item}"] * 3
    vote(stage, stage.tenant)
    assert [one.next() for one in listening] == [f"votes.{stage.item}"] * 3


def test_what_is_rolled_back_is_never_told(server, stage, cookie):
    member = server.listen(stage.path, cookie(stage.mayor))
    with transaction.atomic():
        say(stage, stage.president, "Jamais dit.")
        transaction.set_rollback(True)
    say(stage, stage.president, "Dit.")
    assert member.all(1) == [f"comments.{stage.item}"]


def test_a_stranger_a_household_and_a_visitor_find_no_door(server, stage, cookie):
    with acting(SYSTEM):
        build = Builder(first=5_000)
        others = [build.actor(role) for role in (Role.MEMBER, Role.SECRETARY, Role.LANDLORD, Role.DESK)]
    household = stage.households[0]
    asked = [server.status(stage.path, cookie(who)) for who in (*others, household)]
    assert (asked, server.status(stage.path), server.status(stage.path, "sessionid=forged")) == ([404] * 5, 404, 404)
    assert server.status("/flux/seances/999999999/", cookie(stage.mayor)) == 404
    assert server.status("/flux/autre/1/", cookie(stage.mayor)) == 404


def test_pages_of_other_sites_may_not_listen(server, stage, cookie):
    mine = cookie(stage.mayor)
    assert server.status(stage.path, mine, Origin="https://ailleurs.example") == 403
    assert server.status(stage.path, mine, Host="ailleurs.example") == 404


def test_a_member_of_another_commission_hears_nothing_of_this_one(server, stage, cookie):
    with acting(SYSTEM):
        other = Stage(Builder(first=5_000))
        other.item = other.to_agenda()[0].item_id
    elsewhere = server.listen(f"/flux/seances/{other.session.pk}/", cookie(other.mayor))
    say(stage, stage.president, "Chez nous.")
    say(other, other.president, "Chez eux.")
    assert elsewhere.all(1) == [f"comments.{other.item}"]
    assert server.status(stage.path, cookie(other.mayor)) == 404


def test_a_member_who_steps_out_hears_no_more_even_of_what_was_on_its_way(server, stage, cookie):
    mine = cookie(stage.tenant)
    stepping, staying = server.listen(stage.path, mine), server.listen(stage.path, cookie(stage.mayor))
    with clock.frozen_at(OPENS), acting(stage.tenant.scope):
        actions.declare_interest(actor=stage.tenant, item_id=stage.item, reason="Voisin")
    say(stage, stage.president, "Sans le représentant des locataires.")
    assert staying.all(1) == [f"votes.{stage.item}", f"comments.{stage.item}"]
    # One dwelling on the agenda: nothing is left to hear.
    assert (stepping.all(1), stepping.over.wait(15)) == (["end"], True)
    assert server.status(stage.path, mine) == 404


def test_a_seat_that_ends_ends_the_stream(server, stage, cookie):
    member = server.listen(stage.path, cookie(stage.mayor))
    with acting(SYSTEM):
        Seat.objects.filter(person=stage.mayor.person).update(until=OPENS.date())
    assert (member.next(), member.over.wait(15)) == ("end", True)


def test_a_signed_out_browser_is_found_at_the_next_heartbeat(server, stage, cookie):
    mine = cookie(stage.mayor)
    member = server.listen(stage.path, mine)
    with acting(SYSTEM):
        from django.contrib.sessions.models import Session as SignedIn

        SignedIn.objects.filter(session_key=mine.partition("=")[2]).delete()
    assert member.next(40) == "end"


def test_a_session_that_is_cancelled_closes_every_stream(server, stage, cookie):
    listening = [server.listen(stage.path, cookie(who)) for who in (stage.mayor, stage.secretary)]
    stage.as_(stage.secretary, actions.cancel, session_id=stage.session.pk, reason="Salle inondée")
    assert [one.next() for one in listening] == ["end", "end"]


def test_the_process_listens_again_after_its_connection_was_cut_and_says_that_something_may_be_missed(
    server, stage, cookie
):
    member = server.listen(stage.path, cookie(stage.mayor))
    web = ENV.database("web")
    address = psycopg.conninfo.make_conninfo(
        host=web["host"], port=web["port"], user=web["user"], password=web["password"], dbname=web["name"]
    )
    with psycopg.connect(address, autocommit=True) as link:
        cut = link.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN palier_news%' OR query = 'SELECT 1'"
        ).fetchone()
    assert cut[0] >= 1
    assert member.next() == ALL
    say(stage, stage.president, "Toujours là ?")
    assert member.next() == f"comments.{stage.item}"


def test_the_process_ends_at_once_with_streams_open_and_starts_again(server, stage, cookie):
    mine = cookie(stage.mayor)
    listening = [server.listen(stage.path, mine) for _ in range(3)]
    assert server.stop() < 2.5
    assert [one.over.wait(15) for one in listening] == [True] * 3
    server.start()
    again = server.listen(stage.path, mine)
    say(stage, stage.president, "De retour.")
    assert again.next() == f"comments.{stage.item}"


def test_one_person_may_not_hold_all_the_lines(server, stage, cookie):
    mine = cookie(stage.mayor)
    held = [server.listen(stage.path, mine) for _ in range(STREAMS_OF_ONE)]
    assert server.status(stage.path, mine) == 503
    server.listen(stage.path, cookie(stage.tenant))
    held[0].close()
    assert eventually(lambda: server.status(stage.path, mine) == 200)


def test_a_browser_that_does_not_read_grows_no_queue():
    stream = Stream(Access("sessions.1", 7, frozenset(range(1, 100_000))))
    for _ in range(3):
        for key in range(1, 50):
            stream.put(f"votes.{key}")
    assert stream.take() == [f"votes.{key}" for key in range(1, 50)]
    for key in range(1, 90_000):
        stream.put(f"votes.{key}")
        assert len(stream._waiting) <= WORDS
    assert ALL in stream._waiting


def test_only_the_room_s_own_words_are_handed_on():
    hub = Hub()
    here, there = (Stream(Access(f"sessions.{n}", n, frozenset({3}))) for n in (1, 2))
    with hub.joined(here), hub.joined(there):
        for payload in (
            "sessions.1 votes.3",
            "sessions.1 votes.4",
            "sessions.1 state",
            "sessions.1 a\ndata: x",
            "nonsense",
        ):
            hub.spread(payload)
        assert (here.take(), there.take(), hub.count) == (["votes.3", "state"], [], 2)
    assert (hub.count, hub.everyone()) == (0, [])


@pytest.mark.parametrize(
    ("room", "word"), [("sessions.1", "Marie"), ("sessions.x", "votes.1"), ("sessions.1", "votes 1"), ("", "votes")]
)
def test_nothing_but_names_and_keys_is_told(world, room, word):
    with pytest.raises(ValueError):
        live.tell(room, word)


def test_a_room_of_a_session_that_is_not_published_stays_closed(server, stage, cookie):
    with acting(SYSTEM):
        Session.objects.filter(pk=stage.session.pk).update(state="preparing")
    assert [server.status(stage.path, cookie(who)) for who in (stage.mayor, stage.secretary)] == [404, 404]
