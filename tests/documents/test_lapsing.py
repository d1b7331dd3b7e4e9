"""Proofs that end: told before and after, once, in one mail; renewed without a gap; never against an application."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from palier.accounts.roles import Role
from palier.applications import actions as applications
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.ledger import timeline
from palier.common.models import Message
from palier.cotation.actions import rescore
from palier.demands import nights
from palier.demands.models import Demand, NightStep
from palier.documents import actions, lapsing, queries
from palier.documents.models import Piece
from palier.law.calendar import PARIS, add_months
from tests.conftest import NOW
from tests.documents import files

TODAY = NOW.date()
SLIPS = TODAY - timedelta(days=20)
END = add_months(SLIPS, 3)


@pytest.fixture
def household(build):
    return build.actor(Role.APPLICANT)


@pytest.fixture
def demand(build, household):
    return build.demand(household.person)


@pytest.fixture
def desk(build):
    return build.actor(Role.DESK)


@pytest.fixture
def give(household, demand, desk):
    def make(kind="payslips", day=SLIPS, *, of=demand, accepted=True, pages=1):
        with acting(household.scope if of.person_id else desk.scope):
            giver = household if of.person_id else desk
            piece = actions.receive(actor=giver, demand=of, kind=kind, upload=files.upload(files.pdf(pages=pages)))
        return accept(desk, piece, day) if accepted else piece

    return make


def accept(desk, piece, day=None):
    with acting(desk.scope):
        return actions.accept(actor=desk, piece_id=piece.pk, day=day)


def on(day: date):
    return clock.frozen_at(datetime.combine(day, time(10), PARIS))


def night(day: date) -> int:
    with on(day):
        return nights.run()["proofs"]


def row(demand, kind="payslips"):
    return next(r for r in queries.due(demand) if (r.kind, r.about) == (kind, "applicant"))


def mails():
    return list(Message.objects.filter(kind="pieces.renew").order_by("pk"))


def test_the_date_read_at_the_check_says_until_when(give, demand):
    piece = give()
    assert (piece.dated_on, piece.valid_until) == (SLIPS, END)
    with on(END):
        assert row(demand).state == "accepted"
    with on(END + timedelta(days=1)):
        assert (row(demand).state, "payslips" in {r.kind for r in queries.missing(demand)}) == ("lapsed", True)


def test_the_household_says_the_date_and_the_desk_keeps_or_corrects_it(give, household, desk):
    piece = give(accepted=False)
    with acting(household.scope):
        actions.date_piece(actor=household, piece_id=piece.pk, day=SLIPS)
        actions.date_piece(actor=household, piece_id=piece.pk, day=SLIPS)
    assert [e["verb"] for e in timeline(piece.demand_id, "applicant")].count("pieces.date") == 1
    assert accept(desk, piece).valid_until == END
    other = give(accepted=False, pages=2)
    with acting(household.scope):
        actions.date_piece(actor=household, piece_id=other.pk, day=SLIPS)
    assert accept(desk, other, TODAY).dated_on == TODAY


def test_dates_that_cannot_be_are_refused_next_to_their_field(give, household, desk, build):
    piece = give(accepted=False)
    for day in (TODAY + timedelta(days=1), date(26, 11, 3), date(2999, 1, 1)):
        with pytest.raises(Refused) as caught, acting(household.scope):
            actions.date_piece(actor=household, piece_id=piece.pk, day=day)
        assert caught.value.field == "day"
    with pytest.raises(Refused, match="ne vaut plus depuis"):
        accept(desk, piece, TODAY - timedelta(days=200))
    assert Piece.objects.get(pk=piece.pk).state == "received"
    landlord = build.actor(Role.LANDLORD)
    with pytest.raises(NotYours), acting(landlord.scope):
        actions.date_piece(actor=landlord, piece_id=piece.pk, day=TODAY)
    accept(desk, piece)
    with pytest.raises(Refused, match="déjà vérifiée"), acting(household.scope):
        actions.date_piece(actor=household, piece_id=piece.pk, day=SLIPS)


def test_a_kind_without_end_keeps_no_date(give):
    piece = give("birth", TODAY)
    assert (piece.dated_on, piece.expires_on, piece.valid_until) == (None, None, None)


def test_one_mail_before_and_one_after_for_several_documents(give, demand):
    give()
    give("benefits", SLIPS + timedelta(days=5))
    before = END - timedelta(days=30)
    nights_told = [night(before + timedelta(days=n)) for n in (-1, 0, 0, 1, 6)]
    # The same night twice says the same count and writes nothing more.
    assert (nights_told, len(mails())) == ([0, 1, 1, 0, 0], 1)
    text = mails()[0].text
    assert ("Bulletins de salaire" in text, "CAF" in text, "ne sont plus valables" in text) == (True, True, False)


def test_after_the_end_one_more_mail_and_then_silence(give, demand):
    give()
    night(END - timedelta(days=10))
    after = END + timedelta(days=1)
    assert [night(END), night(after), night(after + timedelta(days=1)), night(after + timedelta(days=200))] == [
        0,
        1,
        0,
        0,
    ]
    assert [("ne sont plus valables" in m.text, "les trois derniers bulletins" in m.text) for m in mails()] == [
        (False, True),
        (True, True),
    ]
    verbs = [e["verb"] for e in timeline(demand.pk, "applicant")]
    assert (verbs.count("pieces.remind"), verbs.count("pieces.lapse")) == (1, 1)


def test_nobody_is_told_of_what_is_renewed_already_or_no_longer_asked(give, demand, household):
    give()
    give(accepted=False, pages=2)
    give("grant", SLIPS)
    assert (night(END - timedelta(days=1)), mails()) == (0, [])


def test_the_former_one_stays_until_the_next_is_accepted(give, demand, desk):
    old = give()
    with on(END + timedelta(days=3)):
        new = give(accepted=False, pages=2)
        assert (Piece.objects.get(pk=old.pk).state, row(demand).state) == ("accepted", "waiting")
        accept(desk, new, END)
        assert (Piece.objects.get(pk=old.pk).state, row(demand).state) == ("replaced", "accepted")


def test_the_back_of_a_card_follows_its_front(give, demand):
    give("identity", date(2030, 1, 1))
    give("identity", None, pages=2)
    assert row(demand, "identity").valid_until == date(2030, 1, 1)
    assert Piece.objects.filter(state="accepted").count() == 2


def test_a_night_killed_in_the_middle_goes_on(give, build, desk, monkeypatch):
    demands = [build.demand(build.person()) for _ in range(5)]
    for one in demands:
        with acting(desk.scope):
            piece = actions.receive(actor=desk, demand=one, kind="payslips", upload=files.upload(files.pdf()))
        accept(desk, piece, SLIPS)
    monkeypatch.setattr(lapsing, "BLOCK", 2)
    day = END - timedelta(days=3)

    def killed(line: str) -> None:
        if line.startswith("Pièces à renouveler : 2"):
            raise KeyboardInterrupt

    with on(day):
        with pytest.raises(KeyboardInterrupt):
            nights.run(say=killed)
        assert (len(mails()), NightStep.objects.get(day=day, step="proofs").done) == (2, 2)
        assert nights.run()["proofs"] == 5
        assert nights.run()["proofs"] == 5
    assert len(mails()) == 5
    assert len({m.to for m in mails()}) == 5


def test_the_night_asks_the_same_number_of_questions_for_one_and_for_ten(give, build, desk):
    def cost(day):
        # The year that has begun moves points too: that is the scores' own night.
        with on(day), acting(SYSTEM):
            for demand in Demand.objects.order_by("pk"):
                rescore(demand)
        with on(day), CaptureQueriesContext(connection) as seen:
            night(day)
        return len(seen)

    give()
    first = cost(END - timedelta(days=3))
    for other in [build.demand(build.person()) for _ in range(10)]:
        with acting(desk.scope):
            piece = actions.receive(actor=desk, demand=other, kind="payslips", upload=files.upload(files.pdf()))
        accept(desk, piece, SLIPS)
    assert cost(END - timedelta(days=2)) == first


def test_an_application_under_way_is_not_stopped_by_a_proof_that_ended_since(give, demand, build):
    landlord = build.actor(Role.LANDLORD)
    application = build.application(demand, build.offer(landlord.organisation), state="sent", live_slot=1)
    for due in queries.due(demand):
        if not due.optional:
            give_row(demand, due, build)
    assert queries.unchecked(demand) == []
    with on(END + timedelta(days=5)):
        assert [r.kind for r in queries.unchecked(demand)] == ["payslips"]
        assert queries.unchecked(demand, held_on=TODAY) == []
        with acting(landlord.scope):
            assert applications.admit(actor=landlord, application_id=application.pk).state == "admissible"


def give_row(demand, due, build):
    desk = build.actor(Role.DESK)
    with acting(desk.scope):
        piece = actions.receive(
            actor=desk, demand=demand, kind=due.kind, about=due.about, upload=files.upload(files.pdf())
        )
    accept(desk, piece, SLIPS if due.kind == "payslips" else None)
