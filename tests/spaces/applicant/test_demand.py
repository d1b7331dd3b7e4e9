"""The demand in steps: whatever is typed, the words stand beside its field and nothing typed is lost."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings

from palier.accounts.roles import Role
from palier.demands.form import Form
from palier.demands.models import Demand, Draft
from palier.territories.models import Commune
from tests.builders import CAEN
from tests.spaces.applicant.steps import SOUND, errors, fill, messages, register, told, tree, url, values

NAME = "Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes."
HIDDEN = "Ce nom contient des caractères invisibles : effacez-le et écrivez-le de nouveau."
NO_DATE = "Cette date n’existe pas : écrivez le jour, le mois et l’année."
NO_AMOUNT = "Écrivez un montant en chiffres, par exemple 1 234,56."
NEGATIVE = "Un montant ne peut pas être négatif."
TOO_MUCH = "Ce montant n’est pas possible : vérifiez le nombre de chiffres."
OLDER = "Cet enfant serait plus âgé que ses parents, ou presque : vérifiez les deux dates."


@pytest.fixture
def household(build):
    return build.actor(Role.APPLICANT, person=build.person(first_name="", last_name=""))


@pytest.fixture
def client(household, client_for):
    return client_for(household)


def stored(person) -> Form:
    return Form.from_json(Demand.objects.get(person=person).form)


def test_five_steps_a_summary_and_a_number(client, household):
    fill(client)
    assert register(client).headers["Location"] == "/mon-espace/demande/"
    form = stored(household.person)
    assert (form.people, form.wish.communes, form.applicant.tax) == (2, (CAEN, "14366"), {"2024": 14900, "2025": 15200})
    assert Draft.objects.count() == 0


BAD = [
    ("identite", "birth_date", "1990-02-31", NO_DATE),
    ("identite", "birth_date", "31/02/1990", NO_DATE),
    ("identite", "birth_date", "hier", NO_DATE),
    ("identite", "birth_date", "2026-11-24", "Cette date de naissance est à venir."),
    ("identite", "birth_date", "1850-01-01", "Cette date donnerait plus de 120 ans : vérifiez l’année."),
    ("identite", "birth_date", "0090-05-04", "Cette date donnerait plus de 120 ans : vérifiez l’année."),
    ("identite", "birth_date", "2012-01-01", "Il faut avoir au moins 16 ans pour déposer une demande."),
    ("identite", "last_name", "N" * 200, "Ce nom compte 200 caractères : 80 au plus."),
    ("identite", "first_names", "Amina 🙂", NAME),
    ("identite", "first_names", "<b>Amina</b>", NAME),
    ("identite", "last_name", "123", NAME),
    ("identite", "last_name", "Ben\u202eali", HIDDEN),
    ("identite", "last_name", "Ben\u200bali", HIDDEN),
    ("identite", "last_name", "Ben\x00ali", NAME),
    ("identite", "last_name", "", "Ce champ est obligatoire."),
    ("identite", "line", "1 rue\x00", "Cette réponse contient des caractères invisibles : effacez-la et écrivez-la de nouveau."),
    ("identite", "line", "r" * 200, "Cette réponse compte 200 caractères : 120 au plus."),
    ("identite", "postcode", "1400", "Un code postal a cinq chiffres."),
    ("identite", "phone", "appelez-moi", "Écrivez un numéro de téléphone, par exemple 06 39 98 00 00."),
    ("identite", "nationality", "9", "Sélectionnez un choix valide. 9 n’en fait pas partie."),
    ("menage", "child_0_birth_date", "1985-01-01", OLDER),
    ("menage", "child_0_birth_date", "2027-01-01", "Cette date de naissance est à venir."),
    ("menage", "child_0_birth_date", "", "Indiquez la date de naissance de cette personne."),
    ("menage", "expected", "-1", "Écrivez un nombre de 0 à 5."),
    ("menage", "expected", "deux", "Écrivez un nombre entier, en chiffres."),
    ("ressources", "res_SAL", "-1", NEGATIVE),
    ("ressources", "res_SAL", "1000000000000", TOO_MUCH),
    ("ressources", "res_SAL", "1e12", NO_AMOUNT),
    ("ressources", "res_SAL", "beaucoup", NO_AMOUNT),
    ("ressources", "res_AAH", "9" * 60, NO_AMOUNT),
    ("ressources", "tax_2024", "-14900", NEGATIVE),
    ("ressources", "tax_2025", "1000000000000", TOO_MUCH),
    ("ressources", "profession", "p" * 121, "Cette réponse compte 121 caractères : 120 au plus."),
    ("logement", "surface", "4", "Écrivez une surface de 5 à 500 m²."),
    ("logement", "surface", "0", "Écrivez une surface de 5 à 500 m²."),
    ("logement", "occupants", "0", "Écrivez un nombre de 1 à 30 personnes."),
    ("logement", "rent", "-540", NEGATIVE),
    ("logement", "entered_on", "2026-12-25", "Cette date est à venir."),
    ("logement", "entered_on", "1980-01-01", "Cette date est antérieure à votre naissance."),
    ("logement", "status", "CHATEAU", "Sélectionnez un choix valide. CHATEAU n’en fait pas partie."),
    ("souhaits", "types", [], "Choisissez au moins un type de logement."),
    ("souhaits", "place_1", "", "Choisissez au moins une commune."),
    ("souhaits", "place_1", "Atlantide", "« Atlantide » n’est pas une commune de ce territoire. Vérifiez l’orthographe."),
    ("souhaits", "place_2", "Lisieu", "« Lisieu » n’est pas une commune de ce territoire. Vouliez-vous dire « Lisieux » ?"),
    ("souhaits", "place_1", "\x00", "« \ufffd » n’est pas une commune."),
    ("souhaits", "place_2", "Alençon", "Une demande vaut pour un seul département : faites-en une autre pour le second."),
    ("souhaits", "motive_2", "99", "Sélectionnez un choix valide. 99 n’en fait pas partie."),
]  # fmt: skip


@pytest.mark.parametrize(("key", "field", "typed", "words"), BAD, ids=[f"{k}-{f}-{str(t)[:12]}" for k, f, t, _ in BAD])
def test_bad_input_is_told_beside_its_field_and_kept(client, key, field, typed, words):
    fill(client, *list(SOUND)[: list(SOUND).index(key)])
    sent = {**SOUND[key], field: typed}
    answer = client.post(url(key), sent)
    where = "place_1" if words.startswith("Une demande vaut") else field
    assert (answer.status_code, errors(answer)) == (422, {where: words})
    shown = values(answer)
    for name, value in sent.items():
        value = value.replace("\x00", "\ufffd") if isinstance(value, str) else value
        if name == "types" and not value:
            assert "types" not in shown
        elif "valide" not in words or name != field:
            assert shown[name] == value, name
    assert set(sent) - {"types"} <= set(Draft.objects.get().answers[key])


GOOD = [
    ("identite", "birth_date", "04/05/1990", lambda f: f.applicant.birth_date == date(1990, 5, 4)),
    ("identite", "last_name", "بن علي", lambda f: f.applicant.last_name == "بن علي"),
    ("identite", "last_name", "בן-עמי", lambda f: f.applicant.last_name == "בן-עמי"),
    ("identite", "last_name", "Nguyễn", lambda f: f.applicant.last_name == "Nguyễn"),
    ("identite", "last_name", "O’Brien-d'Œuvre", lambda f: f.applicant.last_name == "O’Brien-d'Œuvre"),
    ("identite", "first_names", "می‌نا", lambda f: f.applicant.first_names == "می‌نا"),
    ("ressources", "res_SAL", "1 234,56", lambda f: f.applicant.resources["SAL"] == 1235),
    ("ressources", "res_SAL", "1\u202f450 €", lambda f: f.applicant.resources["SAL"] == 1450),
    ("ressources", "res_SAL", "0", lambda f: f.applicant.resources["SAL"] == 0),
    ("ressources", "res_SAL", "", lambda f: f.applicant.resources == {}),
    ("ressources", "res_PINV", "800", lambda f: f.applicant.resources == {"SAL": 1450, "PINV": 800}),
    ("ressources", "paid_PAV", "120", lambda f: f.applicant.paid == {"PAV": 120}),
    ("souhaits", "place_1", "CAEN", lambda f: f.wish.communes == (CAEN, "14366")),
    ("souhaits", "motive_3", "05", lambda f: f.motives == ("13", "05")),
    ("souhaits", "needs_lift", "on", lambda f: (f.wish.without_lift, f.wish.ground_floor) == (False, True)),
]


@pytest.mark.parametrize(("key", "field", "typed", "holds"), GOOD, ids=[f"{f}-{t}" for _, f, t, _ in GOOD])
def test_what_is_only_unusual_is_taken(client, household, key, field, typed, holds):
    fill(client, **{key: {field: typed}})
    register(client)
    assert holds(stored(household.person))


def test_several_faults_are_all_told_at_once(client):
    answer = client.post(
        url("identite"), {**SOUND["identite"], "last_name": "🙂", "birth_date": "1990-02-31", "postcode": "1"}
    )
    assert errors(answer) == {"last_name": NAME, "birth_date": NO_DATE, "postcode": "Un code postal a cinq chiffres."}


def test_the_summary_of_errors_leads_to_each_field(client):
    answer = client.post(url("identite"), {**SOUND["identite"], "last_name": "🙂", "civility": ""})
    page = tree(answer)
    assert page.xpath("//div[@id='error-summary']//a/@href") == ["#id_civility_0", "#id_last_name"]
    assert page.xpath("//*[@id='error-summary']/@data-focus") == [""]
    (field,) = page.xpath("//*[@id='id_last_name']")
    assert (field.get("aria-invalid"), field.get("aria-describedby")) == ("true", "id_last_name_error")


@pytest.fixture
def merged(world):
    """A commune that was merged into another, as in 2016."""
    living = Commune.objects.get(code="14366")
    Commune.objects.create(
        code="14999", name="Vieux-Essai", search_name="vieux essai", postcodes=["14100"], successor=living,
        department_id="14",
    )  # fmt: skip


def test_the_old_name_of_a_merged_commune_leads_to_the_new_one(client, household, merged):
    fill(client, "identite", "menage", "ressources", "logement")
    answer = client.post(url("souhaits"), {**SOUND["souhaits"], "place_1": "vieux essai", "place_2": ""}, follow=True)
    words = "« Vieux-Essai » fait maintenant partie de « Lisieux » : c’est cette commune qui compte."
    assert messages(answer) == [words]
    register(client)
    assert stored(household.person).wish.communes == ("14366",)


def test_the_address_too_follows_the_merger(client, household, merged):
    fill(client, identite={"town": "Vieux-Essai", "postcode": "14100"})
    register(client)
    address = stored(household.person).address
    assert (address.extra, address.commune) == ("Vieux-Essai", "14366")


def test_a_change_of_identity_that_makes_a_child_older_is_told_at_the_summary(client):
    fill(client)
    client.post(url("identite"), {**SOUND["identite"], "birth_date": "2008-05-04"})
    summary = client.get("/mon-espace/demande/recapitulatif/")
    assert told(summary) == ["Il reste des étapes à compléter Votre ménage"]
    assert errors(client.get(url("menage") + "?corriger=1")) == {"child_0_birth_date": OLDER}
    assert register(client).status_code == 422


def people(count: int, **more: str) -> dict[str, str]:
    rows = {f"child_{n}_{part}": value for n in range(count) for part, value in (
        ("first_names", f"Enfant{'abcdefghijklmnopqrstuvwxyz'[n]}"), ("birth_date", f"20{10 + n % 15:02d}-01-01"), ("link", "E"),
    )}  # fmt: skip
    return {"family_status": "C", **rows, **more}


def test_nobody_else_than_the_applicant(client, household):
    fill(client, menage={"child_0_first_names": "", "child_0_birth_date": ""})
    register(client)
    assert (stored(household.person).dependants, stored(household.person).people) == ((), 1)


def test_fifteen_people_are_taken_and_pointed_out(client, household):
    fill(client, "identite")
    answer = client.post(url("menage"), people(14), follow=True)
    assert messages(answer) == ["Vous déclarez 15 personnes : vérifiez qu’il n’y a pas d’erreur."]
    fill(client, "ressources", "logement", "souhaits")
    register(client)
    assert (Demand.objects.get().people, len(stored(household.person).dependants)) == (15, 14)


def test_beyond_twenty_a_desk_helps(client):
    fill(client, "identite")
    answer = client.post(url("menage"), people(20))
    assert errors(answer) == {
        "": "Vous déclarez 21 personnes. Au-delà de 20, adressez-vous à un guichet : il vous aidera à faire deux demandes."
    }
    assert values(answer)["child_19_first_names"] == "Enfantt"


def test_without_javascript_a_button_adds_a_row_and_another_takes_it_away(client):
    fill(client, "identite")
    started = {**people(1), "child_0_first_names": "Zoé", "family_status": "S"}
    answer = client.post(url("menage"), {**started, "more": "child"})
    assert answer.headers["Location"] == url("menage") + "#id_more_child"
    shown = values(client.get(url("menage")))
    assert (shown["child_0_first_names"], shown["child_1_first_names"], shown["family_status"]) == ("Zoé", "", "S")
    client.post(url("menage"), {**started, "more": "custody"})
    client.post(url("menage"), {**values(client.get(url("menage"))), "more": "adult"})
    shown = values(client.get(url("menage")))
    assert {"custody_0_birth_date", "custody_0_arrangement", "adult_0_last_name", "adult_0_res"} <= set(shown)
    client.post(url("menage"), {**shown, "less": "child_0"})
    shown = values(client.get(url("menage")))
    assert [name for name in shown if name.startswith("child")] == [
        "child_0_first_names", "child_0_last_name", "child_0_birth_date", "child_0_sex", "child_0_link",
    ]  # fmt: skip
    assert shown["child_0_first_names"] == ""


def test_errors_stand_in_the_row_as_the_page_counts_it(client):
    fill(client, "identite")
    sent = {**people(1), "child_4_first_names": "", "child_4_birth_date": "2012-01-01", "child_7_first_names": "Ada",
            "child_7_birth_date": "2031-01-01"}  # fmt: skip
    answer = client.post(url("menage"), sent)
    assert errors(answer) == {"child_7_birth_date": "Cette date de naissance est à venir."}
    (link,) = tree(answer).xpath("//div[@id='error-summary']//a")
    assert link.text_content() == "Personne 3, date de naissance : Cette date de naissance est à venir."


EVERYONE = {
    "with_partner": "on", "co_link": "P", "co_last_name": "Kaya", "co_first_names": "Deniz", "co_birth_date": "1991-01-01",
    "custody_0_birth_date": "2016-06-01", "custody_0_arrangement": "G", "custody_3_birth_date": "2014-06-01",
    "custody_3_arrangement": "D", "adult_0_last_name": "Kaya", "adult_0_first_names": "Leyla",
    "adult_0_birth_date": "1960-02-02", "adult_0_res": "900,40", "adult_0_tax_2024": "9000", "expected": "1",
    "expected_on": "2027-03-01",
}  # fmt: skip
BOTH = {"co_contract": "CDD", "co_profession": "Cuisinier", "co_res_SAL": "1 100", "co_joint": "on"}


def test_partner_children_in_turn_and_other_adults(client, household):
    fill(client, menage=EVERYONE, ressources=BOTH)
    register(client)
    form = stored(household.person)
    assert (form.people, [c.arrangement for c in form.custody], form.expected.due_on) == (
        7,
        ["G", "D"],
        date(2027, 3, 1),
    )
    (adult,) = form.other_adults
    assert (adult.last_name, adult.resources, adult.tax) == ("Kaya", {"AUT": 900}, {"2024": 9000})
    partner = form.coapplicant
    assert (partner.work.contract, partner.resources, partner.tax) == ("CDD", {"SAL": 1100}, {"2024": 0, "2025": 0})
    assert Demand.objects.get().monthly_resources == 1450 + 1100 + 900


def test_a_demand_shown_again_and_sent_untouched_stays_the_same(client, household):
    fill(client, menage=EVERYONE, ressources=BOTH | {"res_AAH": "0"})
    register(client)
    before = Demand.objects.get()
    for key in SOUND:
        assert client.post(url(key), values(client.get(url(key)))).status_code == 302
    after = Demand.objects.get()
    assert (after.form, after.revision) == (before.form, 1)


def test_a_partner_without_a_name_is_asked(client):
    fill(client, "identite")
    need = "Cette réponse est nécessaire pour la personne qui signe avec vous."
    answer = client.post(url("menage"), {**SOUND["menage"], "with_partner": "on"})
    assert errors(answer) == {"co_link": need, "co_last_name": need, "co_birth_date": need}


def test_every_answer_of_the_summary_leads_to_its_question(client):
    fill(client, menage=EVERYONE, ressources=BOTH)
    links = tree(client.get("/mon-espace/demande/recapitulatif/")).xpath("//dd[@class='answers-link']/a/@href")
    assert len(links) == len(tree(client.get("/mon-espace/demande/recapitulatif/")).xpath("//dl[@class='answers']//dt"))
    for link in links:
        path, _, target = link.partition("#")
        assert tree(client.get(path)).xpath(f"//*[@id='{target}']") != [], link


def test_registering_needs_the_declaration(client):
    fill(client)
    answer = client.post("/mon-espace/demande/recapitulatif/", {})
    words = "Cochez la case : vous déclarez que ces renseignements sont exacts."
    assert (answer.status_code, errors(answer), Demand.objects.count()) == (422, {"declare": words}, 0)


def test_registering_twice_gives_one_demand(client):
    fill(client)
    first, second = register(client), register(client)
    assert {first.headers["Location"], second.headers["Location"]} == {"/mon-espace/demande/"}
    assert Demand.objects.count() == 1


def test_two_tabs_on_one_demand(client, household):
    fill(client)
    register(client)
    first, second = values(client.get(url("logement"))), values(client.get(url("logement")))
    client.post(url("logement"), {**first, "rent": "600"})
    late = client.post(url("logement"), {**second, "surface": "30", "rent": "555"})
    assert (late.status_code, errors(late)) == (422, {})
    (box,) = told(late)
    assert box == (
        "Votre demande a changé entre-temps Votre demande a été modifiée ailleurs pendant que vous écriviez. Ce que vous "
        "avez saisi est gardé : vérifiez la version actuelle, puis enregistrez de nouveau. Ce qui a changé : Loyer avec les "
        "charges : 540 € → 600 € Si ce que vous lisez ci-dessous est juste, enregistrez-le : il remplacera la version actuelle."
    )
    shown = values(late)
    assert (shown["surface"], shown["rent"], shown["version"]) == ("30", "555", "2")
    assert client.post(url("logement"), shown).status_code == 302
    assert (stored(household.person).home.rent, Demand.objects.get().revision) == (555, 3)


def test_a_late_tab_with_a_fault_does_not_slip_past_the_other(client, household):
    fill(client)
    register(client)
    first, stale = values(client.get(url("logement"))), values(client.get(url("logement")))
    client.post(url("logement"), {**first, "rent": "600"})
    wrong = client.post(url("logement"), {**stale, "rent": "-1"})
    assert client.post(url("logement"), {**values(wrong), "rent": "1"}).status_code == 422
    assert stored(household.person).home.rent == 600


def test_text_left_in_another_tab_comes_back_with_what_changed_since(client):
    fill(client)
    register(client)
    stale = values(client.get(url("logement")))
    client.post(url("identite"), {**values(client.get(url("identite"))), "phone": "06 39 98 00 77"})
    late = client.post(url("logement") + "brouillon/", {**stale, "surface": "41"})
    assert late.status_code == 409
    again = client.get(url("logement"))
    assert (values(again)["surface"], values(again)["version"]) == ("41", "2")
    assert "Téléphone : 06 39 98 00 01 → 06 39 98 00 77" in told(again)[0]


def test_two_steps_left_in_two_tabs_are_both_kept(client, household):
    client.post(url("identite") + "brouillon/", {"last_name": "Ben"})
    client.post(url("logement") + "brouillon/", {"rent": "5"})
    client.post(url("identite") + "brouillon/", {"last_name": "Benali"})
    assert Draft.objects.get(author=household.person).answers == {
        "identite": {"last_name": ["Benali"]}, "logement": {"rent": ["5"]},
    }  # fmt: skip


def test_a_step_half_filled_is_shown_again_without_reproach(client):
    client.post(url("identite") + "brouillon/", {"last_name": "Ben", "birth_date": "1990-02-31"})
    page = client.get(url("identite"))
    assert (errors(page), values(page)["last_name"]) == ({}, "Ben")


@pytest.mark.parametrize("forged", ["", "0", "-1", "2", "99999999999999999999", "abc", "١"])
def test_a_forged_revision_changes_nothing(client, household, forged):
    fill(client)
    register(client)
    answer = client.post(url("logement"), {**SOUND["logement"], "rent": "1", "version": forged})
    assert (answer.status_code, stored(household.person).home.rent) == (422, 540)
    assert values(answer)["rent"] == "1"


@pytest.mark.parametrize("key", ["secret", "IDENTITE", "identite%00", "..%2f", "1"])
def test_a_forged_step_does_not_exist(client, key):
    for path in (url(key), url(key) + "brouillon/"):
        assert client.post(path, SOUND["identite"]).status_code == 404
    assert Draft.objects.count() == 0


def test_a_forged_field_is_not_kept(client):
    client.post(
        url("identite"), {**SOUND["identite"], "draft": "1", "demand": "7", "state": "active", "commune": "75056"}
    )
    assert set(Draft.objects.get().answers["identite"]) == set(SOUND["identite"])


def test_somebody_else_s_draft_stays_theirs(client, build, client_for, household):
    other = build.actor(Role.APPLICANT)
    client_for(other).post(url("identite"), {**SOUND["identite"], "last_name": "Secret"})
    theirs = Draft.objects.get(author=other.person)
    page = client.get(url("identite") + f"?draft={theirs.pk}")
    assert "Secret" not in page.content.decode()
    client.post(url("identite"), {**SOUND["identite"], "draft": str(theirs.pk), "author": str(other.person.pk)})
    theirs.refresh_from_db()
    assert theirs.answers["identite"]["last_name"] == ["Secret"]
    assert Draft.objects.get(author=household.person).answers["identite"]["last_name"] == ["Benali"]


def test_a_session_that_ends_in_the_middle_of_a_step_loses_nothing(client, household):
    client.get(url("identite"))
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    answer = client.post(url("identite"), {**SOUND["identite"], "last_name": "Benali-Long"})
    assert answer.headers["Location"] == f"/compte/login/?next={url('identite')}"
    client.force_login(household.person)
    page = tree(client.get(url("identite")))
    held = dict(next(f for f in page.forms if f.xpath(".//input[@name='last_name']")).form_values())
    assert {k: v for k, v in held.items() if k in SOUND["identite"]} == {
        **SOUND["identite"],
        "last_name": "Benali-Long",
    }
    assert client.post(url("identite"), held).status_code == 302
    assert Draft.objects.get().answers["identite"]["last_name"] == ["Benali-Long"]


def test_what_one_person_typed_is_not_offered_to_the_next(client, build):
    client.get(url("identite"))
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    client.post(url("identite"), {**SOUND["identite"], "last_name": "Secret"})
    client.force_login(build.person())
    assert "Secret" not in client.get(url("identite")).content.decode()


def test_steps_are_never_kept_by_a_cache(client):
    assert client.get(url("identite")).headers["Cache-Control"] == (
        "max-age=0, no-cache, no-store, must-revalidate, private"
    )


def test_what_a_page_saves_by_itself_is_not_offered_again_after_signing_in(client, household):
    client.logout()
    answer = client.post(url("identite") + "brouillon/", {"last_name": "Ben"}, headers={"X-Autosave": "1"})
    assert (answer.status_code, dict(client.session)) == (302, {})


def test_a_demand_begun_says_how_much_is_left(client):
    fill(client, "identite", "menage")
    page = tree(client.get("/mon-espace/demande/"))
    assert page.xpath("normalize-space(//p[@class='lead'])").replace("\xa0", " ") == (
        "Vos réponses sont gardées. Il reste 3 étapes."
    )
    assert page.xpath("//main//a[contains(., 'Reprendre')]/@href") == [url("ressources")]
