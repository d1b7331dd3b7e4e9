"""What the secretary types is understood, or said wrong beside its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.spaces.landlord.recording_form import typed_order


@pytest.mark.parametrize("text", ["213", "2 1 3", " 2,1,3 ", "2>1>3", "2 ; 1 ; 3", "2-1-3", "2. 1. 3."])
def test_every_usual_way_of_typing_an_order(text):
    assert typed_order(text, [1, 2, 3]) == [2, 1, 3]


def test_part_of_the_candidates_may_be_ranked():
    assert typed_order("3", [1, 2, 3]) == [3]


def test_with_ten_candidates_digits_are_not_taken_apart():
    assert typed_order("10", list(range(1, 11))) == [10]
    assert typed_order("10 2", list(range(1, 11))) == [10, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2 1 4", "Il n’y a pas de candidat 4."),
        ("2 2 1", "Le candidat 2 est cité deux fois."),
        ("deux", "Écrivez les numéros des candidats dans l’ordre, par exemple 2 1 3."),
        ("²", "Écrivez les numéros des candidats dans l’ordre, par exemple 2 1 3."),
        ("-", "Écrivez les numéros des candidats dans l’ordre, par exemple 2 1 3."),
        ("1 99999", "Écrivez les numéros des candidats dans l’ordre, par exemple 2 1 3."),
    ],
)
def test_what_is_not_an_order_says_why(text, words):
    with pytest.raises(ValueError, match=words):
        typed_order(text, [1, 2, 3])


@given(st.permutations(list(range(1, 13))), st.sampled_from([" ", ",", " > ", ";", "-"]))
def test_any_order_of_any_candidates_is_read_back(order, separator):
    assert typed_order(separator.join(map(str, order)), list(range(1, 13))) == order


@given(st.text(max_size=20))
def test_nothing_typed_is_read_as_something_else(text):
    try:
        order = typed_order(text, [1, 2, 3])
    except ValueError:
        return
    assert order and len(set(order)) == len(order) and set(order) <= {1, 2, 3}
