"""Whole lives over random days: what the model promises, and that the real actions and nights do the same."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from hypothesis import HealthCheck, example, given, settings

from palier.accounts.actor import PALIER
from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Event, Message
from palier.demands import actions, living, nights
from palier.demands.models import Demand, Notice
from palier.law.calendar import PARIS
from tests.demands.lives import START, Model, later, lives, told


@settings(max_examples=1500, deadline=None)
@given(lives)
def test_what_holds_in_every_life(life):
    model = Model()
    for day, act in told(life):
        before = (model.state, model.ground, model.number, model.first, model.base, model.removed)
        warned = (model.told, model.letter, model.rejected)
        model.today = day
        done = model.act(act)
        state, ground, number, first, base, removed = before
        if model.state == "removed" != state and act == "night":
            sent = dict(zip(("RADREN", "RADCON", "RADIRR"), warned, strict=True))[model.ground]
            assert sent is not None and later(sent, 2 if model.ground == "RADCON" else 1) <= day
        if number == model.number:
            assert model.first == first
        else:
            assert (model.first, act, state != "active") == (day, "register", True)
        if act == "reactivate" and done and state == "removed":
            assert ground in ("RADREN", "RADCON")
            assert day <= (later(base, 18) if ground == "RADREN" else later(removed, 5))
        if model.state == "erased" != state:
            assert day >= later(removed, 12) if state == "removed" else later(model.removed, 12) <= day
    assert len(model.mails) == len(set(model.mails)) or _twice_a_day(model)


def _twice_a_day(model: Model) -> bool:
    """Two warnings on one day are two letters; nothing else is told twice about one demand."""
    again = {mail for mail in model.mails if model.mails.count(mail) > 1}
    return {kind for kind, _ in again} <= {"warned", "removed", "registered", "reactivated", "erased"}


class Real:
    """The same household on real rows, through the real actions, under its own scope."""

    def __init__(self, build) -> None:
        self.household = build.actor(Role.APPLICANT)
        self.desk = build.actor(Role.DESK, build.organisation("desk"))
        self.form = build.form()
        self.landlord = self.desk.organisation
        with acting(self.household.scope), _at(START):
            self.demand = self._register()

    def _register(self) -> Demand:
        person = self.household.person
        return actions.register(actor=self.household, form=self.form, department="14", person=person)

    def act(self, name: str, day: date) -> bool:
        try:
            with transaction.atomic():
                getattr(self, f"_{name}", self._own(name))(day)
        except Refused:
            return False
        except Demand.DoesNotExist:
            # Erased: nobody's any more, which refuses as well.
            return name == "waive"
        return True

    def _own(self, name: str):
        module = actions if name == "renew" else living

        def do(day: date) -> None:
            with acting(self.household.scope):
                getattr(module, name)(actor=self.household, demand_id=self.demand.pk)

        return do

    def _nothing(self, day: date) -> None:
        pass

    def _night(self, day: date) -> None:
        nights.run()

    def _warn(self, day: date) -> None:
        with acting(self.desk.scope):
            living.warn(actor=self.desk, demand_id=self.demand.pk, sent_on=day, proof="1A 234 567")

    def _reject(self, day: date) -> None:
        living.warn_of_rejection(actor=PALIER, demand_id=self.demand.pk, subground="IRRRES", by=self.landlord)

    def _contest(self, day: date) -> None:
        with acting(self.household.scope):
            living.contest(actor=self.household, demand_id=self.demand.pk, text="Mon salaire a baissé.")

    def _register_again(self, day: date) -> None:
        with acting(self.household.scope):
            self.demand = self._register()


def _at(day: date):
    return clock.frozen_at(datetime.combine(day, time(10), PARIS))


# One life through each window, its last day, and one day too late.
NOT_RENEWED = [(334, "night"), (61, "night"), (150, "reactivate"), (3, "night")]
UNREACHED = [(3, "warn"), (65, "night"), (100, "reactivate"), (400, "night"), (400, "night")]
GIVEN_UP = [(10, "waive"), (1, "reactivate"), (1, "register"), (366, "night"), (5, "renew")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(NOT_RENEWED)
@example(UNREACHED)
@example(GIVEN_UP)
@given(lives)
def test_the_real_thing_lives_as_the_model(build, life):
    with transaction.atomic(), acting(SYSTEM):
        real, model = Real(build), Model()
        number = real.demand.number
        numbers = {1: number}
        seen: set[tuple[date, str]] = set()
        for day, act in told(life):
            # A night is done once a day, whatever is asked of it later that day.
            if act == "night" and (day, act) in seen:
                continue
            seen.add((day, act))
            model.today = day
            expected = model.act(act)
            with _at(day):
                if act == "register":
                    real._register_again(day)
                else:
                    assert real.act(act, day) == expected, (day, act)
            row = Demand.objects.get(pk=real.demand.pk)
            wanted = (model.state, model.ground, model.removed)
            assert (row.state, row.removal_ground, row.removed_on) == wanted, (day, act)
            if model.state == "erased":
                assert row.number not in numbers.values()
            else:
                assert row.number == numbers.setdefault(model.number, row.number)
                assert (row.first_registered_on, row.confirmed_on) == (model.first, model.base), (day, act)
        kinds = [kind for kind, _ in model.mails if kind in ("remind", "reactivated", "erased")]
        _no_mail_twice(real)
        assert all(_told_before_removed(notice) for notice in Notice.objects.filter(outcome="removed").order_by("pk"))
        told_of = Event.objects.filter(verb__in=["demands.remind", "demands.reactivate", "demands.erase"]).count()
        assert told_of == len(kinds)
        transaction.set_rollback(True)


def _told_before_removed(notice: Notice) -> bool:
    return notice.sent_on is not None and notice.removal_on <= notice.closed_on


def _no_mail_twice(real: Real) -> None:
    sent = [
        (m.thread, m.kind, clock.timezone.localdate(m.created_at), m.text)
        for m in Message.objects.filter(person=real.household.person_id).order_by("pk")
    ]
    assert len(sent) == len(set(sent))
