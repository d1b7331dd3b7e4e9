"""One timeline, the same for the household and the support desk, with every reading (mission F4, F10)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from palier.accounts.roles import Role
from palier.common.isolation import acting
from palier.documents import actions
from palier.documents.models import Reading
from palier.spaces.story import FILTERS, story
from tests.documents import files


@pytest.fixture
def household(build):
    actor = build.actor(Role.APPLICANT)
    demand = build.demand(actor.person)
    with acting(actor.scope):
        actions.receive(actor=actor, demand=demand, kind="identity", upload=files.upload(files.pdf()))
    return actor, demand


def test_a_new_person_is_told_where_it_begins(build, client_for):
    page = client_for(build.actor(Role.APPLICANT)).get(reverse("applicant:timeline")).content.decode()
    assert "L’historique commence avec votre demande" in page


def test_what_happened_and_who_read_it_are_on_one_page(household, build, client_for):
    actor, demand = household
    desk = build.actor(Role.DESK, build.organisation("desk", name="Guichet de Caen"))
    client_for(desk).get(reverse("desk:dossier", args=[demand.pk]))
    page = client_for(actor).get(reverse("applicant:timeline")).content.decode()
    for words in ("Pièce reçue", "Dossier ouvert : dossier complet", "Guichet de Caen", "Suivi de la demande"):
        assert words in page
    assert desk.person.last_name not in page
    assert Reading.objects.count() == 1


@pytest.mark.parametrize(("only", "pieces", "readings"), [
    ("tout", True, True), ("pieces", True, False), ("lectures", False, True), ("demande", False, False),
    ("n’importe quoi", True, True),
])  # fmt: skip
def test_filters(household, build, client_for, only, pieces, readings):
    actor, demand = household
    client_for(build.actor(Role.DESK)).get(reverse("desk:dossier", args=[demand.pk]))
    page = client_for(actor).get(reverse("applicant:timeline"), {"voir": only}).content.decode()
    assert ("Pièce reçue" in page, "Dossier ouvert" in page) == (pieces, readings)


def test_the_fragment_is_part_of_the_page(household, client_for):
    client = client_for(household[0])
    url = reverse("applicant:timeline")
    fragment = client.get(url, headers={"HX-Request": "true"}).content.decode().strip()
    assert fragment in client.get(url).content.decode()


def test_openings_in_a_row_are_told_once_but_all_kept(household, build, client_for):
    client = client_for(build.actor(Role.DESK))
    for _ in range(3):
        client.get(reverse("desk:dossier", args=[household[1].pk]))
    told = [entry for entry in story(household[1], "applicant", "lectures")]
    assert (len(told), Reading.objects.count()) == (1, 3)


def test_every_filter_has_words():
    assert [key for key, (label, _) in FILTERS.items() if not label] == []
