"""Files sent, instruction, decisions and leases by API: what the landlord may see, and each reading told to its household."""

from __future__ import annotations

import pytest

from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.common import clock
from palier.documents.models import Reading
from palier.exchanges.landlords import actions, changes
from palier.exchanges.landlords.scopes import SCOPES
from tests.allocations.test_choosing import Direct
from tests.chain.test_chain import AFTER, Stage
from tests.spaces.api.conftest import Landlord, System


@pytest.fixture
def stage(build) -> Stage:
    stage = Stage(build)
    row = actions.add_system(actor=stage.agent, name="Gestion", scopes=list(SCOPES))
    stage.api = System(actions.renew_token(actor=stage.agent, system_id=row.pk, chance="essai"))
    return stage


def sent(stage) -> list[int]:
    stage.apply()
    stage.as_(stage.agent, applications.make_shortlist, offer_id=stage.offer.pk)
    return list(Application.objects.filter(offer=stage.offer, state="sent").order_by("pk").values_list("pk", flat=True))


def test_files_are_read_once_sent_and_by_their_landlord_alone(stage, build):
    stage.apply()
    waiting = Application.objects.filter(offer=stage.offer).order_by("pk").first()
    assert stage.api.get("/candidates")[1]["items"] == []
    assert stage.api.get(f"/candidates/{waiting.pk}")[0] == 404
    keys = sent(stage)
    status, page = stage.api.get("/candidates")
    assert (status, [c["key"] for c in page["items"]]) == (200, keys)
    assert sorted(c["position"] for c in page["items"]) == list(range(1, len(keys) + 1))
    assert set(page["items"][0]) == {
        "key", "offer", "dwelling", "state", "state_at", "position", "points", "grounds",
    }  # fmt: skip
    other = Landlord(build)
    assert other.api.get("/candidates")[1]["items"] == []
    assert other.api.get(f"/candidates/{keys[0]}")[0] == 404
    assert other.api.post(f"/candidates/{keys[0]}/admit", {"why": "x"})[0] == 404


def test_reading_a_file_is_told_to_its_household(stage):
    (key, *_) = sent(stage)
    status, file = stage.api.get(f"/candidates/{key}")
    demand = Application.objects.get(pk=key).demand
    assert (status, file["number"], file["name"]) == (200, demand.number, "Camille Essai")
    assert [s["title"] for s in file["sections"]] == [
        "Demandeur",
        "Ménage",
        "Ressources",
        "Logement actuel",
        "Souhaits",
    ]
    assert [d["state"] for d in file["documents"] if d["label"]][:1] == ["missing"]
    readings = Reading.objects.filter(demand=demand).values_list("person", "organisation", "what", "why")
    assert list(readings) == [(None, stage.landlord.pk, "dossier", "Système du bailleur : Gestion")]


def test_instruction_by_a_system(stage):
    first, second, *_ = sent(stage)
    assert stage.api.post(f"/candidates/{first}/admit", {})[1]["field"] == "why"
    done = stage.api.post(f"/candidates/{first}/admit", {"why": "Originaux vus au rendez-vous."})
    assert done == (200, {"key": first, "state": "admissible"})
    wrong = stage.api.post(f"/candidates/{second}/refuse", {"grounds": ["ugly"], "reason": "Non"})
    assert (wrong[0], wrong[1]["code"]) == (422, "request.invalid")
    assert wrong[1]["errors"][0]["field"] == "grounds.0"
    # What the commission weighs is no ground of a landlord's: not even a value that the interface lists.
    weighed = stage.api.post(f"/candidates/{second}/refuse", {"grounds": ["priority"], "reason": "Non"})
    assert (weighed[0], weighed[1]["code"], weighed[1]["errors"][0]["field"]) == (422, "request.invalid", "grounds.0")
    refused = stage.api.post(
        f"/candidates/{second}/refuse", {"grounds": ["too_small"], "reason": "Il manque une chambre."}
    )
    assert refused == (200, {"key": second, "state": "inadmissible"})
    again = stage.api.post(
        f"/candidates/{second}/refuse", {"grounds": ["too_small"], "reason": "Il manque une chambre."}
    )
    assert (again[0], again[1]["code"]) == (409, "applications.find_inadmissible.state")
    assert stage.api.get(f"/candidates/{second}")[1]["grounds"] == ["too_small"]


