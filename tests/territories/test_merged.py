"""Communes that merged, looked up one by one or many at once."""

from __future__ import annotations

from palier.territories.models import Commune
from palier.territories.queries import current_commune, living_communes


def test_many_at_once_lead_where_each_one_leads(world):
    codes = [*Commune.objects.order_by("code").values_list("code", flat=True), "99999"]
    one_by_one = {code: found.code for code in codes if (found := current_commune(code))}
    assert len(one_by_one) > 900 and any(code != living for code, living in one_by_one.items())
    assert living_communes(codes) == one_by_one


def test_a_commune_that_merged_twice_is_the_last_one(world):
    merged = Commune.objects.exclude(successor=None).order_by("code").first()
    merged.successor.successor = (
        Commune.objects.filter(successor=None).exclude(pk=merged.successor_id).order_by("code").first()
    )
    merged.successor.save()
    assert living_communes([merged.code]) == {merged.code: merged.successor.successor_id}


def test_nothing_asked_is_nothing_found(world):
    assert living_communes([]) == {}
