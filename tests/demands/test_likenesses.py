"""One person, two demands: found by precise keys alone, merged with consent, taken back whole; a couple parts in two."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from palier.accounts.roles import Role
from palier.common import clock, sealing
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Message
from palier.demands import actions, likenesses, nights, separating
from palier.demands.acting import Ground
from palier.demands.form import Adult, Custody, Dependant, Disability, Form, identity_keys
from palier.demands.models import Demand, Likeness
from palier.documents.models import Piece, Recognition

PRESENT = Ground("present")
BORN = date(1990, 5, 4)


@pytest.fixture
def desk(build):
    return build.actor(Role.DESK, build.organisation("desk", name="Guichet de Caen"))


def someone(build, person=None, *, since=date(2024, 3, 10), co: Adult | None = None, **names) -> Demand:
    adult = Adult(**{"last_name": "Kaya", "first_names": "Deniz", "birth_date": BORN} | names)
    return build.demand(person, form=build.form(applicant=adult, coapplicant=co), first_registered_on=since)


def pairs() -> list[tuple[int, int]]:
    with acting(SYSTEM):
        return list(Likeness.objects.values_list("first", "second"))


@pytest.mark.parametrize(
    "other",
    [
        {"last_name": "KAYA", "first_names": "Deniz Can"},
        {"last_name": "Yılmaz", "birth_name": "Kaya"},
        {"last_name": "Autre", "first_names": "Nom", "birth_date": None, "nir": "290051411804249"},
    ],
)
def test_the_same_person_is_found(build, other):
    one = someone(build, nir=sealing.seal("290051411804249"))
    if "nir" in other:
        other = other | {"nir": sealing.seal(other["nir"])}
    two = someone(build, **other)
    assert likenesses.find([two]) == 1
    assert pairs() == [(one.pk, two.pk)]
    assert (likenesses.find([one, two]), likenesses.find_all()) == (0, 0)


@pytest.mark.parametrize(
    "other",
    [
        {"first_names": "D."}, {"first_names": "Dilan"}, {"birth_date": date(1990, 5, 5)}, {"last_name": "Kayak"},
        {"birth_date": None},
    ],
)  # fmt: skip
def test_somebody_else_is_not(build, other):
    someone(build)
    two = someone(build, **other)
    assert (likenesses.find([two]), likenesses.find_all(), pairs()) == (0, 0, [])


def test_an_initial_is_no_key():
    assert identity_keys([("Kaya", "", "", "1990-05-04", ""), ("Kaya", "", "D", "", "")]) == []


def test_a_co_holder_with_a_demand_of_its_own_is_found_and_another_register_is_left_alone(build):
    partner = Adult(last_name="Roux", first_names="Ana", birth_date=date(1991, 2, 3), link="M")
    couple = someone(build, co=partner)
    alone = someone(build, last_name="Roux", first_names="Ana", birth_date=date(1991, 2, 3))
    elsewhere = someone(build, last_name="Roux", first_names="Ana", birth_date=date(1991, 2, 3))
    with acting(SYSTEM):
        Demand.objects.filter(pk=elsewhere.pk).update(register_code="061", department="61")
    assert likenesses.find_all() == 1
    assert pairs() == [(couple.pk, alone.pk)]


def test_registering_and_the_night_compare(build, desk):
    old = someone(build)
    with acting(SYSTEM):
        Demand.objects.filter(pk=old.pk).update(identity_keys=[])
    with acting(desk.scope):
        form = build.form(applicant=Adult(last_name="Kaya", first_names="Deniz", birth_date=BORN))
        new = actions.register(actor=desk, form=form, department="14", person=None)
    assert pairs() == []
    nights.run()
    assert pairs() == [(old.pk, new.pk)]


@pytest.fixture
def twins(build):
    """An online demand with an account, and an older one from a desk that holds a document and a situation."""
    old, new = someone(build, since=date(2021, 1, 5)), someone(build, build.person(), since=date(2024, 6, 1))
    with acting(SYSTEM):
        Piece.objects.create(
            demand=old, kind="identity", original_name="cni.pdf", file_name="x", media_type="application/pdf", size=10,
            sha256="a", uploaded_at=clock.now(), uploaded_role="desk",
        )  # fmt: skip
        Recognition.objects.create(demand=old, situation="violence", asked_at=clock.now())
    likenesses.find_all()
    return old, new, Likeness.objects.get()


def test_a_merger_keeps_one_number_the_longest_seniority_and_the_documents(desk, twins):
    old, new, likeness = twins
    with acting(desk.scope):
        likenesses.merge(actor=desk, likeness_id=likeness.pk, keep=new.pk, ground=PRESENT)
        likenesses.merge(actor=desk, likeness_id=likeness.pk, keep=new.pk, ground=PRESENT)
    with acting(SYSTEM):
        old.refresh_from_db()
        former, new = new, Demand.objects.get(pk=new.pk)
        assert (new.number, new.first_registered_on, new.state) == (former.number, date(2021, 1, 5), "active")
        assert (old.state, old.removal_ground, old.person) == ("removed", "FUSION", None)
        assert (Piece.objects.get().demand, Recognition.objects.get().demand) == (new, new)
        (mail,) = Message.objects.filter(kind__startswith="demands.")
    assert mail.kind == "demands.merged" and "5 janvier 2021" in mail.text
    assert not any(number in mail.text for number in (old.number, new.number))


def test_a_merger_is_taken_back_whole(desk, twins):
    old, new, likeness = twins
    with acting(desk.scope):
        likenesses.merge(actor=desk, likeness_id=likeness.pk, keep=old.pk, ground=PRESENT)
        with acting(SYSTEM):
            assert Demand.objects.get(pk=old.pk).person == new.person
        with pytest.raises(Refused, match="pourquoi"):
            likenesses.undo(actor=desk, likeness_id=likeness.pk, why="")
        likenesses.undo(actor=desk, likeness_id=likeness.pk, why="Deux personnes, en fait")
    with acting(SYSTEM):
        for before in (old, new):
            after = Demand.objects.get(pk=before.pk)
            assert (after.number, after.first_registered_on, after.person, after.state, after.removal_ground) == (
                before.number, before.first_registered_on, before.person, "active", "",
            )  # fmt: skip
        assert (Piece.objects.get().demand, Recognition.objects.get().demand) == (old, old)
        assert Likeness.objects.get().state == "found"


def test_what_a_merger_refuses(build, desk, twins):
    old, new, likeness = twins
    with acting(desk.scope):
        with pytest.raises(Refused) as missing:
            likenesses.merge(actor=desk, likeness_id=likeness.pk, keep=new.pk, ground=None)
        with pytest.raises(Refused) as other:
            likenesses.merge(actor=desk, likeness_id=likeness.pk, keep=999, ground=PRESENT)
    assert (missing.value.field, other.value.field) == ("ground", "keep")
    with acting(SYSTEM):
        Demand.objects.filter(pk=old.pk).update(person=build.person())
    with acting(desk.scope), pytest.raises(Refused, match="compte différent"):
        likenesses.merge(actor=desk, likeness_id=likeness.pk, keep=new.pk, ground=PRESENT)
    landlord = build.actor(Role.LANDLORD, build.organisation())
    with acting(landlord.scope), pytest.raises(NotYours):
        likenesses.merge(actor=landlord, likeness_id=likeness.pk, keep=new.pk, ground=PRESENT)
    with acting(landlord.scope):
        assert not Likeness.objects.exists()
    far = build.actor(Role.DESK, build.organisation("desk", departments=["61"]))
    with acting(far.scope), pytest.raises(Likeness.DoesNotExist):
        likenesses.tell_apart(actor=far, likeness_id=likeness.pk, why="autre personne")


def test_told_apart_is_not_shown_again_and_a_closed_demand_ends_the_pair(desk, twins):
    old, new, likeness = twins
    with acting(desk.scope):
        likenesses.tell_apart(actor=desk, likeness_id=likeness.pk, why="Deux cousines")
        assert list(likenesses.to_examine(desk)) == []
        assert likenesses.find([old]) == 0
        actions.remove(actor=desk, demand_id=new.pk, ground="RADABA", why="lettre du 3 mars")
    with acting(SYSTEM):
        assert Likeness.objects.get().state == "gone"


@pytest.fixture
def couple(build):
    partner = Adult(
        last_name="Roux", first_names="Ana", birth_date=date(1991, 2, 3), link="M", email="ana@exemple.fr",
        resources={"SAL": 900}, tax={"2024": 9000},
    )  # fmt: skip
    form = build.form(
        applicant=Adult(last_name="Kaya", first_names="Deniz", birth_date=BORN, family_status="M"), coapplicant=partner,
        dependants=tuple(Dependant(first_names=n, birth_date=date(2015 + i, 1, 1)) for i, n in enumerate(("Léa", "Tom"))),
        custody=(Custody(birth_date=date(2012, 1, 1)),),
        disability=Disability(concerned=True, adapted=True, persons=("coapplicant",)), motive_text="Ensemble", notes="Ici",
    )  # fmt: skip
    return build.demand(build.person(), form=form, first_registered_on=date(2020, 2, 29))


def test_a_separation_makes_two_demands_of_the_same_seniority(build, desk, couple):
    with acting(desk.scope):
        new = separating.separate(actor=desk, demand_id=couple.pk, leaving=[1], ground=PRESENT)
    with acting(SYSTEM):
        kept, new = Demand.objects.get(pk=couple.pk), Demand.objects.get(pk=new.pk)
        stay, leave = Form.from_json(kept.form), Form.from_json(new.form)
    assert kept.number == couple.number != new.number
    assert kept.first_registered_on == new.first_registered_on == date(2020, 2, 29)
    assert (kept.expires_on, new.person) == (new.expires_on, None)
    assert ([d.first_names for d in stay.dependants], [d.first_names for d in leave.dependants]) == (["Léa"], ["Tom"])
    assert (stay.coapplicant, leave.coapplicant, leave.applicant.last_name, leave.applicant.resources) == (
        None, None, "Roux", {"SAL": 900},
    )  # fmt: skip
    assert (stay.applicant.family_status, leave.applicant.family_status) == ("S", "S")
    assert (stay.disability.concerned, leave.disability.persons) == (False, ("applicant",))


def test_the_one_who_leaves_takes_nothing_of_the_former_home(build, desk, couple):
    with acting(desk.scope):
        new = separating.separate(actor=desk, demand_id=couple.pk, leaving=[], ground=PRESENT)
    leave = Form.from_json(new.form)
    assert (leave.address.line, leave.address.commune, leave.home.status, leave.notes, leave.motive_text) == ("",) * 5
    with acting(SYSTEM):
        told = Message.objects.get(kind="demands.separated")
    assert told.to == couple.person.email and new.number not in told.text
    with acting(desk.scope), pytest.raises(Refused, match="pas de couple"):
        separating.separate(actor=desk, demand_id=couple.pk, leaving=[], ground=PRESENT)


def test_the_two_of_a_former_couple_are_not_the_same_person(desk, couple):
    with acting(desk.scope):
        separating.separate(actor=desk, demand_id=couple.pk, leaving=[], ground=PRESENT)
    assert (likenesses.find_all(), pairs()) == (0, [])


def test_the_pages_of_a_desk(client_for, desk, twins, couple):
    old, new, likeness = twins
    client = client_for(desk)
    assert "Kaya" in client.get("/guichet/doublons/").content.decode()
    url = f"/guichet/doublons/{likeness.pk}/"
    shown = client.get(url).content.decode()
    assert "Toutes les réponses sont les mêmes" in shown and "Réponses identiques" in shown
    assert client.post(url + "reunir/", {}).status_code == 422
    assert client.post(url + "distinguer/", {"apart-why": ""}).status_code == 422
    sent = {"motif-keep": new.pk, "motif-ground": "present"}
    assert client.post(url + "reunir/", sent).status_code == 302
    assert "Annuler la réunion" in client.get(url).content.decode()
    assert client.post(url + "annuler/", {"undo-why": "Erreur de saisie"}).status_code == 302
    apart = f"/guichet/dossiers/{couple.pk}/separer/"
    assert client.post(apart, {"motif-leaving": ["0"]}).status_code == 422
    done = client.post(apart, {"motif-leaving": ["0"], "motif-ground": "present"})
    assert (done.status_code, Demand.objects.filter(last_name_key="roux").count()) == (302, 1)
    with clock.frozen_at(clock.now() + timedelta(days=1)):
        assert client.get(apart).status_code == 302
