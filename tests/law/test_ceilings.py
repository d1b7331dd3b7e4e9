"""Every figure of the tables in force from 2024 to 2026, how they are read, and how the next ones are made."""

import tomllib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.ceilings import ceiling, ceiling_for, lli_class, standings, table
from palier.law.household import Household
from palier.law.parameters import NoParameter, parameter_set
from palier.law.revaluation import as_version, next_ceilings
from tests.law.people import ON, adult, child, couple, households, lone_parent

PLUS = {
    ("paris", 2024): (26044, 38925, 51025, 60921, 72482, 81562, 9089),
    ("idf", 2024): (26044, 38925, 46789, 56046, 66347, 74662, 8319),
    ("other", 2024): (22642, 30238, 36362, 43899, 51641, 58200, 6492),
    ("paris", 2025): (26687, 39885, 52284, 62424, 74271, 83575, 9313),
    ("paris", 2026): (26920, 40233, 52740, 62968, 74919, 84304, 9394),
    ("idf", 2025): (26687, 39885, 47944, 57429, 67984, 76504, 8524),
    ("idf", 2026): (26920, 40233, 48362, 57930, 68577, 77171, 8598),
    ("other", 2025): (23201, 30984, 37259, 44982, 52915, 59636, 6652),
    ("other", 2026): (23403, 31254, 37584, 45374, 53376, 60156, 6710),
}
PLAI = {
    ("paris", 2025): (14683, 23931, 31369, 34338, 40847, 45968, 5121),
    ("paris", 2026): (14811, 24140, 31643, 34637, 41203, 46369, 5166),
    ("idf", 2025): (14683, 23931, 28767, 31585, 37393, 42077, 4686),
    ("idf", 2026): (14811, 24140, 29018, 31860, 37719, 42444, 4727),
    ("other", 2025): (12759, 18591, 22356, 24875, 29105, 32800, 3657),
    ("other", 2026): (12870, 18753, 22551, 25092, 29359, 33086, 3689),
}
LLI = {
    ("Abis", 2024): (43475, 64976, 85175, 101693, 120995, 136151, 15168),
    ("Abis", 2026): (44936, 67160, 88038, 105111, 125062, 140727, 15678),
    ("A", 2024): (43475, 64976, 78104, 93556, 110753, 124630, 13886),
    ("A", 2025): (44548, 66579, 80031, 95865, 113486, 127705, 14229),
    ("B1", 2024): (35435, 47321, 56905, 68699, 80816, 91078, 10161),
    ("B1", 2026): (36626, 48912, 58817, 71008, 83532, 94139, 10503),
    ("B2", 2024): (31892, 42588, 51215, 61830, 72735, 81971, 9142),
    ("B2", 2026): (32964, 44019, 52937, 63908, 75180, 84726, 9450),
}


def _rows(financing: str, zone: str, year: int) -> tuple[int, ...]:
    return tuple(amount for _, amount in table(financing, zone, date(year, 7, 1)))


@pytest.mark.parametrize(("key", "expected"), PLUS.items())
def test_plus(key: tuple[str, int], expected: tuple[int, ...]) -> None:
    assert _rows("PLUS", *key) == expected


@pytest.mark.parametrize(("key", "expected"), PLAI.items())
def test_plai(key: tuple[str, int], expected: tuple[int, ...]) -> None:
    assert _rows("PLAI", *key) == expected


