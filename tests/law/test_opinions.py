"""The count of an opinion: simple majority, the mayor on a tie, and what stays open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.opinions import ABSTAIN, AGREE, CHOICES, OTHER, Voice, opinion


def voices(*choices: str) -> list[Voice]:
    return [Voice(str(n), choice) for n, choice in enumerate(choices)]


@pytest.mark.parametrize(
    ("choices", "mayor", "adopted"),
    [
        ((AGREE, AGREE, OTHER), None, True),
        ((AGREE, OTHER, OTHER), None, False),
        ((AGREE, ABSTAIN, ABSTAIN), None, True),
        ((AGREE, OTHER), None, None),
        ((AGREE, OTHER), "0", True),
        ((AGREE, OTHER), "1", False),
        ((AGREE, OTHER, ABSTAIN), "2", None),
        ((ABSTAIN, ABSTAIN), "0", None),
        ((), None, None),
    ],
)
def test_outcome(choices: tuple[str, ...], mayor: str | None, adopted: bool | None) -> None:
    assert opinion(voices(*choices), mayor).adopted is adopted


def test_told_in_words() -> None:
    assert opinion(voices(AGREE, OTHER, ABSTAIN), "1").steps == (
        "1 voix d’accord, 1 voix pour un autre avis, 1 abstention.",
        "Partage égal : la voix prépondérante du maire demande un autre avis.",
    )


def test_refuses_nonsense() -> None:
    with pytest.raises(ValueError):
        Voice("a", "never")
    with pytest.raises(ValueError):
        opinion([Voice("a", AGREE), Voice("a", OTHER)])


choices = st.lists(st.sampled_from(sorted(CHOICES)), max_size=9)


@given(choices, st.randoms())
def test_the_order_of_the_voices_changes_nothing(cast: list[str], chance) -> None:
    given_ = voices(*cast)
    shuffled = list(given_)
    chance.shuffle(shuffled)
    assert opinion(shuffled, "0") == opinion(given_, "0")


@given(choices)
def test_one_more_voice_for_it_never_defeats_it(cast: list[str]) -> None:
    rank = {False: 0, None: 1, True: 2}
    before = opinion(voices(*cast)).adopted
    assert rank[opinion(voices(*cast, AGREE)).adopted] >= rank[before]


@given(choices)
def test_an_abstention_weighs_nothing(cast: list[str]) -> None:
    assert opinion(voices(*cast, ABSTAIN)).adopted is opinion(voices(*cast)).adopted
