"""The desk's lists of terms and what it does for a household that came or wrote."""

from __future__ import annotations

import pytest

from palier.accounts.roles import Role
from palier.common.isolation import SYSTEM, acting
from palier.demands import nights
from palier.demands.models import Demand, Notice
from palier.law.calendar import add_months
from tests.conftest import NOW

TODAY = NOW.date()


@pytest.fixture
def client(build, client_for):
    return client_for(build.actor(Role.DESK, build.organisation("desk", name="Guichet de Caen")))


def born(build, months: int, person=None, **fields) -> Demand:
    first = add_months(TODAY, -months)
    return build.demand(person, first_registered_on=first, expires_on=add_months(first, 12), **fields)


def read(client, where: str) -> str:
    return client.get(where).content.decode().replace("\xa0", " ")


def names(client, which: str) -> int:
    answer = client.get(f"/guichet/echeances/{which}/")
    assert answer.status_code == 200
    return answer.content.decode().count('scope="row"')


def test_each_list_holds_its_own(build, client):
    born(build, 11, build.person())
    born(build, 12)
    born(build, 2, build.person())
    born(build, 13, state="removed", removal_ground="RADREN", removed_on=TODAY)
    born(build, 19, state="removed", removal_ground="RADREN", removed_on=add_months(TODAY, -6))
    born(build, 2, state="removed", removal_ground="RADCON", removed_on=add_months(TODAY, -5))
    born(build, 2, state="removed", removal_ground="RADABA", removed_on=TODAY)
    with acting(SYSTEM):
        nights.run()
    found = {which: names(client, which) for which in ("renouveler", "courriers", "avertis", "radiees")}
    assert found == {"renouveler": 2, "courriers": 1, "avertis": 0, "radiees": 2}
    assert client.get("/guichet/echeances/").status_code == 200
    assert client.get("/guichet/echeances/autre/").status_code == 404


def test_another_department_sees_none(build, client_for):
    born(build, 11, build.person())
    far = client_for(build.actor(Role.DESK, build.organisation("desk", departments=["61"])))
    assert names(far, "renouveler") == 0


def test_a_letter_posted(build, client):
    born(build, 12)
    with acting(SYSTEM):
        nights.run()
    where = f"/guichet/courriers/{Notice.objects.get().pk}/"
    assert client.get(where).status_code == 200
    assert client.post(where, {"sent_on": "2026-11-30", "proof": "1A 234 567"}).status_code == 422
    assert client.post(where, {"sent_on": "2026-11-23", "proof": "1A 234 567"}).status_code == 302
    assert Notice.objects.get().removal_on == add_months(TODAY, 1)
    assert "Courrier envoyé" in read(client, where)


def test_everything_a_desk_does_in_a_life(build, client):
    demand = born(build, 11, build.person())
    where = f"/guichet/dossiers/{demand.pk}/vie/"
    assert "Renouveler pour un an" in read(client, where)
    assert client.post(where + "prevenir/", {"sent_on": "", "proof": ""}).status_code == 422
    for act, data in (
        ("prevenir", {"sent_on": "2026-11-20", "proof": "1A 234 567"}),
        ("repondre", {}),
        ("renouveler", {"declare": "on"}),
        ("renoncer", {"why": "Lettre du 20 novembre, classeur 4"}),
    ):
        assert client.post(f"{where}{act}/", data).status_code == 302, act
    assert Notice.objects.get().outcome == "answered"
    shown = Demand.objects.get(pk=demand.pk)
    assert (shown.renewed_on, shown.removal_ground) == (TODAY, "RADABA")
    assert "ne peut plus être réactivée" in read(client, where)
    assert client.post(where + "reactiver/", {"declare": "on"}).status_code == 422
    assert client.post(where + "autre/", {}).status_code == 404


def test_reactivated_at_the_desk(build, client):
    demand = born(build, 13, state="removed", removal_ground="RADREN", removed_on=TODAY)
    where = f"/guichet/dossiers/{demand.pk}/vie/"
    assert "23 avril 2027" in read(client, where)
    assert client.post(where + "reactiver/", {"declare": "on"}).status_code == 302
    assert Demand.objects.get(pk=demand.pk).state == "active"


def test_a_landlord_records_its_letter_and_nobody_else_lifts_it(build, client, client_for):
    landlord = build.organisation()
    agent = client_for(build.actor(Role.LANDLORD, landlord))
    demand = born(build, 2, build.person())
    application = build.application(demand, build.offer(landlord))
    where = f"/bailleur/dossiers/{application.pk}/courrier/"
    assert agent.get(where).status_code == 200
    assert agent.post(where, {"sent_on": "2026-11-23", "proof": "1A 234 567"}).status_code == 302
    assert "23 janvier 2027" in read(agent, where)
    notice = Notice.objects.get()
    assert (notice.by, notice.ground) == (landlord, "RADCON")
    assert client.post(f"/guichet/avertissements/{notice.pk}/lever/").status_code == 404
