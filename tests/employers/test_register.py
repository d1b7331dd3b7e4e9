"""The register of companies: closed and moved establishments, files of the open layout, rows left out (mission B7)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from palier.accounts.roles import Role
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.demo.chance import DATA
from palier.employers import actions, queries, register
from palier.employers.models import Company, JobAttestation
from palier.employers.register import Establishment

CLINIC, ELSEWHERE, MOVED, NOW_AT, CLOSED = (
    "99900020100015", "99900020100023", "99900021900033", "99900021900017", "99900901200017",
)  # fmt: skip
ON = date(2026, 11, 1)


def told(name: str, **fields):
    return {
        "name": name, "sector": "private", "band": "21", "band_year": 2024, "activity": "", "commune": "", **fields,
    }  # fmt: skip


def load(*rows: Establishment, on: date = ON, successions=()) -> dict[str, int]:
    return actions.load_companies(establishments=rows, successions=dict(successions), seen_on=on)


def demo_register(**options) -> None:
    call_command(
        "companies", units=DATA / "sirene_units.csv", establishments=DATA / "sirene_establishments.csv",
        successions=DATA / "sirene_successions.csv", on=ON, verbosity=0, **options,
    )  # fmt: skip


def run(action, actor, **given):
    with acting(actor.scope):
        return action(actor=actor, **given)


@pytest.fixture
def employee(build):
    actor = build.actor(Role.APPLICANT)
    build.demand(actor.person)
    return actor


@pytest.fixture
def loaded(world):
    demo_register()


def test_the_files_of_the_open_register_are_read(loaded):
    held = {c.siret: (c.name, c.state, c.sector, c.band) for c in Company.objects.order_by("pk")}
    assert len(held) == 19
    assert [held[n] for n in (CLINIC, MOVED, CLOSED, "99900900400014", "99900903800012")] == [
        ("Clinique des Sources", "active", "private", "41"),
        ("Transports de la Côte Verte", "moved", "private", "32"),
        ("Imprimerie des Remparts (démonstration)", "closed", "private", "12"),
        ("Vergers du Val d’Auge (démonstration)", "active", "agricultural", "21"),
        ("Commune de Val-d’Essai (démonstration)", "active", "public", "21"),
    ]
    assert not Company.objects.filter(siret="99900990500012").exists()


def test_reading_the_same_day_twice_changes_nothing(loaded):
    before = list(Company.objects.order_by("pk").values())
    demo_register()
    assert list(Company.objects.order_by("pk").values()) == before


def test_only_active_departments_are_read_unless_asked(world, tmp_path):
    for name in ("units", "establishments", "successions"):
        text = (DATA / f"sirene_{name}.csv").read_text("utf-8").replace(",O,14118,", ",O,75056,")
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    paths = {name: tmp_path / f"{name}.csv" for name in ("units", "establishments", "successions")}
    call_command("companies", **paths, on=ON, verbosity=0)
    here = Company.objects.count()
    call_command("companies", **paths, on=ON, everywhere=True, verbosity=0)
    assert (here, Company.objects.count()) == (15, 19)


def test_a_wrong_file_names_the_missing_columns(world, tmp_path: Path):
    wrong = tmp_path / "units.csv"
    wrong.write_text("siren,nom\n", "utf-8")
    with pytest.raises(CommandError, match="colonnes absentes : statutDiffusionUniteLegale"):
        call_command("companies", units=wrong, establishments=DATA / "sirene_establishments.csv", on=ON)


def test_an_establishment_closes_moves_and_opens_again(world):
    load(Establishment(CLINIC, told("Clinique"), None), Establishment(ELSEWHERE, told("Clinique"), None))
    load(Establishment(CLINIC, told("Clinique"), date(2026, 11, 20)), on=date(2026, 12, 1))
    closed = Company.objects.get(siret=CLINIC)
    assert (closed.state, closed.closed_on) == ("closed", date(2026, 11, 20))
    load(on=date(2026, 12, 1), successions=[(CLINIC, ELSEWHERE)])
    assert queries.establishment(CLINIC).siret == ELSEWHERE
    load(Establishment(CLINIC, told("Clinique"), None), on=date(2027, 1, 1))
    again = Company.objects.get(siret=CLINIC)
    assert (again.state, again.successor, again.closed_on) == ("active", None, None)


def test_an_older_register_does_not_undo_a_newer_one(world):
    load(Establishment(CLINIC, told("Clinique nouvelle"), None), on=date(2026, 12, 1))
    load(Establishment(CLINIC, told("Clinique ancienne"), date(2020, 1, 1)), on=ON)
    kept = Company.objects.get()
    assert (kept.name, kept.state) == ("Clinique nouvelle", "active")


def test_a_chain_that_comes_back_to_itself_is_no_move(world):
    load(
        Establishment(CLINIC, told("A"), date(2026, 1, 1)), Establishment(ELSEWHERE, told("A"), date(2026, 1, 1)),
        successions=[(CLINIC, ELSEWHERE), (ELSEWHERE, CLINIC)],
    )  # fmt: skip
    states = dict(Company.objects.order_by("pk").values_list("siret", "state"))
    assert (states, queries.establishment(CLINIC).state) == ({CLINIC: "moved", ELSEWHERE: "closed"}, "closed")


def test_declaring_follows_the_move_and_takes_the_registers_name(employee, loaded):
    job = run(actions.declare, employee, employer_siret=MOVED, contract="CDI")
    assert (job.siret, job.employer_name) == (NOW_AT, "Transports de la Côte Verte")


def test_a_closed_establishment_is_refused_with_its_day(employee, loaded):
    with pytest.raises(Refused, match="Imprimerie des Remparts.*fermé depuis le 28 février 2025") as caught:
        run(actions.declare, employee, employer_siret=CLOSED, contract="CDI")
    assert (caught.value.field, JobAttestation.objects.count()) == ("employer_siret", 0)


def test_an_unknown_number_stays_declared_under_the_name_given(employee, loaded):
    with pytest.raises(Refused, match="indiquez le nom") as caught:
        run(actions.declare, employee, employer_siret="73282932000074", contract="CDI")
    assert caught.value.field == "employer_name"
    job = run(actions.declare, employee, employer_siret="73282932000074", employer_name="Nouvelle", contract="CDI")
    assert job.employer_name == "Nouvelle"


def test_the_seat_answers_for_its_other_establishments(employee, loaded, build):
    actor = build.actor(Role.EMPLOYER)
    with acting(SYSTEM):
        Company.objects.filter(siret=CLINIC).update(organisation=actor.organisation)
    run(actions.declare, employee, employer_siret=ELSEWHERE, contract="CDI")
    assert run(actions.ask, employee).company.siret == CLINIC


def test_rights_follow_what_the_employer_tells_and_the_band_until_then(loaded, build):
    actor = build.actor(Role.EMPLOYER)
    company = Company.objects.get(siret="99900904600015")
    Company.objects.filter(pk=company.pk).update(organisation=actor.organisation)
    assert queries.rights_of(company, date(2026, 11, 23)).pays is True
    company = run(actions.tell_headcounts, actor, headcounts={2024: 31, 2025: 33})
    assert queries.rights_of(company, date(2026, 11, 23)).pays is False
    with pytest.raises(Refused):
        run(actions.tell_headcounts, actor, headcounts={2030: 31})


def test_units_outside_those_wanted_are_not_kept():
    known = register.units(DATA / "sirene_units.csv", {"999000201"})
    assert [(siren, unit.name, unit.public) for siren, unit in known.items()] == [
        ("999000201", "Clinique des Sources", False)
    ]
