"""The life of a demand on real rows: notices, late renewals, warnings, removals, returns, erasure, and their mails."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import pytest

from palier.accounts.actor import PALIER
from palier.accounts.roles import Role
from palier.applications.models import Application
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Event, Message
from palier.demands import actions, living, nights
from palier.demands.models import Demand, DemandVersion, NightStep, Notice
from palier.law.calendar import PARIS, add_months
from tests.conftest import NOW

TODAY = NOW.date()


@contextmanager
def day(on: date):
    with clock.frozen_at(datetime.combine(on, time(10), PARIS)):
        yield


def night(on: date) -> dict[str, int]:
    """What the register's own steps did; those of later apps have their own tests."""
    with day(on):
        done = nights.run()
    return {step.key: done[step.key] for step in nights.STEPS}


def kinds(demand: Demand) -> list[str]:
    return list(Message.objects.filter(thread=demand.pk).order_by("pk").values_list("kind", flat=True))


def act(actor, action, **arguments):
    with acting(actor.scope):
        return action(actor=actor, **arguments)


@pytest.fixture
def household(build):
    return build.actor(Role.APPLICANT)


@pytest.fixture
def demand(build, household):
    """Registered a year ago today: valid until today."""
    first = add_months(TODAY, -12)
    return build.demand(household.person, first_registered_on=first, expires_on=TODAY)


@pytest.fixture
def desk(build):
    return build.actor(Role.DESK, build.organisation("desk"))


def test_one_notice_one_month_before_and_never_two(demand):
    before = add_months(TODAY, -1) - timedelta(days=1)
    assert night(before)["remind"] == 0
    assert [night(before + timedelta(days=n))["remind"] for n in (1, 2, 3)] == [1, 0, 0]
    assert kinds(demand) == ["demands.remind"]
    notice = demand.notices.get()
    assert (notice.sent_on, notice.removal_on) == (add_months(TODAY, -1), add_months(demand.first_registered_on, 13))
    assert notice.proof == "Courriel"


def test_the_same_night_twice_changes_nothing(demand):
    assert night(TODAY)["remind"] == 1
    events, mails = Event.objects.count(), Message.objects.count()
    assert night(TODAY)["remind"] == 1
    assert (Event.objects.count(), Message.objects.count()) == (events, mails)


def test_renewed_late_with_nothing_lost(demand, household):
    night(add_months(TODAY, -1))
    late = add_months(demand.first_registered_on, 13) - timedelta(days=1)
    with day(late):
        renewed = act(household, actions.renew, demand_id=demand.pk)
    assert (renewed.number, renewed.first_registered_on) == (demand.number, demand.first_registered_on)
    assert renewed.expires_on == add_months(late, 12)
    assert demand.notices.get().outcome == "answered"
    assert set(night(late + timedelta(days=1)).values()) == {0}


def test_removed_at_thirteen_months_and_back_until_eighteen(demand, household):
    night(add_months(TODAY, -1))
    end = add_months(demand.first_registered_on, 13)
    assert night(end - timedelta(days=1))["remove"] == 0
    assert night(end)["remove"] == 1
    demand.refresh_from_db()
    assert (demand.state, demand.removal_ground, demand.removed_on) == ("removed", "RADREN", end)
    last = add_months(demand.first_registered_on, 18)
    with day(last + timedelta(days=1)), pytest.raises(Refused, match="repart de zéro"):
        act(household, living.reactivate, demand_id=demand.pk)
    with day(last):
        back = act(household, living.reactivate, demand_id=demand.pk)
        again = act(household, living.reactivate, demand_id=demand.pk)
    assert (back.state, back.number, back.first_registered_on) == ("active", demand.number, demand.first_registered_on)
    assert again.expires_on == add_months(last, 12)
    assert kinds(demand) == ["demands.remind", "demands.removed", "demands.reactivated"]


def test_a_notice_that_left_late_pushes_the_removal_back(demand):
    late = add_months(demand.first_registered_on, 13) + timedelta(days=40)
    assert {step: done for step, done in night(late).items() if done} == {"remind": 1}
    assert night(add_months(late, 1) - timedelta(days=1))["remove"] == 0
    assert night(add_months(late, 1))["remove"] == 1


def test_without_an_account_nothing_runs_before_the_letter_is_posted(build, desk):
    demand = build.demand(None, first_registered_on=add_months(TODAY, -12), expires_on=TODAY)
    night(add_months(TODAY, -1))
    notice = demand.notices.get()
    assert (notice.sent_on, notice.removal_on, kinds(demand)) == (None, None, [])
    assert night(add_months(TODAY, 6))["remove"] == 0
    posted = add_months(TODAY, 6)
    with day(posted):
        for wrong in ({"sent_on": posted + timedelta(days=1), "proof": "1A 234"}, {"sent_on": posted, "proof": ""}):
            with pytest.raises(Refused):
                act(desk, living.post_notice, notice_id=notice.pk, **wrong)
        act(desk, living.post_notice, notice_id=notice.pk, sent_on=posted, proof="1A 234 567")
    assert night(add_months(posted, 1) - timedelta(days=1))["remove"] == 0
    assert night(add_months(posted, 1))["remove"] == 1


