"""One busy world for the tests of what holds for every page: the cast, with something under way in each space."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from palier.accounts.actor import Actor
from palier.accounts.middleware import MEMBERSHIP_KEY
from palier.accounts.models import Organisation
from palier.accounts.roles import Role
from palier.applications.models import Application
from palier.commissions.models import AgendaItem, Candidate, Session
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation import drafting
from palier.cotation.models import Grid
from palier.cotation.queries import grids_in_force
from palier.demands.models import Demand
from palier.demo.bodies import everyone
from palier.demo.build import settle_cast
from palier.demo.people import BY_KEY
from palier.demo.playing import character, play
from palier.demo.underway import begin
from palier.documents import actions as documents
from palier.documents.models import Piece, Recognition
from palier.employers.models import JobAttestation
from palier.exchanges.models import Anomaly, Operation
from palier.exchanges.takeover import actions as takeovers
from palier.homes.models import Dwelling, Offer
from palier.law import calendar
from palier.observatory import simulating
from palier.observatory.models import Simulation
from palier.territories.models import Commune
from tests.builders import CAEN, Builder
from tests.conftest import NOW
from tests.exchanges.takeover.conftest import LOGIS, export, written


class Town:
    """`client(key)`: a browser of a character. The rest are the objects under way, by name."""

    def __init__(self, build: Builder) -> None:
        self.build = build
        settle_cast()
        sophie = character("sophie.bailleur")
        self.landlord = sophie.organisation
        holder = next(b for b in everyone() if b.key == BY_KEY["paul.reservataire"].organisation)
        body = Organisation.objects.get(name=holder.name, kind=holder.kind)
        self.instructed, self.convened, self.allocated, self.free = (build.offer(self.landlord) for _ in range(4))
        self.reserved = build.offer(self.landlord, contingent="action_logement", holder=body)
        for offer in (self.instructed, self.convened, self.allocated, self.reserved, self.free):
            self.rivals(offer, 5)
        amina = character("amina.benali").person
        self.demand = build.demand(amina, first_registered_on=calendar.add_months(NOW.date(), -36))
        self.application = build.application(self.demand, self.free)
        begin(instructed=self.instructed, convened=[self.convened], allocated=self.allocated)
        self.session = Session.objects.get(state="published")
        self.item = AgendaItem.objects.get(session=self.session)
        self.sent = Application.objects.filter(offer=self.instructed, state="sent").order_by("pk").first()
        self.dwelling = Dwelling.objects.filter(landlord=self.landlord).order_by("pk").first()
        self.piece = Piece.objects.filter(state="received").exclude(kind="violence").order_by("pk").first()
        self.recognition = Recognition.objects.get(situation="eviction")
        self.job = JobAttestation.objects.get()
        self.operation = self.refused(self.demand)
        self.upload = play(
            character("amina.benali"), documents.begin, demand=self.demand, kind="identity", about="applicant",
            name="cni.pdf", size=1000, sha256="0" * 64,
        )  # fmt: skip
        self.takeover = takeovers.receive(
            actor=character("alain.admin"), name="export.csv", chunks=[written(export(3))], mapping=LOGIS
        )

        self.draft, self.simulation = self.simulated(character("luc.epci"))

    def simulated(self, officer: Actor) -> tuple[Grid, Simulation]:
        """A grid that its authority has not voted, and its trial on the register."""
        epci = Commune.objects.get(code=CAEN).epci
        now = grids_in_force(NOW.date())[epci.pk]
        begun = play(officer, drafting.start, epcis=[epci], origin=str(now.pk))
        source = begun.source.replace("points = 100\n", "points = 120\n")
        seen = drafting.fingerprint(begun.source)
        draft = play(officer, drafting.save_draft, held=begun, source=source, seen=seen)
        asked = play(officer, simulating.ask, epci=epci, grid=draft)
        simulating.work(asked.pk)
        return draft, Simulation.objects.get(pk=asked.pk)

    def refused(self, demand: Demand) -> Operation:
        """A creation that the register refused."""
        made = Operation.objects.create(
            demand=demand, kind="CRE", state="refused", revision=demand.revision, happened_on=NOW.date(), queued_at=NOW,
            due_at=NOW, sent_at=NOW, answered_at=NOW, attempts=1, refusals=1,
        )  # fmt: skip
        Anomaly.objects.create(
            operation=made, round=1, at=NOW, code="CTRL_DEM_0010", path="demandeur/nom", message="Non"
        )
        return made

    def rivals(self, offer: Offer, count: int) -> list[Application]:
        made = []
        for n in range(count):
            first = calendar.add_months(NOW.date(), -12 * (n + 1))
            demand = self.build.demand(self.build.person(), first_registered_on=first)
            made.append(self.build.application(demand, offer))
        return made

    @property
    def candidates(self) -> list[Candidate]:
        return list(Candidate.objects.filter(item=self.item).order_by("position"))

    def client(self, key: str) -> Client:
        return client_for(character(key))

    def client_of(self, demand: Demand) -> Client:
        """A browser of the household of a demand."""
        return client_for(Actor(role=Role.APPLICANT, person=demand.person))

    def clients(self) -> dict[str, Client]:
        """One browser for each role, the visitor's included."""
        keys = {BY_KEY[key].role: key for key in reversed(BY_KEY)}
        return {"visitor": Client(), **{str(role): self.client(key) for role, key in keys.items()}}


@pytest.fixture(scope="module")
def built(django_db_blocker, tmp_path_factory) -> Iterator[Town]:
    """Built once for a file of tests, in a transaction that is rolled back in the end."""
    folder = tmp_path_factory.mktemp("documents")
    before = settings.STORAGES
    settings.STORAGES = {**before, "default": {**before["default"], "OPTIONS": {"location": folder}}}
    with django_db_blocker.unblock(), clock.frozen_at(NOW), transaction.atomic():
        with acting(SYSTEM):
            yield Town(Builder())
        transaction.set_rollback(True)
    settings.STORAGES = before
    connection.close()


@pytest.fixture
def town(built: Town) -> Iterator[Town]:
    """The town as it was built: what a test does is undone after it."""
    with transaction.atomic():
        yield built
        transaction.set_rollback(True)


def client_for(actor: Actor) -> Client:
    """A browser session signed in as an actor, under that actor's role."""
    client = Client()
    client.force_login(actor.person)
    session = client.session
    session[MEMBERSHIP_KEY] = actor.membership.pk if actor.membership else 0
    session.save()
    return client


def form(**data: Any) -> dict[str, Any]:
    """What a browser would send, with the key that makes it safe to send twice."""
    return {"once": str(uuid.uuid4()), **data}


def later(**delta: int) -> datetime:
    return NOW + timedelta(**delta)
