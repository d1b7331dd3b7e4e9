"""Candidates side by side: what differs most is found from the figures alone, in the same order of rows for all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from palier.spaces.member.comparison import CRITERIA, compare, spread

FACTS = {
    "position": 1, "household": "Un adulte", "people": 1, "ages": [40], "seniority_months": 24, "monthly_resources": 1500,
    "tax_income": 15000, "ceiling": 20000, "aid": None, "net_rent": 400.0, "effort_rate": 0.3, "left_to_live": 20.0,
    "present_home": {"status": "Locataire", "type": "T2", "occupants": 1, "rent": None}, "motive": "Logement trop petit",
    "points": 50, "lines": [], "priorities": [], "documents": "Toutes les pièces demandées sont là",
}  # fmt: skip
figures = st.lists(st.none() | st.floats(0, 1e6), max_size=5)


@given(figures, st.floats(0.01, 100))
def test_a_spread_is_a_share_whatever_the_unit_and_the_order(values: list[float | None], scale: float) -> None:
    found = spread(values)
    assert 0 <= found <= 1
    assert spread(values[::-1]) == found
    assert abs(spread([None if v is None else v * scale for v in values]) - found) < 1e-6


def test_alike_is_no_difference_and_a_missing_figure_is_compared_with_nothing():
    assert (spread([4, 4, 4]), spread([4, None]), spread([]), spread([0, 0]), spread([0, 9])) == (0, 0, 0, 0, 1)


def test_the_rows_are_the_same_for_every_dwelling_and_those_that_read_alike_are_known():
    seen = compare([("Candidat 1", FACTS), ("Candidat 2", FACTS | {"seniority_months": 60, "motive": "Handicap"})])
    assert [row.key for row in seen.rows] == [criterion.key for criterion in CRITERIA]
    assert {row.key for row in seen.rows if not row.same} == {"seniority", "motive"}
    assert {row.key for row in seen.rows if row.apart} == {"seniority"}
    assert seen.differs == ("ancienneté (de 24\xa0mois à 5\xa0ans)",) or seen.differs == (
        "ancienneté (de 2\xa0ans à 5\xa0ans)",
    )


def test_four_gaps_are_pointed_at_the_widest_first():
    other = FACTS | {
        "seniority_months": 240,
        "people": 2,
        "left_to_live": 5.0,
        "points": 100,
        "net_rent": 800.0,
        "work_km": [12],
    }
    seen = compare([("Candidat 1", FACTS), ("Candidat 2", other)])
    assert [words.split(" (")[0] for words in seen.differs] == [
        "ancienneté", "reste à vivre", "nombre de personnes", "points",
    ]  # fmt: skip
    work = next(row for row in seen.rows if row.key == "work")
    assert [(cell.text, cell.note) for cell in work.cells] == [("—", ""), ("12 km", "à vol d’oiseau")]


def test_bars_tell_how_much_of_the_largest():
    seen = compare([("Candidat 1", FACTS), ("Candidat 2", FACTS | {"net_rent": 100.0})])
    rent = next(row for row in seen.rows if row.key == "net_rent")
    assert [cell.share for cell in rent.cells] == [100, 25]
