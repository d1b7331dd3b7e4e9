"""Messages to landlords' systems: where they may go, how they are signed, what happens when they are not taken."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.exchanges.landlords import actions, changes, tasks
from palier.exchanges.landlords.models import Delivery
from palier.exchanges.landlords.scopes import SCOPES
from palier.exchanges.landlords.webhooks import addresses, deliveries, posting, signing
from palier.homes.models import Dwelling
from tests.conftest import NOW
from tests.exchanges.landlords.receivers import mute, receiver


@pytest.fixture
def loopback(settings):
    settings.WEBHOOKS_LOOPBACK = True


@pytest.fixture
def agent(build, loopback):
    return build.actor(Role.LANDLORD)


def listening(agent, url: str, scopes=tuple(SCOPES)):
    system = actions.add_system(actor=agent, name=f"Écoute {len(scopes)}", scopes=list(scopes))
    return actions.set_webhook(actor=agent, system_id=system.pk, url=url)


def turn() -> tuple[int, int]:
    """What the worker does every few seconds."""
    changes.number()
    deliveries.make()
    return deliveries.send_due()


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.215.14/", "https://127.0.0.1/", "https://localhost/", "https://10.1.2.3/", "https://192.168.1.1/x",
        "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://[fd00::1]/",
        "https://[fe80::1]/", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/", "https://224.0.0.1/", "https://100.64.0.1/",
        "https://2130706433/", "https://user:secret@93.184.215.14/", "ftp://93.184.215.14/", "https:///x",
        "https://93.184.215.14:99999/", "file:///etc/passwd", "https://nom.invalid/", "https://93.184.215.14/a b",
        "https://93.184.215.14/é", "http://127.0.0.1:8000/",
    ],
)  # fmt: skip
def test_an_address_inside_or_without_tls_is_refused(url, settings):
    settings.WEBHOOKS_LOOPBACK = False
    with pytest.raises(addresses.Unreachable):
        addresses.check(url)
    assert posting.post(url, b"", {}).status == 0


def test_a_public_address_is_kept_as_it_was_resolved():
    target = addresses.check("https://93.184.215.14/palier?x=1")
    assert (target.ip, target.port, target.path, target.tls) == ("93.184.215.14", 443, "/palier?x=1", True)


def test_a_name_with_one_private_address_among_public_ones_is_refused():
    addresses.refuse_inside(["93.184.215.14", "2606:4700::1111"])
    with pytest.raises(addresses.Unreachable, match="réseau privé"):
        addresses.refuse_inside(["93.184.215.14", "10.0.0.1"])


def test_the_agent_reads_why_next_to_the_address(agent):
    system = actions.add_system(actor=agent, name="Parc", scopes=["stock:read"])
    with pytest.raises(Refused) as refusal:
        actions.set_webhook(actor=agent, system_id=system.pk, url="https://10.0.0.1/")
    assert (refusal.value.field, refusal.value.message) == (
        "url",
        "Cette adresse mène à un réseau privé : elle est refusée.",
    )


def test_a_change_is_told_signed_with_keys_and_states_alone(agent, build):
    with receiver() as there:
        system = listening(agent, there.url)
        offer = build.offer(agent.organisation)
        build.application(build.demand(build.person()), offer, state="sent")
        assert turn() == (3, 0)
        assert turn() == (0, 0)
    bodies = [json.loads(body) for _, body in there.got]
    assert [(b["kind"], b["state"]) for b in bodies] == [
        ("dwelling", "added"), ("offer", "published"), ("candidate", "sent"),
    ]  # fmt: skip
    assert {tuple(sorted(b)) for b in bodies} == {("at", "id", "key", "kind", "path", "position", "state")}
    headers, body = there.got[0]
    stamp, sign = (part.split("=")[1] for part in headers["Palier-Signature"].split(","))
    secret = signing.secret_of(system).encode()
    assert sign == hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert abs(int(stamp) - time.time()) < 60
    assert headers["Palier-Delivery"] == bodies[0]["id"]


def test_only_what_its_scopes_allow_and_only_one_s_own(agent, build):
    with receiver() as there:
        listening(agent, there.url, ["offers:read"])
        build.offer(agent.organisation)
        build.offer(build.organisation())
        turn()
    assert [json.loads(body)["kind"] for _, body in there.got] == ["offer"]


def test_what_came_before_the_address_is_not_sent(agent, build):
    build.offer(agent.organisation)
    changes.number()
    with receiver() as there:
        listening(agent, there.url)
        assert turn() == (0, 0)
    assert there.got == []


def test_a_failure_is_tried_again_ever_later_then_given_up(agent, build):
    with receiver(500) as there:
        listening(agent, there.url, ["stock:read"])
        build.dwelling(agent.organisation)
        now, gaps = NOW, []
        for _ in range(len(deliveries.DELAYS) + 1):
            with clock.frozen_at(now):
                assert turn() == (0, 1)
                assert turn() == (0, 0)
            one = Delivery.objects.get()
            if one.state == "waiting":
                gaps.append(one.due_at - now)
                now = one.due_at
    assert gaps == deliveries.DELAYS and sorted(gaps) == gaps
    assert (one.state, one.attempts, one.last_status, one.last_error) == ("failed", 9, 500, "Le serveur répond 500.")


def test_a_redirect_is_never_followed(agent, build):
    with receiver() as inside, receiver(302, location=inside.url) as there:
        listening(agent, there.url, ["stock:read"])
        build.dwelling(agent.organisation)
        assert turn() == (0, 1)
    assert inside.got == []
    assert Delivery.objects.get().last_error == "Le serveur renvoie ailleurs : Palier ne suit aucune redirection."


@pytest.mark.parametrize("drip", [False, True])
def test_a_receiver_that_never_answers_is_left(loopback, settings, drip):
    settings.WEBHOOKS_SECONDS = 0.4
    with mute(drip=drip) as url:
        outcome = posting.post(url, b"{}", {})
    assert (outcome.status, outcome.error) == (0, "Pas de réponse en 0.4 secondes.")


def test_a_mute_receiver_holds_no_other_back(agent, build, settings):
    settings.WEBHOOKS_SECONDS = 0.3
    other = build.actor(Role.LANDLORD)
    with mute() as silent, receiver() as there:
        listening(agent, silent, ["stock:read"])
        listening(other, there.url, ["stock:read"])
        for body in (agent.organisation, other.organisation):
            build.dwelling(body), build.dwelling(body)
        # One try for the mute one, whose other messages wait; both of the other's.
        assert turn() == (2, 1)
    assert len(there.got) == 2


def test_nobody_listens_there(agent, build):
    with receiver() as gone:
        pass
    listening(agent, gone.url, ["stock:read"])
    build.dwelling(agent.organisation)
    assert turn() == (0, 1)
    assert Delivery.objects.get().last_error == "La connexion est refusée ou coupée."


def test_replay_sends_the_same_message_again(agent, build):
    with receiver() as there:
        listening(agent, there.url, ["stock:read"])
        build.dwelling(agent.organisation)
        turn()
        deliveries.replay(actor=agent, delivery_id=Delivery.objects.get().pk)
        assert turn() == (1, 0)
    assert there.got[0][1] == there.got[1][1]
    with pytest.raises(Delivery.DoesNotExist):
        deliveries.replay(actor=build.actor(Role.LANDLORD), delivery_id=Delivery.objects.get().pk)
    with pytest.raises(NotYours):
        deliveries.replay(actor=build.actor(Role.SECRETARY, agent.organisation), delivery_id=Delivery.objects.get().pk)


def test_another_secret_signs_otherwise(agent):
    with receiver() as there:
        system = listening(agent, there.url)
        before = signing.secret_of(system)
        system = actions.set_webhook(actor=agent, system_id=system.pk, url=there.url, new_secret=True)
    assert signing.secret_of(system) != before


def test_a_revoked_system_is_told_nothing_more(agent, build):
    with receiver() as there:
        system = listening(agent, there.url, ["stock:read"])
        build.dwelling(agent.organisation)
        changes.number()
        deliveries.make()
        actions.revoke(actor=agent, system_id=system.pk)
        build.dwelling(agent.organisation)
        assert turn() == (0, 0)
    assert list(Delivery.objects.values_list("state", "last_error")) == [("failed", "Système révoqué")]


def test_old_deliveries_are_erased_and_the_journal_stays(agent, build):
    with receiver() as there:
        listening(agent, there.url, ["stock:read"])
        build.dwelling(agent.organisation)
        turn()
    with clock.frozen_at(NOW + timedelta(days=59)):
        assert deliveries.forget() == 0
    with clock.frozen_at(NOW + timedelta(days=61)):
        assert deliveries.forget() == 1


def test_a_delivery_is_its_landlord_s_alone(agent, build):
    with receiver() as there:
        listening(agent, there.url, ["stock:read"])
        build.dwelling(agent.organisation)
        turn()
    for stranger in (
        build.actor(Role.LANDLORD),
        build.actor(Role.SECRETARY, agent.organisation),
        build.actor(Role.DESK),
    ):
        with acting(stranger.scope):
            assert Delivery.objects.count() == 0
    with acting(agent.scope):
        assert Delivery.objects.count() == 1
    assert Dwelling.objects.count() == 1


def test_the_worker_tells_all_of_a_long_file_and_forgets_at_night(agent, build):
    with receiver() as there:
        listening(agent, there.url, ["stock:read"])
        for _ in range(deliveries.BATCH + 5):
            build.dwelling(agent.organisation)
        tasks.tell_landlords.func(0)
    keys = [json.loads(body)["key"] for _, body in there.got]
    assert len(keys) == deliveries.BATCH + 5 and keys == sorted(keys)
    with clock.frozen_at(NOW + timedelta(days=61)):
        tasks.forget_answers.func(0)
    assert Delivery.objects.count() == 0
