"""The score of a past day: the grid and the facts of that day, whatever happened since (mission C1, C2)."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.isolation import acting
from palier.cotation.actions import publish_grid, rescore
from palier.cotation.models import Facts, Score
from palier.cotation.queries import replay
from palier.demands import actions
from palier.demands.form import Form
from palier.law.grid_files import source_of
from palier.territories.models import Commune
from tests.builders import CAEN
from tests.conftest import NOW

LATER = NOW + timedelta(days=60)


@pytest.fixture
def scored(build):
    epci = Commune.objects.get(code=CAEN).epci_id
    author = build.actor(Role.AUTHORITY)
    source = source_of("exemple-calvados-orne")
    publish_grid(actor=author, key="essai", title="Essai", source=source, valid_from=date(2024, 1, 1), epcis=[epci])
    household = build.actor(Role.APPLICANT)
    demand = build.demand(household.person)
    rescore(demand)
    return household, demand, author, epci, source


def test_a_changed_household_and_a_new_grid_leave_the_past_as_it_was(scored):
    household, demand, author, epci, source = scored
    then = Score.objects.get(demand=demand).points
    with clock.frozen_at(LATER), acting(household.scope):
        form = Form.from_json(demand.form)
        actions.change(
            actor=household, demand_id=demand.pk, revision=demand.revision, sections=["menage", "logement"],
            form=dataclasses.replace(form, dependants=(), home=dataclasses.replace(form.home, occupants=1)),
        )  # fmt: skip
    with clock.frozen_at(LATER):
        doubled = source.replace("points = 1\n", "points = 2\n").replace("version = 1", "version = 2")
        assert doubled != source
        publish_grid(actor=author, key="essai", title="Essai", source=doubled, valid_from=LATER.date(), epcis=[epci])
        demand.refresh_from_db()
        rescore(demand)
        now = Score.objects.get(demand=demand).points
        assert now != then
        ((_, grid, past, origin),) = replay(demand, NOW.date())
        assert (past.points, grid.version, origin) == (then, 1, "facts")
        ((_, grid, present, _),) = replay(demand, LATER.date())
        assert (present.points, grid.version) == (now, 2)


def test_what_did_not_change_is_kept_once_and_nobody_else_reads_it(scored, build):
    household, demand, *_ = scored
    rescore(demand)
    rescore(demand)
    assert Facts.objects.filter(demand=demand).count() == 1
    with acting(household.scope):
        assert Facts.objects.count() == 1
    for role in (Role.DESK, Role.LANDLORD, Role.SUPPORT, Role.MEMBER, Role.RESERVATION_HOLDER):
        with acting(build.actor(role).scope):
            assert Facts.objects.count() == 0


def test_the_command_prints_it_and_says_when_there_is_nothing(scored):
    _, demand, *_ = scored
    out = StringIO()
    call_command("cotation", "replay", demand.number, f"--on={NOW.date()}", stdout=out)
    (told,) = json.loads(out.getvalue())
    assert told["points"] == float(Score.objects.get(demand=demand).points)
    assert told["lines"]
    with pytest.raises(CommandError, match="Aucune demande"):
        call_command("cotation", "replay", "0" * 18)
    with pytest.raises(CommandError, match="pas encore ici"):
        call_command("cotation", "replay", demand.number, "--on=2001-01-01")
    with pytest.raises(CommandError, match="numéro unique"):
        call_command("cotation", "replay")