def test_a_letter_left_unanswered_removes_two_months_later(build, desk, household):
    demand = build.demand(household.person, first_registered_on=TODAY, expires_on=add_months(TODAY, 12))
    sent = {"demand_id": demand.pk, "sent_on": TODAY, "proof": "1A 234 567"}
    first = act(desk, living.warn, **sent)
    assert act(desk, living.warn, **sent) == first
    assert first.removal_on == add_months(TODAY, 2)
    assert night(add_months(TODAY, 2) - timedelta(days=1))["remove"] == 0
    assert night(add_months(TODAY, 2))["remove"] == 1
    demand.refresh_from_db()
    assert (demand.removal_ground, demand.reactivation_until) == ("RADCON", add_months(TODAY, 7))
    with day(add_months(TODAY, 7)):
        assert act(desk, living.reactivate, demand_id=demand.pk).state == "active"


@pytest.mark.parametrize("how", ["answer", "renew", "change", "lift"])
def test_any_sign_of_the_household_ends_the_warning(build, desk, household, how):
    demand = build.demand(household.person, first_registered_on=TODAY, expires_on=add_months(TODAY, 12))
    notice = act(desk, living.warn, demand_id=demand.pk, sent_on=TODAY, proof="1A 234 567")
    if how == "answer":
        act(household, living.answer, demand_id=demand.pk)
    elif how == "renew":
        act(household, actions.renew, demand_id=demand.pk)
    elif how == "lift":
        act(desk, living.lift, notice_id=notice.pk)
    else:
        form = build.form(motives=("09",))
        act(household, actions.change, demand_id=demand.pk, form=form, revision=1, sections=["souhaits"])
    assert demand.notices.get().closed_on == TODAY
    assert night(add_months(TODAY, 2))["remove"] == 0


def test_a_rejection_is_warned_of_then_removes_unless_contested(build, household):
    landlord = build.organisation()
    for contested in (True, False):
        demand = build.demand(build.person(), first_registered_on=TODAY, expires_on=add_months(TODAY, 12))
        owner = build.actor(Role.APPLICANT, person=demand.person)
        with acting(SYSTEM):
            living.warn_of_rejection(actor=PALIER, demand_id=demand.pk, subground="IRRRES", by=landlord)
        if contested:
            with pytest.raises(Refused):
                act(owner, living.contest, demand_id=demand.pk, text="non")
            act(owner, living.contest, demand_id=demand.pk, text="Mon salaire a baissé en mai.")
        assert night(add_months(TODAY, 1))["remove"] == 0 if contested else True
        NightStep.objects.all().delete()
        night(add_months(TODAY, 1))
        demand.refresh_from_db()
        assert (demand.state, demand.removal_subground) == (("active", "") if contested else ("removed", "IRRRES"))
    with day(add_months(TODAY, 1)), pytest.raises(Refused):
        act(owner, living.reactivate, demand_id=demand.pk)


def test_waived_at_once_and_the_application_withdrawn(build, household, desk):
    demand = build.demand(household.person)
    application = build.application(demand, build.offer())
    with pytest.raises(Refused, match="écrit du ménage"):
        act(desk, living.waive, demand_id=demand.pk)
    for _ in range(2):
        act(household, living.waive, demand_id=demand.pk)
    demand.refresh_from_db()
    application.refresh_from_db()
    assert (demand.state, demand.removal_ground, application.state) == ("removed", "RADABA", "released")
    assert kinds(demand) == ["demands.removed"]
    with pytest.raises(Refused):
        act(household, living.reactivate, demand_id=demand.pk)


def test_nobody_removes_on_a_ground_that_a_warning_comes_before(build, desk, household):
    demand = build.demand(household.person)
    for actor in (desk, household):
        for ground in ("RADREN", "RADCON", "RADIRR"):
            with pytest.raises(NotYours):
                act(actor, actions.remove, demand_id=demand.pk, ground=ground)


def test_a_night_frees_the_applications_of_who_is_removed(build, demand):
    application = build.application(demand, build.offer())
    night(add_months(TODAY, -1))
    night(add_months(demand.first_registered_on, 13))
    assert Application.objects.get(pk=application.pk).state == "released"


