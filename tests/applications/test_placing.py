"""What places a candidate follows its household, whatever moves it; one's own rank is the one of the whole order."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from palier.applications.models import Application
from palier.applications.placing import follow
from palier.applications.queries import own_rank, own_ranks, places, ranks
from palier.cotation.actions import rescore
from palier.cotation.models import Score
from palier.cotation.refresh import follow_grids
from palier.demands.models import Demand
from palier.documents.models import Recognition
from tests.chain.test_chain import Stage
from tests.conftest import NOW

begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def truth(application: Application) -> tuple[Decimal, date]:
    """What the tables of scores and demands say, where an application only keeps a copy."""
    epci = application.offer.dwelling.commune.epci_id
    score = Score.objects.filter(demand=application.demand_id, epci=epci).first()
    return score.points if score else Decimal(0), application.demand.first_registered_on


def kept() -> list[tuple[tuple[Decimal, date], tuple[Decimal, date]]]:
    live = Application.objects.filter(live_slot__isnull=False).order_by("pk")
    return [((a.points, a.registered_on), truth(a)) for a in live]


def all_true() -> bool:
    pairs = kept()
    assert pairs
    return all(copy == real for copy, real in pairs)


def test_an_application_is_placed_from_its_first_instant(stage):
    made = stage.apply()
    assert all_true()
    assert {a.registered_on for a in made} == {d.first_registered_on for d in stage.demands}
    assert any(points for (points, _), _ in kept())


def test_a_recognised_situation_moves_it_at_once(stage):
    made = stage.apply()
    before = Application.objects.get(pk=made[-1].pk).points
    Recognition.objects.create(
        demand=made[-1].demand, situation="unfit", state="recognised", asked_at=NOW, decided_at=NOW,
        decided_by=stage.landlord, valid_from=NOW.date(),
    )  # fmt: skip
    rescore(Demand.objects.get(pk=made[-1].demand_id))
    assert Application.objects.get(pk=made[-1].pk).points > before
    assert all_true()


def test_an_older_registration_moves_it(stage):
    made = stage.apply()
    Demand.objects.filter(pk=made[0].demand_id).update(first_registered_on=date(2019, 5, 6))
    rescore(Demand.objects.get(pk=made[0].demand_id))
    assert Application.objects.get(pk=made[0].pk).registered_on == date(2019, 5, 6)
    assert all_true()


def test_another_grid_moves_every_candidate(stage):
    stage.apply()
    before = [copy for copy, _ in kept()]
    grid = Score.objects.filter(demand=stage.demands[0]).order_by("pk").first().grid
    source = grid.source.replace("points = 1\n", "points = 2\n")
    assert source != grid.source
    grid.pk, grid.version, grid.source, grid.valid_from, grid.applied = (
        None,
        grid.version + 1,
        source,
        NOW.date(),
        False,
    )
    grid.save()
    grid.epcis.set({s.epci_id for s in Score.objects.order_by("pk")})
    follow_grids()
    assert [copy for copy, _ in kept()] != before
    assert all_true()


def test_points_without_the_territory_are_none(stage):
    made = stage.apply()
    Score.objects.filter(demand=made[0].demand_id).delete()
    follow([made[0].demand_id])
    assert Application.objects.get(pk=made[0].pk).points == 0


def test_an_ended_application_keeps_what_placed_it(stage):
    made = stage.apply()
    held = Application.objects.get(pk=made[0].pk)
    Application.objects.filter(pk=held.pk).update(state="withdrawn", live_slot=None)
    Score.objects.filter(demand=held.demand_id).update(points=0)
    rescore(Demand.objects.get(pk=held.demand_id))
    assert Application.objects.get(pk=held.pk).points == held.points


def test_own_ranks_are_those_of_the_whole_order(stage, build):
    """Ties of points and of days included: the draw parts them the same way in both."""
    stage.apply()
    chance = random.Random(4)
    for n in range(40):
        demand = build.demand(first_registered_on=date(2024, 1, 1 + n % 3))
        made = build.application(demand, stage.offer)
        Application.objects.filter(pk=made.pk).update(points=Decimal(chance.randint(0, 4)))
    order = ranks(stage.offer.pk)
    live = list(Application.objects.filter(offer=stage.offer, live_slot__isnull=False).order_by("pk"))
    assert len(order) == len(live) and [r.position for r in order] == list(range(1, len(live) + 1))
    assert own_ranks(live) == {r.application_id: r for r in order}
    assert [own_rank(a) for a in live] == [own_ranks(live)[a.pk] for a in live]


def test_a_place_counts_those_before_whether_one_applied_or_not(stage, build):
    made = stage.apply()
    order = {r.application_id: r for r in ranks(stage.offer.pk)}
    for application in made:
        mine = order[application.pk]
        before = sum((-r.points, r.registered_on) < (-mine.points, mine.registered_on) for r in order.values())
        found = places(application.demand, [stage.offer.pk])[stage.offer.pk]
        assert (found.candidates, found.ahead) == (len(made), before)
