"""The pages of reservations: whose turn it is when publishing, the year by holder, conventions and balances, at both ends."""

from __future__ import annotations

from datetime import datetime

import pytest

from palier.common import clock
from palier.homes.models import Offer
from palier.reservations.models import Balance, Convention, Turn
from tests.conftest import NOW
from tests.harness.conftest import form
from tests.reservations.conftest import Flow


@pytest.fixture
def house(build) -> Flow:
    return Flow(build)


ASKED = {"available_on": "2026-12-04", "rent": "400", "charges": "60"}


def test_publishing_says_whose_turn_it_is_and_takes_it(house, client_for):
    _, employer = house.signed()
    house.publish()
    house.publish()
    dwelling, client = house.build.dwelling(house.landlord), client_for(house.agent)
    path = f"/bailleur/logements/{dwelling.pk}/offre/"
    page = client.get(path).content.decode()
    assert "Action Logement : c’est son tour" in page
    assert "0,6 logement lui revient avec celui-ci, 0 reçu" in page
    assert client.post(path, form(**ASKED, line=str(employer.pk))).status_code == 302
    offer = Offer.objects.get(dwelling=dwelling)
    assert (offer.holder_id, offer.state) == (house.employer.organisation_id, "published")


def test_another_choice_without_a_reason_comes_back_next_to_its_field(house, client_for):
    state, _ = house.signed()
    dwelling = house.build.dwelling(house.landlord)
    path = f"/bailleur/logements/{dwelling.pk}/offre/"
    answer = client_for(house.agent).post(path, form(**ASKED, line=str(state.pk), description="Vue sur le parc"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Dites pourquoi le logement ne va pas à celui dont c’est le tour." in page
    assert "Vue sur le parc" in page
    assert Offer.objects.count() == Turn.objects.count() == 0
    data = form(**ASKED, line=str(state.pk), departure="Relogement urgent")
    assert client_for(house.agent).post(path, data).status_code == 302
    assert Turn.objects.get().departure == "Relogement urgent"


def test_an_intermediate_dwelling_is_not_shared_out(house, client_for):
    house.signed()
    dwelling = house.build.dwelling(house.landlord, financing="LLI")
    client, path = client_for(house.agent), f"/bailleur/logements/{dwelling.pk}/offre/"
    assert "Hors du flux" in client.get(path).content.decode()
    assert client.post(path, form(**ASKED)).status_code == 302
    assert Turn.objects.get().kind == "intermediate"


def test_without_a_convention_the_landlord_says_by_itself(house, client_for):
    dwelling = house.build.dwelling(house.landlord)
    client, path = client_for(house.agent), f"/bailleur/logements/{dwelling.pk}/offre/"
    assert "Réservation" in client.get(path).content.decode()
    assert client.post(path, form(**ASKED, contingent="none")).status_code == 302
    assert Turn.objects.count() == 0
    assert "Aucune convention" in client.get("/bailleur/reservations/").content.decode()


def test_a_convention_is_written_and_what_the_law_refuses_stays_typed(house, client_for):
    client, path = client_for(house.agent), "/bailleur/reservations/conventions/nouvelle/"
    data = {
        "holder_id": str(house.state.organisation_id), "contingent": "state_priority", "department": "14", "town": "",
        "designation_days": "30", "valid_from": "2026-01-01",
    }  # fmt: skip
    answer = client.post(path, form(**data, percent="35"))
    assert (answer.status_code, "L’État ne peut avoir plus de 30" in answer.content.decode()) == (422, True)
    assert 'value="35"' in answer.content.decode()
    unknown = client.post(path, form(**{**data, "town": "Nulle-Part"}, percent="25"))
    assert "Nous ne connaissons pas cette commune" in unknown.content.decode()
    assert client.post(path, form(**data, percent="25")).status_code == 302
    assert client.get("/bailleur/reservations/").status_code == 200
    held = Convention.objects.get()
    assert (held.percent, held.returned_counts) == (25, False)


def test_the_year_is_told_to_each_holder_for_its_own_line(house, client_for):
    state, employer = house.signed()
    house.publish(line=employer.pk, departure="Accord")
    house.publish(line=state.pk, departure="Accord")
    told = ("Habitat Essai", "Préfecture", "Action Logement", "2\u00a0logements dans le flux")
    landlord = client_for(house.agent).get("/bailleur/reservations/").content.decode()
    holder = client_for(house.employer).get("/reservataire/flux/").content.decode()
    assert [words in landlord for words in told] == [True] * 4
    assert [words in holder for words in told] == [True, False, True, True]


def test_a_balance_is_signed_then_read_by_its_holder_alone(house, client_for):
    house.signed()
    with clock.frozen_at(datetime(2027, 2, 1, 9, tzinfo=NOW.tzinfo)):
        client = client_for(house.agent)
        page = client.get("/bailleur/reservations/?annee=2026").content.decode()
        assert "Signer et transmettre" in page
        path = f"/bailleur/reservations/bilans/14/2026/{house.employer.organisation_id}/"
        assert client.post(path, form()).status_code == 302
        paper = f"/reservataire/flux/bilans/{Balance.objects.get().pk}/"
        assert client_for(house.employer).get(paper).content.startswith(b"%PDF")
        assert client_for(house.state).get(paper).status_code == 404
        pages = (
            (house.agent, "/bailleur/reservations/?annee=2026"),
            (house.employer, "/reservataire/flux/?annee=2026"),
        )
        assert ["Sceau vérifié" in client_for(actor).get(path).content.decode() for actor, path in pages] == [
            True,
            True,
        ]


def test_the_holder_sees_its_delay_and_may_give_back(house, client_for):
    _, employer = house.signed()
    offer = house.publish(line=employer.pk, departure="Accord")
    house.build.application(house.build.demand(house.build.person()), offer)
    client, path = client_for(house.employer), f"/reservataire/logements/{offer.pk}/"
    assert "23 décembre 2026 à 23:59" in client.get(path).content.decode().replace("\u00a0", " ")
    empty = client.post(f"{path}rendre/", form(reason=""))
    assert (empty.status_code, "Dites pourquoi" in empty.content.decode()) == (422, True)
    assert client.post(f"{path}rendre/", form(reason="Personne")).status_code == 302
    assert client.get(path).status_code == 404


def test_a_reason_typed_beside_one_that_is_missing_is_not_lost(house, client_for):
    _, employer = house.signed()
    offer = house.publish(line=employer.pk, departure="Accord")
    first, second = (house.build.application(house.build.demand(house.build.person()), offer).pk for _ in range(2))
    path = f"/reservataire/logements/{offer.pk}/designer/"
    data = {"skip": [first, second], f"why-{first}": "Déjà relogé", f"why-{second}": ""}
    answer = client_for(house.employer).post(path, form(**data))
    page = answer.content.decode()
    assert (answer.status_code, 'value="Déjà relogé"' in page, page.count(" checked>")) == (422, True, 2)
    assert (
        client_for(house.employer).post(path, form(skip=[first], **{f"why-{first}": "Déjà relogé"})).status_code == 302
    )
    assert house.turn(offer).state == "designated"


def test_a_lot_of_first_lettings_starts_from_the_shares_and_writes_nothing(house, client_for):
    house.signed()
    homes = [house.build.dwelling(house.landlord) for _ in range(10)]
    stranger = house.build.dwelling(house.build.organisation())
    client, path = client_for(house.agent), "/bailleur/reservations/lot/"
    assert client.get(path).status_code == 200
    assert client.get(path, {"references": " "}).status_code == 422
    typed = "\n".join(home.reference for home in [*homes, stranger])
    page = client.get(path, {"references": typed}).content.decode().replace("\u00a0", " ")
    assert [words in page for words in ("Habitat Essai : 5", "Préfecture : 3", "Action Logement : 2")] == [True] * 3
    assert f"Pas dans votre parc : {stranger.reference}" in page
    assert Turn.objects.count() == 0
