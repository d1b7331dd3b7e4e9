"""Consent in two steps, taken back at once, and what the story keeps of it (mission A7, F12)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from palier.accounts.roles import Role
from palier.applications import employees
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import acting
from palier.common.ledger import timeline
from palier.demands.models import Demand
from palier.employers import actions, queries
from palier.employers.models import Company
from palier.territories.models import Setting

SIRET = "73282932000074"


@pytest.fixture
def employer(build):
    actor = build.actor(Role.EMPLOYER)
    Company.objects.create(siret=SIRET, name="Clinique", organisation=actor.organisation)
    return actor


@pytest.fixture
def hire(build, employer):
    """An employee who agreed to be asked, and applied somewhere."""

    def make(state: str = "sent"):
        actor = build.actor(Role.APPLICANT)
        demand = build.demand(actor.person)
        with acting(actor.scope):
            actions.declare(actor=actor, employer_siret=SIRET, employer_name="Clinique", contract="CDI")
            actions.ask(actor=actor)
        if state:
            build.application(demand, build.offer(), state=state)
        return actor

    return make


def run(action, actor):
    with acting(actor.scope):
        return action(actor=actor)


def told(employer):
    with acting(employer.scope):
        return sorted(step.label for step in employees.steps(employer).values())


def test_the_employer_sees_a_step_only_while_the_employee_shares_it(employer, hire):
    employee = hire()
    assert told(employer) == []
    run(actions.follow, employee)
    assert told(employer) == ["Dossier chez un bailleur"]
    run(actions.unfollow, employee)
    assert told(employer) == []
    run(actions.follow, employee)
    run(actions.withdraw_consent, employee)
    assert told(employer) == []


def test_another_employer_sees_no_step(employer, hire, build):
    run(actions.follow, hire())
    other = build.actor(Role.EMPLOYER)
    assert told(other) == []


def test_one_follows_nobody_who_did_not_agree_to_be_asked(employer, build):
    actor = build.actor(Role.APPLICANT)
    build.demand(actor.person)
    with acting(actor.scope):
        actions.declare(actor=actor, employer_siret=SIRET, employer_name="Clinique", contract="CDI")
    with pytest.raises(Refused):
        run(actions.follow, actor)


def test_the_story_keeps_what_was_seen_and_from_when_to_when(employer, hire):
    employee = hire()
    run(actions.follow, employee)
    with clock.frozen_at(clock.now() + timedelta(days=9)):
        run(actions.withdraw_consent, employee)
    with acting(employee.scope):
        sentence = timeline(Demand.objects.get().pk, "applicant")[0]["sentence"]
    assert sentence == (
        "Vous avez retiré votre accord : Clinique ne voit plus rien. Du 23 novembre 2026 au 2 décembre 2026, il a pu"
        " voir : votre nom, votre matricule, votre contrat, votre date d’entrée, une mobilité demandée par l’emploi,"
        " l’état de vos candidatures"
    )


def test_counts_below_the_least_are_hidden_and_cannot_be_found_again(employer, hire):
    Setting.objects.filter(key="employer_least").update(value=3)
    for _ in range(4):
        hire("submitted")
    hire("allocated")
    with acting(employer.scope):
        shown = {count.label: count.employees for count in employees.counts(employer) if count.employees != 0}
        agreed = queries.asked_of(employer).count()
    assert (shown, agreed) == ({"Candidature déposée": None, "Logement proposé": None}, 5)


def test_counts_from_the_least_on_are_shown_and_count_each_employee_once(employer, hire, build):
    Setting.objects.filter(key="employer_least").update(value=3)
    for _ in range(3):
        hire("submitted")
    for demand in Demand.objects.order_by("pk"):
        build.application(demand, build.offer(), state="withdrawn", live_slot=None)
    with acting(employer.scope):
        shown = {count.label: count.employees for count in employees.counts(employer) if count.employees != 0}
    assert shown == {"Candidature déposée": 3}


def test_the_least_is_a_dated_setting(employer, world):
    Setting.objects.create(key="employer_least", value=20, valid_from=date(2026, 1, 1), source="Essai")
    assert employees.least() == 20
