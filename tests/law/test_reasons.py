"""Figures and dates as French writes them."""

from datetime import date
from decimal import Decimal

from palier.law.reasons import Reason, day, euros, listing, number, percent, persons, points


def test_figures() -> None:
    assert number(1234567.5, 1) == "1\u202f234\u202f567,5"
    assert [number(x) for x in (0.5, 1.5, 2.5, -0.4)] == ["1", "2", "3", "0"]
    assert euros(23403) == "23\u202f403\u00a0€"
    assert percent(Decimal("0.3349")) == "33\u00a0%"
    assert [points(x) for x in (0, 1, Decimal("1.5"), 2, -10)] == [
        "0\u00a0point", "1\u00a0point", "1,5\u00a0point", "2\u00a0points", "-10\u00a0points",
    ]  # fmt: skip


def test_words() -> None:
    assert [day(date(2026, 12, n)) for n in (1, 2)] == ["1er décembre 2026", "2 décembre 2026"]
    assert [listing(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a et b", "a, b et c"]
    assert listing(["T1", "T2"], "ou") == "T1 ou T2"
    assert [persons(n) for n in (1, 2)] == ["1\u00a0personne", "2\u00a0personnes"]


def test_a_reason_goes_to_json() -> None:
    reason = Reason("x", "Texte.", "blocks", {"on": date(2026, 1, 2)})
    assert reason.to_dict() == {"code": "x", "text": "Texte.", "verdict": "blocks", "values": {"on": "2026-01-02"}}
    assert (reason.blocking, reason.fits, reason.warns) == (True, False, False)
