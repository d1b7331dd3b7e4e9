"""What the database leaves out is what the law refuses, over the whole of a desk's stock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from palier.applications.actions import submit
from palier.applications.offers import Assessment, assess, facts, fitting_for, unsuitable_for
from palier.applications.queries import Place, own_rank, own_ranks, places
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation.queries import household_of
from palier.demands.facts import from_form
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demo import build, storing
from palier.demo.population import demands
from palier.demo.scales import SCALES
from palier.homes.queries import open_offers, open_to
from palier.law import eligibility
from palier.law.household import Employer
from palier.law.reach import reach
from palier.territories.models import Commune
from tests.builders import LISIEUX
from tests.chain.test_chain import Stage

EMPLOYERS = (None, Employer(state="confirmed", contributes=True), Employer(state="confirmed", public=True))


@pytest.fixture
def stock(db) -> None:
    """The dwellings, vacancies and offers of a desk's size."""
    build._bodies(SCALES["desk"])
    storing.store_dwellings(SCALES["desk"])
    storing.store_vacancies(SCALES["desk"])


def test_the_database_and_the_law_agree_on_every_offer_of_a_desk(stock):
    on = clock.today()
    with acting(SYSTEM):
        offers = {o.pk: facts(o) for o in open_offers(clock.now())}
        mistaken = {}
        for n, row in enumerate(demands("desk", today=on)):
            household = from_form(
                Form.from_json(row.form), Demand(first_registered_on=row.first_registered_on),
                epcis=row.epcis, situations=row.situations,
            )  # fmt: skip
            household = replace(household, employer=EMPLOYERS[n % len(EMPLOYERS)])
            found = {o.pk for o in open_to(reach(household, on), department="14", now=clock.now())}
            allowed = {pk for pk, offer in offers.items() if eligibility.check(household, offer, on).eligible}
            if found != allowed:
                mistaken[row.index] = found ^ allowed
    assert (len(offers), mistaken) == (56, {})


def told(assessed: list[Assessment]) -> list[tuple]:
    """All that a household is told, the place last."""
    return [(a.offer.pk, a.eligibility, a.aid, a.net_rent, a.effort_rate, a.place) for a in assessed]


def test_the_page_shows_what_assessing_every_offer_would(stock, monkeypatch):
    monkeypatch.setitem(SCALES, "desk", replace(SCALES["desk"], demands=30))
    storing.store_demands(SCALES["desk"])
    on, now = clock.today(), clock.now()
    with acting(SYSTEM):
        offers = list(open_offers(now).filter(dwelling__commune__department="14"))
        for demand in Demand.objects.order_by("pk"):
            household = household_of(demand, on=on)
            every = [assess(demand, o, on=on, household=household) for o in offers]
            fitting = sorted((a for a in every if a.eligibility.eligible), key=lambda a: (a.net_rent, a.offer.pk))
            others = sorted(
                (a for a in every if not a.eligibility.eligible),
                key=lambda a: (len(a.eligibility.blocking), a.net_rent, a.offer.pk),
            )
            found = fitting_for(demand, on=on, now=now, most=5)
            assert told(found.shown) == told(fitting[:5])
            assert (found.count, found.others) == (len(fitting), len(others))
            refused = unsuitable_for(demand, on=on, now=now, most=5)
            assert [t[:-1] for t in told(refused.shown)] == [t[:-1] for t in told(others[:5])]
            assert (refused.count, refused.others, refused.left) == (len(others), len(fitting), len(others) - 5)


def test_the_place_told_before_is_the_rank_got_after(build):
    stage = Stage(build)
    told = [places(demand, [stage.offer.pk])[stage.offer.pk] for demand in stage.demands]
    assert told == [Place(0, 0)] * 4
    made = []
    for n, (household, demand) in enumerate(zip(stage.households, stage.demands, strict=True)):
        before = places(demand, [stage.offer.pk])[stage.offer.pk]
        made.append(stage.as_(household, submit, demand=demand, offer_id=stage.offer.pk))
        rank = own_rank(made[-1])
        assert (before.candidates, before.among, before.position) == (n, rank.of, rank.position)
        after = places(demand, [stage.offer.pk])[stage.offer.pk]
        assert (after.candidates, after.position) == (rank.of, rank.position)
    assert made[0].told == {"candidates": 0, "position": 1, "effort": made[0].told["effort"]}
    assert own_ranks(made) == {a.pk: own_rank(a) for a in made}


def test_places_count_live_candidates_of_each_offer_only(build):
    stage = Stage(build)
    elsewhere = build.offer(stage.landlord, build.dwelling(stage.landlord, commune=Commune.objects.get(code=LISIEUX)))
    build.application(stage.demands[3], stage.offer)
    build.application(stage.demands[2], elsewhere)
    build.application(stage.demands[1], stage.offer, state="withdrawn", live_slot=None)
    assert places(stage.demands[0], [stage.offer.pk, elsewhere.pk]) == {
        stage.offer.pk: Place(1, 1),
        elsewhere.pk: Place(1, 1),
    }
