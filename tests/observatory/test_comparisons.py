"""Waits and places of comparable demands: from the right ones, told of nobody when they are few, never a rank."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation.actions import rescore
from palier.cotation.models import Grid, Score
from palier.observatory.actions import refresh_quarters
from palier.observatory.models import PastAllocation, PointsQuarters
from palier.observatory.queries import compare
from palier.territories.models import Commune, Epci
from tests.builders import CAEN, LISIEUX
from tests.chain.test_chain import AFTER, Stage
from tests.conftest import NOW
from tests.spaces.applicant.test_offers import words

begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


@pytest.fixture
def caen() -> Epci:
    return Epci.objects.get(pk=Commune.objects.get(code=CAEN).epci_id)


def past(waits: list[int], *, commune: str = CAEN, kind: str = "T3", people: int = 2, days_ago: int = 100) -> None:
    PastAllocation.objects.bulk_create(
        PastAllocation(
            signed_on=NOW.date() - timedelta(days=days_ago), commune_id=commune, type=kind, financing="PLUS",
            wait_days=wait, people=people,
        )
        for wait in waits
    )  # fmt: skip


def told(stage: Stage, epci: Epci, points: int | None = 20):
    demand = stage.demands[0]
    with acting(stage.households[0].scope):
        return compare(demand, epci, ["T3"], None if points is None else Decimal(points), NOW.date())[0]


def test_waits_come_from_the_closest_group_that_is_large_enough(stage, caen):
    assert told(stage, caen).waits is None
    past([2000] * 29, commune=LISIEUX)
    assert told(stage, caen).waits is None
    past([1000], commune=LISIEUX)
    department = told(stage, caen).waits
    assert (department.sample, department.scope, department.median) == (30, "Calvados, 2\u00a0personnes", 66)
    past([500] * 30, people=4)
    assert told(stage, caen).waits.scope == f"{caen.name}, ménages de toutes tailles"
    past([300] * 27 + [900] * 3)
    close = told(stage, caen).waits
    assert (close.scope, close.sample, close.median, close.ninth) == (f"{caen.name}, 2\u00a0personnes", 30, 10, 10)


def test_other_types_and_old_leases_do_not_count(stage, caen):
    past([300] * 40, kind="T2")
    past([300] * 40, days_ago=731)
    past([300] * 40, people=5, kind="T4")
    assert told(stage, caen).waits is None


def comparable(build, caen: Epci, points: list[int], income: int = 1600, state: str = "active") -> None:
    grid = Grid.objects.get()
    for earned in points:
        gone = {} if state == "active" else {"removal_ground": "RADABA", "removed_on": NOW.date()}
        demand = build.demand(monthly_resources=income, state=state, **gone)
        Score.objects.create(
            demand=demand, epci=caen, grid=grid, points=earned, demand_revision=1, computed_on=NOW.date()
        )


def test_a_place_is_a_quarter_of_large_groups_only(stage, build, caen):
    Score.objects.all().delete()
    assert stage.demands[0].monthly_resources == 1510
    comparable(build, caen, list(range(39)))
    comparable(build, caen, [99] * 60, income=4000)
    comparable(build, caen, [99] * 60, state="removed")
    refresh_quarters(NOW.date())
    assert told(stage, caen).quarters is None
    comparable(build, caen, [39])
    assert refresh_quarters(NOW.date()) == refresh_quarters(NOW.date()) == 4
    assert [(told(stage, caen, p).quarters.best, told(stage, caen, p).quarters.worst) for p in (35, 25, 15, 5, 29)] == [
        (1, 1), (2, 2), (3, 3), (4, 4), (1, 2),
    ]  # fmt: skip
    assert (told(stage, caen).among, told(stage, caen, None).quarters) == (40, None)
    assert PointsQuarters.objects.filter(demands__lt=40).count() == 0


def test_no_one_reads_a_past_lease_itself(stage):
    past([300] * 3)
    for actor in (*stage.households[:1], stage.agent, stage.tenant, stage.build.actor(Role.AUTHORITY)):
        with acting(actor.scope):
            assert PastAllocation.objects.count() == 0


def test_a_recorded_lease_is_kept_without_identity(stage):
    candidates = stage.to_agenda()
    stage.vote_and_sign(candidates)
    first = Proposal.objects.get(rank=1)
    winner = stage.household_of(candidates[0])
    demand = first.application.demand
    with clock.frozen_at(AFTER):
        stage.as_(winner, allocations.accept, proposal_id=first.pk)
        for _ in range(2):
            stage.as_(
                stage.agent, allocations.record_lease, proposal_id=first.pk, signed_on=AFTER.date(),
                starts_on=AFTER.date(), rent=Decimal("410"), charges=Decimal("85"),
            )  # fmt: skip
    with acting(SYSTEM):
        kept = PastAllocation.objects.get()
    assert (kept.signed_on, kept.commune_id, kept.type, kept.people) == (AFTER.date(), CAEN, "T3", 2)
    assert kept.wait_days == (AFTER.date() - demand.first_registered_on).days
    assert kept.points == Score.objects.get(demand=demand).points
    assert {f.name for f in PastAllocation._meta.fields} & {"demand", "number", "person", "offer", "dwelling"} == set()


def test_the_page_tells_the_figures_with_their_sample_and_promises_nothing(stage, client_for, caen):
    client = client_for(stage.households[0])
    page = reverse("applicant:bearings")
    assert words(client.get(page)).count("Trop peu d’attributions pour le dire.") == 2
    past([300] * 27 + [900] * 33)
    text = words(client.get(page))
    assert "La moitié des ménages comparables a attendu 2 ans et 6 mois au plus" in text
    assert "Neuf sur dix ont attendu 2 ans et 6 mois au plus" in text
    assert f"60 baux signés du 23 novembre 2024 au 23 novembre 2026 ({caen.name}, 2 personnes)" in text
    assert "Ces chiffres disent le passé ; ils ne promettent rien." in text
    assert text.count("Trop peu d’attributions pour le dire.") == 1
    rescore(stage.demands[0])
    assert f"Vos points {Score.objects.get(demand=stage.demands[0]).points:.0f}" in text


def test_the_application_tells_them_for_its_dwelling(stage, client_for):
    made = stage.apply()[0]
    past([300] * 60)
    page = client_for(stage.households[0]).get(reverse("applicant:application", args=[made.pk]))
    assert "La moitié des ménages comparables a attendu 10 mois au plus" in words(page)


def test_without_a_demand_there_is_nothing_to_compare(build, client_for):
    assert "Vos repères apparaissent" in words(
        client_for(build.actor(Role.APPLICANT)).get(reverse("applicant:bearings"))
    )
