"""A desk writes in a registered demand on a ground that its household reads, or under a mandate it gave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.ledger import timeline
from palier.common.models import Message
from palier.demands import acting as mandates
from palier.demands import actions
from palier.demands.form import Address, Form
from palier.demands.models import Demand, Mandate
from tests.spaces.applicant.steps import errors, values


@pytest.fixture
def desk(build):
    return build.actor(Role.DESK, build.organisation("desk", name="Guichet de Caen"))


@pytest.fixture
def client(desk, client_for):
    return client_for(desk)


@pytest.fixture
def demand(build) -> Demand:
    place = Address(line="1 rue de l’Essai", extra="Caen", postcode="14000", commune="14118")
    return build.demand(build.person(), form=build.form(address=place))


def address(demand: Demand, key: str = "logement") -> str:
    return f"/guichet/dossiers/{demand.pk}/modifier/{key}/"


def sentences(demand: Demand) -> list[str]:
    with acting(SYSTEM):
        return [one["sentence"] for one in timeline(demand.pk, "applicant")]


def typed(client, demand, **changes) -> dict:
    return {**values_of(client.get(address(demand))), **changes}


def values_of(answer) -> dict:
    """What the page would send untouched; the desk's form has no autosave."""
    text = answer.content.decode().replace('class="stack all-steps"', 'class="stack all-steps" data-autosave=""')
    answer.content = text.encode()
    return values(answer)


def test_a_change_in_presence_is_told_to_the_household(client, demand):
    answer = client.post(address(demand), typed(client, demand, rent="610", **{"motif-ground": "present"}))
    assert answer.status_code == 302, errors(answer)
    demand.refresh_from_db()
    assert (Form.from_json(demand.form).home.rent, demand.revision) == (610, 2)
    assert "Guichet de Caen a mis à jour votre demande, en votre présence : logement actuel" in sentences(demand)
    with acting(SYSTEM):
        mail = Message.objects.get(kind="demands.corrected")
    assert "en votre présence" in mail.text and demand.number not in mail.text + mail.subject


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "motif-ground"),
        ({"motif-ground": "document", "motif-proof": ""}, "motif-proof"),
        ({"motif-ground": "writing", "motif-proof": "x"}, "motif-proof"),
        ({"motif-ground": "mandate"}, "motif-mandate"),
        ({"motif-ground": "mandate", "motif-mandate": "999"}, "motif-mandate"),
        ({"motif-ground": "autre"}, "motif-ground"),
    ],
)
def test_without_a_ground_nothing_is_written_and_nothing_typed_is_lost(client, demand, sent, field):
    answer = client.post(address(demand), typed(client, demand, rent="610", **sent))
    assert (answer.status_code, field in errors(answer)) == (422, True)
    assert values_of(answer)["rent"] == "610"
    demand.refresh_from_db()
    assert demand.revision == 1


def test_a_mandate_in_force_and_no_other(build, client, desk, demand):
    answer = client.post(
        f"/guichet/dossiers/{demand.pk}/mandat/",
        {"holder": "Association d’essai", "words": "Mettre à jour ma demande et mes pièces", "until_on": "2027-01-15"},
    )
    assert answer.status_code == 302
    held = Mandate.objects.get()
    client.post(
        address(demand), typed(client, demand, rent="610", **{"motif-ground": "mandate", "motif-mandate": held.pk})
    )
    told = sentences(demand)
    assert "Un mandat est déclaré : Association d’essai peut agir pour vous jusqu’au 15 janvier 2027" in told
    assert any("à la demande de Association d’essai, que vous avez mandaté" in one for one in told)
    other = build.demand(build.person())
    with acting(desk.scope), pytest.raises(Refused, match="mandat en cours"):
        mandates.words_of(mandates.Ground("mandate", mandate=held.pk), other)
    with clock.frozen_at(clock.now() + timedelta(days=60)):
        assert mandates.in_force(demand, clock.today()) == []


