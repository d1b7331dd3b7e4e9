"""Rows inserted in bulk are what the actions would have written one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from palier.accounts.actor import PALIER
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation.actions import publish_grid, rescore
from palier.cotation.models import Score
from palier.demands.models import Demand
from palier.demo import build, storing
from palier.demo.scales import SCALES
from palier.homes.models import Dwelling, Offer, Vacancy
from palier.law.grid_files import source_of
from palier.territories.models import Epci


@pytest.fixture
def small(db, monkeypatch):
    scale = replace(SCALES["desk"], demands=60, dwellings=90)
    monkeypatch.setitem(SCALES, "desk", scale)
    build._bodies(scale)
    with acting(SYSTEM):
        publish_grid(
            actor=PALIER, key="essai", title="Grille d’essai", source=source_of("exemple-calvados-orne"),
            valid_from=date(2026, 1, 1), epcis=list(Epci.objects.order_by("pk").values_list("pk", flat=True)),
        )  # fmt: skip
    return scale


def scores() -> list[tuple]:
    with acting(SYSTEM):
        fields = ("demand", "epci", "points", "provisional", "excluded")
        return list(Score.objects.order_by("demand", "epci").values_list(*fields))


def test_bulk_scores_are_those_of_the_action(small):
    storing.store_demands(small)
    with acting(SYSTEM):
        demands = list(Demand.objects.order_by("pk"))
        before = scores()
        for demand in demands:
            rescore(demand)
    assert len(demands) == 60 and len(before) >= 60
    assert scores() == before


def test_storing_twice_keeps_one_of_each_vacancy(small):
    storing.store_dwellings(small)
    first = storing.store_vacancies(small)
    assert (first, storing.store_vacancies(small)) == ((2, 2), (0, 0))
    with acting(SYSTEM):
        assert (Dwelling.objects.count(), Vacancy.objects.count(), Offer.objects.count()) == (90, 2, 2)
        assert all(o.closes_at > clock.now() for o in Offer.objects.order_by("pk"))
