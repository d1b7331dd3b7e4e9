"""Several lists made together: more households reached, nothing hidden, what is adopted is what was seen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from palier.accounts.roles import OrganisationKind, Role
from palier.applications import plans
from palier.applications.models import Application, Shortlist, ShortlistEntry
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.demands.models import Wish
from palier.homes.models import Offer
from palier.territories.models import Commune, Setting
from tests.builders import CAEN, LISIEUX


class Week:
    """Three dwellings whose applications have ended; the two oldest demands are candidates to all of them."""

    def __init__(self, build, *, files: int = 2) -> None:
        self.build = build
        # Later than the figure that ships, hence the one in force.
        Setting.objects.create(key="files_sent", value=files, valid_from=date(2024, 1, 1), source="essai")
        self.landlord = build.organisation()
        self.agent = build.actor(Role.LANDLORD, self.landlord)
        self.offers = [self.offer() for _ in range(3)]
        self.strong = [self.household(2010 + n, self.offers) for n in range(2)]
        self.others = [self.household(2020, [offer]) for offer in self.offers]

    def offer(self, **fields) -> Offer:
        ended = {"published_at": clock.now() - timedelta(days=20), "closes_at": clock.now() - timedelta(hours=2)}
        return self.build.offer(self.landlord, **{**ended, **fields})

    def household(self, year: int, offers: list[Offer]):
        actor = self.build.actor(Role.APPLICANT)
        demand = self.build.demand(actor.person, first_registered_on=date(year, 3, 10))
        for slot, offer in enumerate(offers, start=1):
            self.build.application(demand, offer, live_slot=slot)
        return demand

    def seen(self, actor=None, **how) -> plans.Together:
        actor = actor or self.agent
        with acting(actor.scope):
            return plans.together(actor, **how)

    def adopt(self, seal: str, **how) -> list[Shortlist]:
        with acting(self.agent.scope):
            return plans.adopt(actor=self.agent, seal=seal, **how)


@pytest.fixture
def week(build) -> Week:
    return Week(build)


def test_together_every_dwelling_has_its_household(week):
    seen = week.seen()
    assert (seen.plain.housed, seen.plain.reached) == (2, 2)
    assert (seen.joint.housed, seen.joint.reached) == (3, 5)
    assert not seen.same


def test_adopted_lists_are_the_plan_and_every_departure_is_kept(week):
    seen = week.seen()
    made = week.adopt(seen.seal)
    assert len(made) == 3
    with acting(SYSTEM):
        for offer in week.offers:
            entries = ShortlistEntry.objects.filter(shortlist__offer=offer).order_by("position")
            sent = tuple(str(e.application.demand_id) for e in entries if e.sent)
            assert sent == seen.joint.sent[str(offer.pk)]
            passed = {str(e.application.demand_id): e.departure for e in entries if e.departure}
            assert passed == {d.household: d.reason.text for d in seen.departures_of(offer)}
        assert Application.objects.filter(state="sent").count() == 5 + 1
        assert set(Offer.objects.values_list("state", flat=True)) == {"closed"}


def test_what_was_not_seen_is_not_adopted(week):
    seal = week.seen().seal
    with acting(SYSTEM):
        week.household(2005, week.offers[:1])
    with pytest.raises(Refused) as refusal:
        week.adopt(seal)
    assert refusal.value.code == "plan.changed"
    with acting(SYSTEM):
        assert not Shortlist.objects.exists()
    assert len(week.adopt(week.seen().seal)) == 3
    with pytest.raises(Refused) as refusal:
        week.adopt(seal)
    assert refusal.value.code == "plan.nothing"


def test_only_ended_offers_of_ones_own_are_planned(week):
    with acting(SYSTEM):
        week.household(2012, [week.offer(closes_at=clock.now() + timedelta(days=2))])
        body = week.build.organisation(OrganisationKind.ACTION_LOGEMENT)
        holder = week.build.actor(Role.RESERVATION_HOLDER, body)
        held = week.offer(contingent="action_logement", holder=body)
        week.household(2012, [held])
        elsewhere = week.build.actor(Role.LANDLORD)
    assert [o.pk for o in week.seen(holder).offers] == [held.pk]
    assert week.seen(elsewhere).offers == []
    assert {o.pk for o in week.seen().offers} == {o.pk for o in week.offers}
    with pytest.raises(NotYours):
        week.seen(week.build.actor(Role.MEMBER, week.landlord))


def test_a_quarter_for_the_first_quartile_is_respected_or_said(week):
    with acting(SYSTEM):
        epci = Commune.objects.get(code=CAEN).epci_id
        for key, value in (("first_quartile_income", 1), ("first_quartile_share", 25)):
            Setting.objects.create(key=key, territory=epci, value=value, valid_from=date(2024, 1, 1), source="essai")
    [(label, lacking)] = week.seen().joint.missing.items()
    assert label.startswith("Premier quartile") and lacking == 1
    with acting(SYSTEM):
        poor = week.household(2024, week.offers[:1])
        work = poor.form["applicant"]
        poor.form = poor.form | {"applicant": work | {"resources": {"RSA": 0}}}
        poor.save(update_fields=["form"])
    seen = week.seen()
    assert seen.joint.missing == {}
    assert seen.joint.firsts[str(week.offers[0].pk)] == str(poor.pk)


def test_with_wishes_each_household_goes_first_where_it_asked_first(week):
    with acting(SYSTEM):
        away = week.build.dwelling(week.landlord, commune=Commune.objects.get(code=LISIEUX))
        offer = week.offer(dwelling=away)
        first, second = week.strong
        for demand in (first, second):
            week.build.application(demand, offer, live_slot=9)
        Wish.objects.filter(demand=second).update(rank=2)
        Wish.objects.create(demand=second, commune_id=LISIEUX, rank=1)
    seen = week.seen(by_preference=True)
    assert seen.joint.firsts[str(offer.pk)] == str(second.pk)
    assert str(first.pk) in {seen.joint.firsts[str(o.pk)] for o in week.offers}


def test_the_page_shows_both_plans_and_adopts(week, client_for):
    client = client_for(week.agent)
    page = client.get("/espace/plan/").content.decode()
    assert "Ménages dont un dossier est transmis" in page and "Proposé en premier pour" in page
    assert client.get("/bailleur/offres/").content.decode().count("/espace/plan/") == 1
    wrong = client.post("/espace/plan/adopter/", {"seal": "x"})
    assert wrong.status_code == 422 and "Relisez le plan" in wrong.content.decode()
    assert client.post("/espace/plan/adopter/", {"seal": week.seen().seal}).status_code == 302
    assert "Aucun logement n’attend sa liste" in client.get("/espace/plan/?selon=souhaits").content.decode()
