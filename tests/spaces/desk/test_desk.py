"""The desk: finding a demand, three clicks to answer a document, everything journaled."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.accounts.roles import Role
from palier.common.isolation import acting
from palier.demands.form import Adult, Form
from palier.demands.models import Demand
from palier.documents import actions
from palier.documents.models import Piece, Reading, Recognition
from tests.documents import files
from tests.spaces.applicant.steps import errors


@pytest.fixture
def desk(build):
    return build.actor(Role.DESK, build.organisation("desk", name="Guichet de Caen"))


@pytest.fixture
def client(desk, client_for):
    return client_for(desk)


@pytest.fixture
def demand(build):
    applicant = Adult(last_name="Zéphirin", first_names="Rosalie", birth_date=date(1990, 5, 4))
    return build.demand(build.person(), form=build.form(applicant=applicant))


def give(build, demand, kind="identity", content=None):
    owner = build.actor(Role.APPLICANT, person=demand.person)
    with acting(owner.scope):
        return actions.receive(actor=owner, demand=demand, kind=kind, upload=files.upload(content or files.pdf()))


def test_found_by_number_or_by_name_and_birth_date_and_only_by_post(client, demand):
    home = reverse("desk:home")
    spaced = f"{demand.number[:3]} {demand.number[3:7]} {demand.number[7:13]} {demand.number[13:].lower()}"
    for typed in ({"number": spaced}, {"last_name": "ZEPHIRIN", "birth_date": "1990-05-04"}):
        found = client.post(home, typed).content.decode()
        assert reverse("desk:dossier", args=[demand.pk]) in found
    nobody = client.post(home, {"last_name": "Nul", "birth_date": "1990-05-04"}).content.decode()
    assert "Aucune demande trouvée" in nobody
    for wrong in ({}, {"number": "12"}, {"last_name": "Zéphirin"}, {"last_name": "Zéphirin", "birth_date": "x"}):
        assert client.post(home, wrong).status_code == 422
    assert reverse("desk:dossier", args=[demand.pk]) not in client.get(home, {"number": demand.number}).content.decode()


def test_a_dossier_of_another_department_does_not_exist(client_for, build, demand):
    far = client_for(build.actor(Role.DESK, build.organisation("desk", departments=["61"])))
    assert far.get(reverse("desk:dossier", args=[demand.pk])).status_code == 404
    assert "Aucune demande trouvée" in far.post(reverse("desk:home"), {"number": demand.number}).content.decode()


def test_opening_a_dossier_is_journaled_with_the_service_and_the_reason(client, demand):
    page = client.get(reverse("desk:dossier", args=[demand.pk]))
    reading = Reading.objects.get(demand=demand)
    assert page.status_code == 200
    assert (reading.signature, reading.what, reading.why) == (
        "Guichet de Caen (agent de guichet)", "dossier complet", "Suivi de la demande au guichet",
    )  # fmt: skip


def test_three_clicks_the_queue_the_document_the_answer_then_the_next_one(client, build, demand):
    first, second = give(build, demand), give(build, demand, "tax_notice")
    queue = client.get(reverse("desk:pieces")).content.decode()
    assert reverse("desk:piece", args=[first.pk]) in queue
    assert client.get(reverse("desk:piece", args=[first.pk])).status_code == 200
    answer = client.post(reverse("desk:piece_accept", args=[first.pk]))
    assert answer.headers["Location"] == reverse("desk:piece", args=[second.pk])
    assert client.post(reverse("desk:piece_refuse", args=[second.pk]), {"text": "floue"}).status_code == 422
    answer = client.post(reverse("desk:piece_refuse", args=[second.pk]), {"code": "unreadable"})
    assert answer.headers["Location"] == reverse("desk:pieces")
    assert [p.state for p in Piece.objects.order_by("pk")] == ["accepted", "refused"]
    assert "Rien à vérifier" in client.get(reverse("desk:pieces")).content.decode()


def test_opening_a_file_is_journaled(client, build, demand):
    piece = give(build, demand)
    assert files.status(client, reverse("desk:piece_file", args=[piece.pk])) == 200
    assert [r.what for r in Reading.objects.order_by("pk")] == ["pièce « Pièce d’identité ou titre de séjour »"]


def test_a_document_brought_to_the_counter(client, demand):
    url = reverse("desk:upload", args=[demand.pk])
    about = {"kind": "identity", "about": "applicant"}
    wrong = client.post(url, {**about, "file": SimpleUploadedFile("a.pdf", b"MZ..")})
    assert (wrong.status_code, "Ce fichier est un programme" in wrong.content.decode()) == (422, True)
    client.post(url, {**about, "file": SimpleUploadedFile("a.pdf", files.pdf())})
    assert Piece.objects.get(demand=demand).uploaded_role == Role.DESK


def test_the_list_of_signals_names_neither_the_person_nor_the_situation(client, build, demand):
    owner = build.actor(Role.APPLICANT, person=demand.person)
    with acting(owner.scope):
        signal = actions.ask_recognition(actor=owner, demand=demand, situation="eviction")
        hidden = actions.ask_recognition(actor=owner, demand=demand, situation="violence")
    page = client.get(reverse("desk:recognitions")).content.decode()
    assert reverse("desk:recognition", args=[signal.pk]) in page
    assert [word for word in ("xpulsion", "iolence", "phirin") if word in page] == []
    assert client.get(reverse("desk:recognition", args=[hidden.pk])).status_code == 404
    assert "Menace d’expulsion" in client.get(reverse("desk:recognition", args=[signal.pk])).content.decode()
    assert client.post(reverse("desk:refuse_recognition", args=[signal.pk]), {}).status_code == 422
    client.post(reverse("desk:recognise", args=[signal.pk]), {"valid_to": ""})
    assert Recognition.objects.get(pk=signal.pk).state == "recognised"


def test_the_states_service_answers_in_its_own_space(client_for, build, demand):
    state = client_for(build.actor(Role.RESERVATION_HOLDER, build.organisation("state")))
    owner = build.actor(Role.APPLICANT, person=demand.person)
    with acting(owner.scope):
        signal = actions.ask_recognition(
            actor=owner, demand=demand, situation="violence", upload=files.upload(files.pdf())
        )
    assert reverse("holder:recognition", args=[signal.pk]) in state.get(reverse("holder:recognitions")).content.decode()
    assert state.get(reverse("holder:recognition", args=[signal.pk])).status_code == 200
    assert files.status(state, reverse("desk:piece_file", args=[signal.piece_id])) == 200
    state.post(reverse("holder:recognise", args=[signal.pk]), {})
    assert Recognition.objects.get(pk=signal.pk).state == "recognised"
    assert {r.what for r in Reading.objects.order_by("pk")} == {
        "situation signalée", "pièce « justificatif de situation »",
    }  # fmt: skip


def test_the_queue_costs_the_same_at_one_and_at_thirty(client, build, demand):
    give(build, demand)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("desk:pieces"))
        return len(captured)

    one = queries()
    piece = Piece.objects.get()
    for n in range(29):
        piece.pk, piece.file_name, piece.sha256 = None, f"f{n}", f"{n:064d}"
        piece.save(force_insert=True)
    assert queries() == one


def test_the_pages_of_a_pdf_are_drawn_for_the_check(client, build, demand, client_for):
    piece = give(build, demand, content=files.pdf(pages=2))
    picture = client.get(reverse("desk:piece_page", args=[piece.pk, 2]))
    assert (picture.headers["Content-Type"], picture.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert picture.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    for number in (0, 3, 999999999):
        assert client.get(reverse("desk:piece_page", args=[piece.pk, number])).status_code == 404
    far = client_for(build.actor(Role.DESK, build.organisation("desk", departments=["61"])))
    assert far.get(reverse("desk:piece_page", args=[piece.pk, 1])).status_code == 404


def test_to_an_agent_the_household_is_not_vous(client, build, demand):
    give(build, demand)
    page = client.get(reverse("desk:dossier", args=[demand.pk])).content.decode()
    assert ("Le ménage" in page, "· Vous" in page) == (True, False)


COUNTER = {
    "seen": "passeport",
    "identite-civility": "2", "identite-last_name": "Nguyễn", "identite-first_names": "Thị Mai",
    "identite-birth_date": "1988-02-11", "identite-nationality": "1", "identite-line": "3 rue du Port",
    "identite-postcode": "14000", "identite-town": "Caen", "menage-family_status": "C", "ressources-contract": "CDI",
    "ressources-res_SAL": "1300", "logement-status": "CP", "souhaits-motive": "01", "souhaits-types": ["T1", "T2"],
    "souhaits-kind": "I", "souhaits-place_1": "Caen",
}  # fmt: skip


def test_somebody_without_e_mail_is_registered_at_the_counter(client, desk):
    url = reverse("desk:register")
    assert client.get(url).status_code == 200
    answer = client.post(url, COUNTER)
    demand = Demand.objects.get(last_name_key="nguyen")
    assert answer.headers["Location"] == reverse("desk:dossier", args=[demand.pk])
    assert (demand.person, demand.desk, demand.number[-5:]) == (None, desk.organisation, "PALIE")
    certificate = client.get(reverse("desk:attestation", args=[demand.pk]))
    assert (certificate.headers["Content-Type"], certificate.content[:5]) == ("application/pdf", b"%PDF-")


def test_at_the_counter_the_same_person_twice_leads_to_the_first_demand(client):
    url = reverse("desk:register")
    client.post(url, COUNTER)
    again = client.post(url, COUNTER)
    assert (again.status_code, "a déjà une demande" in again.content.decode()) == (422, True)
    assert Demand.objects.count() == 1


def test_at_the_counter_errors_are_linked_to_their_fields_and_nothing_typed_is_lost(client):
    wrong = {**COUNTER, "identite-birth_date": "2031-01-01", "souhaits-place_1": "Atlantide"}
    page = client.post(reverse("desk:register"), wrong)
    html = page.content.decode()
    assert (page.status_code, Demand.objects.count()) == (422, 0)
    for link in ('href="#id_identite-birth_date"', 'href="#id_souhaits-place_1"', "Nguyễn", "Atlantide"):
        assert link in html


def test_at_the_counter_the_same_checks_stand_beside_the_same_fields(client):
    wrong = {
        **COUNTER, "menage-child_0_first_names": "Lan", "menage-child_0_birth_date": "1980-01-01",
        "ressources-res_SAL": "-3", "logement-surface": "2",
    }  # fmt: skip
    assert errors(client.post(reverse("desk:register"), wrong)) == {
        "menage-child_0_birth_date": "Cet enfant serait plus âgé que ses parents, ou presque : vérifiez les deux dates.",
        "ressources-res_SAL": "Un montant ne peut pas être négatif.",
        "logement-surface": "Écrivez une surface de 5 à 500 m².",
    }


def test_at_the_counter_rows_come_without_javascript_and_both_partners_means_are_taken(client):
    url = reverse("desk:register")
    asked = client.post(url, {**COUNTER, "menage-child_0_first_names": "Lan", "more": "child"})
    page = asked.content.decode()
    assert (asked.status_code, "menage-child_1_birth_date" in page, errors(asked)) == (200, True, {})
    assert ("Nguyễn" in page, "Lan" in page) == (True, True)
    client.post(url, {
        **COUNTER, "menage-with_partner": "on", "menage-co_link": "M", "menage-co_last_name": "Trần",
        "menage-co_birth_date": "1985-01-01", "ressources-co_res_SAL": "1 200,00",
    })  # fmt: skip
    form = Form.from_json(Demand.objects.get(last_name_key="nguyen").form)
    assert (form.applicant.resources, form.coapplicant.resources) == ({"SAL": 1300}, {"SAL": 1200})


def test_a_landlord_goes_through_the_pieces_of_one_household_and_back_to_its_file(build, client_for, demand):
    landlord = build.organisation(name="Habitat d’essai")
    application = build.application(demand, build.offer(landlord), state="sent")
    first, second = give(build, demand), give(build, demand, kind="payslips", content=files.pdf(pages=2))
    give(build, build.demand(build.person()))
    agent = client_for(build.actor(Role.LANDLORD, landlord))
    answers = [agent.post(reverse("desk:piece_accept", args=[piece.pk])).url for piece in (first, second)]
    assert answers == [reverse("desk:piece", args=[second.pk]), reverse("landlord:file", args=[application.pk])]
