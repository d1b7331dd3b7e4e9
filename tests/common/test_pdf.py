"""Printed documents: what the law wants on them, tagged PDF, same bytes, and texts that never become markup."""

from __future__ import annotations

import io
import re
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palier.common import glyphs, pdf
from tests.common.pdf_samples import ATTESTATION, EVERY, LEASE, LETTERS, MINUTES, REMOVAL


def words(document: bytes) -> str:
    """The text of a document, its blanks and line ends made single spaces."""
    pages = pypdfium2.PdfDocument(document)
    text = " ".join(page.get_textpage().get_text_bounded() for page in pages)
    return re.sub(r"[\s\u00a0\u202f\ufffe]+", " ", text.replace("\ufffe", "-"))


def printed(template: str, data: dict[str, Any]) -> str:
    return words(pdf.render(template, data))


def missing(text: str, mentions: list[str]) -> list[str]:
    return [m for m in mentions if m not in text]


@pytest.mark.parametrize(("template", "data"), EVERY, ids=[f"{t}-{d.get('decision', '')}" for t, d in EVERY])
def test_each_document_is_tagged_titled_and_in_french(template: str, data: dict[str, Any]) -> None:
    with pikepdf.open(io.BytesIO(pdf.render(template, data))) as document:
        root = document.Root
        with document.open_metadata() as metadata:
            standard = metadata.get("pdfuaid:part")
        assert (bool(root.MarkInfo.Marked), str(root.Lang), "/StructTreeRoot" in root, standard) == (
            True,
            "fr-FR",
            True,
            "1",
        )
        assert str(document.docinfo["/Title"]) != ""
        assert bool(root.ViewerPreferences.DisplayDocTitle)


@pytest.mark.parametrize(("template", "data"), EVERY, ids=[f"{t}-{d.get('decision', '')}" for t, d in EVERY])
def test_the_same_data_give_the_same_bytes(template: str, data: dict[str, Any]) -> None:
    assert pdf.render(template, data) == pdf.render(template, dict(reversed(data.items())))


def test_the_attestation_holds_all_that_r441_2_4_lists() -> None:
    mentions = [
        "Attestation de renouvellement", "Maëlys Fictif-Durand", "12 rue Inventée", "14000 Caen", "Bakary Fictif",
        "Guichet d’essai du Calvados", "4 quai de l’Exemple", "014 0325 000142 PALIE",
        "14 mars 2025", "2 mars 2026",
        "Habitat Exemple", "Logis d’Essai", "Coopérative Modèle", "Caen, Hérouville-Saint-Clair",
        "commission de médiation", "vous n’avez pas de logement", "menacé d’expulsion", "depuis plus de six mois",
        "dix-huit mois", "impropres à l’habitation", "suroccupé",
        "36 mois", "14 mars 2028", "1 place de l’Essai",
        "valable un an", "2 mars 2027", "Mise à jour", "Renouvellement", "au moins un mois avant", "Radiation",
        "Avoir des nouvelles", "palier.exemple.test", "02 00 00 00 00",
        "Annexe 1 · Résumé de votre demande", "4, dont une naissance attendue", "24 310 €",
        "Annexe 2 · Les prochaines étapes", "jamais moins de dix jours", "Annexe 3 · Les pièces",
        "Pièces obligatoires", "Avis d’imposition 2025",
        "Pièces qui peuvent vous être demandées", "Certificat de grossesse",
        "Document de démonstration, sans valeur", "Page 1 sur 3",
    ]  # fmt: skip
    assert missing(printed("attestation", ATTESTATION), mentions) == []


def test_an_attestation_of_a_thin_demand_still_says_the_rules() -> None:
    thin = {k: ATTESTATION[k] for k in ("issued_on", "number", "received_on", "expires_on")} | {
        "kind": "registration", "service": {"name": "Guichet"}, "applicant": {"name": "Seul"}, "renewed_on": None,
    }  # fmt: skip
    mentions = [
        "Attestation d’enregistrement",
        "aucun pour l’instant",
        "fixé par le préfet",
        "Annexe 1 · Les prochaines étapes",
    ]
    text = printed("attestation", thin)
    assert missing(text, mentions) == []
    assert "démonstration" not in text


def test_waits_by_type_are_a_table() -> None:
    waits = [
        {"types": "T1, T2", "months": 24, "from": "2027-03-14"},
        {"types": "T3 et plus", "months": 36, "from": "2028-03-14"},
    ]
    text = printed("attestation", ATTESTATION | {"mediation": {"waits": waits}})
    assert missing(text, ["T1, T2", "24 mois", "14 mars 2027", "T3 et plus", "36 mois", "14 mars 2028"]) == []


