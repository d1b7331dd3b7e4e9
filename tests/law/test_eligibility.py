"""What an offer says to a household: one reason for each rule, for and against."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law import codes
from palier.law.eligibility import Eligibility, OfferFacts, check
from palier.law.household import Employer, Household, Situation, Wish
from tests.law.people import ON, adult, child, households, lone_parent

CAEN_T3 = OfferFacts(
    commune="14118", epci="200065597", department="14", zone="other", type="T3", surface=62, financing="PLUS",
    rent=410, charges=85, floor=1, aid_zone=2,
)  # fmt: skip


def wish(**facts: Any) -> Household:
    base = lone_parent()
    return replace(base, wish=replace(base.wish, **facts))


def verdict(household: Household, code: str, **offer: Any) -> str:
    """The verdict of that reason; an empty text when the rule did not speak so."""
    found = check(household, replace(CAEN_T3, **offer), ON)
    return next((r.verdict for r in found.reasons if r.code == code), "")


def test_everything_fits() -> None:
    found = check(lone_parent(), CAEN_T3, ON)
    assert found.eligible is True
    assert [r.code for r in found.reasons] == [
        "ceiling.under", "size.fits", "type.wished", "place.wished", "rent.within_wish", "effort.bearable",
    ]  # fmt: skip
    assert found.figures == {
        "income": 15000, "ceiling": 37584, "financing": "PLUS", "aid": 229, "net_rent": 266.0,
        "effort_rate": 0.1762, "left_per_day": 31.9,
    }  # fmt: skip
    assert found.reasons[0].text == "Vos revenus (15\u202f000\u00a0€) sont sous le plafond PLUS (37\u202f584\u00a0€)."


EMPLOYEES, PRIORITY, AGENTS = ({"contingent": c} for c in ("action_logement", "state_priority", "state_agents"))


def earning(income: int) -> Household:
    return lone_parent(people=(adult(tax={2024: income}), child()))


def known(code: str, proof: str = "authority", **facts: Any) -> Household:
    return lone_parent(situations=(Situation(code, proof, **facts),))


CASES: list[tuple[str, str, Household, dict[str, Any]]] = [
    ("ceiling.over", "blocks", earning(22552), {"financing": "PLAI"}),
    ("ceiling.under", "fits", earning(22551), {"financing": "PLAI"}),
    ("ceiling.unknown", "unknown", replace(lone_parent(), people=(adult(), child())), {}),
    ("size.small", "blocks", replace(lone_parent(), expected=4), {"type": "T2"}),
    ("size.large", "blocks", lone_parent(), {"type": "T4"}),
    ("size.fits", "fits", replace(lone_parent(), expected=1), {"type": "T4"}),
    ("type.not_wished", "blocks", lone_parent(), {"type": "T1"}),
    ("kind.not_wished", "blocks", wish(kind="M"), {}),
    ("surface.small", "blocks", lone_parent(), {"surface": 15.9}),
    ("place.not_wished", "blocks", lone_parent(), {"commune": "61001", "epci": "246100663"}),
    ("place.near_not_widened", "blocks", lone_parent(), {"commune": "14327"}),
    ("place.nearby", "fits", wish(widened=True), {"commune": "14327"}),
    ("place.not_wished", "blocks", wish(widened=True, epcis=("",)), {"commune": "61001", "epci": ""}),
    ("contingent.not_employee", "blocks", lone_parent(), EMPLOYEES),
    ("contingent.employer_unconfirmed", "blocks", lone_parent(employer=Employer("1", contributes=True)), EMPLOYEES),
    ("contingent.employee", "fits", lone_parent(employer=Employer("1", "confirmed", True)), EMPLOYEES),
    ("contingent.employer_unknown", "unknown", lone_parent(employer=Employer("1", "confirmed")), EMPLOYEES),
    ("contingent.not_contributing", "blocks", lone_parent(employer=Employer("1", "confirmed", False)), EMPLOYEES),
    ("contingent.not_priority", "blocks", known("dalo", "document"), PRIORITY),
    ("contingent.priority", "fits", known("dalo"), PRIORITY),
    ("contingent.not_priority", "blocks", known("dalo", valid_to=date(2026, 1, 1)), PRIORITY),
    ("contingent.not_priority", "blocks", known("essential_worker"), PRIORITY),
    ("contingent.not_state_agent", "blocks", lone_parent(), AGENTS),
    ("contingent.state_agent", "fits", lone_parent(employer=Employer("1", "confirmed", public=True)), AGENTS),
    ("contingent.holder", "note", lone_parent(), {"contingent": "authority"}),
    ("adapted.for_others", "blocks", lone_parent(), {"adapted": True}),
    ("adapted.needed", "fits", wish(adapted=True), {"adapted": True}),
    ("adapted.lacking", "warns", wish(adapted=True), {}),
    ("access.steps", "blocks", wish(step_free=True), {}),
    ("access.step_free", "fits", wish(step_free=True), {"step_free": True}),
    ("access.no_lift", "blocks", wish(without_lift=False), {}),
    ("", "", wish(without_lift=False), {"lift": True}),
    ("access.ground_floor", "warns", wish(ground_floor=False), {"floor": 0}),
    ("rent.over_wish", "warns", lone_parent(), {"rent": 600}),
    ("effort.heavy", "warns", lone_parent(), {"rent": 900}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected", "household", "offer"), CASES)
def test_each_rule(code: str, expected: str, household: Household, offer: dict[str, Any]) -> None:
    assert verdict(household, code, **offer) == expected


def test_a_known_part_over_the_ceiling_is_enough() -> None:
    household = lone_parent(people=(adult(tax={2024: 60000}), adult("coapplicant"), child()))
    assert verdict(household, "ceiling.over") == "blocks"


def test_intermediate_dwelling_uses_its_own_ceilings_and_no_apl() -> None:
    found = check(lone_parent(), replace(CAEN_T3, financing="LLI", rent_zone="B1"), ON)
    assert (found.figures["ceiling"], found.figures["aid"], found.figures["net_rent"]) == (58817, None, 495)


def test_nothing_wished_blocks_nothing_but_the_place() -> None:
    found = check(lone_parent(wish=Wish()), CAEN_T3, ON)
    assert [r.code for r in found.blocking] == ["place.not_wished"]


offers = st.builds(
    OfferFacts,
    commune=st.sampled_from(["14118", "14366", "61001"]),
    epci=st.sampled_from(["200065597", "246100663"]),
    department=st.just("14"),
    zone=st.sampled_from(["other", "idf", "paris"]),
    type=st.sampled_from([code for code, _ in codes.HOME_TYPES]),
    surface=st.floats(9, 150),
    financing=st.sampled_from([code for code, _ in codes.FINANCINGS]),
    rent=st.floats(100, 1500),
    charges=st.floats(0, 300),
    contingent=st.sampled_from([code for code, _ in codes.CONTINGENTS]),
    adapted=st.booleans(),
    step_free=st.booleans(),
    floor=st.none() | st.integers(0, 12),
    lift=st.booleans(),
    kind=st.sampled_from(["flat", "house"]),
    rent_zone=st.sampled_from(["Abis", "A bis", "A", "B1", "B2", "C"]),
    aid_zone=st.sampled_from([1, 2, 3]),
)


@given(households, offers)
def test_always_an_answer_in_words(household: Household, offer: OfferFacts) -> None:
    found: Eligibility = check(household, offer, ON)
    assert found.eligible == (not found.blocking)
    assert all(r.code and r.text.endswith((".", "!")) and "None" not in r.text for r in found.reasons)
    assert len({r.code for r in found.reasons}) == len(found.reasons)
    json.dumps(found.to_dict())


@given(households, offers)
def test_a_richer_household_is_never_admitted_instead(household: Household, offer: OfferFacts) -> None:
    people = household.people
    poor = replace(household, people=(replace(people[0], tax={2024: 10_000, 2025: 10_000}), *people[1:]))
    rich = replace(household, people=(replace(people[0], tax={2024: 90_000, 2025: 90_000}), *people[1:]))
    assert check(rich, offer, ON).eligible <= check(poor, offer, ON).eligible
