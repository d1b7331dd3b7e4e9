"""A total order, the same whatever the order given, that anybody can redo."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.ranking import Candidate, draw, rank

OLD, NEW = date(2020, 1, 1), date(2024, 1, 1)
candidates = st.lists(
    st.builds(
        Candidate,
        key=st.integers(1, 10**6).map(str),
        points=st.integers(0, 5) | st.sampled_from([2.5, Decimal("2.50"), Decimal(3)]),
        registered_on=st.sampled_from([OLD, date(2022, 5, 1), NEW]),
    ),
    max_size=25,
    unique_by=lambda c: c.key,
)


def test_points_then_seniority_then_draw() -> None:
    people = [Candidate("a", 10, NEW), Candidate("b", 12, NEW), Candidate("c", 10, OLD), Candidate("d", 10, NEW)]
    ranked = rank(people, seed="s")
    drawn = sorted(["a", "d"], key=lambda key: draw("s", key))
    assert [r.key for r in ranked] == ["b", "c", *drawn]
    assert [r.position for r in ranked] == [1, 2, 3, 4]
    assert [r.reason.code for r in ranked] == ["rank.points", "rank.seniority", "rank.draw", "rank.last"]
    assert ranked[0].reason.text == "Plus de points que le suivant (12\u00a0points contre 10\u00a0points)."
    assert (
        ranked[1].reason.text
        == "Même nombre de points, demande plus ancienne (1er janvier 2020, contre 1er janvier 2024)."
    )


def test_the_draw_is_what_the_page_says() -> None:
    assert draw("graine", "42") == hashlib.sha256(b"graine:42").hexdigest()[:16]


def test_a_key_comes_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        rank([Candidate("a", 1, OLD), Candidate("a", 2, OLD)], seed="s")


@given(candidates, st.text(max_size=8), st.randoms(use_true_random=False))
def test_the_same_whatever_the_order_given(people: list[Candidate], seed: str, chance: object) -> None:
    shuffled = list(people)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    ranked = rank(people, seed)
    assert ranked == rank(shuffled, seed)
    assert sorted(r.key for r in ranked) == sorted(c.key for c in people)


@given(candidates, st.text(max_size=8))
def test_order_is_right_for_every_pair(people: list[Candidate], seed: str) -> None:
    ranked = rank(people, seed)
    for before, after in zip(ranked, ranked[1:], strict=False):
        one, other = before.candidate, after.candidate
        assert (-Decimal(str(one.points)), one.registered_on, before.draw) <= (
            -Decimal(str(other.points)),
            other.registered_on,
            after.draw,
        )


@given(candidates, candidates, st.text(max_size=8))
def test_taking_people_out_does_not_reorder_the_others(
    people: list[Candidate], gone: list[Candidate], seed: str
) -> None:
    out = {c.key for c in gone} | {c.key for c in people[::3]}
    left = [c for c in people if c.key not in out]
    assert [r.key for r in rank(left, seed)] == [r.key for r in rank(people, seed) if r.key not in out]


def test_equal_numbers_are_equal_whatever_their_type() -> None:
    for one, other in [(2.5, Decimal("2.50")), (3, Decimal("3.00"))]:
        drawn = rank([Candidate("a", one, OLD), Candidate("b", other, OLD)], seed="s")
        assert drawn[0].reason.code == "rank.draw"
