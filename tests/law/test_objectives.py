"""A quarter of the leases outside priority quarters to the first quartile: what is recorded, or that it cannot be told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.objectives import outlook

RULE = {"threshold": 11_000, "share": 25, "least": 4}


def test_without_a_threshold_nothing_is_guessed() -> None:
    assert outlook([True] * 20, [True], **{**RULE, "threshold": 0}).verdict == "unset"


@pytest.mark.parametrize(
    "signed, words", [([], "0 baux connus"), ([True, None, None], "1 bail connu"), ([None] * 9, "0 baux connus")]
)
def test_too_few_leases_are_said_to_be_too_few(signed, words) -> None:
    found = outlook(signed, [True], **RULE)
    assert (found.verdict, found.text.startswith(words)) == ("few", True)


@pytest.mark.parametrize(
    "signed, coming, verdict, text",
    [
        ([True] * 2 + [False] * 18, [True, False], "risk",
         "2 baux sur 20 au premier quartile cette année (10\u00a0%), au mieux 14\u00a0% avec cette séance, pour 25\u00a0% demandés."),
        ([True] * 2 + [False] * 18, [], "risk",
         "2 baux sur 20 au premier quartile cette année (10\u00a0%), aucun logement de cette séance n’y compte, pour 25\u00a0% demandés."),
        ([True] * 6 + [False] * 14, [False], "fine",
         "6 baux sur 20 au premier quartile cette année (30\u00a0%) ; jusqu’à 29\u00a0% avec cette séance, pour 25\u00a0% demandés."),
        ([True] * 4 + [False] * 12, [], "fine",
         "4 baux sur 16 au premier quartile cette année (25\u00a0%) ; jusqu’à 25\u00a0% avec cette séance, pour 25\u00a0% demandés."),
    ],
)  # fmt: skip
def test_the_share_at_best_is_compared_with_the_objective(signed, coming, verdict, text) -> None:
    found = outlook(signed, coming, **RULE)
    assert (found.verdict, found.text) == (verdict, text)


@given(st.lists(st.sampled_from([True, False, None]), max_size=40), st.lists(st.booleans(), max_size=8))
def test_one_more_modest_household_never_makes_a_risk(signed, coming) -> None:
    before, after = outlook(signed, coming, **RULE).verdict, outlook([*signed, True], coming, **RULE).verdict
    if before in ("risk", "fine"):
        assert (before, after) != ("fine", "risk")
    assert outlook([*signed, None], coming, **RULE) == outlook(signed, coming, **RULE)
