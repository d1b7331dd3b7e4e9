"""The second wall: PostgreSQL itself decides which rows exist for whom, whatever the page forgets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from palier.accounts.models import Membership
from palier.accounts.roles import OrganisationKind, Role
from palier.applications.models import Application
from palier.commissions.models import (
    AgendaItem,
    Ballot,
    Candidate,
    Commission,
    Correction,
    Recusal,
    Reminder,
    RulesVersion,
    Seat,
    Session,
    StandIn,
)
from palier.common.isolation import SYSTEM_POLICY, VISITOR, acting, open_tables, row_policies, sql_functions
from palier.common.models import Event
from palier.demands.models import Demand
from palier.documents.models import Piece
from tests.conftest import NOW

SOURCE = Path(__file__).resolve().parents[2] / "src" / "palier"
# The named exceptions to the actor's own rows. Adding a file here is a decision.
AS_SYSTEM_FILES = {
    "accounts/actions.py",
    "allocations/actions/answering.py",
    "allocations/actions/conditions.py",
    "allocations/actions/contesting.py",
    "allocations/actions/proposing.py",
    "allocations/actions/visiting.py",
    "allocations/papers.py",
    "applications/telling.py",
    "applications/freeing.py",
    "applications/actions/applying.py",
    "commissions/actions/confirming.py",
    "commissions/actions/ending.py",
    "commissions/actions/recording.py",
    "commissions/actions/calling.py",
    "commissions/actions/procedure.py",
    "commissions/actions/signing.py",
    "commissions/actions/voting.py",
    "commissions/discussion.py",
    "commissions/queries.py",
    "cotation/actions.py",
    "cotation/drafting.py",
    "cotation/queries.py",
    "demands/actions.py",
    "demands/claiming.py",
    "demands/likenesses.py",
    "demands/telling.py",
    "demo/mailbox.py",
    "demo/moments.py",
    "demo/views.py",
    "documents/actions/joining.py",
    "documents/actions/telling.py",
    "documents/links.py",
    "employers/actions/answering.py",
    "employers/actions/prioritising.py",
    "employers/actions/registering.py",
    "exchanges/actions.py",
    "exchanges/queue.py",
    "exchanges/takeover/invitations.py",
    "exchanges/takeover/running.py",
    "homes/actions/watching.py",
    "observatory/actions.py",
    "observatory/escalating.py",
    "observatory/keeping.py",
    "observatory/learning.py",
    "observatory/objectives.py",
    "observatory/profiles.py",
    "observatory/simulating.py",
    "observatory/stopwatch.py",
    "reservations/actions.py",
    "reservations/queries.py",
    "reviews/actions/session.py",
    "reviews/actions/speaking.py",
    "reviews/actions/tenancies.py",
    "reviews/queries.py",
    "reviews/swaps.py",
    "reviews/telling.py",
    "rights/holdings.py",
}


def rows(sql: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def test_web_role_is_bound_by_row_security(world):
    (found,) = rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    owned = rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    assert found == (False, False, False, False)
    assert owned == [(0,)]


def test_every_table_has_forced_row_security_or_a_reason(world):
    tables = {
        name: (enabled, forced)
        for name, enabled, forced in rows(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = 'public' AND relkind IN ('r', 'p')"
        )
    }
    protected, excused = set(row_policies()), set(open_tables())
    assert protected & excused == set()
    assert {t for t, walls in tables.items() if walls != (True, True)} == excused & set(tables)
    assert set(tables) == (protected | excused) & set(tables)
    assert set(tables) - protected - excused == set()


def test_database_holds_exactly_the_declared_policies(world):
    held = {(t, p) for t, p in rows("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'")}
    declared = {(t, name) for t, policies in row_policies().items() for name in {SYSTEM_POLICY, *policies}}
    assert held == declared
    # Asked from the last name to the first: the one that looks into no table spares the work of the others.
    assert {name for _, name in held if name > SYSTEM_POLICY} == set()


def test_open_tables_hold_no_column_about_a_person(world):
    telling = re.compile(r"(first_name|last_name|birth|email|phone|income|demand_id|person_id)")
    excused = {"demo_mail", "accounts_organisation"}
    found = rows("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
    assert [(t, c) for t, c in found if t in open_tables() and t not in excused and telling.search(c)] == []


def test_events_cannot_be_changed(world, build):
    build.actor(Role.DESK)
    for statement in ("UPDATE common_event SET why = 'x'", "DELETE FROM common_event"):
        with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
            rows(statement)


def test_without_scope_no_personal_row_exists(build):
    build.demand(build.person())
    with acting(VISITOR):
        assert Demand.objects.count() == 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('palier.role', '', true)")
        cursor.execute("SELECT count(*) FROM demands_demand")
        assert cursor.fetchone() == (0,)
        transaction.set_rollback(True)


@pytest.fixture
def city(build):
    """Two households, two landlords, a reserved and a free dwelling, and somebody of every role."""

    class City:
        pass

    c = City()
    c.landlord, c.other = build.organisation(), build.organisation(departments=["61"])
    c.holder = build.organisation(OrganisationKind.ACTION_LOGEMENT)
    c.anna, c.bruno = build.actor(Role.APPLICANT), build.actor(Role.APPLICANT)
    c.anna_demand, c.bruno_demand = build.demand(c.anna.person), build.demand(c.bruno.person)
    c.free = build.offer(c.landlord)
    c.held = build.offer(c.landlord, contingent="action_logement", holder=c.holder)
    c.on_free = build.application(c.anna_demand, c.free)
    c.on_held = build.application(c.bruno_demand, c.held)
    c.actors = {
        Role.LANDLORD: build.actor(Role.LANDLORD, c.landlord),
        Role.SECRETARY: build.actor(Role.SECRETARY, c.landlord),
        Role.RESERVATION_HOLDER: build.actor(Role.RESERVATION_HOLDER, c.holder),
        Role.DESK: build.actor(Role.DESK),
        Role.SUPPORT: build.actor(Role.SUPPORT),
        Role.EMPLOYER: build.actor(Role.EMPLOYER),
        Role.AUTHORITY: build.actor(Role.AUTHORITY),
        Role.ADMINISTRATOR: build.actor(Role.ADMINISTRATOR),
        Role.MEMBER: build.actor(Role.MEMBER, c.landlord),
    }
    return c


def seen(model, scope) -> set[int]:
    with acting(scope):
        return set(model.objects.values_list("pk", flat=True))


def test_each_role_sees_only_its_demands_without_any_filter(city):
    both = {city.anna_demand.pk, city.bruno_demand.pk}
    expected = {
        Role.LANDLORD: both,
        Role.SECRETARY: both,
        Role.DESK: both,
        Role.SUPPORT: both,
        Role.RESERVATION_HOLDER: {city.bruno_demand.pk},
        Role.EMPLOYER: set(),
        Role.AUTHORITY: set(),
        Role.ADMINISTRATOR: set(),
        Role.MEMBER: set(),
    }
    assert {role: seen(Demand, actor.scope) for role, actor in city.actors.items()} == expected
    assert seen(Demand, city.anna.scope) == {city.anna_demand.pk}


def test_a_landlord_of_another_department_sees_nothing(city, build):
    stranger = build.actor(Role.LANDLORD, city.other)
    assert seen(Demand, stranger.scope) == set()
    assert seen(Application, stranger.scope) == set()


def test_applications_stay_between_household_landlord_and_holder(city):
    expected = {
        Role.LANDLORD: {city.on_free.pk, city.on_held.pk},
        Role.SECRETARY: {city.on_free.pk, city.on_held.pk},
        Role.RESERVATION_HOLDER: {city.on_held.pk},
        Role.DESK: {city.on_free.pk, city.on_held.pk},
        Role.SUPPORT: {city.on_free.pk, city.on_held.pk},
        Role.EMPLOYER: set(),
        Role.AUTHORITY: set(),
        Role.ADMINISTRATOR: set(),
        Role.MEMBER: set(),
    }
    assert {role: seen(Application, actor.scope) for role, actor in city.actors.items()} == expected
    assert seen(Application, city.anna.scope) == {city.on_free.pk}
    assert seen(Application, city.bruno.scope) == {city.on_held.pk}


def test_a_member_sees_the_agenda_only_once_published_and_not_after_stepping_out(city, build):
    member = city.actors[Role.MEMBER]
    commission = Commission.objects.create(landlord=city.landlord, name="Commission", department_id="14")
    seat = Seat.objects.create(commission=commission, person=member.person, capacity="board", since=NOW.date())
    session = Session.objects.create(commission=commission, number="1", opens_at=NOW, closes_at=NOW.replace(day=24))
    item = AgendaItem.objects.create(session=session, offer=city.free, position=1)
    Candidate.objects.create(item=item, application=city.on_free, position=1, facts={})
    assert seen(Demand, member.scope) == set()
    Session.objects.filter(pk=session.pk).update(state="published")
    assert seen(Demand, member.scope) == {city.anna_demand.pk}
    Ballot.objects.create(item=item, seat=seat, cast_at=NOW)
    assert seen(Ballot, member.scope) == {Ballot.objects.get().pk}
    assert seen(Ballot, city.actors[Role.SECRETARY].scope) == set()
    Recusal.objects.create(item=item, seat=seat, reason="cousin", at=NOW)
    assert seen(Demand, member.scope) == set()
    assert seen(Candidate, member.scope) == set()


def test_rules_seats_and_what_surrounds_a_session_stay_in_their_commission(city, build):
    member = city.actors[Role.MEMBER]
    commission = Commission.objects.create(landlord=city.landlord, name="Commission", department_id="14")
    build.rules(commission)
    seat = Seat.objects.create(commission=commission, person=member.person, capacity="board", since=NOW.date())
    session = Session.objects.create(
        commission=commission, number="1", opens_at=NOW, closes_at=NOW.replace(day=24), state="published"
    )
    item = AgendaItem.objects.create(session=session, offer=city.free, position=1)
    Correction.objects.create(item=item, kind="dwelling_corrected", reason="loyer", at=NOW)
    Reminder.objects.create(session=session, seat=seat, hours=3, at=NOW)
    StandIn.objects.create(
        seat=seat, person=build.person(), since=NOW.date().replace(day=28), until=NOW.date().replace(day=29),
        named_at=NOW, named_by=member.person,
    )  # fmt: skip
    secretary, stranger = city.actors[Role.SECRETARY], build.actor(Role.SECRETARY, city.other)
    lonely = build.actor(Role.MEMBER, city.landlord)
    counted = {
        who: tuple(len(seen(model, actor.scope)) for model in (RulesVersion, StandIn, Correction, Reminder))
        for who, actor in {"member": member, "secretary": secretary, "stranger": stranger, "lonely": lonely}.items()
    }
    assert counted == {
        "member": (1, 1, 1, 0), "secretary": (1, 1, 1, 1), "stranger": (0, 0, 0, 0), "lonely": (0, 0, 0, 0),
    }  # fmt: skip


def test_a_mayor_examines_only_dwellings_of_the_commune(city, build):
    member = city.actors[Role.MEMBER]
    commission = Commission.objects.create(landlord=city.landlord, name="Commission", department_id="14")
    Seat.objects.create(
        commission=commission, person=member.person, capacity="mayor", commune_id="14366", since=NOW.date()
    )
    session = Session.objects.create(
        commission=commission, number="1", opens_at=NOW, closes_at=NOW.replace(day=24), state="published"
    )
    item = AgendaItem.objects.create(session=session, offer=city.free, position=1)
    Candidate.objects.create(item=item, application=city.on_free, position=1, facts={})
    assert seen(AgendaItem, member.scope) == set()
    assert seen(Demand, member.scope) == set()


def test_documents_and_events_follow_the_demand(city, build):
    piece = Piece.objects.create(
        demand=city.anna_demand, kind="identity", original_name="x.pdf", file_name="r", media_type="application/pdf",
        size=1, sha256="0" * 64, uploaded_at=NOW, uploaded_role="applicant",
    )  # fmt: skip
    Event.objects.create(
        at=NOW, verb="demands.register", subject_type="demands.demand", thread=city.anna_demand.pk,
        role="applicant", signature="Vous",
    )  # fmt: skip
    assert seen(Piece, city.anna.scope) == {piece.pk}
    assert seen(Piece, city.bruno.scope) == set()
    assert len(seen(Event, city.anna.scope)) == 1
    assert seen(Event, city.bruno.scope) == set()
    assert seen(Event, city.actors[Role.ADMINISTRATOR].scope) == set()


def test_nobody_writes_for_somebody_else(city):
    with acting(city.bruno.scope):
        assert Application.objects.filter(pk=city.on_free.pk).update(note="x") == 0
        assert Demand.objects.filter(pk=city.anna_demand.pk).update(people=9) == 0
    with acting(city.actors[Role.MEMBER].scope):
        assert Demand.objects.filter(pk=city.anna_demand.pk).update(people=9) == 0
    with pytest.raises(ProgrammingError), acting(city.bruno.scope):
        Membership.objects.create(
            person=city.bruno.person, organisation=city.landlord, role=Role.LANDLORD, since=NOW.date()
        )


def test_exceptions_to_the_second_wall_are_the_listed_ones():
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if "as_system(" in path.read_text(encoding="utf-8") and path.name != "isolation.py"
    }
    assert found == AS_SYSTEM_FILES


def test_narrow_functions_are_the_listed_ones():
    assert set(sql_functions()) == {
        "palier_agreed",
        "palier_candidates",
        "palier_chaired",
        "palier_closed_pieces",
        "palier_counted_sessions",
        "palier_designated",
        "palier_employee_counts",
        "palier_employee_states",
        "palier_employees",
        "palier_examined",
        "palier_examined_offers",
        "palier_first_of_register",
        "palier_firsts_of_employees",
        "palier_firsts_of_register",
        "palier_forget_events",
        "palier_held_commissions",
        "palier_held_sessions",
        "palier_item_of",
        "palier_item_seats",
        "palier_items",
        "palier_keep_identity",
        "palier_live",
        "palier_moments",
        "palier_own_demands",
        "palier_own_ranks",
        "palier_own_seats",
        "palier_own_receipt",
        "palier_own_turn",
        "palier_places",
        "palier_presided",
        "palier_ranks",
        "palier_recorded_sessions",
        "palier_reviewed",
        "palier_rivals",
        "palier_waits",
        "palier_renew_statistics",
        "palier_seated",
        "palier_seats",
        "palier_seen_items",
        "palier_session_of",
        "palier_sheltered_places",
        "palier_sittings",
        "palier_situations",
        "palier_to_recognise",
        "palier_under_examination",
        "palier_visit_places",
    }
