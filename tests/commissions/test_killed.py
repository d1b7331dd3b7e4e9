"""`kill -9` of the server and of the database in the last minute of a session: no acknowledged ballot is lost or doubled.

One installation for both tests; the second ends its session.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.commissions.crowd import Crowd, Member
from tests.config.test_processes import eventually
from tests.installation import PATIENCE, Place, installed

LAST_MINUTE, JUST_AFTER = timedelta(seconds=-59), timedelta(seconds=1)


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    with installed(Place) as place:
        yield Crowd(place, members=6, dwellings=4)


class Sending:
    """Every member at once, change after change, each until the site fails to answer or it is told to stop."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd, self._over, self.answered = crowd, threading.Event(), 0
        self._threads = [threading.Thread(target=self._send, args=[member]) for member in crowd.members]
        for thread in self._threads:
            thread.start()

    def _send(self, member: Member) -> None:
        for item, candidates in itertools.cycle(self._crowd.items):
            if self._over.is_set() or member.change(item, candidates) != 200:
                return
            self.answered += 1

    def stop(self) -> list[Member]:
        """Those whose last change had no answer."""
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        assert [thread.is_alive() for thread in self._threads] == [False] * len(self._threads)
        return [member for member in self._crowd.members if member.pending]


def changes(crowd: Crowd) -> dict[tuple[int, int], int]:
    """(seat, dwelling) → how many of its changes were acknowledged."""
    return {(m.seat, item): len(known) for m in crowd.members for item, known in m.acknowledged.items()}


def journaled(crowd: Crowd) -> dict[tuple[int, int], int]:
    """(seat, dwelling) → how many casts the ledger tells of."""
    rows = crowd.place.query(
        "SELECT b.seat_id, b.item_id, count(*) FROM commissions_ballot b JOIN common_event e"
        " ON e.verb = 'ballots.cast' AND e.subject_id = b.id GROUP BY b.id"
    )
    return {(seat, item): number for seat, item, number in rows}


def test_every_acknowledged_ballot_outlives_kills_in_the_last_minute(crowd: Crowd):
    for kill in (crowd.place.kill_worker, crowd.place.kill_web, crowd.place.kill_database):
        crowd.move_clock(LAST_MINUTE)
        sending = Sending(crowd)
        assert eventually(lambda: sending.answered >= 30, PATIENCE)  # noqa: B023
        kill()
        crowd.place.open_again()
        unanswered = sending.stop()
        assert (crowd.lost(), unanswered != []) == ([], True)
        # What was not answered is sent again as it was: written now, or found as it had been written.
        crowd.move_clock(LAST_MINUTE)
        assert [member.send() for member in unanswered] == [200] * len(unanswered)
        assert crowd.lost() == []
        assert {key: revision for key, (revision, _) in crowd.stored().items()} == changes(crowd) == journaled(crowd)


def test_after_the_closing_a_late_ballot_is_refused_a_lost_answer_is_told_and_the_count_works(crowd: Crowd):
    crowd.move_clock(LAST_MINUTE)
    for member in crowd.members:
        assert [member.change(item, candidates) for item, candidates in crowd.items] == [200] * len(crowd.items)
    item, candidates = crowd.items[0]
    late, told_nothing = crowd.members[3], crowd.members[4]
    # As if the answer to this one had been lost.
    known = told_nothing.acknowledged[item]
    revision = max(known)
    told_nothing.pending = (item, known.pop(revision), revision - 1)
    crowd.place.kill_worker()
    crowd.place.kill_database()
    crowd.place.open_again()
    crowd.move_clock(JUST_AFTER)
    before = crowd.stored()

    revision = max(late.acknowledged[item])
    last = late.acknowledged[item][revision]
    status, told = late.post(item, last[::-1], revision)
    assert (status, told["state"], told["message"], told["ballot"]["ranking"]) == (
        409, "closed", "La séance est close : votre dernier classement enregistré est celui qui compte.", list(last),
    )  # fmt: skip
    assert told_nothing.send() == 200
    assert (crowd.stored(), crowd.lost()) == (before, [])

    status, _ = crowd.secretary.post(f"/bailleur/seances/{crowd.session}/depouiller/", {})
    counts = dict(crowd.place.query("SELECT id, count FROM commissions_agendaitem"))
    read = {(b["seat"], i): tuple(b["ranking"]) for i, count in counts.items() for b in count["ballots"]}
    assert (status, read) == (302, {key: order for key, (_, order) in before.items()})
