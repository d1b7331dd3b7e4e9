"""The key of a SIRET."""

import pytest

from palier.employers.siret import is_valid, normalise


@pytest.mark.parametrize(
    ("siret", "valid"),
    [
        ("73282932000074", True),
        ("73282932000075", False),
        ("35600000049837", True),  # La Poste: sum of digits a multiple of 5, Luhn key wrong
        ("7328293200007", False),
        ("00000000000000", False),
        ("7328293200007a", False),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", False),
    ],
)
def test_key(siret, valid):
    assert is_valid(siret) is valid


def test_spaces_and_dots_as_people_copy_them_are_dropped():
    assert normalise(" 732 829\u00a0320.00074 ") == "73282932000074"
