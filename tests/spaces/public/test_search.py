"""The search anybody may use: place, type, rent, surface, sort, count, an address to share, honest bad input."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.homes.models import Offer
from palier.territories.models import Commune
from tests.builders import CAEN, LISIEUX
from tests.conftest import NOW


@pytest.fixture
def some(build):
    """Caen: T2 300 € 45 m² and T3 420 € 64 m²; Lisieux: T3 380 € 70 m², step-free; a closed one that never shows."""
    landlord = build.organisation()

    def offer(commune: str, kind: str, rent: int, surface: int, **dwelling) -> Offer:
        place = build.dwelling(
            landlord, commune=Commune.objects.get(code=commune), type=kind, surface=Decimal(surface), **dwelling
        )
        return build.offer(
            dwelling=place, rent=Decimal(rent), charges=Decimal(50), published_at=NOW - timedelta(hours=build.next())
        )

    found = {
        "small": offer(CAEN, "T2", 300, 45), "large": offer(CAEN, "T3", 420, 64),
        "far": offer(LISIEUX, "T3", 380, 70, step_free=True, floor=0),
    }  # fmt: skip
    build.offer(landlord, closes_at=NOW - timedelta(minutes=1))
    return found


@pytest.fixture
def kinds(build) -> dict[str, Offer]:
    """An offer of each kind in Caen."""
    landlord = build.organisation()

    def offer(product: str, financing: str = "PLUS", **terms) -> Offer:
        return build.offer(dwelling=build.dwelling(landlord, financing=financing), product=product, **terms)

    return {
        "social": offer("social"), "intermediate": offer("intermediate", "LLI", rent=Decimal(640)),
        "shared": offer("shared", rent=Decimal(310), rooms=3, room_surface=Decimal("12.5")),
        "residence": offer("residence", rent=Decimal(390), months_at_most=12),
        "sale": offer("sale", rent=None, price=Decimal(96_000), charges=Decimal(110)),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"social", "intermediate", "shared", "residence", "sale"}),
        ("?offre=shared&offre=residence", {"shared", "residence"}),
        ("?offre=sale&prix=95000", set()),
        ("?offre=sale&prix=96000", {"sale"}),
        ("?loyer=480", {"shared", "residence"}),
    ],
)
def test_a_search_by_kind_is_an_address_with_its_count(kinds, query, expected):
    html = page(query)
    assert set(shown(html)) == {kinds[name].pk for name in expected}
    assert (f"{len(expected)} offre" in html) or not expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("intermediate", ["Loyer intermédiaire", "725 €", "aucune commission ne décide", "ordre de leur dépôt"]),
        ("shared", ["Colocation", "Chambre de 13 m²", "3 chambres, un bail par colocataire", "signe son propre bail"]),
        ("residence", ["Résidence jeunes", "de redevance", "12 mois au plus", "pour une durée limitée"]),
        (
            "sale",
            ["À vendre", "96 000 €", "environ 481 €", "locataires du parc social passent d’abord", "accession sociale"],
        ),
    ],
)
def test_each_kind_says_what_it_costs_how_to_apply_and_who_decides(kinds, name, words):
    html = read(f"/offres/{kinds[name].pk}/").split("<main")[1]
    assert [word for word in words if word not in html] == []
    assert ("tirage au sort" in html, "commission d’attribution" in html) == (False, False)


def page(query: str = "", **headers: str) -> str:
    return read(f"/offres/{query}", **headers)


def read(address: str, **headers: str) -> str:
    response = Client(headers=headers).get(address)
    assert response.status_code == 200
    return re.sub("[\u00a0\u202f]", " ", response.content.decode())


def shown(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'class="offer-title"><a href="/offres/(\d+)/"', html)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["small", "large", "far"]),
        ("?lieu=caen", ["small", "large"]),
        ("?lieu=14100", ["far"]),
        ("?lieu=Calvados", ["small", "large", "far"]),
        ("?lieu=Orne", []),
        ("?type=T3", ["large", "far"]),
        ("?type=T2&type=T3&lieu=Lisieux", ["far"]),
        ("?loyer=430", ["small", "far"]),
        ("?surface=60", ["large", "far"]),
        ("?plain_pied=on", ["far"]),
        ("?tri=rent", ["small", "far", "large"]),
        ("?tri=surface", ["far", "large", "small"]),
    ],
)
def test_criteria_narrow_and_sort(some, query, expected):
    html = page(query)
    assert shown(html) == [some[name].pk for name in expected]
    assert f"{len(expected)} offre{'s' if len(expected) > 1 else ''}" in html


def test_a_card_says_the_whole_rent_and_how_fresh_it_is(some):
    html = page("?type=T2")
    assert re.search(r"<strong>350\s€</strong>", html)
    assert "confirmé" in html and "il y a 3" in html


def test_the_address_holds_the_whole_search(some):
    html = page("?lieu=Caen&type=T3&loyer=500&tri=rent")
    assert 'name="lieu" value="Caen"' in html
    assert re.search(r'value="T3"[^>]* checked', html)
    assert 'name="loyer" value="500"' in html


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("?lieu=Atlantide", "lieu", "Nous ne connaissons pas ce lieu"),
        ("?lieu=%F0%9F%98%80", "lieu", "Nous ne connaissons pas ce lieu"),
        ("?lieu=%D8%B3%D9%83%D9%86", "lieu", "Nous ne connaissons pas ce lieu"),
        ("?loyer=-1", "loyer", "Écrivez un montant positif."),
        ("?loyer=beaucoup", "loyer", "Écrivez un nombre entier d’euros."),
        ("?surface=1e9", "surface", "Écrivez un nombre entier de mètres carrés."),
        ("?type=zzz", "type", "zzz"),
    ],
)
def test_what_cannot_be_understood_is_said_and_kept(some, query, field, message):
    html = page(query)
    assert message in html
    assert f'href="#id_{field}' in html
    assert shown(html) == []


def test_what_was_typed_is_still_there_after_an_error(some):
    html = page("?lieu=Atlantide&loyer=500")
    assert 'name="lieu" value="Atlantide"' in html
    assert 'name="loyer" value="500"' in html


@pytest.mark.parametrize("query", ["?page=9999", "?page=-3", "?page=abc", "?page=%F0%9F%98%80", "?inconnu=1"])
def test_a_page_that_does_not_exist_shows_one_that_does(some, query):
    assert len(shown(page(query))) == 3


def test_pages_follow_one_another(build):
    landlord = build.organisation()
    made = [build.offer(landlord, published_at=NOW - timedelta(hours=n)).pk for n in range(45)]
    assert [shown(page(f"?page={n}")) for n in (1, 2, 3)] == [made[:20], made[20:40], made[40:]]
    assert shown(page("?page=4")) == made[40:]


def test_the_fragment_is_part_of_the_page(some):
    whole, part = page("?lieu=Caen"), page("?lieu=Caen", **{"HX-Request": "true"})
    assert part.strip() in whole
    assert "<html" not in part


def queries(address: str) -> int:
    client = Client()
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    return len(seen)


def test_thirty_offers_cost_no_more_queries_than_one(build):
    landlord = build.organisation()
    build.offer(landlord)
    one = queries("/offres/")
    for _ in range(29):
        build.offer(landlord)
    assert queries("/offres/") == one


def test_names_come_while_one_types(world):
    answer = Client().get("/lieux/?q=lisi").json()
    assert answer["places"][0] == {"name": "Lisieux", "postcodes": ["14100"]}


def test_the_map_counts_by_commune_and_leads_back_to_the_list(some):
    html = read("/offres/carte/?type=T3")
    assert "2 offres" in html
    assert 'href="/offres/?type=T3&amp;lieu=Caen"' in html


def test_an_offer_says_the_essential(some, build):
    offer = some["large"]
    build.application(build.demand(build.person()), offer)
    html = read(f"/offres/{offer.pk}/")
    for words in (
        "T3 de 64 m² à Caen",
        "confirmé par le bailleur",
        "1 candidat",
        "Postuler",
        "Deux personnes, sauf jeune couple",
    ):
        assert words in html, words
    assert re.search(r"<strong>470\s€</strong>", html)


def test_an_offer_that_closed_says_so_and_shows_the_way(some):
    offer = some["large"]
    Offer.objects.filter(pk=offer.pk).update(closes_at=NOW)
    html = read(f"/offres/{offer.pk}/")
    assert "Cette offre ne prend plus de candidatures" in html
    assert "Postuler" not in html


@pytest.mark.parametrize("address", ["/offres/0/", f"/offres/{2**63}/", "/offres/abc/", "/offres/999999/"])
def test_an_offer_that_never_was(world, address):
    assert Client().get(address).status_code == 404


def test_a_draft_is_nobody_s_business(build):
    draft = build.offer(state="draft", published_at=None)
    assert Client().get(f"/offres/{draft.pk}/").status_code == 404
