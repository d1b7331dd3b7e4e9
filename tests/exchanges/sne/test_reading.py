"""What is read, what is refused at the door, and what is kept though unknown."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from palier.exchanges.sne import model as m
from palier.exchanges.sne import safety
from palier.exchanges.sne.document import parse
from palier.exchanges.sne.safety import DocumentRefused
from tests.exchanges.sne.files import document, sample

PARIS_WINTER = timezone(timedelta(hours=1))
PEOPLE = "demande/demandeLogement/personnePhysique"


def refusal(content: bytes) -> str:
    with pytest.raises(DocumentRefused) as caught:
        parse(content)
    return caught.value.code


def test_every_field_of_a_full_document_arrives() -> None:
    demand = parse(sample("full")).demand
    assert (demand.version, demand.file_type, demand.number, demand.desk, demand.created_on) == (
        "02.01", "MOD", "0140325000142G1404", "G1404", date(2025, 3, 14),
    )  # fmt: skip
    assert demand.made_at == datetime(2026, 11, 20, 9, 15, 30, tzinfo=PARIS_WINTER)
    assert demand.applicant == m.Person(
        civility=m.Coded("2", "Madame"),
        last_name="FICTIF-DURAND",
        birth_name="FICTIF",
        first_names="Maëlys",
        birth_date=date(1991, 6, 2),
        nationality=m.Coded("1"),
        family_status=m.Coded("P"),
        mobile="0600000000",
        email="maelys.fictif@exemple.test",
        address=m.Address(False, "12 bis", "rue Inventée", "14000", m.Coded("14118", "CAEN")),
        work=m.Work("Aide-soignante", m.Coded("CDI"), "Clinique d’Essai", False, "14200", m.Coded("14327")),
        tax=m.Tax(2025, None, 2024, Decimal(24310)),
        received=(m.Received(m.Coded("SAL"), Decimal("1640.50")), m.Received(m.Coded("AF"), Decimal(148))),
    )
    assert demand.co_holders == (
        m.Person(
            civility=m.Coded("1"),
            last_name="FICTIF",
            first_names="Bakary",
            birth_date=date(1989, 1, 30),
            nationality=m.Coded("3"),
            link=m.Coded("P"),
            paid=(m.Paid(m.Coded("PAV"), Decimal(120)),),
        ),
    )
    assert demand.dependants == (m.Dependant("FICTIF", "Noé", date(2019, 9, 1), m.Coded("M"), m.Coded("E")),)
    assert demand.expected == m.Expected(1, date(2027, 3, 1))
    assert demand.custody == (m.Custody(date(2014, 4, 12), m.Coded("F"), m.Coded("D")),)
    assert demand.home == m.Home(
        (m.Coded("LP"),), Decimal(690), 3, m.Coded("A"), m.Coded("T2"), Decimal(41), "Agence d’Essai"
    )
    assert demand.wish == m.Wish(
        widened=True,
        types=(m.Coded("T3"), m.Coded("T4")),
        places=(m.WishedPlace(m.Coded("14118", "CAEN")), m.WishedPlace(m.Coded("14327"))),
    )


def test_what_is_unknown_is_kept_with_its_place_and_reported() -> None:
    parsed = parse(sample("full"))
    places = [
        "demande/demandeLogement/listeMotifDemande",
        "demande/demandeLogement/logementRecherche/listeLocalisationSouhaite/localisationSouhaite[2]/quartier",
    ]
    assert [kept.path for kept in parsed.demand.unmapped] == places
    assert [(a.code, a.path, a.severity) for a in parsed.anomalies] == [
        ("element.unknown", p, "warning") for p in places
    ]
    assert "Centre" in parsed.demand.unmapped[1].content
    assert parsed.demand.codes_named("motifDemande") == ("13", "09")


def test_unknown_attributes_stray_words_and_foreign_elements_are_kept() -> None:
    inside = (
        '<numUnique origine="papier">0140325000142G1404</numUnique>mots'
        '<x:note xmlns:x="urn:essai" x:a="1">libre</x:note><autre/><autre>2</autre>'
    )
    kept = parse(document(inside)).demand.unmapped
    assert [(k.path.removeprefix("demande/demandeLogement/"), k.content) for k in kept] == [
        ("{urn:essai}note", '<ns0:note xmlns:ns0="urn:essai" ns0:a="1">libre</ns0:note>'),
        ("autre", '<nuu:autre xmlns:nuu="http://nuu.application.i2/"></nuu:autre>'),
        ("autre", '<nuu:autre xmlns:nuu="http://nuu.application.i2/">2</nuu:autre>'),
        ("text()", "mots"),
        ("numUnique/@origine", "papier"),
    ]


def test_a_value_that_cannot_be_read_is_kept_apart_and_said() -> None:
    parsed = parse(sample("scripts"))
    assert [(a.code, a.path.rsplit("/", 1)[1]) for a in parsed.anomalies] == [
        ("day.unreadable", "dateNaissance"), ("flag.unreadable", "demandeElargie"),
    ]  # fmt: skip
    assert "1980-02-30" in parsed.anomalies[0].message
    assert (
        parsed.demand.applicant and parsed.demand.applicant.birth_date,
        parsed.demand.wish and parsed.demand.wish.widened,
    ) == (None, None)
    assert ["1980-02-30" in parsed.demand.unmapped[0].content, "peut-être" in parsed.demand.unmapped[1].content] == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ("<dateCreationDemande>14/03/2025</dateCreationDemande>", "day.unreadable"),
        ("<dateCreationDemande>2025-13-01</dateCreationDemande>", "day.unreadable"),
        (
            "<personnePhysique><personneANaitre><nombre>deux</nombre></personneANaitre></personnePhysique>",
            "whole.unreadable",
        ),
        (
            "<personnePhysique><logementActuel><surface>NaN</surface></logementActuel></personnePhysique>",
            "amount.unreadable",
        ),
        (
            "<personnePhysique><logementActuel><surface>1e9</surface></logementActuel></personnePhysique>",
            "amount.unreadable",
        ),
        ("<numUnique>1</numUnique><numUnique>2</numUnique>", "element.duplicate"),
    ],
)
def test_unreadable_values_have_a_stable_code(element: str, code: str) -> None:
    assert [a.code for a in parse(document(element)).anomalies if a.code != "element.unknown"] == [code]


def test_any_script_and_signs_are_read_as_written() -> None:
    demand = parse(sample("scripts")).demand
    assert demand.applicant and (demand.applicant.last_name, demand.applicant.first_names) == ("بن علي", "محمد & 🎉")
    assert demand.dependants[0].last_name == "שרה"


def test_nearly_everything_may_be_absent() -> None:
    parsed = parse(sample("omitted"))
    assert parsed.anomalies == ()
    assert parsed.demand == m.SneDemand(
        number="1110318016982G1104",
        applicant=m.Person(last_name="THIN", address=m.Address(), tax=m.Tax(last_year=2025)),
        home=m.Home(),
    )
    assert parse(document()).demand == m.SneDemand()


def test_the_servers_refusals_are_read() -> None:
    answers = parse(sample("answer_refused")).demand.answers
    assert [(a.element, a.code) for a in answers] == [("anomalie", "CTRL_DEM_0001"), ("anomalie", "CTRL_DEM_0033")]
    assert answers[0].label == "Le numéro de guichet est inconnu (réponse d’essai)."


def test_children_without_namespace_are_read_too() -> None:
    mixed = b"""<n:interfaceNuu xmlns:n="http://nuu.application.i2/" versionInterface="02.00"><demande>
        <demandeLogement><numGuichet>G1404</numGuichet></demandeLogement></demande></n:interfaceNuu>"""
    assert parse(mixed).demand == m.SneDemand(version="02.00", desk="G1404")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("bad_truncated", "sne.truncated"), ("bad_namespace", "sne.namespace"), ("bad_root", "sne.root"),
        ("bad_version", "sne.version"), ("bad_several", "sne.several"), ("bad_no_demand", "sne.no_demand"),
        ("bad_bomb", "sne.doctype"), ("bad_external", "sne.doctype"), ("bad_text", "sne.not_xml"),
        ("bad_pdf", "sne.not_xml"), ("bad_empty", "sne.empty"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_a_stable_code(name: str, code: str) -> None:
    assert refusal(sample(name)) == code


def test_a_file_cut_anywhere_is_refused_and_never_half_read() -> None:
    whole = sample("full").rstrip()
    codes = {refusal(whole[:end]) for end in range(1, len(whole), 37)}
    assert codes <= {"sne.truncated", "sne.not_xml", "sne.encoding"}


def test_deep_and_wide_files_are_refused() -> None:
    assert refusal(document("<a>" * 60 + "</a>" * 60)) == "sne.too_deep"
    assert refusal(document("<a/>" * (safety.MAX_ELEMENTS + 1))) == "sne.too_many"
    wide = " ".join(f'a{n}="1"' for n in range(safety.MAX_ATTRIBUTES + 1))
    assert refusal(document(f"<a {wide}/>")) == "sne.too_many"


def test_encodings() -> None:
    words = sample("minimal").decode().replace("SEULE", "ÉLÉ")
    utf16 = '<?xml version="1.0" encoding="UTF-16"?>' + words
    assert parse(utf16.encode("utf-16")).demand == parse(words.encode()).demand
    assert refusal(b'<?xml version="1.0" encoding="martien"?><a/>') == "sne.encoding"
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert refusal(hidden.encode("utf-16")) == "sne.doctype"


class Endless(io.RawIOBase):
    """A file that never ends, and counts what was asked of it."""

    asked = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0
        self.asked += size
        return b" " * size


def test_a_huge_file_is_read_no_further_than_the_bound() -> None:
    endless = Endless()
    with pytest.raises(DocumentRefused) as caught:
        parse(endless)  # type: ignore[arg-type]
    assert (caught.value.code, endless.asked) == ("sne.too_large", safety.MAX_BYTES + 1)
