"""A file taken over: what it becomes, once however many times it comes."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from palier.accounts.actor import PALIER
from palier.common.models import Event
from palier.cotation.actions import publish_grid
from palier.cotation.models import Score
from palier.demands import actions as demands
from palier.demands.acting import Ground
from palier.demands.form import Form
from palier.demands.models import Demand, DemandVersion, NumberCounter
from palier.exchanges.takeover.models import TakenDemand
from palier.law.grid_files import source_of
from palier.territories.models import Epci
from tests.exchanges.takeover.conftest import export, rehearsed, taken_over, told, written


def stored() -> list[tuple]:
    """Every row that a take-over may write on demands."""
    return [list(model.objects.order_by("pk").values()) for model in (Demand, DemandVersion, TakenDemand, Event)]


def test_a_stock_is_taken_over_with_numbers_seniority_and_every_field(world):
    rows = export(12)
    held = taken_over(written(rows))
    assert (held.state, held.trouble, held.counts["created"], held.cursor) == ("done", "", 12, 12)
    for row in rows:
        demand = Demand.objects.get(number=row["Numéro unique"])
        assert f"{demand.first_registered_on:%d/%m/%Y}" == row["Déposée le"]
        form = Form.from_json(demand.form)
        assert (form.applicant.last_name, form.applicant.email) == (row["Nom"], row["Courriel"])
        assert len(form.wish.communes) == len(row["Communes demandées"].split(","))
        assert [w.commune_id for w in demand.wishes.order_by("rank")] == list(form.wish.communes)
        assert (demand.versions.count(), demand.unmapped) == (1, [])


def test_a_rehearsal_writes_nothing_but_the_report(world):
    before = stored()
    held = rehearsed(written(export(12)))
    assert (held.state, held.counts["created"], held.lines.count()) == ("rehearsed", 12, 12)
    assert stored()[:3] == before[:3]
    assert NumberCounter.objects.count() == 0


def test_the_same_file_twice_changes_nothing_at_all(world):
    content = written(export(8))
    taken_over(content)
    before = stored()[:3]
    again = taken_over(content)
    assert (again.counts["unchanged"], stored()[:3]) == (8, before)


def test_a_newer_file_updates_only_what_it_changes(world):
    rows = export(8)
    taken_over(written(rows))
    rows[3]["Loyer"] = "777,40 €"
    newer = taken_over(written([*rows, *export(2, start=1000)]))
    assert [newer.counts[k] for k in ("created", "updated", "unchanged")] == [2, 1, 7]
    changed = Demand.objects.get(number=rows[3]["Numéro unique"])
    assert (changed.revision, changed.form["home"]["rent"]) == (2, 777)
    assert Demand.objects.filter(revision=1).count() == 9


def test_a_demand_changed_here_is_never_overwritten(world, build):
    rows = export(3)
    taken_over(written(rows))
    demand = Demand.objects.get(number=rows[1]["Numéro unique"])
    actor = build.actor("desk", build.organisation("desk", departments=["14", "61"]))
    form = Form.from_json(demand.form)
    demands.change(
        actor=actor, demand_id=demand.pk, form=dataclasses.replace(form, notes="Vu au guichet"), revision=1, sections=["souhaits"],
        ground=Ground("present"),
    )  # fmt: skip
    rows[1]["Loyer"] = "901,00 €"
    newer = taken_over(written(rows))
    assert (newer.counts["look"], newer.counts["unchanged"]) == (1, 2)
    assert [code for _, _, code, _ in told(newer)] == ["demand.changed"]
    demand.refresh_from_db()
    assert (demand.revision, demand.form["notes"]) == (2, "Vu au guichet")


def test_a_number_of_somebody_else_is_looked_at_and_left(world, build):
    rows = export(1)
    build.demand(number=rows[0]["Numéro unique"])
    held = taken_over(written(rows))
    assert (held.counts["look"], Demand.objects.count()) == (1, 1)
    assert ("number.known", "B2") in [(code, cell) for _, _, code, cell in told(held)]


def test_points_are_those_of_a_demand_brought_in_alone(world):
    epcis = list(Epci.objects.order_by("pk").values_list("pk", flat=True))
    publish_grid(
        actor=PALIER, key="g", title="Grille", source=source_of("exemple-calvados-orne"),
        valid_from=date(2020, 1, 1), epcis=epcis,
    )  # fmt: skip
    taken_over(written(export(40)))
    fields = ("epci", "points", "provisional", "excluded", "lines", "demand_revision", "computed_on")
    compared = 0
    for demand in Demand.objects.order_by("pk"):
        bulk = list(Score.objects.filter(demand=demand).order_by("epci").values(*fields))
        Score.objects.filter(demand=demand).delete()
        for hook in demands.after_change:
            hook(demand)
        assert bulk == list(Score.objects.filter(demand=demand).order_by("epci").values(*fields))
        compared += len(bulk)
    assert compared > 40


def test_a_household_without_number_gets_one_and_is_known_again(world):
    rows = export(2)
    rows[0]["Numéro unique"] = ""
    held = taken_over(written(rows))
    made = TakenDemand.objects.get(reference=f"#{rows[0]['Dossier']}").demand
    day = made.first_registered_on
    assert (held.counts["created"], made.number[3:7], made.number[13:]) == (2, f"{day:%m%y}", "PALIE")
    assert taken_over(written(rows)).counts["unchanged"] == 2


def test_a_household_told_twice_in_a_file_is_one_demand(world):
    rows = export(3)
    held = taken_over(written([*rows, rows[1]]))
    assert (held.counts["created"], held.counts["refused"]) == (3, 1)
    assert told(held, line=5) == [(5, "refused", "row.repeated", "B5")]


def test_rows_read_are_accounted_for_and_gaps_have_their_lines(world):
    rows = export(6)
    rows[2]["Déposée le"] = "31/02/2024"
    rows[2]["Numéro unique"] = ""
    rows[4]["Statut"] = "Radiée"
    held = taken_over(written(rows))
    assert (sum(held.counts.values()), held.counts["refused"], held.cursor) == (6, 2, 6)
    figures = held.figures
    assert (figures["read"], figures["missing"], figures["gaps"]) == (6, 2, [4, 6])
    assert sum(base for _, _, base in figures["departments"]) == 4
    assert sum(file - base for _, file, base in figures["years"]) == 2
    assert ("cell.date", "D4") in [(code, cell) for _, _, code, cell in told(held)]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("02A0125000017AJACC", "number.corsica"), ("0200198000017AJACC", "number.legacy"),
        ("0750105000017PARIS", "number.legacy"), ("9740125000017DENIS", "number.overseas"),
        ("1110318016982G1104", "number.elsewhere"), ("9990318016982G1104", "number.unknown_territory"),
    ],
)  # fmt: skip
def test_numbers_of_other_registers_and_older_forms_are_kept_and_told(world, number, code):
    rows = export(1)
    rows[0]["Numéro unique"] = number
    held = taken_over(written(rows))
    assert (held.counts["created"], Demand.objects.get().number) == (1, number)
    assert code in [found for _, _, found, _ in told(held)]


def test_what_the_form_has_no_field_for_stays_with_the_demand(world):
    rows = export(1)
    rows[0]["Quartier souhaité"] = "La Guérinière"
    taken_over(written(rows))
    assert Demand.objects.get().unmapped == [{"path": "logis-2000:Quartier souhaité", "content": "La Guérinière"}]


def test_a_number_brought_by_a_file_is_never_issued_again(world, build):
    rows = export(1)
    rows[0] |= {"Numéro unique": "0141126000001PALIE", "Déposée le": "03/11/2026", "Renouvelée le": ""}
    taken_over(written(rows))
    actor = build.actor("applicant")
    made = demands.register(actor=actor, form=build.form(), department="14", person=actor.person)
    assert made.number == "0141126000002PALIE"
