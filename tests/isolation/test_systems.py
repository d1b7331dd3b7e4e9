"""A landlord's systems, their answers, messages and files, and its journal: its agents' alone, whatever the page forgets."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError

from palier.accounts.roles import Role
from palier.common.isolation import VISITOR, Scope, acting
from palier.exchanges.landlords import changes
from palier.exchanges.landlords.models import Change, Delivery, KeptAnswer, LandlordSystem, StockFile
from palier.exchanges.landlords.tokens import actor_of
from tests.builders import KIND_OF_ROLE
from tests.conftest import NOW

TABLES = (LandlordSystem, KeptAnswer, Change, Delivery, StockFile)


@pytest.fixture
def held(build):
    """One row of each table, of one landlord; its agent."""
    agent = build.actor(Role.LANDLORD)
    body = agent.organisation
    system = LandlordSystem.objects.create(
        landlord=body, name="Parc", scopes=["stock:read"], made_at=NOW, token_hash="h"
    )
    KeptAnswer.objects.create(landlord=body, system=system, key="clef-0001", sha256="0", until=NOW)
    Delivery.objects.create(landlord=body, system=system, kind="test", payload={}, made_at=NOW, due_at=NOW)
    StockFile.objects.create(landlord=body, kind="dwellings", name="parc.csv", received_at=NOW, total=1)
    build.dwelling(body)
    changes.number()
    return agent, system


def seen(scope) -> list[int]:
    with acting(scope):
        return [table.objects.count() for table in TABLES]


def test_its_agents_and_its_systems_alone(held, build):
    agent, system = held
    assert seen(agent.scope) == seen(actor_of(system).scope) == [1, 1, 1, 1, 1]
    strangers = [build.actor(role) for role in KIND_OF_ROLE] + [build.actor(Role.APPLICANT)]
    colleagues = [build.actor(role, agent.organisation) for role in (Role.SECRETARY, Role.MEMBER)]
    for actor in strangers + colleagues:
        assert seen(actor.scope) == [0, 0, 0, 0, 0], actor.role
    assert seen(VISITOR) == [0, 0, 0, 0, 0]


def test_the_door_looks_a_token_up_and_reads_nothing_else(held):
    assert seen(Scope(role="gate")) == [1, 0, 0, 0, 0]
    with acting(Scope(role="gate")), pytest.raises(ProgrammingError):
        agent, _ = held
        LandlordSystem.objects.create(landlord=agent.organisation, name="Faux", scopes=["stock:read"], made_at=NOW)


def test_nobody_writes_for_another_landlord(held, build):
    agent, system = held
    other = build.actor(Role.LANDLORD)
    with acting(other.scope):
        assert LandlordSystem.objects.filter(pk=system.pk).update(token_hash="x") == 0
        assert Change.objects.update(state="x") == 0
    with acting(agent.scope):
        # Its own journal is read, never written.
        assert Change.objects.update(state="x") == 0
    with pytest.raises(ProgrammingError), acting(other.scope):
        StockFile.objects.create(landlord=agent.organisation, kind="dwellings", name="x", received_at=NOW, total=1)
