"""The first quartile, from the leases of the year and the income frozen with each candidate."""

from __future__ import annotations

from decimal import Decimal

import pytest

from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.allocations.objectives import first_quartile
from palier.commissions.models import AgendaItem, Candidate
from palier.common import clock
from palier.common.isolation import acting
from palier.territories.models import Setting
from tests.chain.test_chain import AFTER, Stage


def begin(build) -> Stage:
    """One lease signed, and the agenda it came from."""
    stage = Stage(build)
    candidates = stage.to_agenda()
    stage.vote_and_sign(candidates)
    first = Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER):
        stage.as_(stage.household_of(candidates[0]), allocations.accept, proposal_id=first.pk)
        stage.as_(
            stage.agent, allocations.record_lease, proposal_id=first.pk, signed_on=AFTER.date(),
            starts_on=AFTER.date(), rent=Decimal("410"), charges=Decimal("85"),
        )  # fmt: skip
    return stage


@pytest.fixture
def housed(begun) -> Stage:
    return begun


def rule(threshold: int, least: int = 1) -> None:
    Setting.objects.filter(key__in=["first_quartile_income", "first_quartile_least"]).update(valid_to="2020-01-02")
    for key, value in (("first_quartile_income", threshold), ("first_quartile_least", least)):
        Setting.objects.create(key=key, value=value, valid_from="2020-01-02", source="Essai")


def seen(stage) -> list[tuple[str, str]]:
    items = list(AgendaItem.objects.select_related("offer__dwelling__commune__epci").order_by("pk"))
    with acting(stage.secretary.scope):
        return [(place, found.verdict) for place, found in first_quartile(stage.landlord.pk, items)]


def test_without_a_threshold_or_with_too_few_leases_it_says_so(housed):
    assert [verdict for _, verdict in seen(housed)] == ["unset"]
    rule(30_000, least=2)
    assert [verdict for _, verdict in seen(housed)] == ["few"]


def test_leases_and_the_agenda_count_as_they_are(housed):
    income = Candidate.objects.values_list("facts__income_per_unit", flat=True).first()
    rule(int(income) + 1)
    assert [verdict for _, verdict in seen(housed)] == ["fine"]
    Setting.objects.filter(key="first_quartile_income", valid_to=None).update(value=int(income) - 1)
    assert [verdict for _, verdict in seen(housed)] == ["risk"]


def test_in_a_priority_quarter_nothing_counts(housed):
    housed.offer.dwelling.qpv = True
    housed.offer.dwelling.save(update_fields=["qpv"])
    assert seen(housed) == []
