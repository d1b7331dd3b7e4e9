"""`./palier parameters`: what is in force, what a new year still lacks, next year's ceilings."""

import tomllib
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def run(*words: str) -> str:
    out = StringIO()
    call_command("parameters", *words, stdout=out)
    return out.getvalue()


def test_check_lists_every_subject_and_passes_in_a_year_that_has_its_figures():
    said = run("check", "--on", "2026-11-23")
    assert "ceilings : en vigueur depuis le 2026-01-01 ; à vérifier : PLAI, PLS, LLI" in said
    assert "aid : en vigueur depuis le 2026-10-01" in said


def test_check_fails_in_a_year_without_figures():
    with pytest.raises(CommandError, match="Sans chiffres de 2027 : aid, ceilings, rent_reduction"):
        run("check", "--on", "2027-01-02")


def test_next_ceilings_from_the_index():
    [version] = tomllib.loads(
        run("next-ceilings", "--former-index", "144,51", "--index", "145.77", "--from", "2026-01-01")
    )["version"]
    assert version["valid_from"] == date(2026, 1, 1)
    assert version["values"]["PLUS"]["other"] == [23403, 31254, 37584, 45374, 53376, 60156, 6710]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Indiquez --former-index"),
        (("--former-index", "abc", "--index", "1", "--from", "2027-01-01"), "« abc » n’est pas un indice"),
        (("--former-index", "1.2", "--index", "1", "--from", "2027-01-01"), "n’est pas un indice de référence"),
    ],
)
def test_what_is_missing_or_wrong_is_said(words, said):
    with pytest.raises(CommandError, match=said):
        run("next-ceilings", *words)
