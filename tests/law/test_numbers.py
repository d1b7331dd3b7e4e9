"""Reading, writing and checking unique numbers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.numbers import NumberError, compose, parse, territory_of, valid

PUBLISHED = "1110318016982G1104"


def test_published_sample() -> None:
    number = parse(PUBLISHED)
    assert (number.territory, number.month, number.year, number.sequence, number.registrar) == (
        "111",
        3,
        18,
        16982,
        "G1104",
    )
    assert (number.flags, number.spaced) == ({"ile_de_france"}, "111 0318 016982 G1104")
    assert number.first_month(date(2026, 11, 23)) == date(2018, 3, 1)
    assert number.masked == "111 0318 ••••82 G1104"


@pytest.mark.parametrize(
    ("prefix", "flags"),
    [
        ("014", set()), ("111", {"ile_de_france"}), ("02A", {"corsica"}), ("020", {"corsica", "legacy"}),
        ("974", {"overseas"}), ("075", {"legacy"}), ("093", {"legacy"}), ("099", {"unknown_territory"}),
        ("184", {"unknown_territory"}),
    ],
)  # fmt: skip
def test_territories_are_flagged_never_refused(prefix: str, flags: set[str]) -> None:
    assert parse(f"{prefix}1125000001PALIE").flags == flags


def test_typed_by_a_person() -> None:
    assert str(parse(" 014 03-25 000001 palie ")) == "0140325000001PALIE"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "number.empty"), ("   ", "number.empty"), ("014", "number.length"), (f"{PUBLISHED}1", "number.length"),
        ("0141325000001PALIE", "number.shape"),
        ("014002500000APALIE", "number.shape"), ("0140025000001PALIE", "number.shape"),
        ("014032500000１PALIE", "number.shape"),
        ("0140325000001PAL É", "number.length"), ("0140325000001PALIÉ", "number.shape"),
    ],
)  # fmt: skip
def test_not_a_number(text: str, code: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse(text)
    assert caught.value.code == code
    assert valid(text) is False


@pytest.mark.parametrize(
    ("department", "territory"),
    [("14", "014"), ("01", "001"), ("2A", "02A"), ("974", "974"), ("75", "111"), ("95", "111")],
)
def test_register_of_a_department(department: str, territory: str) -> None:
    assert territory_of(department) == territory


@pytest.mark.parametrize("department", ["20", "96", "1", "", "014", "99"])
def test_not_a_department(department: str) -> None:
    with pytest.raises(NumberError):
        territory_of(department)


@given(
    st.sampled_from(["014", "061", "111", "02B", "974"]),
    st.dates(date(2000, 1, 1), date(2026, 11, 23)),
    st.integers(1, 999_999),
    st.from_regex(r"[A-Z0-9]{5}", fullmatch=True),
)
def test_round_trip(territory: str, first: date, sequence: int, registrar: str) -> None:
    number = compose(territory, first, sequence, registrar)
    assert len(str(number)) == 18
    assert parse(str(number)) == number
    assert parse(number.spaced.lower()) == number
    assert number.first_month(date(2026, 11, 23)) == first.replace(day=1)
    assert number.sequence == sequence


@pytest.mark.parametrize("sequence", [0, 1_000_000, -1])
def test_sequence_is_given_and_bounded(sequence: int) -> None:
    with pytest.raises(NumberError):
        compose("014", date(2026, 1, 1), sequence, "PALIE")
