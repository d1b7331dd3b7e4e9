"""The three counting rules: worked cases, and the properties that make them fair."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.ballots import RULES, Ballot, Outcome, QuorumRule, count, quorum, settle

ABC = ("a", "b", "c")


def votes(*rankings: str, refused: dict[int, str] | None = None) -> list[Ballot]:
    refused = refused or {}
    return [Ballot(f"v{i}", tuple(r), frozenset(refused.get(i, ""))) for i, r in enumerate(rankings)]


def test_majority_eliminates_the_last() -> None:
    found = count("majority", ABC, votes("abc", "abc", "bca", "bca", "cba"))
    assert found.groups == (("b",), ("c",), ("a",))
    assert "Premières places. Candidat 1 : 2 ; Candidat 2 : 2 ; Candidat 3 : 1. Éliminé : Candidat 3." in found.steps


def test_borda_may_prefer_a_compromise() -> None:
    ballots = votes("abc", "abc", "cba", "cba", "bac")
    assert count("borda", ABC, ballots).groups == (("b",), ("a",), ("c",))
    assert count("borda", ABC, ballots).steps[2] == "Points. Candidat 1 : 5 ; Candidat 2 : 6 ; Candidat 3 : 4."


def test_condorcet_winner_comes_first() -> None:
    ballots = votes("abc", "abc", "bca", "cba", "cba")
    found = count("condorcet", ABC, ballots)
    assert found.groups == (("b",), ("c",), ("a",))


def test_condorcet_breaks_a_circle_at_its_weakest_duel() -> None:
    # a beats b 6-3, b beats c 7-2, c beats a 5-4: the last duel is set aside.
    found = count("condorcet", ABC, votes(*["abc"] * 4, *["bca"] * 3, *["cab"] * 2))
    assert found.groups == (("a",), ("b",), ("c",))
    assert "Le duel Candidat 3 contre Candidat 1 est écarté : il fermerait un cercle." in found.steps


def test_perfect_circle_stays_open_without_the_mayor() -> None:
    ballots = votes("abc", "bca", "cab")
    for rule in RULES:
        assert count(rule, ABC, ballots).ties == (ABC,)
        assert count(rule, ABC, ballots, casting_vote="v1").order == ("b", "c", "a")
    assert count("borda", ABC, ballots, casting_vote="v1").steps[-2] == (
        "Égalité entre Candidat 1, Candidat 2 et Candidat 3 : la voix prépondérante du maire départage."
    )


def test_the_mayor_settles_nothing_when_absent_or_silent() -> None:
    ballots = [*votes("ab", "ba"), Ballot("mayor")]
    found = count("borda", ("a", "b"), ballots, casting_vote="mayor")
    assert (found.ties, found.abstentions, found.expressed) == ((("a", "b"),), 1, 2)
    assert count("borda", ("a", "b"), ballots, casting_vote="nobody").ties == (("a", "b"),)


def test_refusals_need_more_than_half() -> None:
    two_of_four = votes("ab", "ab", "b", "b", refused={2: "a", 3: "a"})
    assert count("borda", ("a", "b"), two_of_four).refused == ()
    assert count("borda", ("a", "b"), two_of_four, casting_vote="v2").refused == ("a",)
    assert count("borda", ("a", "b"), two_of_four, casting_vote="v0").refused == ()
    three_of_four = votes("ab", "b", "b", "b", refused={1: "a", 2: "a", 3: "a"})
    found = count("borda", ("a", "b"), three_of_four)
    assert (found.refused, found.order) == (("a",), ("b",))
    assert found.steps[1] == "Candidat 1 : 3 votes contre sur 4 : non retenu."


def test_candidates_left_out_share_what_remains() -> None:
    found = count("borda", ABC, votes("a", "cba"), names={"a": "Rose", "b": "Lilas", "c": "Iris"})
    assert found.steps[2] == "Points. Rose : 2 ; Lilas : 1,5 ; Iris : 2,5."


def test_nobody_voted() -> None:
    found = count("majority", ABC, [Ballot("v", meeting=True)])
    assert (found.ties, found.meeting, found.expressed) == ((ABC,), True, 0)
    assert count("majority", (), []).groups == ()


@pytest.mark.parametrize(
    ("rule", "candidates", "ballots", "message"),
    [
        ("lottery", ABC, [], "unknown counting rule"),
        ("borda", ("a", "a"), [], "a candidate comes twice"),
        ("borda", ABC, [Ballot("v", ("a",)), Ballot("v", ("b",))], "two ballots"),
        ("borda", ABC, [Ballot("v", ("a", "a"))], "comes twice"),
        ("borda", ABC, [Ballot("v", ("a",), frozenset("a"))], "comes twice"),
        ("borda", ABC, [Ballot("v", ("z",))], "not on the agenda"),
    ],
)
def test_bad_ballots(rule: str, candidates: tuple[str, ...], ballots: list[Ballot], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        count(rule, candidates, ballots)


rankings = st.lists(
    st.permutations("abcd").flatmap(lambda order: st.integers(1, 4).map(lambda n: tuple(order[:n]))),
    min_size=1,
    max_size=9,
)
rules = st.sampled_from(sorted(RULES))
ABCD = tuple("abcd")


def counted(rule: str, orders: list[tuple[str, ...]], candidates: tuple[str, ...] = ABCD) -> Outcome:
    return count(rule, candidates, [Ballot(str(i), order) for i, order in enumerate(orders)])


def groups(found: Outcome) -> list[set[str]]:
    return [set(group) for group in found.groups]


@given(rules, rankings)
def test_everybody_is_placed_once(rule: str, orders: list[tuple[str, ...]]) -> None:
    assert sorted(counted(rule, orders).order) == list(ABCD)


@given(rules, rankings, st.randoms(use_true_random=False))
def test_anonymity(rule: str, orders: list[tuple[str, ...]], chance: object) -> None:
    shuffled = list(orders)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert groups(counted(rule, orders)) == groups(counted(rule, shuffled))


@given(rules, rankings, st.permutations("abcd"), st.permutations("abcd"))
def test_neutrality(rule: str, orders: list[tuple[str, ...]], renamed: list[str], agenda: list[str]) -> None:
    """Renaming candidates renames the result; the order of the agenda changes nothing."""
    new = dict(zip("abcd", renamed, strict=True))
    expected = [{new[key] for key in group} for group in groups(counted(rule, orders))]
    moved = [tuple(new[key] for key in order) for order in orders]
    assert groups(counted(rule, moved, tuple(agenda))) == expected


@given(rules, st.lists(st.permutations("abcd").map(tuple), min_size=1, max_size=9))
def test_unanimity(rule: str, orders: list[tuple[str, ...]]) -> None:
    """Whoever everybody places above another is never placed after."""
    found = counted(rule, orders)
    place = {key: n for n, group in enumerate(found.groups) for key in group}
    for one in ABCD:
        for other in ABCD:
            if one != other and all(o.index(one) < o.index(other) for o in orders):
                assert place[one] < place[other] or (rule == "majority" and place[one] <= place[other])


@given(st.lists(st.permutations("abcd").map(tuple), min_size=1, max_size=9))
def test_condorcet_winner_if_any(orders: list[tuple[str, ...]]) -> None:
    def beats(one: str, other: str) -> bool:
        return 2 * sum(o.index(one) < o.index(other) for o in orders) > len(orders)

    winners = [key for key in ABCD if all(beats(key, other) for other in ABCD if other != key)]
    if winners:
        assert counted("condorcet", orders).groups[0] == (winners[0],)


@given(rules, st.lists(st.permutations("abcd").map(tuple), min_size=1, max_size=9))
def test_absolute_majority_wins_save_with_borda(rule: str, orders: list[tuple[str, ...]]) -> None:
    for key in ABCD:
        if 2 * sum(o[0] == key for o in orders) > len(orders) and rule != "borda":
            assert counted(rule, orders).groups[0] == (key,)


@given(rules, st.lists(st.permutations("abcd").map(tuple), min_size=1, max_size=8))
def test_a_full_casting_ballot_leaves_no_tie(rule: str, orders: list[tuple[str, ...]]) -> None:
    ballots = [Ballot(str(i), order) for i, order in enumerate(orders)]
    found = count(rule, ABCD, ballots, casting_vote="0")
    assert found.ties == ()
    free = count(rule, ABCD, ballots)
    if rule != "majority" and not free.ties:
        assert found.groups == free.groups


@given(rules, st.lists(st.permutations("abcd").map(tuple), min_size=1, max_size=8), st.integers(0, 7))
def test_the_casting_vote_only_splits_ties(rule: str, orders: list[tuple[str, ...]], mayor: int) -> None:
    """Without it the same count leaves groups; with it each group is split in the mayor's order and nothing else moves."""
    ballots = [Ballot(str(i), order) for i, order in enumerate(orders)]
    free = count(rule, ABCD, ballots)
    cast = count(rule, ABCD, ballots, casting_vote=str(mayor))
    if rule == "majority":
        # There, who leaves first among the last is such a tie too: without any, nothing moves.
        level = any("Égalité" in step or " et " in step for step in free.steps)
        assert level or cast.groups == free.groups
        return
    own = next((order for i, order in enumerate(orders) if i == mayor), None)
    assert [key for group in free.groups for key in (sorted(group, key=own.index) if own else group)] == list(
        cast.order
    )


