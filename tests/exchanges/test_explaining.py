"""`cotation explain`: a score from two files, the same as the definition's; bad files are told in words."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from palier.demands.models import Demand
from palier.law.cotation import load_grid, score
from palier.law.grid_files import source_of
from tests.exchanges.sne.files import sample
from tests.law.people import lone_parent

ON = date(2026, 3, 31)


@pytest.fixture
def files(tmp_path, world):
    (tmp_path / "g.toml").write_text(source_of("exemple-calvados-orne"), encoding="utf-8")
    (tmp_path / "m.json").write_text(json.dumps(lone_parent().to_dict()), encoding="utf-8")
    return tmp_path


def asked(folder, demand: str, grid: str = "g.toml", on: str = "2026-03-31") -> dict:
    out = StringIO()
    call_command(
        "cotation", "explain", f"--grid={folder / grid}", f"--demand={folder / demand}", f"--on={on}", stdout=out
    )
    return json.loads(out.getvalue())


def test_a_household_in_json(files):
    told = asked(files, "m.json")
    alone = score(load_grid("exemple-calvados-orne"), lone_parent(), ON)
    assert told["points"] == float(alone.points)
    assert [line["criterion"] for line in told["lines"]] == [line.criterion for line in alone.lines]
    assert told["provisional"] == float(alone.provisional) > 0
    assert all(line["text"] for line in told["lines"])
    assert told["changes"]
    assert told == asked(files, "m.json")


def test_a_demand_of_the_register_in_xml_writes_nothing(files):
    before = Demand.objects.count()
    (files / "d.xml").write_bytes(sample("full"))
    told = asked(files, "d.xml")
    assert told["lines"]
    assert told["on"] == "2026-03-31"
    assert Demand.objects.count() == before


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("d.json", b"[1, 2]", "ni un ménage"),
        ("d.json", b'{"people": [], "surprise": 1}', "ni un ménage"),
        ("d.json", b"", "ni un ménage"),
        ("d.xml", b"<html></html>", "registre|format|document"),
    ],
)
def test_a_file_that_is_neither_is_told(files, name, content, words):
    (files / name).write_bytes(content)
    with pytest.raises(CommandError, match=words):
        asked(files, name)


def test_a_wrong_grid_names_its_line_and_a_missing_file_its_name(files):
    (files / "bad.toml").write_text('key = "x"\nfamily = 3', encoding="utf-8")
    with pytest.raises(CommandError):
        asked(files, "m.json", grid="bad.toml")
    with pytest.raises(CommandError, match="absent.toml"):
        asked(files, "m.json", grid="absent.toml")
    with pytest.raises(CommandError, match="n’est pas un jour"):
        asked(files, "m.json", on="demain")
