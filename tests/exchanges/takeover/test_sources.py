"""Files as they come: encodings, separators, workbooks, XML, and what is wrong with them."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from palier.accounts.actor import PALIER
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.exchanges.takeover import actions, running
from palier.exchanges.takeover.exporting import stream
from palier.exchanges.takeover.mapping import read
from palier.exchanges.takeover.problems import SourceRefused
from palier.exchanges.takeover.sources import open_source
from tests.exchanges.takeover.conftest import LOGIS, REGISTER, export, rehearsed, taken_over, told, written

XLSX = LOGIS.replace('format = "csv"', 'format = "xlsx"')
XML = """
version = 1
key = "essai-xml"
date = "iso"
[file]
format = "xml"
row = "/export/demandes/demande"
[fields]
number = "@numero"
registered_on = "depot"
applicant.last_name = "demandeur/nom"
applicant.birth_date = "demandeur/naissance"
motives = { columns = ["motif", "motif[2]"] }
wish.types = { column = "souhait/types", split = " " }
wish.communes = { columns = ["souhait/commune", "souhait/commune[2]"] }
[[people]]
as = "dependants"
repeat = 3
[people.fields]
first_names = "enfant[{n}]/prenom"
"""
ROWS = """
version = 1
key = "essai-lignes"
[file]
format = "csv"
household = "Dossier"
main = { column = "Rôle", equals = ["Demandeur"] }
[fields]
number = "Numéro"
registered_on = "Dépôt"
applicant.last_name = "Nom"
applicant.birth_date = "Naissance"
motives = { column = "Motif" }
wish.types = { column = "Type" }
wish.communes = { column = "Commune" }
[[people]]
as = "dependants"
rows = { column = "Rôle", equals = ["Enfant"] }
fields = { last_name = "Nom", birth_date = "Naissance" }
[[people]]
as = "coapplicant"
rows = { column = "Rôle", equals = ["Conjoint"] }
fields = { last_name = "Nom", birth_date = "Naissance" }
"""


def workbook(rows: list[dict[str, str]], **cells: object) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([cells.get(name, value) for name, value in row.items()])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_every_usual_csv_is_the_same_file(world, encoding, separator):
    rows = export(2)
    held = taken_over(written(rows, encoding=encoding, separator=separator))
    assert (held.trouble, held.counts.get("created")) == ("", 2)
    assert Demand.objects.filter(form__applicant__last_name=rows[0]["Nom"]).exists()


def test_a_workbook_gives_its_dates_and_never_works_out_a_formula(world):
    rows = export(2)
    held = taken_over(workbook(rows, **{"Né(e) le": datetime(1980, 1, 2), "Surface": 41.0, "Loyer": "=1+1"}), XLSX)
    assert held.counts["created"] == 2
    form = Form.from_json(Demand.objects.order_by("pk")[0].form)
    assert (form.applicant.birth_date, form.home.surface, form.home.rent) == (date(1980, 1, 2), 41, None)


def test_lines_of_one_household_make_one_demand(world):
    content = (
        "Dossier;Rôle;Numéro;Dépôt;Nom;Naissance;Motif;Type;Commune\n"
        "1;Enfant;;;Petit;02/03/2015;;;\n"
        "1;Demandeur;0140325000001ABCDE;04/03/2025;Grand;02/03/1985;13;T3;14118\n"
        "1;Conjoint;;;Autre;02/03/1986;;;\n"
        "2;Demandeur;0140325000002ABCDE;05/03/2025;Seul;02/03/1975;13;T2;14118\n"
    ).encode()
    held = taken_over(content, ROWS)
    form = Form.from_json(Demand.objects.get(number="0140325000001ABCDE").form)
    assert (held.counts["created"], form.applicant.last_name, form.coapplicant.last_name) == (2, "Grand", "Autre")
    assert [d.birth_date for d in form.dependants] == [date(2015, 3, 2)]


def test_any_xml_by_its_paths(world):
    content = b"""<export><demandes><demande numero="0140325000001ABCDE"><depot>2025-03-04</depot>
      <demandeur><nom>Essai</nom><naissance>1980-01-02</naissance></demandeur><motif>13</motif><motif>99</motif>
      <enfant><prenom>Ana</prenom></enfant><enfant><prenom>Bo</prenom></enfant>
      <souhait><types>T2 T3</types><commune>14118</commune><commune>14366</commune></souhait>
    </demande></demandes></export>"""
    mapping = XML.replace("enfant[{n}]/prenom", "enfant[{n}]/prenom")
    held = taken_over(content, mapping)
    form = Form.from_json(Demand.objects.get().form)
    assert (form.motives, form.wish.types, form.wish.communes) == (("13",), ("T2", "T3"), ("14118", "14366"))
    assert [d.first_names for d in form.dependants] == ["Ana", "Bo"]
    assert told(held)[0][1:] == ("created", "cell.code", "/export/demandes/demande[1]/motif[2]")


def test_a_stream_of_the_register_and_back(world):
    taken_over(written(export(5)))
    before = {d.number: (d.form, d.first_registered_on) for d in Demand.objects.order_by("pk")}
    exported = b"".join(stream(Demand.objects.order_by("pk")))
    again = taken_over(exported, REGISTER)
    assert (again.trouble, again.cursor) == ("", 5)
    Demand.objects.all().delete()
    back = taken_over(exported + b"\n", REGISTER)
    assert (back.trouble, back.counts["created"]) == ("", 5)
    for demand in Demand.objects.order_by("pk"):
        form, day = before[demand.number]
        assert demand.first_registered_on == day
        for part in ("applicant", "coapplicant", "dependants", "motives"):
            assert demand.form[part] == form[part]


def refused(content: bytes, mapping: str = LOGIS) -> str:
    """The code of the refusal, nothing written."""
    held = actions.receive(actor=PALIER, name="f", chunks=[content], mapping=mapping)
    actions.run(actor=PALIER, takeover_id=held.pk)
    held = running.work(held.pk)
    assert (held.state, held.cursor, Demand.objects.count()) == ("stopped", 0, 0)
    return held.trouble_code


def test_broken_csv_files_are_refused_whole(world):
    good = written(export(700))
    assert refused(good + b'"never closed;' + b"x" * 50_000_000) == "cell.endless"
    assert refused(good + b'"cut in the mid') == "file.truncated"
    assert refused(good.replace(b"Nom;", b"Nom\0;", 1)) == "file.binary"
    assert refused(good.replace(b"\xe9", b"\x81")) == "file.encoding"
    stated = LOGIS.replace('encoding = "auto"', 'encoding = "utf-8"')
    assert refused(good, stated) == "file.encoding"
    assert refused(b"Rien;de;tel\n1;2;3\n") == "file.columns"
    assert refused(good.replace(b";Nom;", b";Statut;", 1)) == "file.columns_twice"
    assert refused(workbook(export(1))) == "file.format"


def test_a_line_cut_short_is_refused_alone(world):
    content = written(export(3))
    held = taken_over(content[:-12] + b"\r\n")
    assert (held.counts["created"], [code for _, _, code, _ in told(held, line=4)]) == (2, ["row.width"])


def test_broken_workbooks_are_refused(world):
    good = workbook(export(3))
    assert refused(good[: len(good) // 2], XLSX) == "file.truncated"
    assert refused(b"a;b;c\n", XLSX) == "file.truncated"
    assert refused(good, XLSX.replace('format = "xlsx"', 'format = "xlsx"\nsheet = "Autre"')) == "file.sheet"
    bomb = io.BytesIO(good)
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zero.bin", b"\0" * (70 << 20))
    assert refused(bomb.getvalue(), XLSX) == "file.bomb"
    entities = io.BytesIO(good)
    with zipfile.ZipFile(entities, "a") as archive:
        archive.writestr("xl/more.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert refused(entities.getvalue(), XLSX) == "file.doctype"


def test_broken_xml_is_refused_before_anything_is_written(world):
    head = b"<export><demandes>"
    row = b'<demande numero="0140325000001ABCDE"><depot>2025-03-04</depot></demande>'
    assert refused(head + row * 600, XML) == "file.truncated"
    assert refused(b'<!DOCTYPE x [<!ENTITY a "b">]>' + head + row, XML) == "file.doctype"
    assert refused(head + b"<demande>" + b"x" * 2_000_000 + b"</demande></demandes></export>", XML) == "file.endless"
    assert refused(head + b"<a>" * 60 + b"</a>" * 60 + b"</demandes></export>", XML) == "file.too_deep"
    assert refused(head + b"<demande>" + b"<a/>" * 60_000 + b"</demande></demandes></export>", XML) == "file.too_many"
    assert refused(b"hello", XML) == "file.not_xml"


def test_cells_that_cannot_be_kept_refuse_their_row_alone(world):
    rows = export(3)
    rows[0]["Observations"] = "x" * 3000
    rows[1]["Nom"] = "A\x07B"
    held = taken_over(written(rows))
    assert held.counts["refused"] == 2
    assert [code for _, _, code, _ in told(held)][:2] == ["cell.long", "cell.signs"]


def test_an_empty_file_is_not_received(world):
    from palier.common.errors import Refused

    with pytest.raises(Refused) as refusal:
        rehearsed(b"")
    assert refusal.value.code == "file.empty"


def test_opening_says_its_encoding_and_separator(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(written(export(1), separator="\t"))
    source = open_source(path, read(LOGIS))
    assert (source.encoding, source.separator) == ("cp1252", "\t")
    with pytest.raises(SourceRefused):
        open_source(path, read(XLSX))
