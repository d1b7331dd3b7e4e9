"""Who reads what (CCH R441-2-6): the table shown to households, proved against row security cell by cell."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps

from palier.accounts.roles import OrganisationKind, Role
from palier.commissions.models import AgendaItem, Candidate, Commission, Seat, Session
from palier.common import ledger
from palier.common.isolation import VISITOR, acting
from palier.cotation.actions import publish_grid
from palier.cotation.models import Score
from palier.demands import sheltering
from palier.demands.models import Shelter
from palier.documents.models import Piece
from palier.law.grid_files import source_of
from palier.rights.models import Archive
from palier.rights.readers import READERS, SUBJECTS
from palier.territories.models import Commune
from tests.builders import CAEN
from tests.conftest import NOW

ROLES = [reader.role for reader in READERS]


def test_every_role_has_its_line():
    assert sorted(ROLES) == sorted(role for role in Role if role != Role.SYSTEM)


@pytest.fixture
def town(build):
    """One household that every body has to do with; another in the same department that only desks and landlords reach;
    a third in another department. Somebody of every role."""

    class Town:
        pass

    t = Town()
    landlord, holder = build.organisation(), build.organisation(OrganisationKind.ACTION_LOGEMENT)
    grid = publish_grid(
        actor=build.actor(Role.AUTHORITY), key="essai", title="Essai", example=True, source=source_of("exemple-calvados-orne"),
        valid_from=date(2024, 1, 1), epcis=[Commune.objects.get(code=CAEN).epci_id],
    )  # fmt: skip
    offer = build.offer(landlord, contingent="action_logement", holder=holder)
    elsewhere = build.offer(build.organisation(departments=["61"]))
    t.household = build.actor(Role.APPLICANT)
    t.related = build.demand(t.household.person)
    t.neighbour = build.demand(build.actor(Role.APPLICANT).person)
    t.far = build.demand(build.actor(Role.APPLICANT).person, department_id="61", register_code="061")
    for demand, on in ((t.related, offer), (t.neighbour, build.offer(landlord)), (t.far, elsewhere)):
        demand.form["applicant"]["last_name"] = "Zolvane"
        demand.save()
        application = build.application(demand, on)
        if demand is t.related:
            examined = application
        household = build.actor(Role.APPLICANT, person=demand.person)
        Shelter.objects.create(demand=demand, since=NOW.date(), sealed="")
        Piece.objects.create(
            demand=demand, kind="identity", original_name="a.pdf", file_name=f"a{demand.pk}", media_type="application/pdf",
            size=1, sha256="0" * 64, uploaded_at=NOW, uploaded_role="applicant",
        )  # fmt: skip
        Score.objects.create(
            demand=demand, epci=Commune.objects.get(code=CAEN).epci, grid=grid, points=10, lines=[], demand_revision=1,
            computed_on=NOW.date(),
        )  # fmt: skip
        Archive.objects.create(person=demand.person, asked_at=NOW)
        ledger.record(verb="archives.ask", subject=demand, actor=household, thread=demand.pk)
    t.actors = {
        Role.APPLICANT: t.household,
        Role.DESK: build.actor(Role.DESK),
        Role.LANDLORD: build.actor(Role.LANDLORD, landlord),
        Role.SECRETARY: build.actor(Role.SECRETARY, landlord),
        Role.RESERVATION_HOLDER: build.actor(Role.RESERVATION_HOLDER, holder),
        Role.MEMBER: build.actor(Role.MEMBER, landlord),
        Role.SUPPORT: build.actor(Role.SUPPORT),
        Role.EMPLOYER: build.actor(Role.EMPLOYER),
        Role.AUTHORITY: build.actor(Role.AUTHORITY),
        Role.ADMINISTRATOR: build.actor(Role.ADMINISTRATOR),
    }
    commission = Commission.objects.create(landlord=landlord, name="Commission", department_id="14")
    Seat.objects.create(commission=commission, person=t.actors[Role.MEMBER].person, capacity="board", since=NOW.date())
    session = Session.objects.create(
        commission=commission, number="1", opens_at=NOW, closes_at=NOW.replace(day=24), state="published"
    )
    item = AgendaItem.objects.create(session=session, offer=offer, position=1)
    Candidate.objects.create(item=item, application=examined, position=1, facts={})
    return t


def seen(scope, subject: str, demand) -> bool:
    _, label, path = SUBJECTS[subject]
    with acting(scope):
        return apps.get_model(label).objects.filter(**{path: demand.pk}).exists()


# Whom each body reaches beside the household it has to do with.
WIDE = {Role.DESK, Role.LANDLORD, Role.SECRETARY, Role.SUPPORT}
# An application to another landlord's dwelling is none of theirs; here the neighbour applied to the same landlord.


@pytest.mark.parametrize("reader", READERS, ids=[str(role) for role in ROLES])
def test_row_security_opens_exactly_the_cells_of_the_table(town, reader):
    actor = town.actors.get(reader.role)
    scope = actor.scope if actor else VISITOR
    assert {s for s in SUBJECTS if seen(scope, s, town.related)} == set(reader.what)
    neighbour = {s for s in SUBJECTS if seen(scope, s, town.neighbour)}
    assert neighbour == (set(reader.what) if reader.role in WIDE else set())
    assert {s for s in SUBJECTS if seen(scope, s, town.far)} == set()


def test_a_sheltered_household_s_papers_are_closed_but_to_itself_and_its_desk(town):
    Shelter.objects.all().delete()
    with acting(town.household.scope):
        sheltering.shelter(actor=town.household, demand_id=town.related.pk)
    open_to = {role for role, actor in town.actors.items() if seen(actor.scope, "pieces", town.related)}
    assert open_to == {Role.APPLICANT, Role.DESK}


def test_a_body_that_registers_nothing_gets_statistics_only(town, client_for):
    """R441-2-6: every address open to a local authority shows no name, number, or date of birth of any household."""
    client = client_for(town.actors[Role.AUTHORITY])
    for address in (
        "/collectivite/",
        "/collectivite/?territoire=departement",
        "/collectivite/export/",
        "/observatoire/",
        "/",
    ):
        text = client.get(address).content.decode()
        for demand in (town.related, town.neighbour, town.far):
            assert demand.number not in text
            assert "Zolvane" not in text
            assert demand.person.email not in text
