"""The stock by file: every error at its cell, nothing written before a yes, ten thousand rows of which thirty are wrong."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from palier.accounts.roles import OrganisationKind, Role
from palier.common.errors import Refused
from palier.exchanges.landlords import files
from palier.exchanges.landlords.columns import COLUMNS, model
from palier.exchanges.landlords.models import StockFile
from palier.homes.models import Dwelling, Offer

TITLES = [c.title for c in COLUMNS["dwellings"]]
PLAIN = [
    "LOG-{n}",
    "{n} rue des Essais",
    "14000",
    "Caen",
    "appartement",
    "T3",
    "62,5",
    "PLUS",
    "2",
    "oui",
    "non",
    "non",
    "C",
    "non",
    "1978",
    "oui",
]


def line(n: int, **cells: str) -> list[str]:
    values = {title: text.format(n=n) for title, text in zip(TITLES, PLAIN, strict=True)}
    return list({**values, **cells}.values())


def table(*rows: list[str], titles=TITLES) -> bytes:
    return "\n".join(";".join(row) for row in [titles, *rows]).encode()


def receive(agent, content: bytes, kind: str = "dwellings") -> StockFile:
    return files.receive(actor=agent, kind=kind, name="parc.csv", chunks=[content])


@pytest.fixture
def agent(build):
    return build.actor(Role.LANDLORD)


def test_ten_thousand_rows_with_thirty_bad_ones(agent):
    bad = {
        0: {"surface": "grande"}, 1: {"type": "T9"}, 2: {"commune": "Atlantis"}, 3: {"surface": "3"}, 4: {"code_postal": "abc"},
        5: {"adresse": ""}, 6: {"etage": "1,5"}, 7: {"ascenseur": "peut-être"}, 8: {"financement": "HLM"}, 9: {"reference": "LOG-1"},
    }  # fmt: skip
    rows = [line(n, **(bad[(n // 300) % 10] if n % 300 == 0 and n < 9_300 and n > 0 else {})) for n in range(10_000)]
    held = receive(agent, table(*rows))
    assert (held.total, len(held.rows), held.wrong, len(held.troubles)) == (10_000, 9_970, 30, 30)
    assert Dwelling.objects.count() == 0
    seen = {(t["column"], t["value"]): (t["cell"], t["message"]) for t in held.troubles[:10]}
    assert seen == {
        ("type", "T9"): ("F302", "On attendait l’un de ces mots : T1, T2, T3, T4, T5, T6."),
        ("commune", "Atlantis"): ("D602", "Ce texte n’a pas la forme attendue."),
        ("surface", "3"): ("G902", "Au moins 9."),
        ("code_postal", "abc"): ("C1202", "Ce texte n’a pas la forme attendue."),
        ("adresse", ""): ("B1502", "Ce champ est obligatoire."),
        ("etage", "1,5"): ("I1802", "Donnez un nombre entier."),
        ("ascenseur", "peut-être"): ("J2102", "On attendait oui ou non."),
        ("financement", "HLM"): ("H2402", "Valeurs possibles : 'PLAI', 'PLUS', 'PLS' ou 'LLI'."),
        ("reference", "LOG-1"): ("A2702", "Cette référence est déjà plus haut dans le même envoi."),
        ("surface", "grande"): ("G3002", "Ce n’est pas un nombre."),
    }  # fmt: skip
    done = files.confirm(actor=agent, file_id=held.pk)
    assert (done.state, done.counts, done.rows) == ("confirmed", {"created": 9_970}, [])
    assert Dwelling.objects.filter(landlord=agent.organisation).count() == 9_970
    assert files.confirm(actor=agent, file_id=held.pk).counts == {"created": 9_970}
    assert Dwelling.objects.count() == 9_970


def test_the_same_file_again_changes_nothing_and_a_corrected_one_corrects(agent):
    files.confirm(actor=agent, file_id=receive(agent, table(line(1), line(2))).pk)
    again = receive(agent, table(line(1), line(2, surface="64")))
    assert files.confirm(actor=agent, file_id=again.pk).counts == {"unchanged": 1, "updated": 1}


def test_a_workbook_is_read_as_a_csv_is(agent):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(TITLES)
    sheet.append(
        [
            "X-1",
            "1 rue des Essais",
            14000,
            "Caen",
            "Maison",
            "T4",
            81.5,
            "PLAI",
            None,
            False,
            True,
            False,
            "D",
            False,
            1999,
            True,
        ]
    )
    sheet.append(["X-2", "2 rue des Essais", 14000, "14118", "Maison", "T4", "beaucoup", "PLAI"])
    content = io.BytesIO()
    book.save(content)
    held = receive(agent, content.getvalue())
    assert [(t["cell"], t["message"]) for t in held.troubles] == [("G3", "Ce n’est pas un nombre.")]
    files.confirm(actor=agent, file_id=held.pk)
    made = Dwelling.objects.get()
    assert (made.reference, made.kind, str(made.surface), made.floor, made.step_free, made.built) == (
        "X-1", "house", "81.5", None, True, 1999,
    )  # fmt: skip


def test_vacancies_by_file(agent, build):
    holder = build.organisation(OrganisationKind.ACTION_LOGEMENT, name="Action d’essai")
    build.dwelling(agent.organisation, reference="A-1"), build.dwelling(agent.organisation, reference="A-2")
    titles = [c.title for c in COLUMNS["vacancies"]][:9]
    rows = [
        ["A-1", "04/01/2027", "410,25", "60", "", "", "", "", ""],
        ["A-2", "2027-01-04", "410", "60", "Action Logement", "Action d’essai", "Clair", "non", ""],
        ["A-3", "04/01/2027", "410", "60", "", "", "", "", ""],
        ["A-1", "31/02/2027", "0", "soixante", "à personne", "Inconnu", "", "", ""],
    ]
    held = receive(agent, table(*rows, titles=titles), "vacancies")
    assert [(t["cell"], t["message"]) for t in held.troubles] == [
        ("A4", "Ce logement n’est pas dans votre parc."),
        ("B5", "Cette date n’existe pas."),
        ("C5", "Au moins 1."),
        ("D5", "Ce n’est pas un nombre."),
        ("E5", "On attendait l’un de ces mots : Non réservé (bailleur), État, publics prioritaires, État, agents publics, "
               "Action Logement, Collectivité, Autre réservataire."),
        ("F5", "Aucun réservataire ne porte ce nom."),
    ]  # fmt: skip
    assert Offer.objects.count() == 0
    assert files.confirm(actor=agent, file_id=held.pk).counts == {"created": 2}
    made = Offer.objects.order_by("pk").values_list(
        "dwelling__reference", "state", "rent", "holder", "vacancy__available_on"
    )
    assert [(r, s, str(rent), h, on) for r, s, rent, h, on in made] == [
        ("A-1", "published", "410.25", None, date(2027, 1, 4)), ("A-2", "draft", "410.00", holder.pk, date(2027, 1, 4)),
    ]  # fmt: skip


def test_what_became_impossible_meanwhile_is_told(agent, build):
    dwelling = build.dwelling(agent.organisation, reference="A-1")
    titles = [c.title for c in COLUMNS["vacancies"]][:9]
    held = receive(agent, table(["A-1", "04/01/2027", "410", "60", "", "", "", "", ""], titles=titles), "vacancies")
    dwelling.delete()
    done = files.confirm(actor=agent, file_id=held.pk)
    assert (done.counts, [(t["line"], t["message"]) for t in done.troubles]) == (
        {"refused": 1}, [(2, "Ce logement n’est pas dans votre parc.")],
    )  # fmt: skip


def test_other_kinds_of_offer_by_file(agent, build):
    for reference in ("A-1", "A-2", "A-3", "A-4"):
        build.dwelling(agent.organisation, reference=reference)
    titles = [
        "reference",
        "libre_le",
        "loyer",
        "charges",
        "offre",
        "prix",
        "chambres",
        "surface_chambre",
        "mois_au_plus",
    ]
    rows = [
        ["A-1", "04/01/2027", "310", "60", "colocation", "", "3", "12,5", ""],
        ["A-2", "04/01/2027", "390", "0", "Résidence jeunes", "", "", "", "12"],
        ["A-3", "04/01/2027", "", "110", "à vendre", "96000", "", "", ""],
        ["A-4", "04/01/2027", "410", "60", "loyer intermédiaire", "", "", "", ""],
        ["A-4", "04/01/2027", "", "60", "colocation", "", "", "", ""],
    ]
    held = receive(agent, table(*rows, titles=titles), "vacancies")
    assert [(t["cell"], t["message"]) for t in held.troubles] == [
        ("E5", "Seul un logement financé en LLI se loue en loyer intermédiaire."),
        ("C6", "Ce champ est obligatoire."), ("G6", "Ce champ est obligatoire."), ("H6", "Ce champ est obligatoire."),
    ]  # fmt: skip
    assert files.confirm(actor=agent, file_id=held.pk).counts == {"created": 3}
    assert list(Offer.objects.order_by("pk").values_list("product", "rent", "price", "room_surface", "months_at_most")) == [
        ("shared", 310, None, Decimal("12.5"), None), ("residence", 390, None, None, 12), ("sale", None, 96000, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"), (b"reference;adresse\nA;B\n", "file.columns"), (table(), "file.empty"),
        (table(line(1)) + b'\n"LOG-2;', "file.truncated"), (b"PK\x03\x04nothing", "file.truncated"),
        (table(line(1), titles=[*TITLES[:-1], "couleur"]), "file.columns"), (b"\0\1\2", "file.binary"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_table_is_refused_whole(agent, content, code):
    with pytest.raises(Refused) as refusal:
        receive(agent, content)
    assert (refusal.value.code, refusal.value.field) == (code, "file")
    assert StockFile.objects.count() == 0


def test_a_line_of_another_width_is_told(agent):
    held = receive(agent, table(line(1), line(2)[:5]))
    assert [(t["line"], t["message"]) for t in held.troubles] == [
        (3, "Cette ligne n’a pas autant de cellules que de titres.")
    ]


def test_the_models_are_good_files_themselves(agent, build):
    held = receive(agent, model("dwellings").encode())
    assert (held.total, held.troubles) == (1, [])
    files.confirm(actor=agent, file_id=held.pk)
    assert receive(agent, model("vacancies").encode(), "vacancies").troubles == []


def test_a_dropped_file_is_not_written(agent):
    held = receive(agent, table(line(1)))
    files.drop(actor=agent, file_id=held.pk)
    with pytest.raises(Refused):
        files.confirm(actor=agent, file_id=held.pk)
    assert (Dwelling.objects.count(), StockFile.objects.get().rows) == (0, [])


def test_a_file_is_its_landlord_s_alone(agent, build):
    held = receive(agent, table(line(1)))
    for act in (files.confirm, files.drop):
        with pytest.raises(StockFile.DoesNotExist):
            act(actor=build.actor(Role.LANDLORD), file_id=held.pk)
