"""The pages of a landlord's systems and files: a token shown once, an address refused next to its field, a yes before writing."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from palier.accounts.roles import Role
from palier.exchanges.landlords.columns import model
from palier.exchanges.landlords.models import LandlordSystem, StockFile
from palier.homes.models import Dwelling
from tests.spaces.api.conftest import System


@pytest.fixture
def agent(build):
    return build.actor(Role.LANDLORD)


@pytest.fixture
def client(agent, client_for):
    return client_for(agent)


def once() -> dict[str, str]:
    return {"once": str(uuid.uuid4())}


def added(client, **fields) -> LandlordSystem:
    client.post(
        "/bailleur/systemes/nouveau/", {"name": "Gestion locative", "scopes": ["stock:read"], **once(), **fields}
    )
    return LandlordSystem.objects.get()


def test_a_token_is_shown_once_and_opens(client):
    system = added(client)
    form = once()
    answer = client.post(f"/bailleur/systemes/{system.pk}/jeton/", form)
    token = re.search(r"palier_[A-Za-z0-9_-]{43}", answer.text).group()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert System(token).get("/me")[1] == {
        "landlord": system.landlord.name, "system": "Gestion locative", "scopes": ["stock:read"],
    }  # fmt: skip
    page = client.get(f"/bailleur/systemes/{system.pk}/")
    assert token not in page.text and f"<code>{token[-4:]}</code>" in page.text
    # A double click shows the same token and locks nobody out.
    assert token in client.post(f"/bailleur/systemes/{system.pk}/jeton/", form).text
    other = client.post(f"/bailleur/systemes/{system.pk}/jeton/", once()).text
    assert token not in other and "ouvre encore jusqu’au" in other


def test_the_last_use_is_shown(client):
    system = added(client)
    token = re.search(
        r"palier_[A-Za-z0-9_-]{43}", client.post(f"/bailleur/systemes/{system.pk}/jeton/", once()).text
    ).group()
    assert "Il n’a pas encore servi." in client.get(f"/bailleur/systemes/{system.pk}/").text
    System(token).get("/me")
    assert "Dernière utilisation" in client.get(f"/bailleur/systemes/{system.pk}/").text


def test_nothing_typed_is_lost_when_the_form_is_wrong(client):
    answer = client.post("/bailleur/systemes/nouveau/", {"name": "Parc", **once()})
    assert (answer.status_code, LandlordSystem.objects.count()) == (422, 0)
    assert 'value="Parc"' in answer.text and "Choisissez au moins un droit." in answer.text
    added(client)
    answer = client.post(
        "/bailleur/systemes/nouveau/", {"name": "Gestion locative", "scopes": ["stock:read"], **once()}
    )
    assert answer.status_code == 422 and "porte déjà ce nom" in answer.text


def test_an_address_inside_is_refused_next_to_its_field(client):
    system = added(client)
    answer = client.post(f"/bailleur/systemes/{system.pk}/adresse/", {"url": "https://10.0.0.1/x", **once()})
    assert answer.status_code == 422 and 'value="https://10.0.0.1/x"' in answer.text
    assert "mène à un réseau privé" in answer.text
    assert LandlordSystem.objects.get().webhook_url == ""


def test_revoked_after_a_page_that_asks(client):
    system = added(client)
    token = re.search(
        r"palier_[A-Za-z0-9_-]{43}", client.post(f"/bailleur/systemes/{system.pk}/jeton/", once()).text
    ).group()
    assert "Révoquer « Gestion locative » ?" in client.get(f"/bailleur/systemes/{system.pk}/revoquer/").text
    client.post(f"/bailleur/systemes/{system.pk}/revoquer/", once())
    assert (System(token).get("/me")[0], client.get(f"/bailleur/systemes/{system.pk}/").status_code) == (401, 404)


def test_a_file_is_read_shown_then_written(client):
    content = (
        model("dwellings").replace("62,5", "grande") + model("dwellings").split("\r\n")[1].replace("42", "43") + "\r\n"
    )
    sent = SimpleUploadedFile("parc.csv", content.encode(), content_type="text/csv")
    answer = client.post("/bailleur/fichiers/", {"kind": "dwellings", "file": sent, **once()})
    held = StockFile.objects.get()
    assert answer.headers["Location"] == f"/bailleur/fichiers/{held.pk}/"
    page = client.get(answer.headers["Location"]).text
    assert re.search(r"1\s+ligne prête", page) and "G2" in page and "Ce n’est pas un nombre." in page
    assert Dwelling.objects.count() == 0
    client.post(f"/bailleur/fichiers/{held.pk}/inscrire/", once())
    assert [d.reference for d in Dwelling.objects.all()] == ["LOG-00043"]
    assert re.search(r"1\s+ligne ajoutée", client.get(f"/bailleur/fichiers/{held.pk}/").text)


def test_a_file_that_is_too_large_or_missing_is_told(client, settings):
    assert "Choisissez un fichier." in client.post("/bailleur/fichiers/", {"kind": "dwellings", **once()}).text
    settings.DOCUMENT_MAX_BYTES = 10
    sent = SimpleUploadedFile("parc.csv", b"x" * 50)
    answer = client.post("/bailleur/fichiers/", {"kind": "dwellings", "file": sent, **once()})
    assert answer.status_code == 422 and "Ce fichier dépasse 15 Mo" in answer.text


@pytest.mark.parametrize("kind", ["dwellings", "vacancies"])
def test_models_are_downloaded(client, kind):
    assert client.get(f"/bailleur/fichiers/modele/{kind}.csv").content.decode() == model(kind)
