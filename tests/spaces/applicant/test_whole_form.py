"""Every heading of the national form is asked, kept and shown again; the NIR is sealed from the first keystroke."""

from __future__ import annotations

import pytest

from palier.accounts.roles import Role
from palier.common import sealing
from palier.common.isolation import SYSTEM, acting
from palier.demands.form import Form
from palier.demands.models import Demand, DemandVersion, Draft
from palier.demands.words import sections
from tests.spaces.applicant.steps import errors, fill, register, tree, url, values

NIR = "2 90 05 14 118 042 49"
WHOLE = {
    "identite": {
        "nir": NIR, "other_phone": "02 31 00 00 00", "email": "amina@exemple.fr", "electronic_notices": "on",
        "host": "Foyer des Tilleuls", "building": "B", "staircase": "2", "floor": "3", "flat": "31", "country": "",
    },
    "menage": {
        "with_partner": "on", "co_link": "P", "co_last_name": "Kaya", "co_first_names": "Deniz",
        "co_birth_date": "1991-01-01", "co_civility": "1", "co_nationality": "3", "co_family_status": "P",
        "co_phone": "06 39 98 00 09", "co_email": "deniz@exemple.fr", "child_0_sex": "M", "child_0_last_name": "Kaya",
        "custody_0_birth_date": "2016-06-01", "custody_0_arrangement": "G", "custody_0_sex": "F",
        "adult_0_last_name": "Kaya", "adult_0_first_names": "Leyla", "adult_0_birth_date": "1960-02-02",
        "adult_0_nationality": "3", "adult_0_contract": "RET",
    },
    "ressources": {
        "employer": "Clinique d’essai", "workplace": "Lisieux", "state_agent": "on", "co_contract": "CDD",
        "co_employer": "Traiteur d’essai", "co_workplace": "Caen",
    },
    "logement": {"aid": "210", "owner_elsewhere": "on", "owned_place": "Alençon", "owned_use": "Loué"},
    "handicap": {
        "concerned": "on", "persons": ["coapplicant", "dependant-1"], "card": "on", "wheelchair": "on", "adapted": "on",
        "course": "STA", "stairs": "2", "motor": ["MI"], "sensory": ["DV"], "aids": ["4"], "needs": ["3", "4"],
        "carer": "on", "present": "on",
    },
    "souhaits": {
        "motive": "03", "motive_detail": "unhealthy", "districts": "Centre, Beaulieu", "cotenancy": "on",
        "notes": "Proche d’une école.",
    },
}  # fmt: skip


@pytest.fixture
def household(build):
    return build.actor(Role.APPLICANT)


@pytest.fixture
def client(client_for, household):
    return client_for(household)


@pytest.fixture
def demand(client, household) -> Demand:
    fill(client, **WHOLE)
    register(client)
    return Demand.objects.get(person=household.person)


def test_every_answer_is_kept(demand):
    form = Form.from_json(demand.form)
    a, co, place = form.applicant, form.coapplicant, form.address
    assert sealing.unseal(a.nir) == NIR.replace(" ", "")
    assert (a.other_phone, a.email, form.electronic_notices) == ("02 31 00 00 00", "amina@exemple.fr", True)
    assert (place.host, place.building, place.staircase, place.floor, place.flat) == (
        "Foyer des Tilleuls",
        "B",
        "2",
        "3",
        "31",
    )
    assert (co.civility, co.nationality, co.family_status, co.phone, co.email) == (
        "1",
        "3",
        "P",
        "06 39 98 00 09",
        "deniz@exemple.fr",
    )
    assert (form.dependants[0].sex, form.dependants[0].last_name, form.custody[0].sex) == ("M", "Kaya", "F")
    assert (form.other_adults[0].nationality, form.other_adults[0].work.contract) == ("3", "RET")
    assert (a.work.employer, a.work.workplace, a.work.state_agent) == ("Clinique d’essai", "14366", True)
    assert (co.work.employer, co.work.workplace) == ("Traiteur d’essai", "14118")
    assert (form.home.aid, form.home.owner_elsewhere, form.home.owned_place) == (210, True, "Alençon")
    held = form.disability
    assert (held.persons, held.course, held.stairs, held.motor) == (("coapplicant", "dependant-1"), "STA", "2", ("MI",))
    assert (held.sensory, held.aids, held.needs, held.carer, held.present) == (("DV",), ("4",), ("3", "4"), True, True)
    assert (form.motive_detail, form.wish.districts, form.wish.cotenancy, form.notes) == (
        "unhealthy", "Centre, Beaulieu", True, "Proche d’une école.",
    )  # fmt: skip


