"""Scores that follow days and grids by themselves say what `rescore` would say, one by one."""

from __future__ import annotations

import dataclasses
import random
import threading
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from palier.accounts.actor import PALIER
from palier.common import clock, ledger, parallel
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Event
from palier.cotation import refresh, tasks
from palier.cotation.actions import publish_grid, rescore, score_new
from palier.cotation.models import Grid, Outline, Score, Standing
from palier.demands import actions as demand_actions
from palier.demands import nights
from palier.demands.form import Dependant, Form
from palier.demands.models import NightStep
from palier.law import calendar
from palier.law.grid_files import source_of
from palier.territories.models import Commune
from tests.builders import ALENCON, CAEN, LISIEUX, Builder
from tests.conftest import NOW

SOURCE = source_of("exemple-calvados-orne")
STEPS = [step.key for step in refresh.STEPS]


def at(day: date) -> clock.frozen_at:
    return clock.frozen_at(datetime.combine(day, time(2, 30), calendar.PARIS))


def epci(code: str) -> str:
    return Commune.objects.get(code=code).epci_id


def publish(
    source: str = SOURCE, valid_from: date = date(2024, 1, 1), codes: tuple[str, ...] = (CAEN, LISIEUX)
) -> Grid:
    return publish_grid(
        actor=PALIER, key="essai", title="Essai", source=source, valid_from=valid_from, epcis=[epci(c) for c in codes]
    )


def doubled() -> str:
    source = SOURCE.replace("points = 1\n", "points = 2\n").replace("version = 1", "version = 2")
    assert source != SOURCE
    return source


@pytest.fixture
def register(build):
    return thirty(build)


def thirty(build):
    """Households of every age, some with documents of their own, in three towns."""
    publish()
    chance = random.Random(11)
    held = []
    for n in range(30):
        plain = build.form()
        children = tuple(
            Dependant(first_names=f"E{k}", last_name="Essai", sex="F", birth_date=date(2007 + chance.randrange(19), 1 + chance.randrange(12), 1 + chance.randrange(28)))
            for k in range(chance.randrange(4))
        )  # fmt: skip
        form = dataclasses.replace(
            plain,
            applicant=dataclasses.replace(plain.applicant, birth_date=date(1950 + chance.randrange(55), 1 + chance.randrange(12), 1 + chance.randrange(28))),
            dependants=children, motives=(chance.choice(["01", "05", "13"]),),
            home=dataclasses.replace(plain.home, occupants=1 + len(children), rent=300 + chance.randrange(500)),
            wish=dataclasses.replace(plain.wish, communes=tuple(chance.sample([CAEN, LISIEUX, ALENCON], 1 + n % 3)), widened=n % 4 == 0),
        )  # fmt: skip
        first = date(2019, 1, 1) + timedelta(days=chance.randrange(2800))
        held.append(build.demand(form=form, first_registered_on=first))
    score_new([(d, Form.from_json(d.form)) for d in held])
    return held


def scores() -> list[tuple]:
    fields = ("demand", "epci", "grid", "points", "provisional", "excluded", "due_on")
    return list(Score.objects.order_by("demand", "epci").values_list(*fields))


def standings() -> list[tuple]:
    fields = ("demand", "place", "hundredths", "registered_on", "opens", "surface")
    return list(Standing.objects.order_by("demand", "place").values_list(*fields))


def outlines() -> list[tuple]:
    fields = ("demand", "record", "refused", "opens", "surface", "widened", "until")
    return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            for row in Outline.objects.order_by("demand").values_list(*fields)]  # fmt: skip


def run(day: date) -> dict[str, int]:
    return {key: done for key, done in nights.run(on=day).items() if key in STEPS}


@pytest.mark.parametrize(
    "day", [date(2026, 11, 24), date(2026, 12, 28), date(2027, 1, 1), date(2027, 3, 1), date(2028, 2, 29)]
)
def test_a_night_says_what_rescoring_everybody_would(register, settings, day):
    settings.DEMO = True
    with at(day):
        refresh_only(day)
        found = scores(), standings()
        for demand in register:
            rescore(demand)
        # What the night left alone keeps the day of its own next change, early at most.
        assert [row[:-1] for row in scores()] == [row[:-1] for row in found[0]]
        assert all(day < kept[-1] <= again[-1] for kept, again in zip(found[0], scores(), strict=True))
        assert standings() == found[1]


