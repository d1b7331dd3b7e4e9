"""Who gets in, with what, and how an act sent twice is done once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from palier.common import clock
from palier.common.isolation import acting
from palier.demo.build import connect_systems, settle_cast
from palier.demo.playing import character
from palier.exchanges.landlords import actions, once
from palier.exchanges.landlords.models import KeptAnswer, LandlordSystem
from palier.exchanges.landlords.scopes import SCOPES
from palier.homes.models import Dwelling
from tests.conftest import NOW
from tests.spaces.api.conftest import Landlord, System, row


def code(answer) -> tuple[int, str]:
    return answer[0], answer[1]["code"]


def test_without_a_token_nothing_answers(landlord):
    assert code(System("").get("/dwellings")) == (401, "token.missing")
    assert code(System("palier_invented").get("/dwellings")) == (401, "token.unknown")
    assert code(System("").post("/dwellings", {"rows": [row("A-1")]})) == (401, "token.missing")
    assert code(System("").get("/nothing/here")) == (404, "not_found")
    assert Dwelling.objects.filter(landlord=landlord.body).count() == 0


def test_a_session_opens_nothing_of_the_api(landlord, client_for):
    assert client_for(landlord.agent).get("/api/v1/dwellings").status_code == 401


def test_only_the_hash_of_a_token_is_kept(landlord):
    kept = LandlordSystem.objects.filter(pk=landlord.row.pk).values().get()
    assert landlord.token not in map(str, kept.values())
    assert (kept["token_end"], len(kept["token_hash"])) == (landlord.token[-4:], 64)


def test_each_scope_opens_its_own_operations(build):
    reader = Landlord(build, ["stock:read"])
    assert reader.api.get("/dwellings")[0] == 200
    for answer in (
        reader.api.get("/offers"), reader.api.get("/candidates"), reader.api.get("/decisions"),
        reader.api.get("/leases"), reader.api.post("/dwellings", {"rows": [row("A-1")]}),
        reader.api.post("/vacancies", {"rows": [{}]}), reader.api.post("/statements", {"rows": [{}]}),
        reader.api.post("/candidates/1/admit", {}),
        reader.api.post("/candidates/1/refuse", {"grounds": ["too_small"], "reason": "Non"}),
        reader.api.post("/offers/1/publish"), reader.api.post("/offers/1/withdraw", {"reason": "Travaux"}),
        reader.api.post("/leases", {"candidate": 1, "signed_on": "2026-11-20", "starts_on": "2026-11-20", "rent": 400, "charges": 0}),
    ):  # fmt: skip
        assert code(answer) == (403, "token.scope")


def test_the_token_before_the_last_opens_for_a_day(landlord):
    fresh = actions.renew_token(actor=landlord.agent, system_id=landlord.row.pk, chance="second")
    assert fresh != landlord.token
    assert (landlord.api.get("/me")[0], System(fresh).get("/me")[0]) == (200, 200)
    with clock.frozen_at(NOW + timedelta(hours=24)):
        assert (code(landlord.api.get("/me")), System(fresh).get("/me")[0]) == ((401, "token.unknown"), 200)


def test_a_revoked_system_is_out_at_once(landlord):
    actions.revoke(actor=landlord.agent, system_id=landlord.row.pk)
    assert code(landlord.api.get("/me")) == (401, "token.unknown")


def test_the_last_use_is_noted_once_a_minute(landlord):
    def used():
        return LandlordSystem.objects.get(pk=landlord.row.pk).used_at

    assert used() is None
    landlord.api.get("/me")
    with clock.frozen_at(NOW + timedelta(seconds=50)):
        landlord.api.get("/me")
    assert used() == NOW
    with clock.frozen_at(NOW + timedelta(seconds=70)):
        landlord.api.get("/me")
    assert used() == NOW + timedelta(seconds=70)


def test_a_get_writes_nothing(landlord, build):
    """The transaction of a reading is read-only: PostgreSQL itself refuses."""
    with acting(landlord.agent.scope, read_only=True):
        with pytest.raises(Exception, match="read-only"):
            KeptAnswer.objects.create(landlord=landlord.body, system=landlord.row, key="x" * 8, sha256="", until=NOW)
        from django.db import transaction

        transaction.set_rollback(True)


def test_each_writing_asks_for_a_key(landlord):
    for key in (None, "court", "une clé avec des espaces"):
        status, answer = landlord.api.post("/dwellings", {"rows": [row("A-1")]}, key=key)
        assert (status, answer["code"], answer["field"]) == (400, "idempotency.missing", "Idempotency-Key")


def test_the_same_key_and_body_are_done_once_and_another_body_is_refused(landlord):
    first = landlord.api.post("/dwellings", {"rows": [row("A-1")]}, key="clef-0001")
    again = landlord.api.post("/dwellings", {"rows": [row("A-1")]}, key="clef-0001")
    other = landlord.api.post("/dwellings", {"rows": [row("A-2")]}, key="clef-0001")
    assert first == again and first[1]["results"][0]["outcome"] == "created"
    assert code(other) == (409, "idempotency.taken")
    assert Dwelling.objects.filter(landlord=landlord.body).count() == 1


def test_keys_are_one_s_own_and_end(landlord, build):
    other = Landlord(build)
    for one in (landlord, other):
        assert one.api.post("/dwellings", {"rows": [row("A-1")]}, key="clef-0001")[0] == 200
    with clock.frozen_at(NOW + timedelta(days=6)):
        assert once.forget() == 0
    with clock.frozen_at(NOW + timedelta(days=8)):
        assert once.forget() == 2


def test_a_refused_act_leaves_its_key_free(landlord):
    assert landlord.api.post("/offers/999999/publish", key="clef-0002")[0] == 404
    assert KeptAnswer.objects.count() == 0


@pytest.mark.parametrize(
    "body", ["{", "[1]", '"x"', '{"rows": {}}', '{"rows": []}', '{"rows": [1]}', '{"rows": [{}], "more": 1}']
)
def test_a_body_of_another_shape_is_told(landlord, body):
    status, answer = landlord.api.post("/dwellings", body)
    assert (status, answer["code"]) in ((400, "request.unreadable"), (422, "request.invalid"))
    assert "  " not in answer["detail"]


def test_a_form_and_a_huge_body_are_told_as_json(landlord):
    headers = {"Authorization": f"Bearer {landlord.token}", "Idempotency-Key": "clef-0003"}
    form = Client().post("/api/v1/dwellings", {"rows": "x"}, headers=headers)
    assert (form.status_code, form.json()["code"]) == (400, "request.unreadable")
    huge = Client().post("/api/v1/dwellings", "x" * 2_100_000, content_type="application/json", headers=headers)
    assert (huge.status_code, huge.json()["code"]) == (413, "request.large")


def test_a_token_makes_no_token(landlord):
    from palier.common.errors import NotYours
    from palier.exchanges.landlords.tokens import actor_of

    machine = actor_of(landlord.row)
    for act in (
        lambda: actions.add_system(actor=machine, name="Autre", scopes=["stock:read"]),
        lambda: actions.renew_token(actor=machine, system_id=landlord.row.pk, chance="x"),
        lambda: actions.revoke(actor=machine, system_id=landlord.row.pk),
    ):
        with pytest.raises(NotYours):
            act()


def test_the_demonstration_s_tokens_open_for_its_landlords(world):
    settle_cast()
    assert connect_systems(None) == connect_systems(None) == {"systèmes": 2}
    for token, key in (("palier-demo-token", "sophie.bailleur"), ("palier-demo-token-2", "karim.bailleur")):
        assert System(token).get("/me") == (200, {
            "landlord": character(key).organisation.name, "system": "Bac à sable", "scopes": sorted(SCOPES),
        })  # fmt: skip
