"""The walls around tenancies and their reviews, seen from each role without any filter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.isolation import acting
from palier.common.models import Event
from palier.observatory.models import PastProfile, PastSession
from palier.reviews.models import Examination, FollowUp, Review, StepOut, Tenancy, Voice
from palier.territories.models import Commune
from tests.builders import CAEN, LISIEUX
from tests.conftest import NOW
from tests.reviews.conftest import OPENS, SMALLER, House

TABLES = (Tenancy, Review, FollowUp, Examination, Voice, StepOut)


@pytest.fixture
def house(build) -> House:
    held = House(build)
    examination = held.examined()
    held.speak(examination, president="agree")
    FollowUp.objects.create(review=examination.review, kind="meeting", on=NOW.date(), recorded_at=NOW)
    Voice.objects.filter(examination=examination).update(words="x")
    held.as_(held.tenants, _step_out, examination_id=examination.pk)
    return held


def _step_out(*, actor, examination_id):
    from palier.reviews.actions import step_out

    with clock.frozen_at(OPENS + timedelta(hours=1)):
        step_out(actor=actor, examination_id=examination_id, reason="Voisin")


def counts(scope) -> tuple[int, ...]:
    with acting(scope):
        return tuple(model.objects.count() for model in TABLES)


def test_who_sees_what(house):
    build = house.build
    expected = {
        "agent": (1, 1, 1, 1, 0, 1),
        "secretary": (1, 1, 1, 1, 0, 1),
        "tenant": (1, 1, 1, 0, 0, 0),
        "president": (0, 0, 0, 1, 1, 0),
        "mayor": (0, 0, 0, 1, 0, 0),
        "tenants": (0, 0, 0, 0, 0, 1),
    }
    assert {who: counts(getattr(house, who).scope) for who in expected} == expected
    others = [role for role in Role if role not in (Role.SYSTEM, Role.VISITOR)]
    assert {role: counts(build.actor(role).scope) for role in others} == dict.fromkeys(others, (0,) * 6)


def test_a_mayor_examines_only_dwellings_of_the_commune(build):
    house = House(build)
    elsewhere = house.member("mayor", commune_id=LISIEUX)
    house.examined()
    assert Commune.objects.get(pk=CAEN).rent_zone == "B1"
    assert (counts(elsewhere.scope)[3], counts(house.mayor.scope)[3]) == (0, 1)


def test_nothing_is_examined_before_the_agenda_is_published(build):
    from palier.reviews import actions

    house = House(build)
    review, session = house.found(), house.session()
    house.as_(house.agent, actions.send, review_id=review.pk, session_id=session.pk, proposed=SMALLER)
    assert counts(house.president.scope)[3] == 0


def test_a_tenant_writes_the_declaration_and_nothing_else(build):
    house = House(build)
    review = house.asked()
    with acting(house.tenant.scope):
        assert Tenancy.objects.update(tenants="Autre") == 0
        with pytest.raises(ProgrammingError), acting(house.tenant.scope):
            Review.objects.filter(pk=review.pk).update(state="clear")
    house = House(build)
    review = house.found()
    with acting(house.tenant.scope):
        assert Review.objects.filter(pk=review.pk).update(declaration={}) == 0


def test_a_member_never_writes_what_is_examined(house):
    with acting(house.president.scope):
        assert Examination.objects.update(opinion={}) == 0


def test_the_story_of_a_review_is_its_landlords_and_its_tenants(house):
    def told(actor) -> int:
        with acting(actor.scope):
            return Event.objects.filter(subject_type="reviews.review").count()

    assert told(house.agent) == told(house.tenant) > 0
    assert [
        told(a) for a in (house.president, house.build.actor(Role.LANDLORD), house.build.actor(Role.APPLICANT))
    ] == [0, 0, 0]


def test_profiles_are_read_by_the_calculation_alone(house):
    PastSession.objects.create(
        commission=house.commission, on=NOW.date(), dwellings=1, candidates=3, called=3, voted=3, recused=0
    )
    PastProfile.objects.create(
        step="examined", on=NOW.date(), commission=house.commission, commune_id=CAEN, financing="PLUS",
        composition="alone", age="35", ceiling="PLAI", seniority="12",
    )  # fmt: skip
    for actor in (house.agent, house.secretary, house.president, house.tenant, house.build.actor(Role.AUTHORITY)):
        with acting(actor.scope):
            assert (PastProfile.objects.count(), PastSession.objects.count()) == (0, 0)
