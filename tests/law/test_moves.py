"""Whatever happens to a list between two looks, the causes told add up to the change of rank, and are the true ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law import moves
from palier.law.moves import Rival, Standing, explain
from palier.law.ranking import Candidate, draw, rank

SEED = "s"
DAYS = st.sampled_from([date(2020, 1, 1), date(2022, 5, 1), date(2024, 1, 1)])
POINTS = st.integers(0, 4).map(Decimal)
LOTS = st.integers(1, 10**6).map(lambda n: draw(SEED, str(n)))
standings = st.builds(Standing, POINTS, DAYS, LOTS)
# Each other household: how it stood, how it stands, whether it was there then and is there now.
lives = st.lists(
    st.tuples(standings, POINTS, st.sampled_from([(True, True), (True, False), (False, True), (False, False)])),
    max_size=30,
    unique_by=lambda life: life[0].draw,
)


def standing(points: int, year: int = 2022, lot: str = "m") -> Standing:
    return Standing(Decimal(points), date(year, 5, 1), lot)


def ahead(of: Standing, others: list[Standing]) -> int:
    return sum(o.before(of) for o in others)


@given(standings, POINTS, DAYS, lives)
def test_causes_add_up_to_the_change_of_rank(then: Standing, points: Decimal, on: date, others: list) -> None:
    others = [life for life in others if life[0].draw != then.draw]
    now = replace(then, points=points, registered_on=on)
    before = ahead(then, [was for was, _, (there, _) in others if there]) + 1
    after = ahead(now, [replace(was, points=p) for was, p, (_, here) in others if here]) + 1
    rivals = [
        Rival(replace(was, points=p), joined=not there, gone=not here)
        for was, p, (there, here) in others
        if there or here
    ]
    move = explain(before, then, now, rivals)
    assert (move.before, move.now) == (before, after)
    assert sum(cause.by for cause in move.causes) == move.by == after - before
    assert len({cause.kind for cause in move.causes}) == len(move.causes)


@given(standings, lives)
def test_nothing_is_said_of_what_did_not_happen(then: Standing, others: list) -> None:
    there = [was for was, _, (there, _) in others if there and was.draw != then.draw]
    move = explain(ahead(then, there) + 1, then, then, [Rival(s) for s in there])
    assert (move.by, move.causes) == (0, ())


@given(standings, lives)
def test_only_departures_are_told_as_departures_and_arrivals_by_what_puts_them_ahead(
    own: Standing, others: list
) -> None:
    held = [(was, there, here) for was, _, (there, here) in others if was.draw != own.draw]
    before = ahead(own, [was for was, there, _ in held if there]) + 1
    move = explain(before, own, own, [Rival(w, joined=not t, gone=not h) for w, t, h in held if t or h])
    told = {cause.kind: cause.by for cause in move.causes}
    came = [w for w, t, h in held if h and not t and w.before(own)]
    expected = {
        moves.LEFT: -ahead(own, [w for w, t, h in held if t and not h]),
        moves.MORE_POINTS: sum(w.points > own.points for w in came),
        moves.OLDER: sum(w.points == own.points and w.registered_on < own.registered_on for w in came),
        moves.DRAWN: sum((w.points, w.registered_on) == (own.points, own.registered_on) for w in came),
    }
    assert told == {kind: by for kind, by in expected.items() if by}


@given(st.lists(standings, min_size=1, max_size=20, unique_by=lambda s: s.draw))
def test_the_order_is_that_of_the_ranking(held: list[Standing]) -> None:
    """Standing by standing, `before` is the order of the law."""
    keys = {str(n): s for n, s in enumerate(held)}
    drawn = {key: replace(s, draw=draw(SEED, key)) for key, s in keys.items()}
    law = [r.key for r in rank([Candidate(k, s.points, s.registered_on) for k, s in keys.items()], SEED)]
    assert law == sorted(drawn, key=lambda k: ahead(drawn[k], list(drawn.values())))


ME = standing(20)


@pytest.mark.parametrize(
    ("position", "now", "rivals", "said"),
    [
        (1, ME, [Rival(standing(30), joined=True)] * 3, "3\u00a0nouveaux candidats ont plus de points que vous."),
        (1, ME, [Rival(standing(20, 2020), joined=True)], "1\u00a0nouveau candidat a autant de points que vous et une demande plus ancienne."),
        (1, ME, [Rival(standing(20, 2022, "a"), joined=True)], "1\u00a0nouveau candidat a autant de points et d’ancienneté que vous, et le tirage au sort devant."),
        (3, ME, [Rival(standing(30), gone=True)] * 2, "2\u00a0ménages qui étaient devant vous ne sont plus candidats."),
        (1, ME, [Rival(standing(30))], "Les points d’autres ménages ont changé : 1\u00a0ménage est passé devant vous."),
        (3, ME, [Rival(standing(10))] * 2, "Les points d’autres ménages ont changé : 2\u00a0ménages sont passés derrière vous."),
        (3, standing(31), [Rival(standing(30))] * 2, "Vos points ont augmenté, de 20\u00a0points à 31\u00a0points (Attente longue (+11)) : vous passez devant 2\u00a0ménages."),
        (1, standing(10), [], "Vos points ont baissé, de 20\u00a0points à 10\u00a0points (Attente longue (+11)) : votre rang n’en dépend pas aujourd’hui."),
        (2, standing(20, 2019), [Rival(standing(20, 2020))], "Votre ancienneté a été corrigée : vous passez devant 1\u00a0ménage."),
    ],
)  # fmt: skip
def test_each_cause_in_words(position: int, now: Standing, rivals: list[Rival], said: str) -> None:
    move = explain(position, ME, now, rivals, "Attente longue (+11)")
    assert [cause.text for cause in move.causes] == [said]


def test_places_lost_and_won_in_words() -> None:
    effects = [moves.Cause("k", by, "").effect for by in (1, 3, -1, -2, 0)]
    assert effects == [
        "1\u00a0place perdue", "3\u00a0places perdues", "1\u00a0place gagnée", "2\u00a0places gagnées", "même rang",
    ]  # fmt: skip
