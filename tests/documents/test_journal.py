"""The reading journal (mission F4): written or the page fails; never rewritten; the household itself is no reader."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.test import RequestFactory

from palier.accounts.roles import Role
from palier.common.isolation import acting
from palier.documents import actions, queries
from palier.documents.models import Reading


def opened_by(actor, demand):
    request = RequestFactory().get("/")
    request.actor = actor
    actions.note_reading(request, demand=demand, what="dossier complet", why="Instruction")
    for finish in getattr(request, "after_transaction", ()):
        finish()


def test_an_agents_opening_is_written_and_read_by_the_household(build):
    actor = build.actor(Role.APPLICANT)
    demand = build.demand(actor.person)
    agent = build.actor(Role.LANDLORD, build.organisation(name="Habitat d’essai"))
    opened_by(agent, demand)
    with acting(actor.scope):
        reading = queries.readings(demand).get()
    assert (reading.signature, reading.person, reading.why) == (
        "Habitat d’essai (agent d’un bailleur)", agent.person.pk, "Instruction",
    )  # fmt: skip


def test_the_household_reading_itself_is_not_journaled(build):
    actor = build.actor(Role.APPLICANT)
    opened_by(actor, build.demand(actor.person))
    assert Reading.objects.count() == 0


def test_nobody_else_reads_the_journal(build):
    demand = build.demand(build.person())
    opened_by(build.actor(Role.DESK), demand)
    for role in (Role.APPLICANT, Role.EMPLOYER, Role.AUTHORITY, Role.ADMINISTRATOR):
        with acting(build.actor(role).scope):
            assert list(Reading.objects.all()) == []


def test_an_entry_is_never_rewritten(build):
    demand = build.demand(build.person())
    opened_by(build.actor(Role.DESK), demand)
    with pytest.raises(DatabaseError), transaction.atomic():
        Reading.objects.update(why="Rien")
    assert Reading.objects.get().why == "Instruction"
