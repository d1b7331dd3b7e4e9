"""Consent rules who learns what of a job (mission A7, B7, F12)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from palier.accounts.models import Person
from palier.accounts.roles import Role
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.common.ledger import timeline
from palier.common.models import Message
from palier.demands.models import Demand
from palier.documents.models import Piece, Reading
from palier.employers import actions, queries
from palier.employers.actions import telling
from palier.employers.models import Company, JobAttestation

SIRET = "73282932000074"
FACTS = {
    "employer_siret": "732 829 320 00074", "employer_name": "Clinique d’essai", "staff_number": "A 12",
    "entered_on": date(2021, 9, 1), "contract": "CDI",
}  # fmt: skip


@pytest.fixture
def employee(build):
    actor = build.actor(Role.APPLICANT)
    build.demand(actor.person)
    return actor


@pytest.fixture
def employer(build):
    actor = build.actor(Role.EMPLOYER, build.organisation("employer", name="Clinique", email="rh@exemple.fr"))
    Company.objects.create(siret=SIRET, name="Clinique", organisation=actor.organisation)
    return actor


def run(action, actor, **given):
    with acting(actor.scope):
        return action(actor=actor, **given)


def seen_by(employer):
    with acting(employer.scope):
        return list(queries.asked_of(employer))


def test_the_employer_sees_nobody_before_consent_and_nobody_after_withdrawal(employee, employer):
    job = run(actions.declare, employee, **FACTS)
    assert (job.siret, job.state, seen_by(employer)) == (SIRET, "declared", [])
    run(actions.ask, employee)
    assert seen_by(employer) == [job]
    run(actions.confirm, employer, attestation_id=job.pk)
    run(actions.withdraw_consent, employee)
    job.refresh_from_db()
    assert (job.state, job.consent_at, job.answered_at, seen_by(employer)) == ("declared", None, None, [])


def test_the_database_shows_the_employer_a_name_and_nothing_of_the_demand(employee, employer, build):
    run(actions.declare, employee, **FACTS)
    run(actions.ask, employee)
    build.person()
    with acting(employer.scope):
        assert list(Person.objects.order_by("pk")) == sorted([employer.person, employee.person], key=lambda p: p.pk)
        assert [m.objects.count() for m in (Demand, Piece, Reading)] == [0, 0, 0]
        assert timeline(Demand.objects.count(), "agent") == []


def test_another_employer_sees_and_answers_nothing(employee, employer, build):
    run(actions.declare, employee, **FACTS)
    job = run(actions.ask, employee)
    other = build.actor(Role.EMPLOYER)
    assert seen_by(other) == []
    with pytest.raises(JobAttestation.DoesNotExist):
        run(actions.confirm, other, attestation_id=job.pk)


def test_the_answer_is_told_to_the_employee_with_its_reason(employee, employer):
    run(actions.declare, employee, **FACTS)
    job = run(actions.ask, employee)
    assert Message.objects.get(kind="attestation_asked").to == "rh@exemple.fr"
    with pytest.raises(Refused):
        run(actions.deny, employer, attestation_id=job.pk, reason=" ")
    run(actions.deny, employer, attestation_id=job.pk, reason="Contrat fini en juin")
    demand = Demand.objects.get(person=employee.person)
    told = timeline(demand.pk, "applicant")[0]
    assert (told["why"], told["by"]) == ("Contrat fini en juin", "Clinique (employeur)")
    assert Message.objects.get(kind="attestation_answered").to == employee.person.email


def test_confirming_twice_confirms_once(employee, employer):
    run(actions.declare, employee, **FACTS)
    job = run(actions.ask, employee)
    for _ in range(2):
        run(actions.confirm, employer, attestation_id=job.pk)
    assert Message.objects.filter(kind="attestation_answered").count() == 1


def test_a_correction_takes_back_what_was_confirmed(employee, employer):
    run(actions.declare, employee, **FACTS)
    job = run(actions.ask, employee)
    run(actions.confirm, employer, attestation_id=job.pk)
    assert run(actions.declare, employee, **FACTS).state == "confirmed"
    assert run(actions.declare, employee, **{**FACTS, "contract": "CDD"}).state == "declared"
    assert seen_by(employer) == []


def test_a_company_without_account_leaves_the_job_declared(employee):
    job = run(actions.declare, employee, **FACTS)
    with pytest.raises(Refused, match="pas encore de compte"):
        run(actions.ask, employee)
    job.refresh_from_db()
    assert job.state == "declared"


def test_the_database_refuses_an_employer_asked_without_consent(employee, employer):
    job = run(actions.declare, employee, **FACTS)
    with pytest.raises(IntegrityError), transaction.atomic():
        JobAttestation.objects.filter(pk=job.pk).update(state="asked", company=Company.objects.get())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"employer_siret": "73282932000075"}, "employer_siret"),
        ({"employer_name": "  "}, "employer_name"),
        ({"entered_on": date(2027, 1, 1)}, "entered_on"),
        ({"entered_on": date(1900, 1, 1)}, "entered_on"),
        ({"contract": "RET"}, "contract"),
    ],
)
def test_impossible_facts_are_refused_next_to_their_field(employee, wrong, field):
    with pytest.raises(Refused) as caught:
        run(actions.declare, employee, **{**FACTS, **wrong})
    assert (caught.value.field, JobAttestation.objects.count()) == (field, 0)


def test_nobody_else_declares_or_agrees(employer, build):
    for action, given in ((actions.declare, FACTS), (actions.ask, {}), (actions.withdraw_consent, {})):
        with pytest.raises(NotYours):
            run(action, employer, **given)


def test_an_app_that_knows_scores_hears_of_every_change(employee, employer, monkeypatch):
    heard = []
    monkeypatch.setattr(telling, "after_answer", [heard.append])
    run(actions.declare, employee, **FACTS)
    job = run(actions.ask, employee)
    run(actions.confirm, employer, attestation_id=job.pk)
    assert heard == [employee.person.pk] * 3