def test_every_step_shown_again_and_sent_untouched_changes_nothing(demand, client):
    before = dict(demand.form)
    for key in WHOLE:
        assert client.post(url(key), values(client.get(url(key)))).status_code == 302
    demand.refresh_from_db()
    assert demand.form == before


def test_the_nir_is_nowhere_in_clear(client, household):
    client.post(url("identite") + "brouillon/", {**WHOLE["identite"], "last_name": "Ben"})
    with acting(SYSTEM):
        (draft,) = Draft.objects.filter(author=household.person)
    assert sealing.unseal(draft.answers["identite"]["nir"][0]).replace(" ", "") == NIR.replace(" ", "")
    fill(client, **WHOLE)
    register(client)
    demand = Demand.objects.get(person=household.person)
    compact = NIR.replace(" ", "")
    with acting(SYSTEM):
        stored = str([demand.form, *DemandVersion.objects.values_list("form", flat=True)])
    pages = "".join(client.get(page).content.decode() for page in ("/mon-espace/demande/", url("identite")))
    assert not any(text in stored + pages for text in (NIR, compact, compact[:13]))
    assert ["Numéro de sécurité sociale", "Indiqué"] in sections(Form.from_json(demand.form))[0]["rows"]


def test_a_wrong_nir_is_told_shown_again_and_kept_sealed(client, household):
    answer = client.post(url("identite"), {**values(client.get(url("identite"))), "nir": "2 90 05 14 118 042 11"})
    assert (
        errors(answer)["nir"] == "Les deux derniers chiffres (la clé) ne correspondent pas : vérifiez chaque chiffre."
    )
    with acting(SYSTEM):
        (kept,) = Draft.objects.get(author=household.person).answers["identite"]["nir"]
    assert sealing.is_sealed(kept)
    assert values(client.get(url("identite")))["nir"] == "2 90 05 14 118 042 11"


def test_a_nir_once_given_outlives_the_step_sent_again(client, household):
    fill(client, "identite", **WHOLE)
    again = values(client.get(url("identite")))
    assert again["nir"] == ""
    client.post(url("identite") + "brouillon/", {k: v for k, v in again.items() if k != "nir"})
    fill(client, identite=again)
    register(client)
    form = Form.from_json(Demand.objects.get(person=household.person).form)
    assert sealing.unseal(form.applicant.nir) == NIR.replace(" ", "")


def test_the_annex_names_the_persons_of_the_household(client):
    fill(client, "identite", "menage", **WHOLE)
    page = tree(client.get(url("handicap")))
    named = [" ".join(label.text_content().split()) for label in page.xpath("//label[contains(@for, 'id_persons_')]")]
    assert named == [
        "Amina Benali", "Deniz Kaya", "Leyla Kaya", "Enfant 1 en garde alternée ou en visite", "Noé",
    ]  # fmt: skip


def test_a_need_told_without_the_first_question_counts(client, household):
    fill(client, handicap={"adapted": "on"})
    register(client)
    form = Form.from_json(Demand.objects.get(person=household.person).form)
    assert (form.disability.concerned, form.disability.adapted) == (True, True)


@pytest.mark.parametrize(
    ("key", "field", "typed", "words"),
    [
        ("identite", "email", "amina@", "Saisissez une adresse de courriel valide."),
        ("identite", "other_phone", "abc", "Écrivez un numéro de téléphone, par exemple 06 39 98 00 00."),
        ("identite", "host", "x" * 121, "Cette réponse compte 121 caractères : 120 au plus."),
        ("ressources", "workplace", "Nullepart", None),
        ("logement", "aid", "-3", "Un montant ne peut pas être négatif."),
        ("souhaits", "notes", "x" * 501, None),
        ("handicap", "needs", "99", None),
    ],
)
def test_bad_answers_are_told_beside_their_field(client, key, field, typed, words):
    answer = client.post(url(key), {field: typed})
    told = errors(answer)[field]
    assert answer.status_code == 422
    assert told == words if words else told
