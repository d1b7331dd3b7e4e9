"""One message for all that moved the points of a demand, with each reason; none for a month that passed."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time, timedelta

import pytest
from django.core import mail

from palier.accounts.actor import PALIER
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common import tasks as outbox
from palier.common.isolation import acting
from palier.common.models import Message
from palier.cotation import refresh, tasks
from palier.cotation.actions import publish_grid, rescore
from palier.cotation.models import PointsNews, Score
from palier.demands import actions
from palier.demands.form import Form
from palier.law import calendar
from palier.law.grid_files import source_of
from palier.territories.models import Commune
from tests.builders import CAEN
from tests.conftest import NOW


@pytest.fixture
def holder(build):
    publish_grid(
        actor=PALIER, key="essai", title="Essai", source=source_of("exemple-calvados-orne"), valid_from=date(2024, 1, 1),
        epcis=[Commune.objects.get(code=CAEN).epci_id],
    )  # fmt: skip
    household = build.actor(Role.APPLICANT)
    demand = build.demand(household.person)
    rescore(demand)
    return household, demand


def change(household, demand, **home) -> None:
    demand.refresh_from_db()
    with acting(household.scope):
        form = Form.from_json(demand.form)
        actions.change(
            actor=household, demand_id=demand.pk, revision=demand.revision, sections=["logement"],
            form=dataclasses.replace(form, home=dataclasses.replace(form.home, **home)),
        )  # fmt: skip


def told() -> list[str]:
    return list(Message.objects.filter(kind="demands.points").order_by("pk").values_list("text", flat=True))


def test_several_changes_make_one_mail_after_a_quiet_time(holder):
    household, demand = holder
    first = Score.objects.get(demand=demand).points
    change(household, demand, status="SH")
    middle = Score.objects.get(demand=demand).points
    with clock.frozen_at(NOW + timedelta(hours=5)):
        change(household, demand, status="SH", surface=9, occupants=4)
        last = Score.objects.get(demand=demand).points
    assert len({first, middle, last}) == 3
    with clock.frozen_at(NOW + timedelta(hours=13)):
        tasks.tell_points(0)
        assert told() == []
    with clock.frozen_at(NOW + timedelta(hours=18)):
        tasks.tell_points(0)
        tasks.tell_points(0)
    (text,) = told()
    assert f"de {first.normalize():f}" in text and f"à {last.normalize():f} points" in text
    reasons = [line for line in text.splitlines() if line.startswith("- ")]
    story = [e for e in ledger.timeline(demand.pk, "applicant") if e["verb"] == "scores.change"]
    assert len(reasons) == len(story) == 2
    outbox.send_mail(0)
    assert [(m.subject, m.to) for m in mail.outbox if "points" in m.subject] == [
        ("Vos points ont changé", [household.person.email])
    ]
    assert not PointsNews.objects.exists()


def test_a_month_that_passes_is_in_the_story_and_no_mail(holder):
    _, demand = holder
    day = date(2026, 12, 10)
    with clock.frozen_at(datetime.combine(day, time(3), calendar.PARIS)):
        for step in refresh.STEPS:
            if keys := list(step.find(0, day)):
                step.do(keys, day)
    (event,) = [e for e in ledger.timeline(demand.pk, "applicant") if e["verb"] == "scores.change"]
    assert event["data"]["waiting"] is True and "(+1)" in event["sentence"]
    with clock.frozen_at(NOW + timedelta(days=60)):
        tasks.tell_points(0)
    assert told() == []


def test_a_new_grid_is_told_once_and_what_came_back_is_not(holder):
    household, demand = holder
    change(household, demand, status="SH")
    change(household, demand, status="LP")
    with clock.frozen_at(NOW + timedelta(days=1)):
        tasks.tell_points(0)
    assert told() == []
    tasks.follow_grids(0)
    doubled = source_of("exemple-calvados-orne").replace("points = 1\n", "points = 2\n")
    publish_grid(
        actor=PALIER, key="essai", title="Essai", source=doubled, valid_from=NOW.date(),
        epcis=[Commune.objects.get(code=CAEN).epci_id],
    )  # fmt: skip
    tasks.follow_grids(0)
    with clock.frozen_at(NOW + timedelta(days=1)):
        tasks.tell_points(0)
        tasks.tell_points(0)
    assert len(told()) == 1


def test_whoever_left_or_holds_no_account_gets_no_mail(holder, build):
    household, demand = holder
    change(household, demand, status="SH")
    actions.take_out([demand], actor=PALIER, ground="RADABA", subground="", on=NOW.date())
    with clock.frozen_at(NOW + timedelta(days=1)):
        tasks.tell_points(0)
    assert told() == [] and not PointsNews.objects.exists()
