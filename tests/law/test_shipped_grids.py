"""The grids that ship: what was published, line by line, and nothing that was not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from palier.law.cotation import GridError, load_grid, parse_grid, score, shipped
from palier.law.grid_files import source_of
from palier.law.grid_review import refusing, review
from palier.law.grid_words import in_words
from palier.law.household import Home, Household, Person, Situation, Wish
from tests.law.people import ON, adult, child

UNPUBLISHED = {
    "bordeaux-metropole": 1, "dunkerque": 20, "exemple-calvados-orne": 0, "lyon-rhone-mutation": 1,
    "lyon-rhone-premiere-demande": 1, "paris-2014": 0, "paris-2024": 5, "toulouse-metropole": 0, "vierge": 0,
}  # fmt: skip
COMPLETE = {"exemple-calvados-orne", "vierge"}


def test_the_grids_that_ship_and_what_is_missing_in_each() -> None:
    assert {name: sum(c.unpublished for c in load_grid(name).criteria) for name in shipped()} == UNPUBLISHED
    assert {name for name in shipped() if not load_grid(name).incomplete} == COMPLETE
    assert {name for name in shipped() if load_grid(name).example} == COMPLETE


@pytest.mark.parametrize("name", sorted(set(UNPUBLISHED) - COMPLETE))
def test_an_incomplete_grid_says_so_and_cannot_be_published(name: str) -> None:
    grid = load_grid(name)
    assert grid.note and grid.source
    told = [r.message for r in refusing(review(grid, on=grid.valid_from, text=source_of(name)))]
    unknown = ["Ses points ne sont pas publiés."] * UNPUBLISHED[name]
    assert sorted(told) == sorted(["Elle se dit incomplète : des critères votés n’y sont pas.", *unknown])
    worths = [r.worth for h in in_words(grid).headings for r in h.rules]
    assert worths.count("Points non publiés") == UNPUBLISHED[name]


@pytest.mark.parametrize("name", [name for name, lines in UNPUBLISHED.items() if lines])
def test_a_line_without_points_never_counts(name: str) -> None:
    everything = Household(
        (adult(), child()), home=Home("HOT", type="C", surface=9, occupants=2, rent=600, commune="14118"),
        wish=Wish(communes=("14118",)), registered_on=date(2015, 1, 1), motives=("18", "19", "21"),
        situations=(Situation("violence", "authority"), Situation("back_to_work", "authority")),
    )  # fmt: skip
    found = score(load_grid(name), everything, ON)
    assert (found.points, found.lines) == (0, ())


def test_dunkirk_leaves_three_situations_out() -> None:
    lonely = Household((Person("applicant", date(1990, 1, 1)),), registered_on=ON)
    for code in ("rehousing", "dalo", "pdalhpd"):
        held = replace(lonely, situations=(Situation(code, "authority"),))
        assert score(load_grid("dunkerque"), held, ON).excluded
    assert score(load_grid("dunkerque"), lonely, ON).excluded == ""


def test_lyon_has_two_grids() -> None:
    first = Household((Person("applicant", date(1990, 1, 1)),), registered_on=ON)
    moving = replace(first, transfer=True)
    excluded = {
        (name, kind): bool(score(load_grid(f"lyon-rhone-{name}"), household, ON).excluded)
        for name in ("premiere-demande", "mutation")
        for kind, household in (("first", first), ("transfer", moving))
    }
    assert excluded == {
        ("premiere-demande", "first"): False, ("premiere-demande", "transfer"): True,
        ("mutation", "first"): True, ("mutation", "transfer"): False,
    }  # fmt: skip


def test_the_blank_grid_counts_as_its_comments_say() -> None:
    blank = load_grid("vierge")
    proved = dict.fromkeys(("home", "income", "work", "motives", "identity", "household"), "document")
    # 31 months: 31 + 20 = 51; hosted by a third party 20; works in Caen 10.
    hosted = Household(
        (adult(workplace="14118", contract="CDI"),), home=Home("CP"), wish=Wish(communes=("14118",)),
        registered_on=date(2024, 4, 23), proofs=proved,
    )  # fmt: skip
    assert score(blank, hosted, ON).points == 51 + 20 + 10
    # 90 months: 40 at most + 20, under the cap of 60; DALO 60 alone counts beside 50; a hotel 30.
    both = (Situation("dalo", "authority"), Situation("homeless", "authority"))
    urgent = Household((adult(),), home=Home("HOT"), registered_on=date(2019, 5, 1), situations=both, proofs=proved)
    assert score(blank, urgent, ON).points == 60 + 60 + 30
    # A home too large in the social stock 20; nothing for a first month.
    large = Household(
        (adult(),), home=Home("HLM", type="T5", surface=95, occupants=1), registered_on=ON, transfer=True, proofs=proved
    )
    assert score(blank, large, ON).points == 20


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("points = 5", "ses points sont écrits et dits non publiés."),
        ("bands = [{ points = 1 }]", "ses points sont écrits et dits non publiés."),
    ],
)
def test_points_are_known_or_not(line: str, message: str) -> None:
    source = source_of("bordeaux-metropole").replace("unpublished = true", f"unpublished = true\n{line}")
    with pytest.raises(GridError) as error:
        parse_grid(source)
    assert [p.message for p in error.value.problems] == [message]


def test_a_grid_with_unknown_points_says_that_it_is_incomplete() -> None:
    with pytest.raises(GridError, match="des points n’y sont pas publiés"):
        parse_grid(source_of("bordeaux-metropole").replace("incomplete = true\n", ""))
