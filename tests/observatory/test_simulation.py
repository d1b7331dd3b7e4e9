"""A grid tried on the register before it is voted: whole, for its own authority alone, without anybody to be read in it."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta

import pypdfium2
import pytest

from palier.accounts.actor import PALIER
from palier.accounts.roles import OrganisationKind, Role
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.cotation.actions import publish_grid, rescore
from palier.cotation.models import Grid, Score
from palier.cotation.queries import parsed, scored_household
from palier.demands.form import Adult, Dependant, Work
from palier.demands.models import Demand
from palier.law import cotation
from palier.law.grid import GridError
from palier.law.grid_files import source_of
from palier.law.simulation import DIMENSIONS
from palier.observatory import simulating
from palier.observatory.models import PastAllocation, Simulation
from palier.territories.models import Commune, Epci
from tests.builders import CAEN, LISIEUX
from tests.conftest import NOW

SOURCE = source_of("exemple-calvados-orne")
TODAY = NOW.date()
# Nothing but children counts.
CHILDREN = """
key = "essai"
source = "Essai"
version = 2
title = "Rien que les enfants"
territory = "Essai"
valid_from = 2026-01-01

[[family]]
key = "children"
label = "Enfants"

[[family.criterion]]
key = "minors"
label = "Enfants mineurs"
kind = "per_month"
fact = "household.minors"
points = 10
"""


@pytest.fixture
def epci(db) -> Epci:
    return Commune.objects.get(code=CAEN).epci


@pytest.fixture
def register(build, epci):
    """Forty demands of Caen: twenty people alone registered long ago, twenty lone parents since this year."""
    with acting(SYSTEM):
        publish_grid(
            actor=PALIER, key="essai", title="En vigueur", source=SOURCE, valid_from=date(2024, 1, 1), epcis=[epci.pk]
        )
        chance = random.Random(3)
        for n in range(40):
            old = n < 20
            children = (
                ()
                if old
                else tuple(
                    Dependant(
                        first_names=f"E{k}", last_name="Essai", sex="F", birth_date=TODAY - timedelta(days=2000 + k)
                    )
                    for k in range(1 + chance.randrange(3))
                )
            )
            form = build.form(
                dependants=children,
                applicant=Adult(
                    last_name="Essai",
                    first_names="A",
                    civility="1" if old else "2",
                    nationality="1",
                    family_status="C",
                    birth_date=date(1960 if old else 1995, 1, 1),
                    work=Work(contract="CDI"),
                    tax={"2024": 9000 + 100 * n},
                    resources={"SAL": 1000},
                ),
            )
            demand = build.demand(form=form, first_registered_on=date(2019 if old else 2026, 2, 1 + n % 20))
            rescore(demand)
        draft = Grid.objects.create(key="essai", version=2, title="Enfants", source=CHILDREN, valid_from=TODAY)
        draft.epcis.add(epci)
        return draft


@pytest.fixture
def officer(build, epci):
    body = build.organisation(OrganisationKind.AUTHORITY, departments=["14"], epci_id=epci.pk)
    return build.actor(Role.AUTHORITY, body)


@pytest.fixture
def done(register, officer, epci):
    with acting(officer.scope):
        asked = simulating.ask(actor=officer, epci=epci, grid=register)
    simulating.work(asked.pk)
    with acting(SYSTEM):
        return Simulation.objects.get(pk=asked.pk)


def by_label(done: Simulation, dimension: str) -> dict:
    return {g["label"]: g for g in done.result["groups"][dimension]}


def test_families_rise_and_people_alone_fall(done):
    kinds = by_label(done, "kind")
    assert (kinds["Parent seul avec enfants"]["rise"], kinds["Personne seule"]["fall"]) == (1, 1)
    assert kinds["Personne seule"]["demands"] == 20
    assert by_label(done, "gender")["Femme"]["rise"] == 1
    assert by_label(done, "age")["65 ans et plus"]["fall"] == 1
    assert set(done.result["groups"]) == set(DIMENSIONS)
    assert (done.done, done.total) == (40, 40)


def test_both_sides_are_the_definition_s_scores(done):
    """The mean places are those found by scoring each household alone."""
    with acting(SYSTEM):
        held = list(Demand.objects.order_by("pk"))
        for side, source in (("before", SOURCE), ("after", CHILDREN)):
            grid = parsed(source)
            scored = [
                (-cotation.score(grid, scored_household(d, on=TODAY), TODAY).points, d.first_registered_on, d.pk)
                for d in held
            ]
            order = [pk for *_, pk in sorted(scored)]
            alone = [order.index(d.pk) * 100 / 39 for d in held if not d.form["dependants"]]
            told = by_label(done, "kind")["Personne seule"][side]
            assert told == pytest.approx(sum(alone) / len(alone))


def test_the_present_side_is_what_is_stored(done):
    with acting(SYSTEM):
        grid = parsed(SOURCE)
        for score in Score.objects.select_related("demand"):
            assert cotation.score(grid, scored_household(score.demand, on=TODAY), TODAY).points == score.points


def past(count: int, **fields) -> None:
    PastAllocation.objects.bulk_create(
        PastAllocation(
            **{"signed_on": TODAY - timedelta(days=n), "commune_id": CAEN, "type": "T2", "financing": "PLUS", "wait_days": 9, "people": 2, **fields}
        )
        for n in range(count)
    )  # fmt: skip


def test_who_would_have_been_housed_and_the_objectives(register, officer, epci):
    with acting(SYSTEM):
        past(12, first_quartile=True)
        past(3, qpv=True)
        past(5, commune_id=LISIEUX)
    with acting(officer.scope):
        asked = simulating.ask(actor=officer, epci=epci, grid=register)
    simulating.work(asked.pk)
    with acting(SYSTEM):
        found = Simulation.objects.get(pk=asked.pk)
    assert found.result["homes"] == 15
    assert found.result["housed"] == [15, 15]
    kinds = by_label(found, "kind")
    # The T2 are open to small families alone: the largest stay first and unhoused.
    now, then = kinds["Parent seul avec enfants"]["housed"]
    assert now < then < 1
    assert found.result["changed"] > 0
    first = next(o for o in found.result["objectives"] if o["key"] == "first_quartile")
    assert (first["least"], first["really"]) == (0.25, 1.0)


def test_one_asks_for_one_s_own_territory_and_another_grid(register, officer, epci, build):
    elsewhere = Commune.objects.get(code=LISIEUX).epci
    with acting(officer.scope):
        with pytest.raises(NotYours):
            simulating.ask(actor=officer, epci=elsewhere, grid=register)
        present = Grid.objects.get(version=1)
        with pytest.raises(Refused, match="ne changerait rien"):
            simulating.ask(actor=officer, epci=epci, grid=present)
        twice = [simulating.ask(actor=officer, epci=epci, grid=register).pk for _ in range(2)]
    assert twice[0] == twice[1]


def test_a_territory_without_grid_has_nothing_to_compare(officer, epci):
    grid = Grid(title="Essai", version=1, source=CHILDREN)
    with acting(officer.scope), pytest.raises(Refused, match="Aucune grille"):
        simulating.ask(actor=officer, epci=epci, grid=grid)


def test_a_grid_with_an_error_says_where(register, officer, epci):
    register.source = CHILDREN.replace('fact = "household.minors"', 'fact = "household.cats"')
    with acting(officer.scope), pytest.raises(Refused, match="Cette grille a une erreur : ligne"):
        simulating.ask(actor=officer, epci=epci, grid=register)


def test_an_error_is_said_and_raised(done):
    with acting(SYSTEM):
        Simulation.objects.update(finished_at=None, source="rien")
    with pytest.raises(GridError):
        simulating.work(done.pk)
    with acting(SYSTEM):
        assert "erreur" in Simulation.objects.get(pk=done.pk).trouble
    assert simulating.asleep() == []


def test_an_empty_register_says_so(officer, epci, build):
    with acting(SYSTEM):
        publish_grid(
            actor=PALIER, key="essai", title="En vigueur", source=SOURCE, valid_from=date(2024, 1, 1), epcis=[epci.pk]
        )
        draft = Grid.objects.create(key="essai", version=2, title="E", source=CHILDREN, valid_from=TODAY)
    with acting(officer.scope):
        asked = simulating.ask(actor=officer, epci=epci, grid=draft)
    simulating.work(asked.pk)
    with acting(SYSTEM):
        assert "Aucune demande active" in Simulation.objects.get(pk=asked.pk).trouble


def test_a_fallen_worker_s_is_begun_again_and_a_finished_one_is_left(done, officer):
    with acting(SYSTEM):
        assert simulating.asleep() == []
        Simulation.objects.update(finished_at=None, result={}, beat_at=NOW - timedelta(minutes=3))
    assert simulating.asleep() == [done.pk]
    simulating.work(done.pk)
    with acting(SYSTEM):
        again = Simulation.objects.get(pk=done.pk)
    assert again.result == done.result
    with acting(SYSTEM):
        Demand.objects.update(state="active")
    simulating.work(done.pk)
    with acting(SYSTEM):
        assert Simulation.objects.get(pk=done.pk).finished_at == again.finished_at


def test_another_authority_sees_none_of_it(done, build, client_for, epci):
    other = build.actor(
        Role.AUTHORITY, build.organisation(OrganisationKind.AUTHORITY, departments=["14"], epci_id=epci.pk)
    )
    with acting(other.scope):
        assert not Simulation.objects.exists()
    assert client_for(other).get(f"/collectivite/simulations/{done.pk}/").status_code == 404


def test_small_groups_are_hidden_in_the_page_the_table_and_the_note(register, officer, epci, client_for, build):
    with acting(SYSTEM):
        rescore(
            build.demand(
                form=build.form(
                    dependants=(), applicant=Adult(last_name="E", first_names="B", birth_date=date(2004, 1, 1))
                )
            )
        )
    with acting(officer.scope):
        asked = simulating.ask(actor=officer, epci=epci, grid=register)
    simulating.work(asked.pk)
    client = client_for(officer)
    html = client.get(f"/collectivite/simulations/{asked.pk}/").content.decode()
    assert "Parent seul avec enfants" in html
    assert "Moins de 25 ans" not in html
    table = list(
        csv.DictReader(
            io.StringIO(client.get(f"/collectivite/simulations/{asked.pk}/export/").content.decode()), delimiter=";"
        )
    )
    young = next(row for row in table if row["groupe"] == "Moins de 25 ans")
    assert {young[c] for c in list(young)[2:]} == {""}
    answer = client.get(f"/collectivite/simulations/{asked.pk}/note/")
    text = "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(answer.content))
    assert "Parent seul avec enfants" in text
    assert "Moins de 25 ans" not in text


def test_asked_by_the_page_and_carried_out_by_the_worker(register, officer, client_for):
    client = client_for(officer)
    shown = client.get("/collectivite/simulations/").content.decode()
    assert "Enfants, version 2" in shown
    answer = client.post("/collectivite/simulations/", {"grid": "999", "epci": "x"})
    assert answer.status_code == 422
    assert "choisissez-en une autre" in answer.content.decode()
