"""The words that call for care are found whatever their accents, and ordinary words are left in peace."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law import careful

ON = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "subject", "word"),
    [
        ("Suit un traitement, DÉPRESSIVE depuis 2020", "health", "DÉPRESSIVE"),
        ("famille musulmane", "religion", "musulmane"),
        ("Gens du voyage sédentarisés", "origin", "Gens du voyage"),
        ("est syndicaliste", "opinion", "syndicaliste"),
        ("sorti de prison", "offence", "prison"),
        ("vit avec son amant", "intimacy", "amant"),
        ("C’est un menteur", "insult", "menteur"),
    ],
)
def test_each_subject(text, subject, word):
    (found,) = careful.words(text, ON)
    assert (found.subject, found.word) == (subject, word)
    assert word in careful.warning(text, ON)


@pytest.mark.parametrize(
    "text",
    [
        "", "Trafic sous les fenêtres, une fenêtre condamnée, murs noirs", "Appartement trop petit pour quatre, ascenseur en panne depuis mai.", "Cours de voile, la maîtresse d’école",
        "Volet cassé, voleta", "Rompre le bail", "Romain et Noire-Combe", "Salé, la salle de bain", "Assistante maternelle",
        "Fougères", "Elle a obtenu une attestation de l’hôpital",
    ],
)  # fmt: skip
def test_ordinary_words_are_left_in_peace(text):
    assert careful.warning(text, ON) == ""


@given(st.text(max_size=200))
def test_any_text_is_read_and_the_word_is_a_part_of_it(text):
    assert all(found.word in text for found in careful.words(text, ON))
