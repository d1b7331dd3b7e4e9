"""What is sealed is read back by this installation alone."""

from __future__ import annotations

import pytest

from palier.common import sealing


def test_a_sealed_text_is_read_back_and_never_twice_the_same():
    first, second = sealing.seal("1850578006084 91"), sealing.seal("1850578006084 91")
    assert sealing.unseal(first) == sealing.unseal(second) == "1850578006084 91"
    assert first != second and "1850578" not in first and sealing.is_sealed(first)
    assert (sealing.seal(""), sealing.unseal("")) == ("", "")


def test_another_installation_reads_nothing(settings):
    sealed = sealing.seal("secret")
    settings.SECRET_KEY = "another key of another installation, long enough to be one"
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(sealed)
