"""When the demonstration opens, something is under way in every space, and every candidate may have the dwelling."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from django.db.models import Count

from palier.allocations.models import Proposal
from palier.applications.models import Application, Shortlist
from palier.applications.offers import assess
from palier.applications.plans import together
from palier.commissions.models import AgendaItem, Ballot, Session
from palier.commissions.queries import sessions_for
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Event
from palier.cotation.queries import household_of
from palier.demands import likenesses
from palier.demo import build, check
from palier.demo.models import BuildStep
from palier.demo.playing import character
from palier.demo.scales import SCALES
from palier.documents.queries import to_check
from palier.employers.queries import asked_of
from palier.homes.models import Offer
from palier.homes.queries import open_contradictions
from palier.law import calendar
from palier.reviews.models import Examination
from palier.reviews.swaps import proposed
from palier.territories.queries import setting


@pytest.fixture
def territory(db, monkeypatch):
    monkeypatch.setitem(SCALES, "desk", replace(SCALES["desk"], demands=1000, dwellings=1400))
    said: list[str] = []
    build.build("desk", said.append)
    return said


def every_candidate_may_have_the_dwelling() -> None:
    on = clock.today()
    with acting(SYSTEM):
        every = list(Application.objects.select_related("demand", "offer__dwelling__commune").order_by("pk").distinct())
        refused = [
            a.pk for a in every
            if not assess(a.demand, a.offer, on=on, household=household_of(a.demand, on=on)).eligibility.eligible
        ]  # fmt: skip
    assert (len(every) > 50, refused) == (True, [])


def each_space_has_something_to_do() -> None:
    claire = character("claire.guichet")
    with acting(claire.scope):
        assert likenesses.to_examine(claire).count() == 1
    agent, secretary, member = character("sophie.bailleur"), character("nadia.secretaire"), character("yves.membre")
    with acting(agent.scope):
        states = Counter(
            Application.objects.filter(offer__dwelling__landlord=agent.organisation_id).values_list("state", flat=True)
        )
        assert (states["sent"] >= 3, states["admissible"] >= 2, states["on_agenda"], states["allocated"]) == (
            True,
            True,
            9,
            # One by the commission, one by the landlord itself.
            2,
        )
        assert Shortlist.objects.count() == 5
        past = Offer.objects.filter(
            dwelling__landlord=agent.organisation_id, state="published", closes_at__lt=clock.now()
        )
        ready = [Application.objects.filter(offer=offer, state="submitted").count() for offer in past.order_by("pk")]
        assert len(ready) == 4 and max(ready) >= 5
        assert together(agent).joint.housed >= 1
        assert open_contradictions(agent).count() == 1
        assert [len(swap.moves) for swap in proposed(agent, clock.today())] == [2]
        sent = Proposal.objects.filter(state="sent").order_by("way")
        assert [(p.way, p.answer_by > clock.now()) for p in sent] == [("commission", True), ("landlord", True)]
        kinds = Offer.objects.exclude(product="social").annotate(held=Count("applications"))
        assert sorted(Counter(kinds.values_list("product", flat=True)).items()) == [
            ("intermediate", 3), ("residence", 2), ("sale", 2), ("shared", 2),
        ]  # fmt: skip
        assert min(kinds.values_list("held", flat=True)) >= 1
    with acting(secretary.scope):
        assert sorted(Session.objects.values_list("state", flat=True)) == [
            "published",
            "published",
            "published",
            "signed",
        ]
        assert Ballot.objects.get(recorded_by__isnull=False).item.session.form == "meeting"
        assert Examination.objects.filter(session__state="published").count() >= 2
    with acting(member.scope):
        reviewing = Examination.objects.order_by("pk").values("session")
        coming = sessions_for(member).exclude(pk__in=reviewing).get(state="published", form="digital")
        usual = setting("commission_window", on=clock.today(), territory="14")
        window = calendar.next_window(usual, after=clock.now())
        assert (coming.opens_at, coming.closes_at) == (window.opens_at, window.closes_at)
        assert [i.candidates.count() for i in AgendaItem.objects.filter(session=coming).order_by("pk")] == [3, 3]
    desk, employer = character("claire.guichet"), character("marc.employeur")
    with acting(desk.scope):
        assert to_check(desk).count() >= 2
    with acting(employer.scope):
        answers = Counter(asked_of(employer).values_list("state", flat=True))
        assert answers == {"asked": 1, "confirmed": 6}
    holder = character("paul.reservataire")
    with acting(holder.scope):
        assert Application.objects.filter(offer__holder=holder.organisation_id, state="submitted").count() >= 6


def what_was_done_is_in_the_ledger() -> None:
    with acting(SYSTEM):
        verbs = set(Event.objects.values_list("verb", flat=True))
        assert {
            "shortlists.make", "applications.send", "applications.admit", "applications.put_on_agenda",
            "applications.allocate",
        } <= verbs  # fmt: skip
        assert Offer.objects.filter(state="published").exists()


def a_second_start_builds_nothing() -> None:
    again: list[str] = []
    with acting(SYSTEM):
        before = (Application.objects.count(), Event.objects.count(), BuildStep.objects.count())
    build.build("desk", again.append)
    with acting(SYSTEM):
        assert (again, (Application.objects.count(), Event.objects.count(), BuildStep.objects.count())) == ([], before)


def test_the_territory_opens_with_things_under_way(territory):
    every_candidate_may_have_the_dwelling()
    each_space_has_something_to_do()
    what_was_done_is_in_the_ledger()
    a_second_start_builds_nothing()
    summary = check.run()
    assert (summary["ok"], summary.get("failed")) == (True, None)
