"""“My offers” and the last look: what the household reads before it applies, and applying once."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.accounts.roles import Role
from palier.applications.models import Application
from palier.applications.offers import facts
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation.queries import household_of
from palier.homes.models import Offer
from palier.law import eligibility
from palier.law.aid import housing_aid
from palier.law.effort import effort_rate
from palier.law.reasons import euros, percent
from palier.spaces.applicant.offers import STEP
from palier.territories.models import Commune
from tests.builders import LISIEUX, Builder
from tests.chain.test_chain import Stage
from tests.threads import together

OFFERS = reverse("applicant:offers")


@pytest.fixture
def home(build):
    """A household of two in Caen, its actor, and a landlord."""
    build.landlord = build.organisation()
    build.household = build.actor(Role.APPLICANT)
    build.own = build.demand(build.household.person)
    return build


def titles(response) -> list[str]:
    """The headings of the offers, in order."""
    return [
        " ".join(t.split()) for t in re.findall(r'class="offer-title"><a[^>]*>(.*?)</a>', response.content.decode())
    ]


def words(response) -> str:
    """The text of a page, spaces levelled."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.replace("\xa0", " ").replace("\u202f", " ").split())


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_only_offers_that_the_household_may_have_the_least_to_pay_first(home, client_for):
    home.offer(home.landlord, rent=Decimal("450"))
    home.offer(home.landlord, home.dwelling(home.landlord, type="T2", surface=Decimal("48")), rent=Decimal("360"))
    home.offer(home.landlord, home.dwelling(home.landlord, type="T5"))
    home.offer(home.landlord, home.dwelling(home.landlord, commune=Commune.objects.get(code=LISIEUX)))
    home.offer(home.landlord, closes_at=clock.now())
    page = client_for(home.household).get(OFFERS)
    assert titles(page) == ["T2 de 48 m² à Caen", "T3 de 62 m² à Caen"]
    assert "2 offres pour votre ménage" in words(page)


def test_the_others_are_shown_on_request_with_what_stands_in_the_way(home, client_for):
    home.offer(home.landlord, home.dwelling(home.landlord, type="T5"))
    home.offer(home.landlord)
    near = home.offer(home.landlord, home.dwelling(home.landlord, commune=Commune.objects.get(code=LISIEUX)))
    client = client_for(home.household)
    page = client.get(OFFERS, {"toutes": "1"})
    assert titles(page) == ["T3 de 62 m² à Lisieux", "T5 de 62 m² à Caen"]
    on = clock.today()
    for offer in (near, Offer.objects.get(dwelling__type="T5")):
        blocking = eligibility.check(household_of(home.own, on=on), facts(offer), on).blocking
        assert [plain(reason.text) in words(page) for reason in blocking] == [True] * len(blocking)
    assert "Votre ménage ne peut pas les obtenir" not in words(client.get(OFFERS))


def test_what_is_left_to_pay_is_what_the_law_computes(home, client_for):
    offer = home.offer(home.landlord, rent=Decimal("431.27"), charges=Decimal("73.40"))
    on = clock.today()
    household = household_of(home.own, on=on)
    aid = housing_aid(household, rent=431.27, zone=offer.dwelling.commune.aid_zone, on=on).amount
    rate = effort_rate(household, rent=431.27, charges=73.40, aid=aid, on=on)
    client = client_for(home.household)
    for page in (client.get(OFFERS), client.get(reverse("applicant:apply", args=[offer.pk]))):
        assert f"{plain(euros(431.27 + 73.40 - aid))} par mois à votre charge" in words(page)
        assert f"{plain(percent(rate))} de vos revenus" in words(page)


def test_the_chances_are_the_rank_the_household_would_have(build, client_for):
    stage = Stage(build)
    for demand in stage.demands[1:]:
        build.application(demand, stage.offer)
    page = client_for(stage.households[0]).get(OFFERS)
    assert "3 candidats Vous seriez 4e" in words(page)
    look = client_for(stage.households[0]).get(reverse("applicant:apply", args=[stage.offer.pk]))
    assert "Votre rang si vous postulez 4e sur 4" in words(look)


def test_no_offer_says_how_to_get_some(home, client_for):
    page = client_for(home.household).get(OFFERS)
    assert "0 offre pour votre ménage" in words(page)
    assert f'href="{reverse("applicant:demand")}"' in page.content.decode()


def test_a_person_without_a_demand_is_sent_to_it(build, client_for):
    page = client_for(build.actor(Role.APPLICANT)).get(OFFERS)
    assert "Remplir ma demande" in words(page)


def test_twelve_at_a_time_and_more_on_request(home, client_for):
    for _ in range(STEP + 3):
        home.offer(home.landlord)
    client = client_for(home.household)
    first, second = client.get(OFFERS), client.get(OFFERS, {"montrer": "24"})
    assert (len(titles(first)), len(titles(second))) == (STEP, STEP + 3)
    assert ("Voir 3 offres de plus" in words(first), "de plus" in words(second)) == (True, False)