SEATS = {"p": "board", "q": "board", "r": "board", "m": "mayor", "s": "prefect"}


@pytest.mark.parametrize(
    ("rule", "voted", "recused", "reached"),
    [
        (QuorumRule(3), ["p", "q", "m"], [], True),
        (QuorumRule(3), ["p", "q"], [], False),
        (QuorumRule(3), ["p", "q", "q", "unknown"], [], False),
        (QuorumRule(3, {"board": 2}), ["p", "m", "s"], [], False),
        (QuorumRule(3, {"board": 2}), ["p", "q", "s"], [], True),
        (QuorumRule(4), ["p", "q"], ["r", "m", "s"], True),
        (QuorumRule(1), [], [], False),
        (QuorumRule(3), ["p", "q", "m"], ["m"], False),
    ],
)
def test_quorum(rule: QuorumRule, voted: list[str], recused: list[str], reached: bool) -> None:
    assert quorum(rule, SEATS, voted, recused).reached is reached


def test_quorum_in_words() -> None:
    assert quorum(QuorumRule(3), SEATS, ["p"]).text == (
        "1 membre sur 5 a pris part au vote, 3 au moins étaient nécessaires : le quorum n’est pas atteint."
    )
    assert quorum(QuorumRule(2, {"mayor": 1}), SEATS, ["p", "q"]).missing == {"mayor": 1}


def test_only_people_settle_what_the_votes_leave_equal() -> None:
    groups = (("a",), ("b", "c"), ("d", "e"))
    assert settle(groups, [("c", "b"), ("d", "e")]) == ("a", "c", "b", "d", "e")
    assert settle((("a",), ("b",)), []) == ("a", "b")


@pytest.mark.parametrize(
    "orders", [[], [("c", "b")], [("c", "b"), ("d", "e"), ("a",)], [("c", "c"), ("d", "e")], [("a", "b"), ("d", "e")]]
)
def test_a_settlement_covers_each_tie_with_its_own_candidates(orders) -> None:
    with pytest.raises(ValueError, match="ties|does not order"):
        settle((("a",), ("b", "c"), ("d", "e")), orders)


@pytest.mark.parametrize("rule", RULES)
def test_the_casting_vote_goes_as_far_as_the_mayor_ranks(rule) -> None:
    ballots = [*votes("ab", "ba", "c"), Ballot("mayor", ("c",))]
    found = count(rule, ABC, ballots, casting_vote="mayor")
    assert (found.groups, found.ties) == ((("c",), ("a", "b")), (("a", "b"),))
    assert "Égalité entre Candidat 1 et Candidat 2 au rang 2 : à départager en séance." in found.steps