def refresh_only(day: date) -> None:
    refresh.follow_grids()
    for step in refresh.STEPS:
        after = 0
        while keys := list(step.find(after, day)):
            step.do(keys, day)
            after = keys[-1]


def test_a_night_touches_only_what_it_must_and_once(register):
    before = dict(Score.objects.order_by("pk").values_list("pk", "computed_on"))
    with at(date(2026, 11, 30)):
        first = run(date(2026, 11, 30))
        touched = [pk for pk, on in Score.objects.order_by("pk").values_list("pk", "computed_on") if before[pk] != on]
        events = Event.objects.count()
        assert 0 < len(touched) < len(before) // 3
        NightStep.objects.all().delete()
        assert run(date(2026, 11, 30)) == {**first, "outlines": 0, "points": 0}
        assert Event.objects.count() == events


def test_every_change_tells_its_reason(register):
    with at(date(2027, 1, 20)):
        refresh_only(date(2027, 1, 20))
    changed = Event.objects.filter(verb="scores.change").order_by("pk")
    assert changed.count() > 10
    for event in changed:
        assert event.data["before"] != event.data["after"] and event.data["reasons"] not in ("", "nouvelle grille")
        told = sum(
            Decimal(part.split("(")[-1].rstrip(")")) for part in event.data["reasons"].split(", ") if "(" in part
        )
        moved = Decimal(event.data["after"].replace(",", ".")) - Decimal(event.data["before"].replace(",", "."))
        # Caps of a family may keep some of it back.
        assert told == moved or abs(told) > abs(moved)
    assert "points passent de" in ledger.timeline(changed[0].thread, "applicant")[0]["sentence"]


def test_a_grid_takes_over_at_its_day_and_its_withdrawal_gives_back_the_former(register):
    refresh.follow_grids()
    first = scores()
    new = publish(doubled(), date(2026, 12, 10))
    assert refresh.follow_grids() == 0 and scores() == first
    with at(date(2026, 12, 10)):
        assert refresh.follow_grids() > 0
        followed = scores()
        assert {row[2] for row in followed} == {new.pk}
        for demand in register:
            rescore(demand)
        assert [row[:-1] for row in scores()] == [row[:-1] for row in followed]
        assert refresh.follow_grids() == 0
        Grid.objects.filter(pk=new.pk).update(state="withdrawn")
        assert refresh.follow_grids() > 0
        assert new.pk not in {row[2] for row in scores()}


def test_after_midnight_the_worker_alone_has_everybody_follow_and_both_histories_stay(register):
    tasks.follow_grids(0)
    old, new = Grid.objects.get(), publish(doubled(), date(2026, 12, 10))
    first = {row[:2]: row[3] for row in scores()}
    with clock.frozen_at(datetime(2026, 12, 9, 23, 59, tzinfo=calendar.PARIS)):
        tasks.follow_grids(0)
        assert {row[2] for row in scores()} == {old.pk}
    with clock.frozen_at(datetime(2026, 12, 10, 0, 1, tzinfo=calendar.PARIS)):
        tasks.follow_grids(0)
        tasks.follow_grids(0)
    assert {row[2] for row in scores()} == {new.pk}
    assert {place: hundredths for _, place, hundredths, *_ in standings() if place == LISIEUX} != {}
    for demand, place, hundredths, *_ in standings():
        territory = place if len(place) == 9 else epci(place)
        score = Score.objects.filter(demand=demand, epci=territory).first()
        assert hundredths == (score.points * 100 if score else 0)
    told = {e.subject_id: e.data for e in Event.objects.filter(verb="scores.change").order_by("pk")}
    moved = {demand for (demand, place), points in first.items()
             if points != Score.objects.get(demand=demand, epci=place).points}  # fmt: skip
    assert set(told) == moved and moved
    # The former grid and what it gave are still there to be replayed.
    assert Grid.objects.get(pk=old.pk).source == SOURCE and Grid.objects.get(pk=old.pk).state == "published"
    assert all(data["before"] != data["after"] and data["reasons"] for data in told.values())


