"""Swaps between tenants: everybody gains, nobody comes twice, none is left that could be, and the order does not matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law import occupancy
from palier.law.swaps import Tenant, gains, misfit, swaps

DAY = date(2026, 3, 2)
TOWNS = ["14118", "14366", "61001"]
ALL = frozenset({"PLAI", "PLUS", "PLS"})


def tenant(key: int, people: int, type: str, **fields) -> Tenant:
    plain = Tenant(key, people, type, TOWNS[0], "PLUS", frozenset(TOWNS), ALL, date(2024, 1, 1) + timedelta(days=key))
    return replace(plain, **fields)


COUPLE, FAMILY = tenant(1, 2, "T5"), tenant(2, 5, "T2")


@st.composite
def registers(draw) -> list[Tenant]:
    one = st.builds(
        tenant, key=st.just(0), people=st.integers(1, 7), type=st.sampled_from(occupancy.TYPES), commune=st.sampled_from(TOWNS),
        communes=st.frozensets(st.sampled_from(TOWNS), min_size=1), financing=st.sampled_from(sorted(ALL)),
        financings=st.frozensets(st.sampled_from(sorted(ALL)), min_size=1), adapted=st.booleans(), needs_adapted=st.booleans(),
    )  # fmt: skip
    return [replace(t, key=n) for n, t in enumerate(draw(st.lists(one, max_size=14)), start=1)]


def steps(keys):
    return zip(keys, [*keys[1:], keys[0]], strict=True)


@given(registers())
def test_every_household_gains_and_none_comes_twice(tenants) -> None:
    by_key = {t.key: t for t in tenants}
    found = swaps(tenants, DAY)
    moved = [key for swap in found for key in swap.keys]
    assert len(moved) == len(set(moved))
    for swap in found:
        assert len(swap.keys) in (2, 3)
        assert swap.gain == sum(gains(by_key[a], by_key[b], DAY) for a, b in steps(swap.keys))
        for a, b in steps(swap.keys):
            assert misfit(by_key[a].people, by_key[a].type, DAY) > 0 == misfit(by_key[a].people, by_key[b].type, DAY)
            assert by_key[b].commune in by_key[a].communes and by_key[b].financing in by_key[a].financings


@given(registers())
def test_what_is_left_holds_no_further_swap(tenants) -> None:
    moved = {key for swap in swaps(tenants, DAY) for key in swap.keys}
    left = [t for t in tenants if t.key not in moved]
    rings = [ring for size in (2, 3) for group in combinations(left, size) for ring in permutations(group)]
    assert [ring for ring in rings if all(gains(a, b, DAY) for a, b in steps(ring))] == []


@given(registers(), st.randoms(use_true_random=False))
def test_the_order_of_the_register_changes_nothing(tenants, chance) -> None:
    assert swaps(chance.sample(tenants, len(tenants)), DAY) == swaps(tenants, DAY)


@pytest.mark.parametrize(
    "couple",
    [
        replace(COUPLE, communes=frozenset({"61001"})),
        replace(COUPLE, financings=frozenset({"PLS"})),
        replace(COUPLE, needs_adapted=True),
        replace(COUPLE, adapted=True),
        replace(COUPLE, type="T3"),
    ],
)
def test_no_swap_where_one_would_not_gain_or_may_not(couple) -> None:
    assert [swap.keys for swap in swaps([COUPLE, FAMILY], DAY)] == [(1, 2)]
    assert swaps([couple, FAMILY], DAY) == []


def test_equal_gains_go_to_the_oldest_demand() -> None:
    other = tenant(3, 2, "T5", registered_on=date(2020, 1, 1))
    assert [swap.keys for swap in swaps([COUPLE, FAMILY, other], DAY)] == [(2, 3)]


def test_a_tenant_twice_is_refused() -> None:
    with pytest.raises(ValueError):
        swaps([COUPLE, COUPLE], DAY)