def test_the_minutes_keep_what_a_session_must_leave() -> None:
    mentions = [
        "Procès-verbal de séance", "2026-47-HEX", "CALEOL Caen Sud", "Habitat Exemple", "Séance numérique",
        "18 novembre 2026 à 9 h 00", "19 novembre 2026 à 13 h 00", "Odile Modèle, présidente de la commission",
        "Maire de la commune", "Consultative", "déporté : connaît un candidat", "n’a pas voté",
        "Quorum : 2 voix au moins", "2 sur 3 membres", "Le quorum est atteint",
        "T3 de 64 m², Caen", "HEX-0412", "PLUS", "014 0325 000142 PALIE", "96", "14 mars 2025",
        "majorité sur la première place", "à départager en séance", "Égalité départagée en séance",
        "Ordre retenu : candidat 1, puis candidat 2", "Raison : Naissance attendue", "Candidat 1 Couple, un enfant",
        "Logement reporté à une autre séance. Quorum non atteint : 1 sur 3 ont voté", "Sans décision : logement reporté",
        "Attribution par classement", "Attribution sous condition suspensive", "avis d’imposition", "4 décembre 2026",
        "Non-attribution", "le logement est trop grand pour votre ménage", "Un T2 conviendrait mieux",
        "Moins de trois candidats", "Candidat désigné par le préfet", "Désignation du 9 novembre 2026",
        "signé électroniquement", "19 novembre 2026 à 15 h 32", "60303ae2 2b998861", "9f86d081 884c7d65",
    ]  # fmt: skip
    text = printed("minutes", MINUTES)
    assert missing(text, mentions) == []
    assert text.index("014 0325 000142") < text.index("014 1123 000087") < text.index("014 0624 000311")


def test_minutes_of_a_bare_record_are_printed() -> None:
    bare = {k: v for k, v in MINUTES.items() if k not in ("seal", "previous_seal", "demo")}
    assert "Sceau" not in printed("minutes", bare)


LETTER_WORDS = {
    "allocation": ["Un logement vous est attribué", "3 décembre 2026 à 23 h 59", "silence comme un refus", "dix jours"],
    "ranked": ["au rang 2 sur 3", "Ce n’est pas un refus", "sans nouvelle séance", "Rien n’est à envoyer"],
    "conditional": [
        "Pièce à remettre",
        "Avis d’imposition",
        "4 décembre 2026",
        "doit signer",
        "silence comme un refus",
    ],
    "non_allocation": [
        "ne pas vous attribuer",
        "trop grand",
        "Ajoutez à vos souhaits",
        "plus prioritaire",
        "reste active",
    ],
    "rejection": ["irrecevabilité", "dépassent le plafond", "20 décembre 2026", "21 décembre 2026", "nouvelle demande"],
}


REFUSED = ["recours gracieux", "tribunal administratif de Caen", "2 mois", "telerecours.fr", "commission de médiation"]
APPEALS = {
    "allocation": [],
    "ranked": ["Si vous pensez qu’il y a une erreur", "Écrivez au bailleur", "nº 496595", "commission de médiation"],
    "conditional": ["Si vous pensez qu’il y a une erreur", "Écrivez au bailleur", "commission de médiation"],
    "non_allocation": REFUSED,
    "rejection": REFUSED,
}


@pytest.mark.parametrize("kind", LETTER_WORDS)
def test_each_letter_says_the_decision_its_grounds_and_what_to_do(kind: str) -> None:
    common = [
        "Madame Maëlys Fictif-Durand", "12 rue Inventée", "Habitat Exemple", "014 0325 000142 PALIE", "CALEOL Caen Sud",
        "19 novembre 2026", "T3 de 64 m² à Caen", "412,50 €", "Odile Modèle",
    ]  # fmt: skip
    text = printed("decision_letter", LETTERS[kind])
    assert missing(text, common + LETTER_WORDS[kind] + APPEALS[kind]) == []
    # Only a refusal is judged: a rank is not, and nobody appeals against being housed.
    assert ("tribunal administratif" in text) == (kind in ("non_allocation", "rejection"))
    assert ("silence comme un refus" in text) == (
        "answer_by" in LETTERS[kind] and LETTERS[kind]["answer_by"] is not None
    )


def test_a_social_tenant_is_told_that_another_court_may_judge() -> None:
    letter = LETTERS["non_allocation"]
    assert "tribunal judiciaire" not in printed("decision_letter", letter)
    assert "Si vous êtes déjà locataire de ce bailleur, c’est le tribunal judiciaire" in printed(
        "decision_letter", letter | {"transfer": True}
    )


