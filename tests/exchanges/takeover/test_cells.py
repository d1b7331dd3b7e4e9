"""What one cell says."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.exchanges.takeover import cells
from palier.exchanges.takeover.places import Places
from tests.conftest import NOW

ON = NOW.date()


@pytest.mark.parametrize(
    ("text", "format", "day"),
    [
        ("03/02/1990", "dd/mm/yyyy", date(1990, 2, 3)),
        ("3/2/1990", "dd/mm/yyyy", date(1990, 2, 3)),
        ("03/02/1990 00:00:00", "dd/mm/yyyy", date(1990, 2, 3)),
        ("1990-02-03", "dd/mm/yyyy", date(1990, 2, 3)),
        ("1990-02-03T10:00:00", "dd/mm/yyyy", date(1990, 2, 3)),
        ("19900203", "yyyymmdd", date(1990, 2, 3)),
        ("03.02.90", "dd.mm.yy", date(1990, 2, 3)),
        ("03/02/26", "dd/mm/yy", date(2026, 2, 3)),
        ("03/02/27", "dd/mm/yy", date(1927, 2, 3)),
        ("32907", "serial", date(1990, 2, 3)),
        ("32907.5", "serial", date(1990, 2, 3)),
    ],
)
def test_dates(text, format, day):
    assert cells.day(text, format, ON) == day


@pytest.mark.parametrize("text", ["31/02/2020", "2020-02-31", "02/1990", "hier", "1/13/2020", "99999999999", ""])
@pytest.mark.parametrize("format", ["dd/mm/yyyy", "serial", "yyyymmdd"])
def test_no_date_is_invented(text, format):
    if (text, format) == ("99999999999", "dd/mm/yyyy"):
        return
    with pytest.raises(cells.Unreadable):
        cells.day(text, format, ON)


@given(st.dates(min_value=date(1900, 3, 1), max_value=date(2099, 12, 31)))
def test_every_day_comes_back_from_each_format(day):
    serial = str((day - date(1899, 12, 30)).days)
    for text, format in ((f"{day:%d/%m/%Y}", "dd/mm/yyyy"), (f"{day:%Y%m%d}", "yyyymmdd"), (serial, "serial")):
        assert cells.day(text, format, ON) == day


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,50 €", 1235), ("1\u00a0234,50\u202f€", 1235), ("1.234,49", 1234), ("1,234.49", 1234), ("1234.4", 1234),
        ("1234", 1234), ("-12,00", -12), ("0", 0), ("1 000 EUR", 1000), ("12,5", 13),
    ],
)  # fmt: skip
def test_amounts(text, amount):
    assert cells.euros(text) == amount


@pytest.mark.parametrize("text", ["1.234", "1,234", "abc", "12 12 e", "--3", "NaN", "Infinity", "1e99", "€"])
def test_an_amount_that_may_be_two_is_none(text):
    with pytest.raises(cells.Unreadable):
        cells.euros(text)


@given(st.integers(min_value=0, max_value=9_999_999))
def test_french_amounts_come_back(euros):
    assert cells.euros(f"{euros:,}".replace(",", "\u202f") + ",00 €") == euros


@pytest.mark.parametrize(("text", "value"), [("Oui", True), ("O", True), ("1", True), ("NON", False), ("faux", False)])
def test_flags(text, value):
    assert cells.flag(text) is value


@pytest.mark.parametrize(
    ("name", "postcode", "code"),
    [
        ("Caen", "", "14118"), ("CAEN CEDEX 4", "14000", "14118"), ("Caen (14000)", "", "14118"),
        ("14000 Caen", "", "14118"), ("Alençon", "61000", "61001"), ("St-Lô", "14000", ""),
        ("Auquainville", "14140", "14371"), ("Anctoville", "", "14581"), ("Nulle-Part", "14000", ""),
    ],
)  # fmt: skip
def test_communes_by_name_follow_their_mergers(db, name, postcode, code):
    places = Places()
    if code:
        assert places.by_name(name, postcode) == places._now[code]
    else:
        with pytest.raises(cells.Unreadable):
            places.by_name(name, postcode)


def test_a_merged_insee_code_is_that_of_its_successor(db):
    places = Places()
    assert (places.by_code("14028"), places.by_code("14118")) == (places._now["14371"], "14118")
    with pytest.raises(cells.Unreadable):
        places.by_code("14999")
