"""What a member may read of a candidate: need, means, points and distance to work; nothing the law forbids."""

from __future__ import annotations

import json
from datetime import date

import pytest

from palier.commissions.facts import candidate_facts
from palier.demands.form import Adult, Work
from palier.territories.models import Commune
from tests.builders import CAEN

BAYEUX = "14047"
FORBIDDEN = ("Camille", "Essai", "nationality", "1990-05-04", "camille@exemple.fr", "0639980001", "Clinique", "rue")


def facts_of(build, **fields):
    form = build.form(**fields)
    return candidate_facts(build.application(build.demand(build.person(), form=form), build.offer()))


def working(build, place: str, other: str | None = None):
    def adult(workplace: str, **fields) -> Adult:
        return Adult(
            last_name="Essai", birth_date=date(1990, 5, 4), work=Work(contract="CDI", workplace=workplace), **fields
        )

    two = {} if other is None else {"coapplicant": adult(other, link="C")}
    return facts_of(build, applicant=adult(place), **two)["work_km"]


def test_everything_a_member_reads_and_nothing_more(build):
    assert set(facts_of(build)) == {
        "position", "household", "people", "ages", "registered_on", "seniority_months", "monthly_resources", "tax_income",
        "ceiling", "aid", "net_rent", "effort_rate", "income_per_unit", "left_to_live", "present_home", "motive", "points", "provisional",
        "lines", "priorities", "documents", "workplace", "work_km",
    }  # fmt: skip


def test_neither_identity_nor_origin_nor_free_text(build):
    told = json.dumps(facts_of(build, motive_text="Ma santé ne regarde que moi"), ensure_ascii=False)
    assert [word for word in (*FORBIDDEN, "santé") if word in told] == []


@pytest.mark.parametrize(
    ("motives", "told"),
    [(("08", "13"), "Logement trop petit"), (("07",), "Autre motif"), (("06",), "Autre motif"), (("13", "08"), "Logement trop petit")],
)  # fmt: skip
def test_a_motive_of_health_or_of_danger_gives_way(build, motives, told):
    assert facts_of(build, motives=motives)["motive"] == told


def test_the_distance_to_work_of_each_adult_the_nearest_first(build):
    assert working(build, BAYEUX, CAEN) == [0, 27]
    assert working(build, "") == []


def test_no_distance_where_coordinates_are_not_known(build):
    Commune.objects.filter(code=BAYEUX).update(latitude=None, longitude=None)
    assert working(build, BAYEUX) == []


def test_the_place_of_work_of_a_sheltered_household_is_told_to_nobody(build):
    told = []
    for sheltered in (False, True):
        demand = build.demand(build.person(), sheltered=sheltered)
        told.append(candidate_facts(build.application(demand, build.offer()))["work_km"])
    assert told == [[0], []]