def test_erased_one_year_after_and_not_a_day_earlier(build, household, desk):
    demand = build.demand(household.person)
    application = build.application(demand, build.offer(), note="Rappeler Mme Essai")
    act(household, living.waive, demand_id=demand.pk)
    day_of = add_months(TODAY, 12)
    assert night(day_of - timedelta(days=1))["erase"] == 0
    assert night(day_of)["erase"] == 1
    erased = Demand.objects.get(pk=demand.pk)
    kept = (erased.people, erased.monthly_resources, erased.department_id, erased.removal_ground)
    assert kept == (demand.people, 1500, "14", "RADABA")
    assert (erased.state, erased.person, erased.form, erased.last_name_key, erased.birth_date) == (
        "erased",
        None,
        {},
        "",
        None,
    )
    assert erased.number != demand.number
    assert (erased.erased_on, erased.first_registered_on) == (day_of, demand.first_registered_on.replace(day=1))
    assert not DemandVersion.objects.filter(demand=demand.pk).exists()
    assert Application.objects.get(pk=application.pk).note == ""
    assert kinds(demand) == ["demands.erased"]
    told = Event.objects.filter(thread=demand.pk)
    assert {e.verb for e in told} >= {"demands.remove", "demands.erase", "applications.release"}
    assert all(e.person is None and e.why == "" and set(e.data) <= {"before", "after", "code"} for e in told)
    for actor in (household, desk):
        with acting(actor.scope):
            assert not Demand.objects.filter(pk=demand.pk).exists()
            assert ledger.timeline(demand.pk, "agent") == []
    Message.objects.update(sent_at=NOW)
    assert night(day_of + timedelta(days=1))["forget"] == 1
    assert not Message.objects.filter(thread=demand.pk).exists()


def test_only_events_of_erased_demands_may_be_forgotten(build, household):
    from django.db import connection

    demand = build.demand(household.person)
    act(household, actions.renew, demand_id=demand.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT palier_forget_events(%s)", [[demand.pk]])
    assert Event.objects.get(thread=demand.pk).data != {}


LAST_WORDS = ("supprim", "effac")


def texts(kind: str) -> list[str]:
    return list(Message.objects.filter(kind=f"demands.{kind}").order_by("pk").values_list("text", flat=True))


def test_no_mail_lets_anyone_believe_that_a_demand_is_deleted(build, demand, household, desk):
    night(add_months(TODAY, -1))
    act(desk, living.warn, demand_id=demand.pk, sent_on=TODAY, proof="1A 234 567")
    with acting(SYSTEM):
        living.warn_of_rejection(actor=PALIER, demand_id=demand.pk, subground="IRRRES", by=build.organisation())
    act(household, actions.renew, demand_id=demand.pk)
    for kind in ("remind", "warned", "renewed"):
        for text in texts(kind):
            assert not any(word in text.lower() for word in LAST_WORDS), text
    (reminder,) = texts("remind")
    first, second, *_ = reminder.split("\n\n")[1:]
    assert first == "Votre demande de logement social est active. Elle est valable jusqu’au 23 novembre 2026."
    assert second.startswith("Pour la garder, renouvelez-la avant cette date")
    assert "jusqu’à la veille du 23 décembre 2026" in reminder
    assert "réactiver jusqu’au 23 mai 2027" in reminder
    assert all("toujours active" in text for text in texts("warned"))


def test_a_removal_says_what_is_still_possible_before_it_speaks_of_data(build, demand, household):
    night(add_months(TODAY, -1))
    night(add_months(demand.first_registered_on, 13))
    (text,) = texts("removed")
    assert text.index("radiée") < text.index("réactiver jusqu’au 23 mai 2027") < text.index("vos données")
    assert "effac" not in text and "conservées" in text
    other = build.demand(household.person)
    act(household, living.waive, demand_id=other.pk)
    assert "réactiver" not in texts("removed")[-1]
    assert "repartira de zéro" in texts("removed")[-1]


def test_the_mail_of_an_erasure_speaks_of_data_only(build, household):
    demand = build.demand(household.person)
    act(household, living.waive, demand_id=demand.pk)
    night(add_months(TODAY, 12))
    (text,) = texts("erased")
    start = text.split("\n\n")[1]
    assert start == "Ce message ne change rien à vos droits et ne concerne que vos données."
    assert "était déjà close depuis le 23 novembre 2026" in text
    assert "Si vous avez une autre demande de logement social, elle n’est pas concernée" in text
    assert "supprim" not in text and "radi" not in text
    subject = Message.objects.get(kind="demands.erased").subject
    assert subject == "Les données de votre ancienne demande sont effacées"


def test_a_killed_night_goes_on_from_its_last_block(build, monkeypatch):
    monkeypatch.setattr(nights, "BLOCK", 2)
    held = [
        build.demand(build.person(), first_registered_on=add_months(TODAY, -12), expires_on=TODAY) for _ in range(5)
    ]
    seen = 0

    def killed(line: str) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nights.run(say=killed)
    row = NightStep.objects.get(step="remind")
    assert (row.done, row.finished_at, Notice.objects.count()) == (4, None, 4)
    assert nights.run()["remind"] == 5
    assert sorted(Notice.objects.values_list("demand", flat=True)) == sorted(d.pk for d in held)
    assert Message.objects.filter(kind="demands.remind").count() == 5
