"""On screen: a landlord offers each kind, reads its candidates in the public order, proposes, records what is signed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from palier.accounts.roles import Role
from palier.allocations.models import Lease, Proposal
from palier.applications.models import Application
from palier.common import clock
from palier.demands.models import Demand
from palier.homes.models import Offer
from tests.allocations.test_choosing import Direct


@pytest.fixture
def agent(build):
    return build.actor(Role.LANDLORD)


SAID = {"available_on": "2027-01-04", "charges": "60", "contingent": "none"}


@pytest.mark.parametrize(
    ("financing", "said", "kept"),
    [
        (
            "PLUS",
            {"product": "shared", "rent": "310", "rooms": "3", "room_surface": "12.5"},
            ("shared", 310, None, 3, None),
        ),
        ("PLAI", {"product": "residence", "rent": "390", "months_at_most": "12"}, ("residence", 390, None, None, 12)),
        ("LLI", {"product": "intermediate", "rent": "640"}, ("intermediate", 640, None, None, None)),
        # What was typed for another kind is not read.
        ("PLUS", {"product": "sale", "price": "96000", "rent": "410", "rooms": "x"}, ("sale", None, 96000, None, None)),
    ],
)
def test_each_kind_is_published_by_the_form(build, agent, client_for, financing, said, kept):
    dwelling = build.dwelling(agent.organisation, financing=financing)
    answer = client_for(agent).post(reverse("landlord:new_offer", args=[dwelling.pk]), {**SAID, **said})
    assert answer.status_code == 302, answer.context["form"].errors
    made = Offer.objects.get(dwelling=dwelling)
    assert (made.product, made.rent, made.price, made.rooms, made.months_at_most) == kept


@pytest.mark.parametrize(
    ("said", "field"),
    [({"product": "sale"}, "price"), ({"product": "shared", "rent": "310", "rooms": "3"}, "room_surface"), ({}, "rent"),
     ({"product": "residence", "rent": "390", "months_at_most": "36"}, "months_at_most"), ({"product": "social"}, "rent")],
)  # fmt: skip
def test_what_is_lacking_is_said_beside_it_and_nothing_typed_is_lost(build, agent, client_for, said, field):
    dwelling = build.dwelling(agent.organisation)
    data = {**SAID, **said, "description": "Clair"}
    answer = client_for(agent).post(reverse("landlord:new_offer", args=[dwelling.pk]), data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert "Clair" in answer.content.decode()


def test_a_dwelling_is_offered_only_as_its_financing_allows(build, agent, client_for):
    for financing, kinds in (("PLUS", ["social", "shared", "residence", "sale"]), ("LLI", ["intermediate", "sale"])):
        page = client_for(agent).get(
            reverse("landlord:new_offer", args=[build.dwelling(agent.organisation, financing=financing).pk])
        )
        assert [code for code, _ in page.context["form"].fields["product"].choices] == kinds


@pytest.fixture
def room(build) -> Direct:
    return Direct(build, "shared")


def queue(client, offer: Offer) -> list[tuple[int, int]]:
    page = client.get(reverse("landlord:candidates", args=[offer.pk]))
    return [(row["place"].position, row["application"].pk) for row in page.context["queue"]]


def test_candidates_stand_in_the_order_of_their_applications_without_a_point(room, client_for):
    made = room.admitted()
    client = client_for(room.agent)
    assert queue(client, room.offer) == [(n, a.pk) for n, a in enumerate(made, start=1)]
    for name, key in (("candidates", room.offer.pk), ("file", made[0].pk)):
        assert "Points" not in client.get(reverse(f"landlord:{name}", args=[key])).content.decode()


def post(client, name: str, key: int, **data: Any):
    return client.post(reverse(f"landlord:{name}", args=[key]), data)


def test_a_departure_asks_for_its_reason_and_the_order_asks_for_none(room, client_for):
    first, second, *_ = room.admitted()
    client = client_for(room.agent)
    refused = post(client, "choose", second.pk, reason="")
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["reason"])
    assert "reason" not in client.get(reverse("landlord:choose", args=[first.pk])).context["form"].fields
    done = post(client, "choose", first.pk)
    proposal = Proposal.objects.get(application=first)
    assert done.headers["Location"] == reverse("landlord:allocation", args=[proposal.pk])
    held = post(client, "choose", second.pk, reason="Essai")
    assert (held.status_code, "attendez sa réponse" in held.content.decode()) == (422, True)


def test_no_commission_is_offered_such_a_file(room, client_for):
    room.admitted()
    secretary = client_for(room.secretary)
    assert secretary.get(reverse("landlord:ready")).context["rows"] == []
    assert secretary.get(reverse("landlord:agenda", args=[room.offer.pk])).status_code == 404


def test_the_file_of_a_social_dwelling_has_no_such_page(stage_file, client_for):
    agent, application = stage_file
    assert client_for(agent).get(reverse("landlord:choose", args=[application.pk])).status_code == 404


@pytest.fixture
def stage_file(build, agent):
    return agent, build.application(build.demand(build.person()), build.offer(agent.organisation), state="admissible")


def test_a_residence_is_signed_with_its_last_day_on_screen(build, client_for):
    direct = Direct(build, "residence")
    first = direct.admitted()[0]
    client, household = client_for(direct.agent), client_for(direct.households[0])
    post(client, "choose", first.pk)
    proposal = Proposal.objects.get(application=first)
    page = household.get(reverse("applicant:application", args=[first.pk])).content.decode()
    assert ("Le bailleur vous fait une proposition" in page, "la loi considère" in page) == (True, False)
    household.post(reverse("applicant:accept", args=[proposal.pk]))
    today = clock.today().isoformat()
    said = {"signed_on": today, "starts_on": today, "rent": "390", "charges": "0"}
    assert list(post(client, "lease", proposal.pk, **said, ends_on="2029-01-01").context["lease_form"].errors) == [
        "ends_on"
    ]
    assert post(client, "lease", proposal.pk, **said, ends_on="2027-06-30").status_code == 302
    assert (Lease.objects.get().ends_on.isoformat(), Demand.objects.get(pk=first.demand_id).state) == (
        "2027-06-30",
        "active",
    )
    page = household.get(reverse("applicant:application", args=[first.pk])).content.decode().replace("\xa0", " ")
    assert ("30 juin 2027" in page, "radi" in page.split("<main")[1].split("</main")[0]) == (True, False)


def test_a_sale_shows_a_price_and_no_rent_before_applying(build, client_for):
    sale = Direct(build, "sale")
    page = client_for(sale.households[0]).get(reverse("applicant:apply", args=[sale.offer.pk]))
    words = page.content.decode().replace("\u202f", " ").replace("\xa0", " ")
    assert ("96 000 €" in words, "481 €" in words, "Loyer" in words.split("<main")[1]) == (True, True, False)
    assert page.context["assessment"].eligibility.figures["instalment"] == 480.6
    done = client_for(sale.households[0]).post(reverse("applicant:apply", args=[sale.offer.pk]))
    made = Application.objects.get()
    assert (done.headers["Location"], made.state, made.points) == (
        reverse("applicant:application", args=[made.pk]), "sent", Decimal(0),
    )  # fmt: skip
