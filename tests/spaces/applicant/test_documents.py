"""Mes pièces: each its own upload, errors next to the field, files served to those who may (mission A8, A15)."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from palier.accounts.roles import Role
from palier.documents import store
from palier.documents.models import Piece, Reading, Recognition
from tests.documents import files


@pytest.fixture
def household(build, client_for):
    actor = build.actor(Role.APPLICANT)
    return client_for(actor), build.demand(actor.person), actor


def send(client, content, name="cni.pdf", **data):
    data = {"kind": "identity", "about": "applicant", **data}
    if content is not None:
        data["file"] = SimpleUploadedFile(name, content)
    return client.post(reverse("applicant:upload"), data)


def test_without_a_demand_the_page_says_where_to_begin(build, client_for):
    page = client_for(build.actor(Role.APPLICANT)).get(reverse("applicant:documents"))
    assert (page.status_code, "Commencer ma demande" in page.content.decode()) == (200, True)


def test_a_document_is_sent_shown_opened_and_taken_back(household):
    client, demand, _ = household
    assert "À envoyer" in client.get(reverse("applicant:documents")).content.decode()
    assert send(client, files.pdf()).headers["Location"] == reverse("applicant:documents")
    piece = Piece.objects.get(demand=demand)
    shown = client.get(reverse("applicant:documents")).content.decode()
    assert ("cni.pdf" in shown, "Reçue, à vérifier" in shown) == (True, True)
    assert files.status(client, reverse("applicant:piece_file", args=[piece.pk])) == 200
    assert Reading.objects.count() == 0
    client.post(reverse("applicant:withdraw_piece", args=[piece.pk]))
    assert Piece.objects.get(pk=piece.pk).state == "withdrawn"
    assert files.status(client, reverse("applicant:piece_file", args=[piece.pk])) == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\x00" + b"\0" * 500, "Ce fichier est un programme"),
        (b"", "Ce fichier est vide"),
        (None, "Choisissez un fichier"),
        (files.pdf(password="secret"), "protégé par un mot de passe"),
    ],
)
def test_an_error_is_told_in_its_row_and_linked_from_the_summary(household, content, words):
    answer = send(household[0], content)
    html = answer.content.decode()
    assert (answer.status_code, html.count(words)) == (422, 2)
    assert 'href="#piece-identity-applicant-file"' in html
    assert 'id="piece-identity-applicant-file"' in html
    assert Piece.objects.count() == 0


def test_a_file_of_100_megabytes_is_thrown_away_while_it_arrives(household, settings, own_folder):
    settings.DOCUMENT_MAX_BYTES = 3_000_000
    answer = send(household[0], b"%PDF-1.7" + b"\0" * (6 * 1024 * 1024))
    assert (answer.status_code, "dépasse 3 Mo" in answer.content.decode()) == (422, True)
    assert Piece.objects.count() == 0
    assert [p for p in own_folder.rglob("*") if p.is_file()] == []


def test_the_form_sent_twice_gives_one_document(household):
    content = files.pdf()
    send(household[0], content)
    send(household[0], content)
    assert Piece.objects.count() == 1


def test_a_served_file_can_do_nothing(household):
    client = household[0]
    send(client, files.jpeg(), "photo <b>.jpg")
    answer = client.get(reverse("applicant:piece_file", args=[Piece.objects.get().pk]))
    assert answer.getvalue().startswith(b"\xff\xd8\xff")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"].startswith('inline; filename="piece.jpg"; filename*=UTF-8')
    assert "<" not in answer.headers["Content-Disposition"]


def test_nobody_elses_document_exists(household, build, client_for):
    client, demand, _ = household
    send(client, files.pdf())
    piece = Piece.objects.get(demand=demand)
    stranger = client_for(build.actor(Role.APPLICANT))
    assert files.status(stranger, reverse("applicant:piece_file", args=[piece.pk])) == 404
    assert stranger.post(reverse("applicant:withdraw_piece", args=[piece.pk])).status_code == 404
    assert Piece.objects.get(pk=piece.pk).state == "received"


def test_a_document_waiting_for_the_virus_check_is_served_to_nobody(household):
    client = household[0]
    send(client, files.pdf())
    Piece.objects.update(scan="waiting")
    piece = Piece.objects.get()
    assert "Contrôle antivirus en attente" in client.get(reverse("applicant:documents")).content.decode()
    assert files.status(client, reverse("applicant:piece_file", args=[piece.pk])) == 404


def test_a_lost_file_is_a_plain_404(household):
    client = household[0]
    send(client, files.pdf())
    piece = Piece.objects.get()
    store.forget(piece.file_name)
    assert files.status(client, reverse("applicant:piece_file", args=[piece.pk])) == 404


def test_an_emergency_is_signalled_with_its_proof(household):
    client, demand, _ = household
    assert client.get(reverse("applicant:emergency")).status_code == 200
    assert client.post(reverse("applicant:emergency"), {}).status_code == 422
    wrong = {"situation": "eviction", "file": SimpleUploadedFile("a.pdf", b"MZ....")}
    assert client.post(reverse("applicant:emergency"), wrong).status_code == 422
    right = {"situation": "eviction", "file": SimpleUploadedFile("a.pdf", files.pdf())}
    assert client.post(reverse("applicant:emergency"), right).status_code == 302
    signalled = Recognition.objects.get(demand=demand)
    assert (signalled.state, signalled.piece.kind) == ("asked", "eviction")
    assert "En attente de réponse" in client.get(reverse("applicant:documents")).content.decode()


def test_no_two_parts_of_the_page_share_an_id(household):
    client = household[0]
    send(client, files.pdf())
    ids = re.findall(r'\sid="([^"]+)"', client.get(reverse("applicant:documents")).content.decode())
    assert [found for found, times in Counter(ids).items() if times > 1] == []


def test_without_a_demand_every_address_leads_back_to_where_it_begins(build, client_for):
    client = client_for(build.actor(Role.APPLICANT))
    begin = reverse("applicant:documents")
    assert client.get(reverse("applicant:emergency")).headers["Location"] == begin
    assert send(client, files.pdf()).headers["Location"] == begin
