"""A landlord with a commission, tenants with and without an account, and a session to examine them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.commissions import actions as commissions
from palier.commissions.models import Commission, Seat, Session
from palier.common import clock
from palier.common.isolation import acting
from palier.law.occupancy_review import Suitable
from palier.reviews import actions
from palier.reviews.declared import Declared
from palier.reviews.models import Examination, Review, Tenancy
from tests.builders import CAEN
from tests.conftest import NOW

OPENS, CLOSES = NOW + timedelta(days=2), NOW + timedelta(days=3)
ALONE = Declared(adults=1, age=72, needs_adaptation=False, tax_income=17_200, monthly=1_450, wish="stay")
SMALLER = Suitable(types=("T1", "T2"), financings=("PLUS",), most_rent=478)


class House:
    def __init__(self, build) -> None:
        self.build = build
        self.landlord = build.organisation()
        self.agent = build.actor(Role.LANDLORD, self.landlord)
        self.secretary = build.actor(Role.SECRETARY, self.landlord)
        self.commission = Commission.objects.create(
            landlord=self.landlord, name="Commission d’essai", department_id="14"
        )
        build.rules(self.commission, quorum=2)
        self.president = self.member("board", president=True)
        self.mayor = self.member("mayor", commune_id=CAEN)
        self.tenants = self.member("tenants")
        self.tenant = build.actor(Role.APPLICANT)
        self.tenancy = self.let(person=self.tenant.person)

    def member(self, capacity: str, **fields: Any) -> Actor:
        actor = self.build.actor(Role.MEMBER, self.landlord)
        Seat.objects.create(
            commission=self.commission, person=actor.person, capacity=capacity, since=date(2020, 1, 1), **fields
        )
        return actor

    def let(self, signed_on: date = date(2020, 11, 30), person=None, landlord=None, **dwelling: Any) -> Tenancy:
        """A four-room dwelling in Caen, six years ago."""
        home = self.build.dwelling(landlord or self.landlord, **{"type": "T4", "surface": 82, **dwelling})
        return Tenancy.objects.create(
            landlord=home.landlord, dwelling=home, person=person, tenants="Jeanne Exemple", signed_on=signed_on,
            recorded_at=NOW,
        )  # fmt: skip

    def as_(self, actor: Actor, action, **arguments: Any) -> Any:
        with acting(actor.scope):
            return action(actor=actor, **arguments)

    def asked(self) -> Review:
        return self.as_(self.agent, actions.ask, tenancy_id=self.tenancy.pk)

    def found(self, declared: Declared = ALONE) -> Review:
        review = self.asked()
        self.as_(self.tenant, actions.declare, review_id=review.pk, declared=declared)
        return self.as_(self.agent, actions.check, review_id=review.pk)

    def session(self) -> Session:
        return self.as_(
            self.secretary,
            commissions.create_session,
            commission_id=self.commission.pk,
            opens_at=OPENS,
            closes_at=CLOSES,
        )

    def examined(self) -> Examination:
        """A published session that examines one situation and no dwelling."""
        review, session = self.found(), self.session()
        made = self.as_(self.agent, actions.send, review_id=review.pk, session_id=session.pk, proposed=SMALLER)
        self.as_(self.secretary, commissions.publish, session_id=session.pk)
        return made

    def speak(self, examination: Examination, **choices: str) -> None:
        """`president="agree"`, and so on; another view comes with its words."""
        with clock.frozen_at(OPENS + timedelta(hours=1)):
            for who, choice in choices.items():
                words = "Rester, avec une aide" if choice == "other" else ""
                self.as_(getattr(self, who), actions.speak, examination_id=examination.pk, choice=choice, words=words)

    def count(self, session_id: int) -> None:
        with clock.frozen_at(CLOSES + timedelta(minutes=1)):
            self.as_(self.secretary, commissions.count, session_id=session_id)

    def sign(self, session_id: int) -> Session:
        with clock.frozen_at(CLOSES + timedelta(minutes=2)):
            return self.as_(self.president, commissions.sign, session_id=session_id)


@pytest.fixture
def house(build) -> House:
    return House(build)
