"""The secretary reads the rules in words, writes a version, sees what it changes, keeps seats and stand-ins."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest

from palier.commissions.models import RulesVersion, Seat, StandIn
from tests.chain.test_chain import Stage
from tests.conftest import NOW

TODAY = NOW.date()
FORM = {
    "opens_day": "wed", "opens_time": "09:00", "closes_day": "thu", "closes_time": "13:00", "notice_days": "3",
    "reminder_hours": "24, 3", "quorum": "3", "counting": "borda", "tallies": "hidden", "meeting_by": "voting",
    "valid_from": TODAY.isoformat(), "note": "Délibération du 12 octobre",
}  # fmt: skip


begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


@pytest.fixture
def client(stage, client_for):
    return client_for(stage.secretary)


def words(answer) -> str:
    return unescape(answer.content.decode()).replace("\u00a0", " ")


def post(client, stage, **change):
    return client.post(f"/bailleur/reglement/{stage.commission.pk}/nouvelle-version/", {**FORM, **change})


def test_the_rules_in_force_are_read_in_words(client):
    page = words(client.get("/bailleur/reglement/"))
    for said in (
        "Du mercredi à 9 h au jeudi à 13 h",
        "2 voix, logement par logement",
        "Points selon la place (Borda)",
        "Version 1",
    ):
        assert said in page
    assert "La composition est à compléter" in page


def test_a_version_is_seen_before_it_is_published(client, stage):
    seen = post(client, stage)
    page = words(seen)
    assert (seen.status_code, RulesVersion.objects.count()) == (200, 1)
    assert ("2 voix, logement par logement" in page, "3 voix, logement par logement" in page) == (True, True)
    assert 'value="publish"' in page
    done = post(client, stage, do="publish")
    assert (done.status_code, done.headers["Location"]) == (302, "/bailleur/reglement/")
    made = RulesVersion.objects.get(version=2)
    assert (made.quorum, made.reminder_hours, made.note, made.made_by) == (
        3,
        [24, 3],
        FORM["note"],
        stage.secretary.person,
    )
    history = words(client.get("/bailleur/reglement/"))
    assert ("En vigueur" in history, "Remplacée" in history) == (True, True)


@pytest.mark.parametrize(
    "change, field, said",
    [
        ({"quorum": "9"}, "quorum", "Quorum impossible : 9 voix demandées, et 3 membres au plus peuvent voter"),
        ({"kind_prefect": "1"}, "kind_prefect", "aucun siège de cette qualité n’est pourvu"),
        ({"kind_mayor": "2"}, "kind_mayor", "une seule voix est possible pour un logement"),
        ({"closes_day": "wed", "closes_time": "08:00"}, "closes_time", "La séance doit se clore après son ouverture."),
        ({"reminder_hours": "demain"}, "reminder_hours", "Écrivez des heures séparées par des virgules"),
        ({"reminder_hours": "40"}, "reminder_hours", "tomberait avant l’ouverture"),
        (
            {"valid_from": (TODAY - timedelta(days=1)).isoformat(), "do": "publish"},
            "valid_from",
            "le passé ne se réécrit pas",
        ),
        ({"valid_from": ""}, "valid_from", "obligatoire"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(client, stage, change, field, said):
    answer = post(client, stage, **change)
    page = words(answer)
    assert answer.status_code == 422
    assert said in page
    assert f'id="id_{field}_error"' in page
    assert 'value="Délibération du 12 octobre"' in page
    assert RulesVersion.objects.count() == 1


def test_what_is_unusual_is_told_and_does_not_stop(client, stage):
    page = words(post(client, stage, notice_days="1", closes_day="tue"))
    assert "Convocation : 1 jour. Les règlements publiés laissent de 3 à 8 jours." in page
    assert "La séance durerait 6 jours" in page


def test_a_seat_is_filled_from_those_with_access(client, stage):
    spare = stage.spare.person
    address = f"/bailleur/membres/{stage.commission.pk}/nouveau/"
    wrong = client.post(address, {"person": spare.pk, "capacity": "mayor", "commune": "Nulle-Part-sur-Mer"})
    assert (wrong.status_code, "Cette commune n’est pas connue" in words(wrong)) == (422, True)
    missing = client.post(address, {"person": spare.pk, "capacity": "mayor"})
    assert "un maire ne vote que pour les logements de la sienne" in words(missing)
    two = client.post(address, {"person": spare.pk, "capacity": "board", "president": "on"})
    assert "La commission a déjà une présidence" in words(two)
    done = client.post(address, {"person": spare.pk, "capacity": "mayor", "commune": "Lisieux"})
    assert done.status_code == 302
    assert Seat.objects.get(person=spare).commune_id == "14366"


def test_a_stand_in_is_named_for_a_period_and_taken_back(client, stage):
    seat = stage.seat_of(stage.mayor)
    spare, address = stage.spare.person, f"/bailleur/membres/sieges/{seat.pk}/"
    wrong = client.post(address, {"person": spare.pk, "span": "period", "since": TODAY.isoformat()})
    assert (wrong.status_code, "Donnez cette date." in words(wrong)) == (422, True)
    wrong = client.post(address, {"person": spare.pk, "span": "session"})
    assert "Choisissez une séance, ou une période." in words(wrong)
    span = {"since": TODAY.isoformat(), "until": (TODAY + timedelta(days=20)).isoformat()}
    client.post(address, {"person": spare.pk, "span": "period", **span})
    assert spare.full_name in words(client.get("/bailleur/membres/"))
    (one,) = StandIn.objects.all()
    client.post(f"/bailleur/membres/suppleances/{one.pk}/retirer/")
    one.refresh_from_db()
    assert one.withdrawn_at == NOW
    assert "retirée" in words(client.get(address))


def test_the_presidency_and_the_end_of_a_seat(client, stage):
    tenant = stage.seat_of(stage.tenant)
    client.post(f"/bailleur/membres/sieges/{tenant.pk}/presidence/")
    assert Seat.objects.get(president=True) == tenant
    client.post(f"/bailleur/membres/sieges/{tenant.pk}/fin/")
    page = words(client.get("/bailleur/membres/"))
    assert ("Aucune présidence" in page, stage.tenant.person.full_name in page) == (True, False)


def test_a_landlord_with_two_commissions_chooses(client, stage):
    from palier.commissions.models import Commission

    other = Commission.objects.create(landlord=stage.landlord, name="Commission de Lisieux", department_id="14")
    assert "Commission de Lisieux" in words(client.get("/bailleur/reglement/"))
    page = words(client.get(f"/bailleur/membres/?commission={other.pk}"))
    assert "Aucun siège n’est pourvu." in page
    assert client.get("/bailleur/reglement/?commission=999999").status_code == 404


def test_a_secretary_without_commission_is_told(client_for, build):
    client = client_for(build.actor("secretary"))
    for address in ("/bailleur/reglement/", "/bailleur/membres/"):
        assert "Aucune commission" in words(client.get(address))
