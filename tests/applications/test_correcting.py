"""Corrections that a landlord proposes: known to the household, accepted or contested by it (mission B5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from palier.accounts.actor import PALIER, Actor
from palier.accounts.roles import Role
from palier.allocations.actions import follow_life
from palier.applications import actions
from palier.applications.models import Doubt
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.ledger import timeline
from palier.common.models import Message
from palier.demands.models import Demand

WORDS = {
    "heading": "logement",
    "declared": "Loyer de 300 €",
    "proposed": "Loyer de 420 €",
    "why": "La quittance le montre.",
}


@pytest.fixture
def agent(build):
    return build.actor(Role.LANDLORD)


@pytest.fixture
def household(build):
    return build.actor(Role.APPLICANT)


@pytest.fixture
def file(build, agent, household):
    return build.application(build.demand(household.person), build.offer(agent.organisation), state="sent")


def run(action, actor, **given):
    with acting(actor.scope):
        return action(actor=actor, **given)


@pytest.fixture
def doubt(agent, file):
    return run(actions.propose_correction, agent, application_id=file.pk, **WORDS)


def refuse(agent, file):
    run(actions.find_inadmissible, agent, application_id=file.pk, codes=["file_inconsistent"], reason="Loyer.")


def test_the_household_is_told_and_its_form_does_not_change(agent, household, file, doubt):
    before = Demand.objects.get().form
    assert run(actions.propose_correction, agent, application_id=file.pk, **WORDS) == doubt
    assert Message.objects.filter(kind="applications.doubt").count() == 1
    with acting(household.scope):
        told = timeline(file.demand_id, "applicant")[0]
    assert (told["sentence"], told["why"]) == (
        "Le bailleur vous propose une correction : Logement actuel",
        WORDS["why"],
    )
    run(actions.accept_correction, household, doubt_id=doubt.pk)
    assert (Demand.objects.get().form, Doubt.objects.get().state) == (before, "accepted")


def test_it_is_contested_in_words_and_once(agent, household, file, doubt):
    with pytest.raises(Refused) as caught:
        run(actions.contest_correction, household, doubt_id=doubt.pk, answer=" ")
    assert caught.value.field == "answer"
    for _ in range(2):
        run(actions.contest_correction, household, doubt_id=doubt.pk, answer="Le loyer a baissé en juin.")
    with acting(agent.scope):
        held = Doubt.objects.get()
    assert (held.state, held.answer) == ("contested", "Le loyer a baissé en juin.")
    with pytest.raises(Refused):
        run(actions.withdraw_correction, agent, doubt_id=doubt.pk)


def test_a_file_is_not_found_inconsistent_before_the_household_could_answer(agent, household, file, doubt):
    with pytest.raises(Refused, match="il doit pouvoir y répondre"):
        refuse(agent, file)
    run(actions.contest_correction, household, doubt_id=doubt.pk, answer="Le loyer a baissé.")
    refuse(agent, file)


def test_silence_until_the_day_is_an_answer(agent, file, doubt):
    with clock.frozen_at(clock.now() + timedelta(days=8)), pytest.raises(Refused):
        refuse(agent, file)
    with clock.frozen_at(clock.now() + timedelta(days=9)):
        refuse(agent, file)


def test_one_taken_back_asked_nothing(agent, file, doubt):
    run(actions.withdraw_correction, agent, doubt_id=doubt.pk)
    with pytest.raises(Refused):
        refuse(agent, file)


@pytest.mark.parametrize("name", ["heading", "declared", "proposed", "why"])
def test_what_is_empty_is_told_next_to_its_field(agent, file, name):
    with pytest.raises(Refused) as caught:
        run(actions.propose_correction, agent, application_id=file.pk, **{**WORDS, name: " "})
    assert (caught.value.field, Doubt.objects.count()) == (name, 0)


def test_others_see_and_answer_nothing(build, household, file, doubt):
    stranger, other = build.actor(Role.APPLICANT), build.actor(Role.LANDLORD)
    for actor in (stranger, other):
        with acting(actor.scope):
            assert Doubt.objects.count() == 0
    with pytest.raises(Doubt.DoesNotExist):
        run(actions.accept_correction, stranger, doubt_id=doubt.pk)
    with pytest.raises(NotYours):
        run(actions.propose_correction, household, application_id=file.pk, **WORDS)


def test_both_pages(agent, household, file, client_for):
    landlord, url = client_for(agent), reverse("landlord:propose_doubt", args=[file.pk])
    assert landlord.post(url, {**WORDS, "proposed": ""}).status_code == 422
    assert landlord.post(url, WORDS).status_code == 302
    doubt, mine = Doubt.objects.get(), client_for(Actor(role=Role.APPLICANT, person=household.person))
    page = mine.get(reverse("applicant:application", args=[file.pk])).content.decode()
    assert ("Une correction vous est proposée" in page, "Loyer de 420" in page) == (True, True)
    assert mine.post(reverse("applicant:contest_doubt", args=[doubt.pk]), {"answer": ""}).status_code == 422
    accepted = mine.post(reverse("applicant:accept_doubt", args=[doubt.pk]))
    assert accepted.headers["Location"] == reverse("applicant:step", args=["logement"])
    assert "Acceptée" in landlord.get(reverse("landlord:file", args=[file.pk])).content.decode()


def test_its_words_go_with_the_data_of_the_household(file, doubt):
    with acting(SYSTEM):
        follow_life("erase", [file.demand], PALIER)
        assert Doubt.objects.count() == 0
