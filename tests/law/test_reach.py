"""The bounds of a household say exactly what the rules say of each dwelling."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palier.law import codes
from palier.law.eligibility import OfferFacts, check
from palier.law.household import Employer, Household
from palier.law.products import INTERMEDIATE, REACHED
from palier.law.reach import Reach, reach
from tests.law.people import ON, households, lone_parent
from tests.law.test_eligibility import CAEN_T3

offers = st.builds(
    OfferFacts,
    commune=st.sampled_from(["14118", "14366", "61001"]),
    epci=st.sampled_from(["", "200065597", "200069532"]),
    department=st.just("14"),
    zone=st.sampled_from(["paris", "idf", "other"]),
    type=st.sampled_from(["T1", "T2", "T3", "T4", "T5", "T6P"]),
    surface=st.floats(9, 150),
    financing=st.sampled_from(["PLAI", "PLUS", "PLS", "LLI"]),
    rent=st.floats(50, 1500),
    charges=st.floats(0, 300),
    contingent=st.sampled_from([code for code, _ in codes.CONTINGENTS]),
    adapted=st.booleans(),
    step_free=st.booleans(),
    floor=st.none() | st.integers(-1, 8),
    lift=st.booleans(),
    kind=st.sampled_from(["flat", "house"]),
    rent_zone=st.sampled_from(["Abis", "A", "B1", "B2", "C"]),
    aid_zone=st.integers(1, 3),
    employees_of=st.sampled_from(["", "999000201", "999000219"]),
    product=st.sampled_from(REACHED),
)
employers = st.none() | st.builds(
    Employer,
    state=st.sampled_from(["declared", "confirmed", "denied"]),
    contributes=st.none() | st.booleans(),
    public=st.booleans(),
    siret=st.sampled_from(["", "99900020100015", "99900021900017"]),
)


def holds(bounds: Reach, offer: OfferFacts) -> bool:
    """The bounds read one by one, as a database would."""
    zone = offer.rent_zone if offer.financing == "LLI" else offer.zone
    upstairs = offer.kind == "flat" and (offer.floor or 0) > 0
    types = bounds.any_types if offer.product == INTERMEDIATE else bounds.types
    return all(
        (
            offer.product in REACHED,
            offer.type in types,
            offer.kind in bounds.kinds,
            offer.surface >= bounds.surface,
            offer.commune in bounds.communes or offer.epci in bounds.epcis,
            offer.contingent in bounds.contingents,
            (offer.financing, zone) in bounds.financings,
            offer.employees_of in ("", bounds.siren),
            bounds.adapted or not offer.adapted,
            not bounds.step_free or offer.step_free or offer.adapted,
            bounds.step_free or not bounds.lift or not upstairs or offer.lift,
        )
    )


@settings(max_examples=400)
@given(household=households, employer=employers, epcis=st.sampled_from([(), ("200065597",)]), offer=offers)
def test_bounds_and_rules_agree(
    household: Household, employer: Employer | None, epcis: tuple[str, ...], offer: OfferFacts
) -> None:
    household = replace(household, employer=employer, wish=replace(household.wish, epcis=epcis))
    assert holds(reach(household, ON), offer) == check(household, offer, ON).eligible


@pytest.mark.parametrize(
    ("offer", "open_"),
    [
        ({}, True),
        ({"type": "T4"}, False),
        ({"surface": 15.9}, False),
        ({"commune": "14366"}, False),
        ({"contingent": "state_agents"}, False),
        ({"contingent": "authority"}, True),
        ({"adapted": True}, False),
        ({"financing": "LLI"}, True),
        ({"financing": "PLAI"}, True),
    ],
)
def test_each_bound_of_a_lone_parent(offer: dict[str, Any], open_: bool) -> None:
    changed = replace(CAEN_T3, **offer)
    assert (holds(reach(lone_parent(), ON), changed), check(lone_parent(), changed, ON).eligible) == (open_, open_)


def test_bounds_of_a_lone_parent() -> None:
    assert reach(lone_parent(), date(2026, 11, 23)) == Reach(
        types=("T2", "T3"), any_types=("T2", "T3"), kinds=("flat", "house"), surface=16, communes=("14118",), epcis=(),
        contingents=("none", "authority", "other"),
        financings=(
            *((financing, zone) for financing in ("PLAI", "PLUS", "PLS") for zone in ("paris", "idf", "other")),
            *(("LLI", zone) for zone in ("Abis", "A", "B1", "B2", "C")),
        ),
        adapted=False, step_free=False, lift=False,
    )  # fmt: skip
