"""A demand in the register's own XML: brought in once, updated, or refused with nothing written."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from palier.demands.models import Demand
from palier.exchanges.actions import import_demand
from palier.exchanges.models import Import
from palier.exchanges.sne.safety import DocumentRefused

SAMPLES = Path(__file__).parent / "sne" / "samples"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def test_a_full_file_becomes_a_demand_with_its_old_number_and_seniority(world):
    answer = import_demand(sample("full.xml"))
    demand = Demand.objects.get(number=answer["number"])
    assert (answer["result"], answer["number"]) == ("created", "0140325000142G1404")
    assert demand.unmapped != []
    assert demand.versions.count() == 1


def test_the_same_file_twice_changes_nothing_and_another_state_updates(world):
    import_demand(sample("full.xml"))
    assert import_demand(sample("full.xml"))["result"] == "unchanged"
    changed = sample("full.xml") + b"<!-- sent again -->\n"
    assert import_demand(changed)["result"] == "updated"
    assert (Demand.objects.count(), Demand.objects.get().revision, Import.objects.count()) == (1, 2, 2)


def test_a_file_that_omits_everything_optional_is_taken(world):
    assert import_demand(sample("minimal.xml"))["result"] == "created"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("bad_*.xml")), ids=lambda p: p.stem)
def test_bad_files_are_refused_with_nothing_written(world, path):
    with pytest.raises(DocumentRefused):
        import_demand(path.read_bytes())
    assert (Demand.objects.count(), Import.objects.count()) == (0, 0)


def test_a_demand_for_another_territory_is_refused(world):
    answer = import_demand(sample("omitted.xml"))
    assert answer["result"] == "refused"
    assert Demand.objects.count() == 0


def test_the_command_prints_json_and_fails_on_refusal(world):
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("exchanges", "import-demand", str(SAMPLES / "bad_bomb.xml"), stdout=out)
    assert (stop.value.code, json.loads(out.getvalue())["anomalies"][0]["code"]) == (1, "sne.doctype")


def test_a_huge_file_is_refused(world, tmp_path):
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as file:
        file.truncate(51 * 1024 * 1024)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("exchanges", "import-demand", str(huge), stdout=out)
    assert json.loads(out.getvalue())["anomalies"][0]["code"] == "sne.too_large"