def test_decisions_once_signed_then_the_lease(stage):
    candidates = stage.to_agenda()
    assert stage.api.get("/decisions")[1]["items"] == []
    stage.vote_and_sign(candidates)
    _, page = stage.api.get("/decisions")
    decided = {d["key"]: (d["rank"], d["answer"]) for d in page["items"]}
    first = Proposal.objects.get(state="sent")
    assert decided[first.application_id] == (1, "sent")
    assert len(decided) == len(candidates)
    assert stage.api.get(f"/decisions/{first.application_id}")[1]["rank"] == 1
    lease = {
        "candidate": first.application_id,
        "signed_on": "2026-11-26",
        "starts_on": "2026-12-01",
        "rent": 410,
        "charges": 85,
    }
    with clock.frozen_at(AFTER):
        early = stage.api.post("/leases", lease)
        assert (early[0], early[1]["code"]) == (409, "proposals.sign_lease.state")
        household = stage.household_of(next(c for c in candidates if c.application_id == first.application_id))
        stage.as_(household, allocations.accept, proposal_id=first.pk)
        late = stage.api.post("/leases", {**lease, "signed_on": "2027-11-27", "starts_on": "2027-11-28"})
        assert (late[0], late[1]["field"]) == (422, "signed_on")
        assert stage.api.post("/leases", lease) == (200, {"key": first.application_id, "state": "leased"})
    assert stage.api.get(f"/leases/{first.application_id}")[1]["signed_on"] == "2026-11-26"
    assert [x["key"] for x in stage.api.get("/leases")[1]["items"]] == [first.application_id]


def test_the_journal_tells_each_step_and_no_person(stage):
    changes.number()
    start = stage.api.get("/changes", limit=500)[1]["next"]
    first, *_ = sent(stage)
    stage.api.post(f"/candidates/{first}/admit", {"why": "Originaux vus."})
    assert stage.api.get("/changes", cursor=start)[1]["items"] == []
    changes.number()
    _, page = stage.api.get("/changes", cursor=start)
    assert [(c["kind"], c["key"], c["state"]) for c in page["items"]][:1] == [("offer", stage.offer.pk, "closed")]
    assert [(c["kind"], c["state"]) for c in page["items"] if c["key"] == first and c["kind"] == "candidate"] == [
        ("candidate", "sent"), ("candidate", "admissible"),
    ]  # fmt: skip
    assert {tuple(c) for c in page["items"]} == {("position", "kind", "key", "state", "at", "path")}
    assert stage.api.get(page["items"][-1]["path"].removeprefix("/api/v1"))[0] == 200


def test_a_system_proposes_in_the_public_order_and_records_what_is_signed(build):
    stage = Direct(build, "residence")
    row = actions.add_system(actor=stage.agent, name="Gestion", scopes=list(SCOPES))
    api = System(actions.renew_token(actor=stage.agent, system_id=row.pk, chance="essai"))
    first, second, *_ = stage.admitted()
    assert [(c["state"], c["position"], c["points"]) for c in api.get("/candidates")[1]["items"]] == [
        ("admissible", None, 0.0)
    ] * 4
    early = api.post(f"/candidates/{second.pk}/propose", {})
    assert (early[0], early[1]["code"]) == (422, "choose.reason")
    assert api.post(f"/candidates/{first.pk}/propose", {}) == (200, {"key": first.pk, "state": "allocated"})
    stage.as_(stage.households[0], allocations.accept, proposal_id=Proposal.objects.get().pk)
    today = clock.today().isoformat()
    said = {"candidate": first.pk, "signed_on": today, "starts_on": today, "rent": 390}
    assert api.post("/leases", said)[1]["code"] == "lease.ends"
    assert api.post("/leases", {**said, "ends_on": "2027-06-30"})[0] == 200
    lease = api.get(f"/leases/{first.pk}")[1]
    assert (lease["rent"], lease["ends_on"], lease["price"]) == (390.0, "2027-06-30", None)
    assert Application.objects.get(pk=first.pk).demand.state == "active"
    changes.number()
    told = [(c["kind"], c["state"]) for c in api.get("/changes", limit=500)[1]["items"] if c["key"] == first.pk]
    assert told[-3:] == [("candidate", "allocated"), ("candidate", "accepted"), ("lease", "leased")]
