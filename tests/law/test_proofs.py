"""How long a document proves something: the three rules, over random dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.document_kinds import DATE_LABELS, DOCUMENTS, RENEWALS
from palier.law.parameters import parameter_set
from palier.law.proofs import DATED, ENDING, date_asked, valid_until
from tests.law.people import ON

KINDS = st.sampled_from(sorted(DOCUMENTS))
DAYS = st.dates(date(2016, 1, 1), date(2040, 12, 31))
ASKED = {kind: date_asked(kind, ON) for kind in DOCUMENTS}


@pytest.mark.parametrize(
    ("kind", "dated", "ends", "until"),
    [
        ("payslips", date(2026, 11, 30), None, date(2027, 2, 28)),
        ("tax_notice", date(2025, 7, 31), None, date(2026, 12, 31)),
        ("recent_tax_notice", date(2026, 7, 31), None, date(2027, 9, 30)),
        ("identity", None, date(2031, 4, 2), date(2031, 4, 2)),
        ("identity", date(2021, 4, 2), None, None),
        ("payslips", None, None, None),
        ("birth", date(2018, 3, 5), date(2019, 1, 1), None),
    ],
)
def test_examples(kind, dated, ends, until):
    assert valid_until(kind, dated, ends, ON) == until


def test_the_parameters_name_kinds_of_the_list_and_each_says_how_it_is_renewed():
    rules = parameter_set("proofs", on=ON)
    assert set(rules.values) == set(RENEWALS)
    assert set(RENEWALS) <= set(DOCUMENTS)
    assert set(DATE_LABELS) <= set(RENEWALS)
    assert [set(rule) for rule in rules.values.values() if set(rule) not in ({"end"}, {"months"}, {"closing"})] == []
    assert rules.to_verify("payslips")


@given(KINDS, DAYS, DAYS)
def test_it_lapses_exactly_when_the_date_its_kind_asks_is_known(kind, dated, ends):
    assert (valid_until(kind, dated, ends, ON) is None) == (ASKED[kind] == "")
    assert valid_until(kind, None, None, ON) is None
    if ASKED[kind] == ENDING:
        assert valid_until(kind, dated, ends, ON) == ends


@given(KINDS, DAYS, st.integers(0, 4000))
def test_a_later_document_never_lapses_sooner_and_none_before_its_own_date(kind, dated, later):
    if ASKED[kind] == DATED:
        first = valid_until(kind, dated, None, ON)
        assert dated < first <= valid_until(kind, dated + timedelta(days=later), None, ON)
