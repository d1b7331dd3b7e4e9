"""Code lists of the register, and the documents that a household owes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from palier.law import codes
from palier.law.documents import DOCUMENTS, SECTION, documents_due, proved_sections
from palier.law.household import Home, Household, Situation
from tests.law.people import ON, adult, child, households, lone_parent


def test_lists_of_the_register() -> None:
    sizes = {
        name: len(codes.LISTS[name])
        for name in ("motive", "home_status", "resource", "home_type", "contract", "file_type")
    }
    assert sizes == {"motive": 23, "home_status": 17, "resource": 14, "home_type": 7, "contract": 8, "file_type": 9}
    assert [code for code, _ in codes.MOTIVES] == [f"{n:02d}" for n in range(1, 24)]
    assert {code for code, _ in codes.REMOVAL_GROUNDS} == {"RADATT", "RADABA", "RADIRR", "RADCON", "RADREN"}


def test_every_list_is_usable_as_choices() -> None:
    for name, choices in codes.LISTS.items():
        assert len({code for code, _ in choices}) == len(choices), name
        assert all(code and label for code, label in choices), name


def test_labels() -> None:
    assert codes.label("motive", "05") == "Procédure d’expulsion"
    assert codes.label("motive", "99") == "99"
    with pytest.raises(KeyError):
        codes.label("colour", "red")
    assert (codes.known("document", "identity"), codes.known("document", "horoscope")) == (True, False)


def test_every_ground_of_refusal_has_advice() -> None:
    grounds = {code for code, _ in codes.NON_ALLOCATION_REASONS}
    assert set(codes.ADVICE) == grounds
    assert set(codes.REJECTION_REASONS) <= grounds


def due(household: Household) -> set[tuple[str, str, str]]:
    return {(d.kind, d.person, d.moment) for d in documents_due(household, ON) if not d.optional}


def test_identity_alone_to_register() -> None:
    assert due(Household((adult(ref="applicant"),))) == {
        ("identity", "applicant", "register"),
        ("tax_notice", "applicant", "instruct"),
    }


def test_documents_follow_the_declaration() -> None:
    household = replace(lone_parent(motives=("05", "19")), expected=1, home=Home("HOT"))
    assert {kind for kind, _, _ in due(household)} == {
        "identity", "birth", "tax_notice", "payslips", "benefits", "pregnancy", "hotel", "eviction", "job_place",
    }  # fmt: skip


def test_two_benefits_are_one_certificate() -> None:
    household = Household((adult(ref="applicant", resources={"RSA": 600, "AF": 100}),))
    assert [d.kind for d in documents_due(household)].count("benefits") == 1


def test_a_major_dependant_shows_an_identity_document() -> None:
    household = Household((adult(ref="applicant"), child(date(2005, 1, 1), ref="dependant-1")))
    assert ("identity", "dependant-1", "register") in due(household)


def test_recognised_situations_and_custody() -> None:
    household = lone_parent(
        people=(adult(ref="applicant"), child(kind="custody", ref="custody-1")), situations=(Situation("dalo"),)
    )
    assert {("custody", "custody-1", "instruct"), ("dalo", "applicant", "instruct")} <= due(household)


def test_a_section_is_proved_once_all_its_documents_are_accepted() -> None:
    household = lone_parent(motives=("05",))
    everything = {(d.kind, d.person) for d in documents_due(household, ON)}
    required = {(d.kind, d.person) for d in documents_due(household, ON) if not d.optional}
    without_benefits = {pair for pair in required if pair[0] != "benefits"}
    assert proved_sections(household, set(), ON) == {}
    assert set(proved_sections(household, everything, ON)) == {
        "identity",
        "household",
        "income",
        "work",
        "home",
        "motives",
    }
    assert set(proved_sections(household, without_benefits, ON)) == {"identity", "household", "home", "motives"}


def test_every_kind_proves_a_section_but_two() -> None:
    assert set(DOCUMENTS) - set(SECTION) == {"bank", "other"}


@given(households)
def test_each_document_once_and_from_the_list(household: Household) -> None:
    found = documents_due(household, ON)
    assert len({(d.kind, d.person) for d in found}) == len(found)
    assert all(d.kind in DOCUMENTS and d.why.endswith(".") and d.legal_basis for d in found)
    moments = [d.moment for d in found]
    assert moments == sorted(moments, key=["register", "instruct", "lease"].index)
    # CCH R441-2-4-1: identity and birth records alone are needed to get a number.
    assert {d.kind for d in found if d.moment == "register"} <= {"identity", "birth"}
