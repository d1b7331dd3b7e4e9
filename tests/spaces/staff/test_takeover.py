"""An administrator brings a stock: file, rehearsal, run, reconciliation, report, invitations, end."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from palier.accounts.roles import Role
from palier.common.models import Message
from palier.demands.models import Demand
from palier.exchanges.takeover import invitations, running
from palier.exchanges.takeover.models import TakeOver
from tests.exchanges.takeover.conftest import LOGIS, _folder, export, written

__all__ = ["_folder"]


@pytest.fixture
def administrator(build, client_for):
    return client_for(build.actor(Role.ADMINISTRATOR))


def sent(content: bytes, name: str = "export.csv") -> dict:
    return {"file": SimpleUploadedFile(name, content), "shipped": "logis-2000"}


def act(client, held: TakeOver, what: str):
    return client.post(reverse(f"staff:takeover_{what}", args=[held.pk]))


def brought(administrator, rows) -> tuple[TakeOver, str]:
    answer = administrator.post(reverse("staff:takeovers"), sent(written(rows)))
    held = TakeOver.objects.get()
    url = reverse("staff:takeover", args=[held.pk])
    assert (answer.status_code, answer.headers["Location"]) == (302, url)
    return held, url


def shown(client, url: str) -> str:
    return re.sub(r"\s+", " ", client.get(url).content.decode())


def test_from_the_file_to_the_invitations(administrator):
    rows = export(6)
    rows[2] |= {"Numéro unique": "014", "Nom": "=HYPERLINK(1)"}
    held, url = brought(administrator, rows)
    assert "Lancer l’essai" in shown(administrator, url)
    act(administrator, held, "essai")
    assert "Demandes lues" in shown(administrator, url) or "lu une première fois" in shown(administrator, url)
    running.work(held.pk)
    page = shown(administrator, url)
    assert "rien n’est encore écrit" in page
    assert "18 caractères" in page
    assert Demand.objects.count() == 0

    act(administrator, held, "reprise")
    running.work(held.pk)
    page = shown(administrator, url)
    assert "Une différence à lire" in page
    assert "ligne 4" in page
    assert Demand.objects.count() == 5
    report = administrator.get(reverse("staff:takeover_report", args=[held.pk])).content.decode("utf-8-sig")
    assert "4;014;Refusée;number.length;oui;" in report

    assert "5 ménages" in page
    act(administrator, held, "inviter")
    assert "Ménages invités" in shown(administrator, url)
    invitations.work(held.pk)
    assert Message.objects.filter(kind="takeovers.invite").count() == 5
    assert "Tous sont invités" in shown(administrator, url)

    assert act(administrator, held, "fermer").headers["Location"] == reverse("staff:takeovers")
    assert "effacés" in shown(administrator, url)
    assert ProcrastinateJob.objects.filter(task_name__contains="takeover").count() == 3


def test_the_run_waits_for_the_rehearsal(administrator):
    held, url = brought(administrator, export(1))
    answer = act(administrator, held, "reprise")
    assert answer.status_code == 404
    held.refresh_from_db()
    assert (held.state, Demand.objects.count()) == ("received", 0)


def test_the_progress_refreshes_by_itself_and_then_gives_the_whole_page(administrator):
    held, url = brought(administrator, export(2))
    act(administrator, held, "essai")
    asked = {"HX-Request": "true"}
    part = administrator.get(f"{url}?suivi=1", headers=asked)
    assert ('hx-trigger="every 2s"' in part.content.decode(), "<html" in part.content.decode()) == (True, False)
    running.work(held.pk)
    assert administrator.get(f"{url}?suivi=1", headers=asked).headers["HX-Redirect"] == url


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({}, "Choisissez le fichier"),
        ({"file": SimpleUploadedFile("vide.csv", b"")}, "vide"),
        ({"file": SimpleUploadedFile("a.csv", b"a;b"), "mapping_file": SimpleUploadedFile("m.toml", b"version = 2")},
         "indiquez version = 1"),
        ({"file": SimpleUploadedFile("a.csv", b"a;b"), "mapping_file": SimpleUploadedFile("m.toml", b"\xff\xfe")},
         "UTF-8"),
    ],
)  # fmt: skip
def test_a_file_or_a_mapping_that_does_not_hold_is_told_next_to_it(administrator, posted, words):
    answer = administrator.post(reverse("staff:takeovers"), {"shipped": "logis-2000", **posted})
    assert (answer.status_code, words in answer.content.decode(), TakeOver.objects.count()) == (422, True, 0)


def test_columns_that_are_not_the_mapping_s_stop_the_reading_with_their_names(administrator):
    rows = [{k: v for k, v in row.items() if k != "Nom"} for row in export(2)]
    held, url = brought(administrator, rows)
    act(administrator, held, "essai")
    running.work(held.pk)
    page = shown(administrator, url)
    assert "Il manque : Nom." in page
    assert "Rien n’a été écrit" in page


def test_the_same_file_sent_again_opens_the_same_take_over(administrator):
    rows = export(2)
    held, url = brought(administrator, rows)
    again = administrator.post(reverse("staff:takeovers"), sent(written(rows)))
    assert (again.headers["Location"], TakeOver.objects.count()) == (url, 1)
    assert LOGIS in (TakeOver.objects.get().mapping,)
