"""The NIR: its shape and its key, Corsica included; a wrong one is refused without being repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law import nir


@st.composite
def sound(draw) -> str:
    department = draw(st.sampled_from(["14", "75", "2A", "2B", "99", "97"]))
    body = (
        f"{draw(st.sampled_from('1278'))}{draw(st.integers(0, 99)):02d}{draw(st.integers(1, 12)):02d}{department}"
        f"{draw(st.integers(1, 990)):03d}{draw(st.integers(1, 999)):03d}"
    )
    number = int(body.replace("2A", "19").replace("2B", "18"))
    return f"{body}{97 - number % 97:02d}"


@given(sound())
def test_a_sound_number_is_read_with_its_spaces(number):
    spaced = " ".join((number[0], number[1:3], number[3:5], number[5:7], number[7:10], number[10:13], number[13:]))
    assert nir.parse(spaced.lower()) == number


@given(sound(), st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_never_passes(number, at, shift):
    if not number[at].isdigit():
        return
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    with pytest.raises(nir.NirError) as error:
        nir.parse(wrong)
    assert wrong not in str(error.value)


@pytest.mark.parametrize("text", ["", "12", "1850578006084910", "X85057800608491", "185057800608A91"])
def test_other_texts_are_refused(text):
    with pytest.raises(nir.NirError):
        nir.parse(text)
