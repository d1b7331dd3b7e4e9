"""The register's candidates for a dwelling: those that the law lets in, in the order that the law says."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from palier.accounts.roles import Role
from palier.applications.offers import facts
from palier.applications.receipts import drawn, lot
from palier.common import clock
from palier.common.isolation import acting
from palier.cotation.actions import rescore, score_new
from palier.cotation.matching import first_of_register, firsts_of_register
from palier.cotation.models import Outline, Standing
from palier.cotation.queries import household_of, score_for
from palier.demands import actions
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.homes.models import Offer
from palier.law import eligibility
from palier.law.ranking import Candidate, rank
from palier.territories.models import Commune
from tests.builders import CAEN, LISIEUX
from tests.cotation.test_refresh import register

__all__ = ["register"]


@pytest.fixture
def offers(build, register):
    """Twenty dwellings of every kind, and twins of the households so that the draw has to part them."""
    chance = random.Random(5)
    twins = [
        build.demand(form=Form.from_json(d.form), first_registered_on=d.first_registered_on)
        for d in register for _ in range(chance.randrange(4))
    ]  # fmt: skip
    score_new([(d, Form.from_json(d.form)) for d in twins])
    landlord = build.organisation()
    made = []
    for _ in range(20):
        dwelling = build.dwelling(
            landlord, type=chance.choice(["T1", "T2", "T3", "T4"]), surface=Decimal(str(chance.choice([15, 34.5, 62, 80]))),
            commune=Commune.objects.get(code=chance.choice([CAEN, CAEN, LISIEUX, "14327"])), floor=chance.randrange(4),
            step_free=chance.random() < 0.5, financing=chance.choice(["PLAI", "PLUS", "PLS", "LLI"]),
        )  # fmt: skip
        made.append(build.offer(dwelling=dwelling))
    return made


def by_the_law(offer: Offer) -> list[tuple[int, Decimal, date]]:
    """Everybody read one by one, checked by `law.eligibility`, ordered by `law.ranking`."""
    dwelling, today = facts(offer), clock.today()
    if offer.product != "social":
        return []
    candidates, demand_of = [], {}
    for demand in Demand.objects.filter(state="active").order_by("pk"):
        if eligibility.check(household_of(demand, on=today), dwelling, today).eligible:
            score = score_for(demand, offer.dwelling.commune.epci_id)
            points = score.points if score else Decimal(0)
            ticket = lot(offer.draw_seed, demand.pk)["ticket"]
            demand_of[ticket] = demand.pk
            candidates.append(Candidate(ticket, points, demand.first_registered_on))
    return [
        (demand_of[r.key], r.candidate.points, r.candidate.registered_on) for r in rank(candidates, offer.draw_seed)
    ]


def test_the_first_ones_are_those_of_the_law(offers):
    sizes = []
    for offer in offers:
        order = by_the_law(offer)
        found = first_of_register(facts(offer), drawn(offer), 1000)
        assert [(s.demand_id, s.points, s.registered_on) for s in found] == order
        assert [s.demand_id for s in first_of_register(facts(offer), drawn(offer), 5)] == [d for d, _, _ in order[:5]]
        sizes.append(len(order))
    assert max(sizes) > 15 and min(sizes) < 5


def test_standings_follow_a_change_a_removal_and_a_return(build, register):
    household = build.actor(Role.APPLICANT)
    demand = build.demand(household.person)
    rescore(demand)
    assert list(Standing.objects.filter(demand=demand).values_list("place", flat=True)) == [CAEN]
    form = Form.from_json(demand.form)
    with acting(household.scope):
        actions.change(
            actor=household, demand_id=demand.pk, revision=demand.revision, sections=["souhaits"],
            form=replace(form, wish=replace(form.wish, communes=(LISIEUX,), widened=True)),
        )  # fmt: skip
    lisieux = Commune.objects.get(code=LISIEUX).epci_id
    assert list(Standing.objects.filter(demand=demand).values_list("place", flat=True)) == [lisieux]
    demand.refresh_from_db()
    actions.take_out([demand], actor=household, ground="RADABA", on=clock.today())
    assert not Standing.objects.filter(demand=demand).exists() and not Outline.objects.filter(demand=demand).exists()


def test_nobody_reads_standings_but_through_the_two_functions(build, register):
    for role in (Role.APPLICANT, Role.LANDLORD, Role.DESK, Role.AUTHORITY, Role.ADMINISTRATOR):
        with acting(build.actor(role).scope):
            assert not Standing.objects.exists() and not Outline.objects.exists()


def test_many_homes_at_once_are_each_one_s_own_first_ones(offers):
    homes = [(facts(o), drawn(o)) for o in offers]
    assert firsts_of_register(homes, 4) == [first_of_register(*home, 4) for home in homes]
    assert firsts_of_register([], 4) == []


def test_the_command_prints_the_shortlists(offers):
    best = max(offers, key=lambda o: len(first_of_register(facts(o), drawn(o), 100)))
    out = StringIO()
    call_command("matching", "shortlist", str(best.pk), str(offers[0].pk), "--first", "3", stdout=out)
    for offer, line in zip([best, offers[0]], out.getvalue().splitlines(), strict=False):
        printed = json.loads(line)
        assert [row["demand"] for row in printed["candidates"]] == [d for d, _, _ in by_the_law(offer)[:3]]
    with pytest.raises(CommandError, match="numéro 0"):
        call_command("matching", "shortlist", "0")