def test_a_first_grid_scores_the_demands_of_its_territory_and_its_end_leaves_none(register):
    refresh.follow_grids()
    assert not Score.objects.filter(epci=epci(ALENCON)).exists()
    grid = publish_grid(
        actor=PALIER, key="orne", title="Orne", source=SOURCE, valid_from=date(2026, 1, 1), epcis=[epci(ALENCON)]
    )
    refresh.follow_grids()
    assert Score.objects.filter(epci=epci(ALENCON), lines__isnull=True).count() > 5
    assert Standing.objects.filter(place__in=[ALENCON, epci(ALENCON)], hundredths__gt=0).exists()
    Grid.objects.filter(pk=grid.pk).update(valid_to=clock.today())
    refresh.follow_grids()
    assert not Score.objects.filter(epci=epci(ALENCON)).exists()
    assert not Standing.objects.filter(place__in=[ALENCON, epci(ALENCON)], hundredths__gt=0).exists()


def test_killed_between_two_blocks_it_goes_on(register, monkeypatch):
    publish(doubled(), date(2026, 11, 1))
    monkeypatch.setattr(refresh, "BLOCK", 4)
    told = []

    class Killed(Exception):
        pass

    def die(done: int) -> None:
        told.append(done)
        raise Killed

    with pytest.raises(Killed):
        refresh.follow_grids(die)
    half = Score.objects.filter(grid__version=2).count()
    assert len(told) == 1 and 4 <= half < Score.objects.count()
    refresh.follow_grids()
    assert Score.objects.filter(grid__version=2).count() == Score.objects.count()
    events = Event.objects.filter(verb="scores.change").count()
    refresh.follow_grids()
    assert Event.objects.filter(verb="scores.change").count() == events


def test_outlines_written_in_mass_are_those_of_one_household(register):
    mass = outlines()
    for demand in register:
        rescore(demand)
    assert outlines() == mass and len(mass) == 30


def test_demands_older_than_outlines_get_theirs_in_the_night(register):
    known = outlines(), standings()
    Outline.objects.all().delete()
    Standing.objects.all().delete()
    Score.objects.update(due_on=None)
    refresh_only(NOW.date())
    assert (outlines(), standings()) == known
    assert not Score.objects.filter(due_on=None).exists()


def test_the_night_does_not_come_back_to_those_who_left(register):
    leaving = register[0]
    later = NOW.date() + timedelta(days=400)
    assert leaving.pk in refresh._due(0, later)
    demand_actions.remove(actor=PALIER, demand_id=leaving.pk, ground="RADREN", on=NOW.date())
    assert leaving.pk not in refresh._due(0, later)
    assert register[1].pk in refresh._due(0, later)


def test_parts_side_by_side_write_what_one_after_the_other_would(committed, settings, monkeypatch):
    with acting(SYSTEM):
        thirty(Builder())
    day, who = date(2027, 3, 1), set()
    alone = refresh._settle

    def settle(part, day):
        who.add(threading.get_ident())
        return alone(part, day)

    monkeypatch.setattr(refresh, "_settle", settle)
    monkeypatch.setattr(parallel, "LEAST", 5)
    written = []
    with at(day):
        with acting(SYSTEM):
            keys = list(refresh._due(0, day))
        for ways in (1, 2):
            settings.WAYS = ways
            with suppress(Undone), acting(SYSTEM):
                told = Event.objects.filter(verb="scores.change").count()
                moved = refresh._side_by_side(keys, day)
                with acting(SYSTEM):
                    written.append(
                        (moved, scores(), standings(), Event.objects.filter(verb="scores.change").count() - told)
                    )
                raise Undone
    assert len(keys) > 10 and written[0][0] > 10
    assert written[0] == written[1]
    # One way, and the first part of two, in this thread; the other part in its own.
    assert len(who) == 2 and threading.get_ident() in who


class Undone(Exception):
    """Takes back what this thread wrote; a part beside it has committed, and stays."""