def test_a_ranked_household_whose_turn_has_come_is_told_its_delay() -> None:
    text = printed("decision_letter", LETTERS["ranked"] | {"answer_by": "2026-12-03T22:59:00Z", "rank": 1})
    assert (
        missing(text, ["Un logement vous est proposé", "C’est maintenant votre tour", "silence comme un refus"]) == []
    )


def test_lease_and_removal() -> None:
    lease = [
        "Bakary Fictif",
        "15 décembre 2026",
        "4 janvier 2027 à 10 h 30",
        "508,50 €",
        "321,50 €",
        "187 €",
        "close depuis",
    ]
    removal = ["Attestation de radiation", "vous avez signé le bail", "RADATT", "15 décembre 2027", "Habitat Exemple"]
    assert missing(printed("lease_summary", LEASE), lease) == []
    assert missing(printed("removal_certificate", REMOVAL), removal) == []


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("/etc/passwd")',
        "$x^2$ *gras* _souligné_ `code` <étiquette> @renvoi",
        "= Titre #set page(fill: red) ] } )",
        '", "number": "faux',
        '\\u{202e} #include "palier.typ"',
    ],
)
def test_texts_are_printed_as_they_are_typed(hostile: str) -> None:
    letter = LETTERS["non_allocation"]
    text = printed("decision_letter", letter | {"recipient": {"name": hostile}, "reason_text": hostile})
    assert text.count(hostile) == 2


@pytest.mark.parametrize(
    "name",
    [
        "N" * 200,
        "Ñ " * 100,
        "李小龙",
        "👩‍👩‍👧 Zoé 🎉",
        "محمد بن علي",
        "שרה כהן",
        "Ελένη Дарья",
        "a\x00b\ue000\u202ec\U0010ffff",
    ],
)
def test_names_of_any_script_and_length_are_printed(name: str) -> None:
    assert "Attestation" in printed("attestation", ATTESTATION | {"applicant": {"name": name, "address": [name, name]}})


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_no_text_at_all_stops_a_document(text: str) -> None:
    assert pdf.render("removal_certificate", REMOVAL | {"applicant": {"name": text, "address": text}})[:5] == b"%PDF-"


def test_a_long_word_stays_on_the_page() -> None:
    page = pypdfium2.PdfDocument(pdf.render("decision_letter", LETTERS["ranked"] | {"reason_text": "N" * 300}))[0]
    text = page.get_textpage()
    right = max(text.get_charbox(n)[2] for n in range(text.count_chars()))
    assert right <= page.get_width() - 60


def test_a_sign_no_font_can_draw_becomes_a_square_and_direction_marks_vanish() -> None:
    text = printed("attestation", ATTESTATION | {"applicant": {"name": "Ab\u202ecd\u2066 \ue000 李 \x07Z"}})
    assert "Abcd □ □ Z" in text


def test_dates_numbers_and_instants_of_python_are_accepted() -> None:
    data = REMOVAL | {
        "removed_on": date(2026, 12, 1), "issued_on": date(2026, 12, 2),
        "received_on": datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
    }  # fmt: skip
    text = printed("removal_certificate", data)
    assert missing(text, ["1er décembre 2026", "2 décembre 2026", "2 juillet 2026 à 0 h 30"]) == []
    assert "1 234,05 €" in printed("lease_summary", LEASE | {"deposit": Decimal("1234.05")})


@pytest.mark.parametrize(
    ("template", "data"),
    [
        ("attestation", {}),
        ("palier", {}),
        ("../../etc/passwd", {}),
        ("nothing", {}),
        ("decision_letter", LETTERS["ranked"] | {"decision": "ajournement"}),
        ("removal_certificate", REMOVAL | {"ground": "AUTRE"}),
        ("removal_certificate", REMOVAL | {"ground": object()}),
        ("removal_certificate", REMOVAL | {"received_on": datetime(2026, 1, 1)}),
    ],
)
def test_what_cannot_be_printed_is_said(template: str, data: dict[str, Any]) -> None:
    with pytest.raises(pdf.Unprintable):
        pdf.render(template, data)


def test_every_font_is_listed_with_its_licence() -> None:
    listed = tomllib.loads((pdf.FONTS / "SOURCES.toml").read_text())
    assert sorted(f for family in listed.values() for f in family["files"]) == sorted(
        p.name for p in pdf.FONTS.glob("*.ttf")
    )
    assert sorted(pdf._fonts().families()) == sorted(listed)
    assert len(list(pdf.FONTS.glob("*.LICENSE"))) == len(listed)


def test_coverage_is_that_of_the_fonts() -> None:
    assert [c for c in "Éœ€’…–—²№ŁжאبΩ👍☂" if not glyphs.covered(ord(c))] == []
    assert [c for c in "李か\ue000" if glyphs.covered(ord(c))] == []