@pytest.mark.parametrize(("key", "plus"), PLUS.items())
def test_pls_is_plus_and_thirty_percent_half_up(key: tuple[str, int], plus: tuple[int, ...]) -> None:
    assert _rows("PLS", *key) == tuple((amount * 13 + 5) // 10 for amount in plus)


@pytest.mark.parametrize(("key", "expected"), LLI.items())
def test_lli(key: tuple[str, int], expected: tuple[int, ...]) -> None:
    assert _rows("LLI", *key) == expected


def test_beyond_six() -> None:
    assert ceiling("PLUS", "other", 8, ON) == 60156 + 2 * 6710


def test_dated() -> None:
    assert ceiling("PLUS", "other", 1, date(2025, 12, 31)) == 23201
    assert ceiling("PLUS", "other", 1, date(2026, 1, 1)) == 23403
    # Ceilings stay in force until a new order.
    assert ceiling("PLUS", "other", 1, date(2027, 2, 1)) == 23403


def test_before_the_first_table() -> None:
    with pytest.raises(NoParameter, match="aucune valeur de « ceilings » en vigueur le 2020-01-01"):
        ceiling("PLUS", "other", 1, date(2020, 1, 1))
    with pytest.raises(KeyError, match="no ceiling for 'PLUS' in zone 'Abis'"):
        ceiling("PLUS", "Abis", 1, date(2024, 5, 1))
    with pytest.raises(KeyError, match="no ceiling for 'LLI' in zone 'other'"):
        ceiling("LLI", "other", 1, ON)


def test_doubtful_figures_say_so() -> None:
    household = lone_parent()
    flags = {f: ceiling_for(household, f, zone="other", on=ON).to_verify for f in ("PLAI", "PLUS", "PLS", "LLI")}
    assert flags == {"PLAI": True, "PLUS": False, "PLS": True, "LLI": True}
    assert ceiling_for(household, "PLAI", zone="paris", on=date(2025, 5, 1)).to_verify is False


def test_intermediate_classes() -> None:
    old = date(1970, 1, 1)
    found = [
        lli_class(h)
        for h in (
            Household((adult(),)),
            couple(old, old),
            lone_parent(),
            couple(old, old, child()),
            couple(old, old, *[child()] * 5),
        )
    ]
    assert found == [1, 2, 3, 3, 7]
    assert (
        ceiling_for(couple(old, old, *[child()] * 5), "LLI", zone="other", rent_zone="C", on=ON).amount == 84726 + 9450
    )


def test_standings() -> None:
    rows = standings(lone_parent(), zone="other", on=ON)
    assert [(r.financing, r.under) for r in rows] == [("PLAI", True), ("PLUS", True), ("PLS", True), ("LLI", True)]
    assert rows[1].share == 0.3991


@given(st.integers(1, 12), st.sampled_from(["PLAI", "PLUS", "PLS"]), st.sampled_from(["paris", "idf", "other"]))
def test_ceilings_grow_with_the_category_and_the_zone(number: int, financing: str, zone: str) -> None:
    assert ceiling(financing, zone, number, ON) < ceiling(financing, zone, number + 1, ON)
    assert (
        ceiling(financing, "other", number, ON)
        <= ceiling(financing, "idf", number, ON)
        <= ceiling(financing, "paris", number, ON)
    )


@given(households)
def test_financings_are_in_order(household: Household) -> None:
    amounts = [ceiling_for(household, f, zone="other", on=ON).amount for f in ("PLAI", "PLUS", "PLS")]
    assert amounts == sorted(amounts)


def test_every_subject_has_sources_and_rising_dates() -> None:
    from palier.law.parameters import subjects, versions

    for name in subjects():
        held = versions(name)
        assert all(v.source and v.values for v in held)
        assert len({v.valid_from for v in held}) == len(held)
        assert parameter_set(name, on=held[-1].valid_from) is held[-1]


# The rent index of the third quarter of the year before (Insee).
INDEX = {2024: Decimal("141.03"), 2025: Decimal("144.51"), 2026: Decimal("145.77")}


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_rent_index_gives_the_next_year_to_the_euro(year: int) -> None:
    held, following = (parameter_set("ceilings", on=date(y, 7, 1)) for y in (year - 1, year))
    found = next_ceilings(held, former_index=INDEX[year - 1], index=INDEX[year])
    assert found == following.values


def test_next_year_is_written_as_the_file_holds_it() -> None:
    held = parameter_set("ceilings", on=ON)
    found = next_ceilings(held, former_index=INDEX[2026], index=Decimal("147.20"))
    [version] = tomllib.loads(as_version(found, valid_from=date(2027, 1, 1), source="Calculé"))["version"]
    assert version["values"] == found
    assert (version["valid_from"], version["verify"]) == (date(2027, 1, 1), ["PLAI", "PLUS", "PLS", "LLI"])
    assert found["PLUS"]["other"][0] == 23633
