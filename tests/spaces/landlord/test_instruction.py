"""The landlord's queue on screen: the next file opens by itself, facts stand beside what proves them (mission B5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from palier.accounts.roles import Role
from palier.documents.models import Piece
from tests.conftest import NOW


@pytest.fixture
def agent(build):
    return build.actor(Role.LANDLORD)


@pytest.fixture
def files(build, agent):
    return [
        build.application(
            build.demand(build.person()),
            build.offer(agent.organisation),
            state="sent",
            state_at=NOW - timedelta(days=9 - n),
        )
        for n in range(2)
    ]


def test_the_next_file_opens_after_an_answer_and_the_queue_at_the_end(agent, files, client_for):
    client = client_for(agent)
    first, second = (reverse("landlord:file", args=[f.pk]) for f in files)
    data = {"codes": ["residence"], "reason": "Le titre de séjour a expiré."}
    assert client.post(reverse("landlord:find_inadmissible", args=[files[0].pk]), data).headers["Location"] == second
    done = client.post(reverse("landlord:admit", args=[files[1].pk]), {"why": "Originaux vus."})
    assert done.headers["Location"] == reverse("landlord:instruction")
    assert client.get(first).status_code == 200


def test_the_grounds_shown_are_those_of_the_law_with_their_text(agent, files, client_for):
    client, url = client_for(agent), reverse("landlord:find_inadmissible", args=[files[0].pk])
    page = client.get(reverse("landlord:file", args=[files[0].pk])).content.decode()
    assert ("(CCH R441-1)" in page, "Un ménage plus prioritaire" in page) == (True, False)
    wrong = client.post(url, {"codes": ["priority"], "reason": "Un autre ménage."})
    assert (wrong.status_code, "les autres reviennent à la commission" in wrong.content.decode()) == (422, True)


def test_a_document_stands_beside_the_fact_it_proves(agent, files, client_for):
    Piece.objects.create(
        demand=files[0].demand, kind="tax_notice", about="applicant", original_name="avis.pdf", file_name="r",
        media_type="application/pdf", size=1, sha256="0" * 64, uploaded_at=NOW, uploaded_role="applicant",
    )  # fmt: skip
    checks = client_for(agent).get(reverse("landlord:file", args=[files[0].pk])).context["checks"]
    beside = {check["title"]: [p.original_name for row in check["pieces"] for p in row.pieces] for check in checks}
    assert (beside["Ressources"], beside["Demandeur"], beside["Souhaits"]) == (["avis.pdf"], [], [])


def test_the_queue_says_who_took_what(agent, files, build, client_for):
    client = client_for(agent)
    assert client.post(reverse("landlord:take", args=[files[0].pk])).status_code == 302
    url = reverse("landlord:instruction")
    mine, free = (client.get(url, {"voir": key}).context["files"] for key in ("mine", "free"))
    assert [[row["application"].pk for row in rows] for rows in (mine, free)] == [[files[0].pk], [files[1].pk]]
    assert client.post(reverse("landlord:put_back", args=[files[0].pk])).status_code == 302
    assert client.get(url, {"voir": "mine"}).context["files"] == []
