"""A sheltered address is read by its own household alone, in every table and on every page; scoring goes on."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from palier.accounts.roles import OrganisationKind, Role
from palier.common.isolation import SYSTEM, acting
from palier.cotation.queries import household_of
from palier.demands import actions, nights, sheltering
from palier.demands.certificate import certificate
from palier.demands.form import Address, Adult, Form, Work
from palier.demands.models import Demand, Draft, Shelter

TRACES = ("7 impasse du Refuge", "refuge-bat", "06 39 98 77 77", "Atelier du Refuge")
PLACE = Address(line=TRACES[0], extra="Lisieux", postcode="14100", commune="14366", building=TRACES[1])


def adult(**fields) -> Adult:
    return Adult(
        **{"last_name": "Essai", "first_names": "Camille", "phone": TRACES[2], "family_status": "C", "nationality": "1",
           "civility": "2", "work": Work(contract="CDI", employer=TRACES[3], workplace="14366"), "resources": {"SAL": 1300}}
        | fields
    )  # fmt: skip


@pytest.fixture
def household(build):
    return build.actor(Role.APPLICANT)


@pytest.fixture
def demand(build, household) -> Demand:
    with acting(household.scope):
        form = build.form(applicant=adult(), address=PLACE)
        made = actions.register(actor=household, form=form, department="14", person=household.person)
        actions.save_draft(actor=household, demand=made, step="identite", answers={"line": [TRACES[0]]})
    return made


@pytest.fixture
def sheltered(household, demand) -> Demand:
    with acting(household.scope):
        return sheltering.shelter(actor=household, demand_id=demand.pk)


def readable() -> str:
    """Everything that the actor of the moment may read, in every table."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(model._meta.db_table)} t")
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


def test_no_role_finds_a_trace_of_it_in_any_table(build, household, demand):
    landlord = build.organisation()
    build.application(demand, build.offer(landlord), state="sent")
    others = [
        build.actor(Role.DESK, build.organisation("desk")), build.actor(Role.LANDLORD, landlord),
        build.actor(Role.SECRETARY, landlord), build.actor(Role.SUPPORT, build.organisation("desk")),
        build.actor(Role.RESERVATION_HOLDER, build.organisation(OrganisationKind.STATE)), build.actor(Role.AUTHORITY),
        build.actor(Role.MEMBER), build.actor(Role.ADMINISTRATOR), build.actor(Role.APPLICANT),
    ]  # fmt: skip
    with acting(others[0].scope):
        assert TRACES[0] in readable()
    with acting(household.scope):
        sheltering.shelter(actor=household, demand_id=demand.pk)
    for actor in others:
        with acting(actor.scope):
            seen = readable()
        assert [trace for trace in TRACES if trace in seen] == [], actor.role
        assert "demands_shelter" not in seen
    with acting(SYSTEM):
        assert [trace for trace in TRACES if trace in readable()] == [], "sealed even for who holds the base"
        assert not Draft.objects.filter(demand=demand).exists()


def test_the_household_reads_and_changes_it_and_it_stays_sealed(household, sheltered, client_for):
    client = client_for(household)
    page = client.get("/mon-espace/demande/etape/identite/").content.decode()
    assert TRACES[0] in page and TRACES[2] in page
    with acting(household.scope):
        form = sheltering.whole_form(sheltered)
        assert (form.address, form.applicant.work.employer) == (PLACE, TRACES[3])
        moved = Form.from_json(form.to_json() | {"address": form.to_json()["address"] | {"line": "9 rue Neuve"}})
        actions.change(
            actor=household, demand_id=sheltered.pk, form=moved, revision=sheltered.revision, sections=["vous"]
        )
        sheltered.refresh_from_db()
        assert sheltering.whole_form(sheltered).address.line == "9 rue Neuve"
    assert Form.from_json(sheltered.form).address == Address(extra=sheltering.WORDS)


def test_others_read_protected_and_paper_says_so(build, household, sheltered, client_for):
    desk = build.actor(Role.DESK, build.organisation("desk"))
    page = client_for(desk).get(f"/guichet/dossiers/{sheltered.pk}/").content.decode()
    assert "Adresse protégée" in page and not any(trace in page for trace in TRACES)
    assert client_for(desk).get(f"/guichet/dossiers/{sheltered.pk}/modifier/identite/").status_code == 302
    with acting(desk.scope):
        assert sheltering.whole_form(sheltered).address.extra == sheltering.WORDS
        assert certificate(sheltered, landlords=[])[:5] == b"%PDF-"


def test_scoring_still_knows_the_communes_and_undoing_gives_all_back(build, household, demand):
    before, on = Form.from_json(demand.form), demand.received_at.date()
    facts = household_of(demand, on=on)
    with acting(household.scope):
        hidden = sheltering.shelter(actor=household, demand_id=demand.pk)
        assert sheltering.shelter(actor=household, demand_id=demand.pk).revision == hidden.revision
    assert household_of(hidden, on=on) == facts
    with acting(household.scope):
        back = sheltering.uncover(actor=household, demand_id=demand.pk)
        sheltering.uncover(actor=household, demand_id=demand.pk)
    assert Form.from_json(back.form) == before
    assert not Shelter.objects.exists()


def test_a_file_of_the_register_does_not_uncover_it(sheltered):
    from palier.accounts.actor import PALIER

    form = Form.from_json(sheltered.form)
    told = Form.from_json(
        form.to_json() | {"address": {"line": "3 rue du Fichier", "postcode": "14000", "commune": "14118"}}
    )
    with acting(SYSTEM):
        actions.import_form(
            actor=PALIER, number=sheltered.number, form=told, department="14",
            registered_on=sheltered.first_registered_on, unmapped=[],
        )  # fmt: skip
        assert "3 rue du Fichier" not in readable()


def test_it_is_erased_with_the_rest(household, sheltered):
    from datetime import datetime, time, timedelta

    from palier.common import clock
    from palier.law import calendar

    with acting(household.scope):
        actions.remove(actor=household, demand_id=sheltered.pk, ground="RADABA")
    later = calendar.add_months(clock.today(), 12) + timedelta(days=2)
    with clock.frozen_at(datetime.combine(later, time(3), calendar.PARIS)):
        nights.run()
    with acting(SYSTEM):
        assert not Shelter.objects.exists()


@given(st.text(max_size=20), st.text(max_size=20), st.booleans())
def test_what_is_concealed_comes_back_whole(line, phone, couple):
    form = Form(
        applicant=adult(phone=phone),
        address=Address(line=line, commune="14366"),
        coapplicant=adult() if couple else None,
    )
    secret, hidden = sheltering.conceal(form)
    assert sheltering.reveal(hidden, secret) == form
    assert sheltering.conceal(hidden) == ({}, hidden)
    assert hidden.address == Address(extra=sheltering.WORDS)
