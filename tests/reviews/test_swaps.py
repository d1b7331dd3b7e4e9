"""Swaps between tenants who asked for a transfer, of one landlord or of several, and the page that lists them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from palier.accounts.roles import Role
from palier.common.isolation import acting
from palier.demands.form import Dependant
from palier.demands.models import Demand
from palier.homes.models import Dwelling
from palier.reviews.models import Tenancy
from palier.reviews.swaps import proposed
from palier.territories.models import Commune
from tests.builders import ALENCON
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


def test_a_tenant_of_another_landlord_is_named_by_its_landlord_and_both_read_the_same(build, landlord, client_for):
    agent, other = build.actor(Role.LANDLORD, landlord), build.organisation()
    large, small = tenant(build, landlord, "T5", 0), tenant(build, other, "T2", 4)
    both = [(5, [(large.pk, small.pk), (small.pk, large.pk)])]
    assert (found(agent), found(build.actor(Role.LANDLORD, other))) == (both, both)
    assert found(build.actor(Role.LANDLORD)) == []
    page = client_for(agent).get("/bailleur/occupation/echanges/").content.decode()
    assert (other.name in page, large.dwelling.reference in page, small.dwelling.reference in page) == (
        True,
        True,
        False,
    )


def test_a_sheltered_household_is_proposed_by_its_own_landlord_alone(build, landlord):
    agent, other = build.actor(Role.LANDLORD, landlord), build.organisation()
    hidden = tenant(build, other, "T2", 4)
    Demand.objects.filter(person=hidden.person_id).update(sheltered=True)
    tenant(build, landlord, "T5", 0)
    assert found(agent) == []
    tenant(build, other, "T5", 0)
    assert (len(found(build.actor(Role.LANDLORD, other))), found(agent)) == (1, [])


def test_another_department_is_not_searched(build, landlord):
    agent, other = build.actor(Role.LANDLORD, landlord), build.organisation()
    tenant(build, landlord, "T5", 0)
    far = tenant(build, other, "T2", 4)
    Dwelling.objects.filter(pk=far.dwelling_id).update(commune=Commune.objects.get(code=ALENCON))
    assert found(agent) == []


def test_only_live_transfers_count(build, landlord, client_for):
    agent = build.actor(Role.LANDLORD, landlord)
    tenant(build, landlord, "T5", 0)
    tenant(build, landlord, "T2", 4, demand={"transfer": False})
    tenant(build, landlord, "T2", 4, demand={"state": "removed", "removal_ground": "RADREN", "removed_on": NOW.date()})
    tenant(build, landlord, "T2", 4, ended_on=date(2026, 1, 1))
    assert found(agent) == []
    assert "Aucun échange" in client_for(agent).get("/bailleur/occupation/echanges/").content.decode()
