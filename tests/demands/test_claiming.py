"""Taking over a demand registered elsewhere: its number, a code mailed to its own address, 24 hours, five tries."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, timedelta

import pytest

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import acting
from palier.common.models import Message
from palier.demands import claiming
from palier.demands.models import Claim
from tests.conftest import NOW

SINCE = date(2023, 4, 12)


@pytest.fixture
def demand(build):
    form = build.form()
    form = dataclasses.replace(form, applicant=dataclasses.replace(form.applicant, email="ancienne@exemple.fr"))
    return build.demand(None, form=form, first_registered_on=SINCE)


@pytest.fixture
def household(build):
    return build.actor(Role.APPLICANT, person=build.person(first_name="", last_name=""))


def ask(household, number):
    with acting(household.scope):
        return claiming.ask(actor=household, number=number)


def take_over(household, claim, code):
    with acting(household.scope):
        return claiming.take_over(actor=household, claim_id=claim.pk, code=code)


def mailed_code() -> str:
    return re.search(r"Votre code : (\w{4} \w{4})", Message.objects.get(kind="demands.claim").text).group(1)


def test_the_code_goes_to_the_demand_s_own_address_and_brings_the_demand(demand, household):
    claim = ask(household, demand.number.lower())
    assert Message.objects.get(kind="demands.claim").to == "ancienne@exemple.fr"
    assert take_over(household, claim, mailed_code().lower()) is True
    demand.refresh_from_db()
    household.person.refresh_from_db()
    assert (demand.person_id, demand.first_registered_on) == (household.person_id, SINCE)
    assert household.person.full_name == "Camille Essai"


def test_twice_is_once(demand, household):
    claim = ask(household, demand.number)
    code = mailed_code()
    assert (take_over(household, claim, code), take_over(household, claim, code)) == (True, True)


def test_an_unknown_number_is_answered_alike_and_sends_nothing(demand, household):
    claim = ask(household, "014042500999PALIE".replace("00999", "009999"))
    assert (claim.demand_id, Message.objects.count()) == (None, 0)
    assert take_over(household, claim, "ABCDEFGH") is False


def test_a_demand_that_has_an_account_cannot_be_taken(build, household):
    owned = build.demand(build.person())
    assert ask(household, owned.number).demand_id is None


def test_what_is_no_number_is_said_beside_its_field(household):
    with pytest.raises(Refused) as refusal:
        ask(household, "12345")
    assert (refusal.value.code, refusal.value.field) == ("claim.number", "number")


def test_five_tries_then_the_right_code_no_longer_serves(demand, household):
    claim = ask(household, demand.number)
    assert [take_over(household, claim, "22222222") for _ in range(5)] == [False] * 5
    with pytest.raises(Refused) as refusal:
        take_over(household, claim, mailed_code())
    assert refusal.value.code == "claim.tries"


def test_a_code_lasts_24_hours(demand, household):
    claim = ask(household, demand.number)
    with clock.frozen_at(NOW + timedelta(hours=24)), pytest.raises(Refused) as refusal:
        take_over(household, claim, mailed_code())
    assert refusal.value.code == "claim.late"


def test_three_codes_a_day(demand, household):
    for _ in range(3):
        ask(household, demand.number)
    with pytest.raises(Refused) as refusal:
        ask(household, demand.number)
    assert refusal.value.code == "claim.many"


def test_somebody_else_s_claim_does_not_exist(demand, household, build, client_for):
    claim = ask(household, demand.number)
    other, code = build.actor(Role.APPLICANT), mailed_code()
    with acting(other.scope), pytest.raises(Claim.DoesNotExist):
        claiming.take_over(actor=other, claim_id=claim.pk, code=code)
    assert client_for(other).get(f"/mon-espace/demande/retrouver/{claim.pk}/").status_code == 404


def test_a_household_with_a_demand_here_is_sent_to_a_desk(demand, household, build):
    build.demand(household.person)
    claim = ask(household, demand.number)
    with pytest.raises(Refused) as refusal:
        take_over(household, claim, mailed_code())
    assert refusal.value.code == "claim.twice"


def test_the_code_is_never_stored_nor_in_an_address(demand, household):
    claim = ask(household, demand.number)
    assert mailed_code().replace(" ", "") not in claim.code
