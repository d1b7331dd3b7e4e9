"""Answers a page at a time: what cannot be taken stops nothing else (mission B7)."""

from __future__ import annotations

import pytest

from palier.accounts.roles import Role
from palier.common.isolation import acting
from palier.common.models import Message
from palier.employers import actions
from palier.employers.actions import Answer
from palier.employers.models import Company, JobAttestation

SIRET = "73282932000074"


@pytest.fixture
def employer(build):
    actor = build.actor(Role.EMPLOYER)
    Company.objects.create(siret=SIRET, name="Clinique", organisation=actor.organisation)
    return actor


@pytest.fixture
def asked(build, employer):
    """Three employees who agreed, with their actors."""
    found = []
    for _ in range(3):
        actor = build.actor(Role.APPLICANT)
        build.demand(actor.person)
        with acting(actor.scope):
            actions.declare(actor=actor, employer_siret=SIRET, employer_name="Clinique", contract="CDI")
            found.append((actor, actions.ask(actor=actor)))
    return found


def states():
    return list(JobAttestation.objects.order_by("pk").values_list("state", flat=True))


def answer(employer, *answers):
    with acting(employer.scope):
        return [(r.attestation, r.problem) for r in actions.answer_all(actor=employer, answers=answers)]


def test_each_answer_is_its_own(employer, asked):
    first, second, third = (job.pk for _, job in asked)
    with acting(asked[1][0].scope):
        actions.withdraw_consent(actor=asked[1][0])
    told = answer(employer, Answer(third, False, "Contrat fini"), Answer(second, True), Answer(first, True))
    assert told == [(first, ""), (second, "Cette personne ne vous demande plus rien."), (third, "")]
    assert states() == ["confirmed", "declared", "denied"]


def test_the_same_page_sent_twice_answers_once(employer, asked):
    page = [Answer(job.pk, True) for _, job in asked]
    assert answer(employer, *page) == answer(employer, *page)
    assert Message.objects.filter(kind="attestation_answered").count() == 3


def test_another_companys_rows_do_not_exist(build, employer, asked):
    other = build.actor(Role.EMPLOYER)
    told = answer(other, *(Answer(job.pk, True) for _, job in asked))
    assert [problem for _, problem in told] == ["Cette personne ne vous demande plus rien."] * 3
    assert states() == ["asked"] * 3


def test_a_denial_without_reason_is_told_and_the_rest_done(employer, asked):
    told = answer(employer, Answer(asked[0][1].pk, False, "  "), Answer(asked[1][1].pk, True))
    assert [problem[:24] for _, problem in told] == ["Dites ce qui ne correspo", ""]
    assert states() == ["asked", "confirmed", "asked"]
