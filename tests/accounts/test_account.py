"""An account by e-mail: sign up, follow the link, press the button, sign in; lose the password, choose another."""

from __future__ import annotations

import re

from django.test import Client

from palier.accounts.models import Person
from palier.common.models import Message

ADDRESS = "nouvelle.personne@exemple.fr"
PASSWORD = "une-phrase-assez-longue"


def last_link(kind: str) -> str:
    text = Message.objects.order_by("-pk").first().text
    return re.search(r"https?://[^/\s]+(/\S*" + kind + r"\S*)", text).group(1)


def sign_up(client: Client) -> None:
    assert client.post("/compte/signup/", {"email": ADDRESS, "password1": PASSWORD}).status_code == 302


def test_an_account_opens_with_the_link_and_its_button(world):
    client = Client()
    sign_up(client)
    address = last_link("confirm")
    assert client.get(address).status_code == 200
    assert client.get("/mon-espace/").status_code == 302
    assert client.post(address).status_code == 302
    other = Client()
    assert other.post("/compte/login/", {"login": ADDRESS, "password": PASSWORD}).status_code == 302
    assert other.get("/mon-espace/").status_code == 200


def test_the_link_does_nothing_when_only_opened(world):
    client = Client()
    sign_up(client)
    client.get(last_link("confirm"))
    refused = Client().post("/compte/login/", {"login": ADDRESS, "password": PASSWORD})
    assert refused.status_code == 302
    assert "confirm" in refused.headers["Location"]


def test_a_lost_password_is_replaced_through_a_link(world):
    client = Client()
    sign_up(client)
    client.post(last_link("confirm"))
    client = Client()
    assert client.post("/compte/password/reset/", {"email": ADDRESS}).status_code == 302
    form = client.get(last_link("reset/key"), follow=True)
    changed = client.post(
        form.request["PATH_INFO"], {"password1": "une-autre-phrase-longue", "password2": "une-autre-phrase-longue"}
    )
    assert changed.status_code == 302
    assert Person.objects.get(email=ADDRESS).check_password("une-autre-phrase-longue")


def test_a_weak_password_is_refused_next_to_its_field(world):
    answer = Client().post("/compte/signup/", {"email": ADDRESS, "password1": "1234"})
    assert answer.status_code == 200
    assert "id_password1_error" in answer.content.decode()
    assert Person.objects.count() == 0
