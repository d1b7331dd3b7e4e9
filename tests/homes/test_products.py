"""Publishing each kind of offer: what it needs, what its dwelling allows, how long it stays."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import Error

from palier.accounts.roles import OrganisationKind, Role
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.homes import actions
from palier.homes.models import Offer
from palier.homes.queries import cards, open_offers, search
from tests.conftest import NOW

ROOM = {"product": "shared", "rent": Decimal(310), "rooms": 3, "room_surface": Decimal("12.5")}
UNIT = {"product": "residence", "rent": Decimal(390), "months_at_most": 12}
SALE = {"product": "sale", "price": Decimal(96_000)}
RENT = {"rent": Decimal(410)}


@pytest.fixture
def publish(build):
    agent = build.actor(Role.LANDLORD)

    def put(financing: str = "PLUS", **terms: Any) -> Offer:
        dwelling = build.dwelling(agent.organisation, financing=financing)
        said = {"available_on": date(2027, 1, 4), "charges": Decimal(60), **terms}
        with acting(agent.scope):
            made = actions.draft_offer(actor=agent, dwelling_id=dwelling.pk, **said)
            return actions.publish(actor=agent, offer_id=made.pk)

    return put


@pytest.mark.parametrize(
    ("financing", "terms", "product"),
    [("PLUS", RENT, "social"), ("LLI", RENT, "intermediate"), ("PLS", ROOM, "shared"), ("PLAI", UNIT, "residence"),
     ("PLUS", SALE, "sale"), ("LLI", SALE, "sale")],
)  # fmt: skip
def test_each_kind_is_published(publish, financing, terms, product):
    offer = publish(financing, **terms)
    assert (offer.state, offer.product, offer.rent is None, offer.price) == (
        "published", product, product == "sale", terms.get("price"),
    )  # fmt: skip
    days = (offer.closes_at - clock.now()).days
    assert days == (30 if product == "sale" else 14)


@pytest.mark.parametrize(
    ("financing", "terms", "field"),
    [
        ("LLI", {**RENT, "product": "social"}, "product"),
        ("LLI", ROOM, "product"),
        ("PLUS", {**RENT, "product": "intermediate"}, "product"),
        ("PLUS", {**RENT, "product": "yacht"}, "product"),
        ("PLUS", {}, "rent"),
        ("PLUS", {**SALE, "price": None}, "price"),
        ("PLUS", {**SALE, **RENT}, "rent"),
        ("PLUS", {**RENT, "price": Decimal(1000)}, "price"),
        ("PLUS", {**ROOM, "rooms": None}, "rooms"),
        ("PLUS", {**ROOM, "rooms": 1}, "rooms"),
        ("PLUS", {**ROOM, "room_surface": Decimal(62)}, "room_surface"),
        ("PLUS", {**UNIT, "months_at_most": None}, "months_at_most"),
        ("PLUS", {**UNIT, "months_at_most": 25}, "months_at_most"),
        ("PLUS", {**RENT, "months_at_most": 12}, "months_at_most"),
    ],
)
def test_what_a_kind_lacks_or_does_not_have_is_said_beside_its_field(publish, financing, terms, field):
    with pytest.raises(Refused) as refused:
        publish(financing, **terms)
    assert (refused.value.field, Offer.objects.count()) == (field, 0)


def test_only_a_social_dwelling_is_reserved(publish, build):
    holder = build.organisation(OrganisationKind.ACTION_LOGEMENT)
    with pytest.raises(Refused) as refused:
        publish("LLI", **RENT, contingent="action_logement", holder_id=holder.pk)
    assert (refused.value.code, refused.value.field) == ("offer.reserved", "contingent")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"product": "yacht"}, "offer_product"),
        ({"rent": None}, "offer_rent_or_price"),
        ({"price": Decimal(1000)}, "offer_rent_or_price"),
        ({"rooms": 3}, "offer_room_of_a_shared_flat"),
        ({"months_at_most": 12}, "offer_stay_in_a_residence"),
        ({"product": "intermediate"}, "as its financing allows"),
    ],
)
def test_the_database_holds_it_too(publish, changes, constraint):
    offer = publish(**RENT)
    with acting(SYSTEM), pytest.raises((IntegrityError, Error), match=constraint), transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(**changes)


def test_a_search_by_kind_by_rent_and_by_price(publish):
    made = {
        o.product: o.pk
        for o in (publish(**RENT), publish("LLI", rent=Decimal(640)), publish(**ROOM), publish(**UNIT), publish(**SALE))
    }
    names = {pk: product for product, pk in made.items()}

    def found(**criteria: Any) -> list[str]:
        rows, count = cards(search(clock.now(), criteria), start=0, most=20)
        assert count == len(rows)
        return [names[row.pk] for row in rows]

    assert sorted(found()) == sorted(made)
    assert sorted(found(products=["shared", "sale"])) == ["sale", "shared"]
    assert sorted(found(max_rent=460)) == ["residence", "shared"]
    assert sorted(found(max_price=90_000)) == ["intermediate", "residence", "shared", "social"]
    assert found(sort="rent") == ["shared", "residence", "social", "intermediate", "sale"]


def test_a_card_says_what_its_kind_costs(publish):
    publish(**SALE)
    publish(**ROOM)
    rows, _ = cards(open_offers(NOW + timedelta(seconds=1)).order_by("pk"), start=0, most=9)
    assert [(c.terms.name, c.monthly, c.price, c.room_surface) for c in rows] == [
        ("À vendre", None, Decimal(96_000), None), ("Colocation", Decimal(370), None, Decimal("12.5")),
    ]  # fmt: skip
