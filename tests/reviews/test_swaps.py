"""Swaps between a landlord's own tenants who asked for a transfer, and the page that lists them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from palier.accounts.roles import Role
from palier.common.isolation import acting
from palier.demands.form import Dependant
from palier.reviews.models import Tenancy
from palier.reviews.swaps import proposed
from tests.conftest import NOW


@pytest.fixture
def landlord(build):
    return build.organisation()


def tenant(build, landlord, type: str, children: int, **fields):
    """A tenancy in Caen whose household, a lone parent with children, asked for a transfer."""
    person, form = build.person(), build.form()
    young = tuple(
        Dependant(first_names=f"Enfant {n}", last_name="Essai", birth_date=date(2016, 1, 1 + n), sex="F")
        for n in range(children)
    )
    demand = {"transfer": True, **fields.pop("demand", {})}
    build.demand(person, form=replace(form, dependants=young), **demand)
    return Tenancy.objects.create(
        landlord=landlord, dwelling=build.dwelling(landlord, type=type), person=person, tenants="Essai",
        signed_on=date(2020, 1, 1), recorded_at=NOW, **fields,
    )  # fmt: skip


def found(actor) -> list[tuple[int, list[tuple[int, int]]]]:
    with acting(actor.scope):
        return [(p.gain, [(m.tenancy.pk, m.to.pk) for m in p.moves]) for p in proposed(actor, NOW.date())]


def test_two_tenants_of_one_landlord_who_would_both_gain(build, landlord, client_for):
    agent = build.actor(Role.LANDLORD, landlord)
    large, small = tenant(build, landlord, "T5", 0), tenant(build, landlord, "T2", 4)
    assert found(agent) == [(5, [(large.pk, small.pk), (small.pk, large.pk)])]
    page = client_for(agent).get("/bailleur/occupation/echanges/").content.decode()
    assert "1 personne d’un T5 vers un T2 et 5 personnes d’un T2 vers un T5." in page
    assert "5\u00a0pièces mieux employées" in page


def test_only_live_transfers_of_ones_own_tenants_count(build, landlord, client_for):
    agent = build.actor(Role.LANDLORD, landlord)
    tenant(build, landlord, "T5", 0)
    tenant(build, landlord, "T2", 4, demand={"transfer": False})
    tenant(build, landlord, "T2", 4, demand={"state": "removed", "removal_ground": "RADREN", "removed_on": NOW.date()})
    tenant(build, landlord, "T2", 4, ended_on=date(2026, 1, 1))
    tenant(build, build.organisation(), "T2", 4)
    assert found(agent) == []
    assert "Aucun échange" in client_for(agent).get("/bailleur/occupation/echanges/").content.decode()