def test_the_household_reads_its_mandates_and_ends_them(build, client_for, desk, demand):
    with acting(desk.scope):
        held = mandates.declare(
            actor=desk, demand_id=demand.pk, holder="Mme Essai", words="Signer et déposer mes pièces",
            until_on=clock.today() + timedelta(days=30),
        )  # fmt: skip
    household = client_for(build.actor(Role.APPLICANT, person=demand.person))
    assert "« Signer et déposer mes pièces »" in household.get("/mon-espace/demande/").content.decode()
    stranger = client_for(build.actor(Role.APPLICANT))
    assert stranger.post(f"/mon-espace/demande/mandats/{held.pk}/fin/").status_code == 404
    assert household.post(f"/mon-espace/demande/mandats/{held.pk}/fin/").status_code == 302
    assert "Mme Essai" not in household.get("/mon-espace/demande/").content.decode()
    assert "Le mandat de Mme Essai a pris fin" in sentences(demand)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"holder": " "}, "holder"), ({"words": "court"}, "words"), ({"until_on": "2026-11-22"}, "until_on"),
        ({"until_on": "2027-11-24"}, "until_on"),
    ],
)  # fmt: skip
def test_a_mandate_that_is_none(client, demand, given, field):
    sound = {"holder": "Mme Essai", "words": "Déposer mes pièces", "until_on": "2027-11-23"}
    answer = client.post(f"/guichet/dossiers/{demand.pk}/mandat/", {**sound, **given})
    assert (answer.status_code, set(errors(answer))) == (422, {field})
    assert not Mandate.objects.exists()


def test_a_landlord_changes_no_demand(build, demand):
    landlord = build.actor(Role.LANDLORD, build.organisation())
    with acting(landlord.scope), pytest.raises(NotYours):
        actions.change(
            actor=landlord, demand_id=demand.pk, form=Form.from_json(demand.form), revision=1, sections=["x"]
        )


def test_two_people_at_once_the_second_is_told_then_may_go_on(client, demand):
    first = typed(client, demand, rent="600", **{"motif-ground": "present"})
    second = typed(client, demand, rent="620", **{"motif-ground": "present"})
    assert client.post(address(demand), first).status_code == 302
    answer = client.post(address(demand), second)
    assert answer.status_code == 422 and "modifiée ailleurs" in errors(answer)[""]
    assert client.post(address(demand), {**values_of(answer)}).status_code == 302
    demand.refresh_from_db()
    assert (Form.from_json(demand.form).home.rent, demand.revision) == (620, 3)


def test_rows_of_people_are_added_without_javascript(client, demand):
    sent = {**values_of(client.get(address(demand, "menage"))), "more": "child"}
    answer = client.post(address(demand, "menage"), sent)
    assert (answer.status_code, "child_1_birth_date" in values_of(answer)) == (200, True)


@pytest.mark.parametrize("key", ["identite", "menage", "ressources", "logement", "handicap", "souhaits"])
def test_every_section_opens_and_saved_untouched_changes_nothing(client, demand, key):
    before = demand.form
    answer = client.post(
        address(demand, key), {**values_of(client.get(address(demand, key))), "motif-ground": "present"}
    )
    assert answer.status_code == 302, errors(answer)
    demand.refresh_from_db()
    assert (demand.form, demand.revision) == (before, 1)


def test_the_document_of_identity_seen_is_written_down(client, demand, build):
    from tests.spaces.desk.test_desk import COUNTER

    refused = client.post("/guichet/enregistrer/", {k: v for k, v in COUNTER.items() if k != "seen"})
    assert errors(refused)["seen"] == "Dites quelle pièce d’identité vous avez vue."
    client.post("/guichet/enregistrer/", {**COUNTER, "seen": "passeport"})
    made = Demand.objects.exclude(pk=demand.pk).get()
    with acting(SYSTEM):
        assert "Demande enregistrée ; identité vue : passeport" in [e["sentence"] for e in timeline(made.pk, "agent")]
