"""The bits of a household and of a dwelling say what `eligibility` says, whoever asks for whatever."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palier.law.eligibility import OfferFacts, check
from palier.law.household import Employer, Household
from palier.law.keys import Keys, keys, needs
from palier.law.products import DIRECT, SOCIAL
from palier.law.reach import reach
from tests.law.people import ON, households, lone_parent
from tests.law.test_eligibility import CAEN_T3
from tests.law.test_reach import employers, offers


def holds(held: Keys, household: Household, offer: OfferFacts) -> bool:
    near = held.widened and bool(offer.epci) and offer.epci in household.wish.epcis
    asked = needs(offer)
    return (
        held.opens & asked == asked
        and offer.surface >= held.surface
        and (offer.commune in household.wish.communes or near)
        and offer.employees_of in ("", reach(household, ON).siren)
    )


@settings(max_examples=400)
@given(households, employers, offers)
def test_bits_and_rules_agree(household: Household, employer: Employer | None, offer: OfferFacts) -> None:
    household = replace(household, employer=employer)
    expected = offer.product == SOCIAL and check(household, offer, on=ON).eligible
    assert holds(keys(household, ON), household, offer) == expected


@given(offers, st.booleans(), st.booleans(), st.booleans())
def test_they_agree_near_the_limit_where_chance_seldom_goes(
    offer: OfferFacts, step_free: bool, without_lift: bool, adapted: bool
) -> None:
    mother = lone_parent()
    mother = replace(mother, wish=replace(mother.wish, step_free=step_free, without_lift=without_lift, adapted=adapted))
    near = replace(
        CAEN_T3, kind=offer.kind, floor=offer.floor, lift=offer.lift, step_free=offer.step_free, adapted=offer.adapted,
        contingent=offer.contingent, financing=offer.financing, zone=offer.zone, rent_zone=offer.rent_zone,
    )  # fmt: skip
    assert holds(keys(mother, ON), mother, near) == check(mother, near, on=ON).eligible


@pytest.mark.parametrize("product", DIRECT)
def test_the_register_proposes_nobody_for_another_kind_of_offer(product: str) -> None:
    mother, offer = lone_parent(), replace(CAEN_T3, product=product)
    assert (holds(keys(mother, ON), mother, CAEN_T3), holds(keys(mother, ON), mother, offer)) == (True, False)