@pytest.mark.parametrize("asked", ["", "-1", "abc", "0", "²", "99999999", "12.5"])
def test_any_number_asked_in_the_address_is_answered(home, client_for, asked):
    home.offer(home.landlord)
    assert len(titles(client_for(home.household).get(OFFERS, {"montrer": asked}))) == 1


@pytest.mark.parametrize("query", [{}, {"toutes": "1"}])
def test_as_many_queries_for_one_offer_as_for_thirty(home, client_for, query):
    def make():
        home.offer(home.landlord)
        home.offer(home.landlord, home.dwelling(home.landlord, type="T5"))

    client = client_for(home.household)
    make()
    client.get(OFFERS, query)
    with CaptureQueriesContext(connection) as one:
        client.get(OFFERS, query)
    for _ in range(29):
        make()
    with CaptureQueriesContext(connection) as thirty:
        page = client.get(OFFERS, {**query, "montrer": "36"})
    assert (len(titles(page)), len(thirty)) == (30, len(one))


def test_the_fragment_is_the_list_alone(home, client_for):
    home.offer(home.landlord)
    page = client_for(home.household).get(OFFERS, headers={"HX-Request": "true"})
    assert (titles(page), "<h1>" in page.content.decode()) == (["T3 de 62 m² à Caen"], False)


def apply(client, offer, once="3b0f6a52-5a5c-4b9e-8f3f-6f0c1f1d2a01"):
    return client.post(reverse("applicant:apply", args=[offer.pk]), {"once": once})


def test_a_double_click_applies_once(home, client_for):
    offer = home.offer(home.landlord)
    client = client_for(home.household)
    answers = [apply(client, offer), apply(client, offer), apply(client, offer, "3b0f6a52-5a5c-4b9e-8f3f-6f0c1f1d2a02")]
    (made,) = Application.objects.all()
    assert {(a.status_code, a.url) for a in answers} == {(302, reverse("applicant:application", args=[made.pk]))}


def test_a_second_application_is_refused_in_plain_words(home, client_for):
    client = client_for(home.household)
    apply(client, home.offer(home.landlord))
    answer = apply(client, home.offer(home.landlord), "3b0f6a52-5a5c-4b9e-8f3f-6f0c1f1d2a02")
    assert (answer.status_code, Application.objects.count()) == (422, 1)
    assert "Vous avez déjà une candidature en cours. Vous pouvez la retirer à tout moment" in words(answer)
    assert "Voir ma candidature en cours" in words(answer)


def test_an_offer_that_closes_meanwhile_is_refused_in_plain_words(home, client_for):
    offer = home.offer(home.landlord)
    client = client_for(home.household)
    client.get(reverse("applicant:apply", args=[offer.pk]))
    with clock.frozen_at(offer.closes_at + timedelta(seconds=1)):
        answer = apply(client, offer)
    assert (answer.status_code, Application.objects.count()) == (422, 0)
    assert "Cette offre ne prend plus de candidatures." in words(answer)


def test_what_the_household_may_not_have_is_refused_with_the_reason_and_offers_no_button(home, client_for):
    offer = home.offer(home.landlord, home.dwelling(home.landlord, type="T5"))
    client = client_for(home.household)
    look, answer = client.get(reverse("applicant:apply", args=[offer.pk])), apply(client, offer)
    assert (answer.status_code, Application.objects.count()) == (422, 0)
    on = clock.today()
    reason = plain(eligibility.check(household_of(home.own, on=on), facts(offer), on).blocking[0].text)
    assert (reason in words(look), reason in words(answer), "Je postule" in words(look)) == (True, True, False)


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_offers_that_take_no_application_show_no_button(home, client_for, state):
    offer = home.offer(home.landlord, state=state)
    client = client_for(home.household)
    client.raise_request_exception = False
    look = client.get(reverse("applicant:apply", args=[offer.pk]))
    assert (look.status_code, "Je postule" in words(look)) == (404 if state == "draft" else 200, False)


def test_withdrawing_lets_the_household_apply_elsewhere(home, client_for):
    client = client_for(home.household)
    apply(client, home.offer(home.landlord))
    first = Application.objects.get()
    client.post(reverse("applicant:withdraw", args=[first.pk]))
    apply(client, home.offer(home.landlord), "3b0f6a52-5a5c-4b9e-8f3f-6f0c1f1d2a02")
    assert list(Application.objects.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "submitted"]


def test_two_clicks_on_two_offers_at_once_leave_one_application(committed, client_for):
    with acting(SYSTEM):
        build = Builder()
        landlord, household = build.organisation(), build.actor(Role.APPLICANT)
        build.demand(household.person)
        offers = [build.offer(landlord), build.offer(landlord)]
        clients = [client_for(household), client_for(household)]
    one, two = together(
        lambda: apply(clients[0], offers[0]),
        lambda: apply(clients[1], offers[1], "3b0f6a52-5a5c-4b9e-8f3f-6f0c1f1d2a02"),
    )
    with acting(SYSTEM):
        assert (sorted([one.status_code, two.status_code]), Application.objects.count()) == ([302, 422], 1)
