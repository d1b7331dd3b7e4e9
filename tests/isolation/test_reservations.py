"""Conventions, turns and balances exist for their two parties alone, seen from each role without any filter."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import ProgrammingError

from palier.accounts.roles import Role
from palier.common.isolation import acting
from palier.reservations.models import Balance, Convention, Turn
from tests.conftest import NOW
from tests.reservations.conftest import Flow

TABLES = (Convention, Turn, Balance)


@pytest.fixture
def house(build) -> Flow:
    """Two conventions; two dwellings, one for each holder; a balance for the State."""
    held = Flow(build)
    state, employer = held.signed()
    held.publish(line=state.pk, departure="Accord")
    held.publish(line=employer.pk, departure="Accord")
    Balance.objects.create(
        landlord=held.landlord, holder=state.holder, year=2025, department_id="14", record={}, sha256="0" * 64, seal="0" * 16,
        document=b"%PDF", signed_at=NOW, signed_by=held.agent.person,
    )  # fmt: skip
    return held


def counts(scope) -> tuple[int, ...]:
    with acting(scope):
        return tuple(model.objects.count() for model in TABLES)


def test_who_sees_what(house):
    secretary = house.build.actor(Role.SECRETARY, house.landlord)
    assert [counts(a.scope) for a in (house.agent, secretary, house.state, house.employer)] == [
        (2, 2, 1), (2, 2, 1), (1, 1, 1), (1, 1, 0),
    ]  # fmt: skip
    others = [role for role in Role if role not in (Role.SYSTEM, Role.VISITOR)]
    assert {role: counts(house.build.actor(role).scope) for role in others} == dict.fromkeys(others, (0, 0, 0))


def test_a_holder_ends_its_own_open_turn_and_writes_nothing_else(house):
    with acting(house.state.scope):
        assert Convention.objects.update(percent=99) == 0
        assert Turn.objects.filter(holder=house.employer.organisation_id).update(given_back="x") == 0
        assert Turn.objects.update(state="returned") == 1
        assert Turn.objects.update(state="designated") == 0
    with pytest.raises(ProgrammingError), acting(house.employer.scope):
        Turn.objects.update(state="cancelled")
    with pytest.raises(ProgrammingError), acting(house.state.scope):
        Convention.objects.create(
            landlord=house.landlord, holder=house.state.organisation, contingent="state_agents", department_id="14",
            percent=5, designation_days=30, valid_from=date(2026, 1, 1), recorded_at=NOW,
        )  # fmt: skip
