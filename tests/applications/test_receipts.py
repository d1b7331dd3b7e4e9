"""The receipt fixed with each list: it holds, names nobody, is linked with nothing, and no later act changes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError

from palier.accounts.roles import Role
from palier.applications import actions
from palier.applications.models import Application, Shortlist, ShortlistEntry
from palier.applications.queries import ranks
from palier.applications.receipts import lot, of_application
from palier.common.isolation import acting
from palier.common.models import Event
from palier.cotation.actions import rescore
from palier.cotation.models import Score
from palier.documents.models import Recognition
from palier.homes import actions as homes
from palier.homes.models import Offer
from palier.law import discretion, receipts
from palier.law.grid_files import load_grid
from tests.chain.test_chain import Stage
from tests.conftest import NOW

begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def fixed(stage: Stage) -> Shortlist:
    stage.apply()
    return stage.as_(stage.agent, actions.make_shortlist, offer_id=stage.offer.pk)


def test_the_receipt_holds_and_tells_the_order_of_the_list(stage):
    stage.apply()
    live = ranks(stage.offer.pk)
    shortlist = stage.as_(stage.agent, actions.make_shortlist, offer_id=stage.offer.pk)
    receipt = receipts.read(json.dumps(Shortlist.objects.get().receipt))
    assert [
        c.text for c in receipts.verify(receipt, promised=receipts.commitment(stage.offer.draw_seed)) if not c.ok
    ] == []
    tickets = {a.pk: a.ticket for a in Application.objects.order_by("pk")}
    assert receipt["order"] == [tickets[r.application_id] for r in live]
    entries = list(shortlist.entries.order_by("position"))
    assert receipt["order"] == [tickets[e.application_id] for e in entries]
    assert receipt["sent"] == [tickets[e.application_id] for e in entries if e.sent]
    assert Event.objects.get(verb="shortlists.make").data["receipt"] == receipt["sha256"]
    points = {c["id"]: Decimal(c["points"]) for c in receipt["candidates"]}
    assert points == {tickets[e.application_id]: e.points for e in entries}
    assert all(c["criteria"] for c in receipt["candidates"])


def test_a_departure_is_told_without_its_reason(stage):
    made = stage.apply()
    departed = made[3]
    why = "Le ménage a déjà un logement : madame Essai nous l’a dit."
    shortlist = stage.as_(stage.agent, actions.make_shortlist, offer_id=stage.offer.pk, departures={departed.pk: why})
    assert shortlist.receipt["departed"] == [departed.ticket]
    assert departed.ticket not in shortlist.receipt["sent"]
    assert "Essai nous" not in json.dumps(shortlist.receipt, ensure_ascii=False)
    assert all(check.ok for check in receipts.verify(shortlist.receipt))


def test_nothing_in_it_names_a_person_a_place_of_life_or_a_danger(stage):
    for situation, demand in zip(("violence", "disability", "dalo", "eviction"), stage.demands, strict=True):
        Recognition.objects.create(
            demand=demand, situation=situation, state="recognised", asked_at=NOW, decided_at=NOW,
            decided_by=stage.landlord, valid_from=NOW.date(),
        )  # fmt: skip
        rescore(demand)
    Score.objects.filter(demand=stage.demands[0]).update(lines=None)
    receipt = fixed(stage).receipt
    text = json.dumps(receipt["candidates"], ensure_ascii=False)
    for demand in stage.demands:
        for secret in (
            demand.number,
            demand.last_name_key,
            demand.first_registered_on.isoformat(),
            demand.person.email,
        ):
            assert secret.lower() not in text.lower()
    told = {line["label"] for candidate in receipt["candidates"] for line in candidate["criteria"]}
    assert discretion.PRIORITY in told
    assert [x for x in told if any(w in x.lower() for w in ("violen", "handicap", "dalo", "expuls", "invalid"))] == []


def test_strangers_read_no_criterion_of_a_situation_or_of_health():
    grid = load_grid("exemple-calvados-orne")
    told = discretion.told_to_strangers(grid)
    labels = {c.label for f in grid.families for c in f.criteria if c.key in told}
    hidden = {c.label for f in grid.families for c in f.criteria} - labels
    assert {c.key for f in grid.families for c in f.criteria if c.sensitive} & told == set()
    assert "disability" not in told
    assert "dalo" not in told
    assert labels
    assert hidden


def test_two_receipts_of_one_household_share_no_id(stage):
    """On another offer, and on the same one once it is open again."""
    first = fixed(stage).receipt
    for application in Application.objects.order_by("pk"):
        household = next(
            h for h, d in zip(stage.households, stage.demands, strict=True) if d.pk == application.demand_id
        )
        stage.as_(household, actions.withdraw, application_id=application.pk)
    with transaction.atomic():
        homes.reopen(offer=Offer.objects.get(pk=stage.offer.pk))
    again = [
        stage.as_(h, actions.submit, demand=d, offer_id=stage.offer.pk)
        for h, d in zip(stage.households, stage.demands, strict=True)
    ]
    second = stage.as_(stage.agent, actions.make_shortlist, offer_id=stage.offer.pk).receipt
    assert second["order"] != first["order"]
    assert set(first["order"]) & set(second["order"]) == set()
    assert len(second["order"]) == len(again) == 4
    assert first["draw"]["commitment"] != second["draw"]["commitment"]
    assert all(check.ok for check in receipts.verify(second))


def test_an_offer_reopened_lets_its_landlord_make_another_list(stage, client_for):
    fixed(stage)
    for application in Application.objects.order_by("pk"):
        household = next(
            h for h, d in zip(stage.households, stage.demands, strict=True) if d.pk == application.demand_id
        )
        stage.as_(household, actions.withdraw, application_id=application.pk)
    with transaction.atomic():
        homes.reopen(offer=Offer.objects.get(pk=stage.offer.pk))
    stage.as_(stage.households[0], actions.submit, demand=stage.demands[0], offer_id=stage.offer.pk)
    client, address = client_for(stage.agent), f"/bailleur/offres/{stage.offer.pk}/"
    again = client.get(f"{address}candidats/").content.decode()
    assert "Une première liste n’a logé personne" in again
    assert "Ordre à cet instant" in again and "Liste arrêtée le" not in again
    assert "Arrêter la liste et recevoir les dossiers" in again
    assert client.post(f"{address}transmettre/", {"once": str(uuid.uuid4())}).status_code == 302
    closed = client.get(f"{address}candidats/").content.decode()
    assert "Une première liste" not in closed and "Liste arrêtée le" in closed
    assert Shortlist.objects.filter(offer=stage.offer).count() == 2


def test_applying_again_draws_the_same_ticket(stage):
    household, demand = stage.households[0], stage.demands[0]
    one = stage.as_(household, actions.submit, demand=demand, offer_id=stage.offer.pk)
    stage.as_(household, actions.withdraw, application_id=one.pk)
    two = stage.as_(household, actions.submit, demand=demand, offer_id=stage.offer.pk)
    assert (one.ticket, one.draw) == (two.ticket, two.draw)
    assert lot(stage.offer.draw_seed, demand.pk + 1)["ticket"] != one.ticket


def test_a_list_once_fixed_is_changed_by_nobody(stage):
    shortlist = fixed(stage)
    for change in (
        lambda: Shortlist.objects.filter(pk=shortlist.pk).update(receipt={}),
        lambda: Shortlist.objects.filter(pk=shortlist.pk).delete(),
    ):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            change()


def test_what_is_promised_at_publication_is_what_is_told_at_the_close(build):
    landlord = build.organisation()
    agent = build.actor(Role.LANDLORD, landlord)
    with acting(agent.scope):
        offer = homes.draft_offer(
            actor=agent,
            dwelling_id=build.dwelling(landlord).pk,
            available_on=NOW.date(),
            rent=Decimal(400),
            charges=Decimal(50),
        )
        homes.publish(actor=agent, offer_id=offer.pk)
    event = Event.objects.get(verb="offers.publish")
    assert event.data["commitment"] == receipts.commitment(offer.draw_seed)
    assert offer.draw_seed not in json.dumps(event.data)


def test_a_household_reads_the_receipt_where_it_stands_and_no_other(stage):
    shortlist = fixed(stage)
    own = Application.objects.get(demand=stage.demands[1])
    with acting(stage.households[1].scope):
        receipt = of_application(own.pk)
        assert (Shortlist.objects.count(), ShortlistEntry.objects.count()) == (0, 0)
    assert receipt["yours"]["id"] == own.ticket
    assert {k: v for k, v in receipt.items() if k != "yours"} == shortlist.receipt
    assert receipts.position(receipt) == 3
    with acting(stage.households[0].scope):
        assert of_application(own.pk) is None


def test_a_member_reads_the_receipt_of_its_agenda_and_no_line_of_the_list(stage):
    stage.to_agenda()
    with acting(stage.tenant.scope):
        assert [s.receipt["offer"]["number"] for s in Shortlist.objects.all()] == [stage.offer.pk]
        assert ShortlistEntry.objects.count() == 0
    with acting(stage.build.actor(Role.MEMBER, stage.landlord).scope):
        assert Shortlist.objects.count() == 0


def verified(folder: Path, receipt: dict, *words: str) -> subprocess.CompletedProcess[str]:
    """As an outsider would: no database, no settings."""
    (folder / "recu.json").write_text(json.dumps(receipt), encoding="utf-8")
    environ = {k: v for k, v in os.environ.items() if "DATABASE" not in k and not k.startswith(("PALIER", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "-m", "palier", "matching", "verify", str(folder / "recu.json"), *words],
        env={**environ, "PYTHONUTF8": "1"}, capture_output=True, text=True,
    )  # fmt: skip


def test_the_command_needs_nothing_but_the_receipt(stage, tmp_path):
    receipt = receipts.for_candidate(fixed(stage).receipt, Application.objects.get(demand=stage.demands[3]).ticket)
    right = verified(tmp_path, receipt, "--promise", receipts.commitment(stage.offer.draw_seed))
    assert (right.returncode, right.stderr, right.stdout.splitlines()[-1]) == (0, "", "Ce reçu est juste.")
    assert "Vous : rang 1 sur 4" in right.stdout
    other = verified(tmp_path, receipt, "--published", "0" * 64)
    assert (other.returncode, other.stdout.splitlines()[-1]) == (1, "Ce reçu n’est pas juste : voyez les lignes FAUX.")
    none = verified(tmp_path, {"schema": "autre"})
    assert (none.returncode, none.stderr) == (1, "Ce fichier n’est pas un reçu de liste de candidats.\n")
