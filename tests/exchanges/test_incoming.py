"""What the register tells: removed elsewhere, newly recognised; once, and from where one stopped."""

from __future__ import annotations

from datetime import timedelta

from palier.common import clock
from palier.common.models import Event
from palier.demands.models import Demand
from palier.documents.models import Recognition
from palier.exchanges import incoming, sending
from palier.exchanges.models import Cursor, News, Operation
from tests.conftest import NOW
from tests.exchanges.test_queue import registered


def known(build, desk, to_register, **form):
    demand = registered(build, desk, **form)
    sending.send_due(to_register)
    return demand, demand.register_number.number


def states(demand):
    demand.refresh_from_db()
    return demand.state, demand.removal_ground


def test_removed_elsewhere_is_removed_here_once_and_not_sent_back(build, desk, to_register, register):
    demand, number = known(build, desk, to_register)
    assert incoming.read_news(to_register) == {incoming.REMOVALS: 0, incoming.DALO: 0}
    # The stand-in lives in the real present; the tests' clock stands still elsewhere.
    Cursor.objects.update(since=NOW.replace(year=2000))
    register.remove(number, "RADATT")
    assert incoming.read_news(to_register)[incoming.REMOVALS] == 1
    assert states(demand) == ("removed", "RADATT")
    Cursor.objects.update(since=NOW.replace(year=2000))
    assert incoming.read_news(to_register)[incoming.REMOVALS] == 0
    assert list(Operation.objects.values_list("kind", flat=True)) == ["CRE"]
    assert News.objects.count() == 1


def test_a_removal_without_a_known_ground_waits_for_an_agent(build, desk, to_register, register):
    demand, number = known(build, desk, to_register)
    Cursor.objects.create(service=incoming.REMOVALS, since=NOW.replace(year=2000))
    register.remove(number, "MYSTERE")
    for _ in range(2):
        incoming.read_news(to_register)
        Cursor.objects.update(since=NOW.replace(year=2000))
    assert states(demand) == ("active", "")
    assert [(n.state, n.code) for n in News.objects.all()] == [("unclear", "MYSTERE")]
    assert Event.objects.filter(thread=demand.pk, verb="news.unclear").count() == 1


def test_a_new_recognition_is_asked_of_the_states_service(build, desk, to_register, register):
    demand, number = known(build, desk, to_register)
    Cursor.objects.create(service=incoming.DALO, since=NOW.replace(year=2000))
    register.recognise(number)
    for _ in range(2):
        incoming.read_news(to_register)
        Cursor.objects.update(since=NOW.replace(year=2000))
    assert [(r.situation, r.state) for r in Recognition.objects.filter(demand=demand)] == [("dalo", "asked")]


def test_demands_of_others_are_passed_over_and_the_cursor_is_the_registers_own_instant(build, to_register, register):
    from tests.exchanges.registers import AT
    from tests.exchanges.stand_in.test_protocol import FILE, creation

    number = to_register.submit(creation(), FILE, AT).demand.number
    register.remove(number, "RADABA")
    Cursor.objects.create(service=incoming.REMOVALS, since=NOW.replace(year=2000))
    before = Cursor.objects.get().since
    assert incoming.read_news(to_register)[incoming.REMOVALS] == 0
    after = Cursor.objects.get(pk=incoming.REMOVALS)
    assert (after.told, after.error, after.since > before, Demand.objects.count()) == (1, "", True, 0)


def test_a_failure_leaves_the_cursor_where_it_was(build, to_register, register):
    since = NOW - timedelta(days=9)
    for service in (incoming.REMOVALS, incoming.DALO):
        Cursor.objects.create(service=service, since=since)
    register.tell("half", times=2)
    with clock.frozen_at(NOW):
        incoming.read_news(to_register)
    assert {(c.since, c.error) for c in Cursor.objects.all()} == {(since, "half")}
