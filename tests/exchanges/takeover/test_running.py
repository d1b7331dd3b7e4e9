"""A file taken over: what it becomes, once however many times it comes."""

from __future__ import annotations

from palier.cotation.models import Score
from palier.demands import actions as demands
from palier.demands.form import Form
from palier.demands.models import Demand, DemandVersion
from tests.exchanges.takeover.conftest import export, rehearsed, taken_over, told, written


def test_a_stock_is_taken_over_with_numbers_seniority_and_every_field(world):
    rows = export(12)
    held = taken_over(written(rows))
    assert (held.state, held.trouble, held.counts["created"], held.cursor) == ("done", "", 12, 12)
    for row in rows:
        demand = Demand.objects.get(number=row["Numéro unique"])
        assert f"{demand.first_registered_on:%d/%m/%Y}" == row["Déposée le"]
        form = Form.from_json(demand.form)
        assert (form.applicant.last_name, form.applicant.email) == (row["Nom"], row["Courriel"])
        assert demand.versions.count() == 1


def test_a_rehearsal_writes_nothing_but_the_report(world):
    held = rehearsed(written(export(12)))
    assert (held.state, held.counts["created"], held.lines.count()) == ("rehearsed", 12, 12)
    assert (Demand.objects.count(), DemandVersion.objects.count()) == (0, 0)


def test_the_same_file_twice_changes_nothing_at_all(world):
    content = written(export(8))
    taken_over(content)
    before = list(Demand.objects.order_by("pk").values())
    again = taken_over(content)
    assert again.counts["unchanged"] == 8
    assert list(Demand.objects.order_by("pk").values()) == before
    assert DemandVersion.objects.count() == 8
    print(told(again))


def test_points_are_those_of_a_demand_brought_in_alone(world, build):
    taken_over(written(export(12)))
    for demand in Demand.objects.order_by("pk"):
        bulk = list(
            Score.objects.filter(demand=demand).order_by("epci").values("epci", "points", "provisional", "lines")
        )
        Score.objects.filter(demand=demand).delete()
        for hook in demands.after_change:
            hook(demand)
        alone = list(
            Score.objects.filter(demand=demand).order_by("epci").values("epci", "points", "provisional", "lines")
        )
        assert bulk == alone
