"""Empty dwellings, offers and statements by API; twice, out of order, for another landlord's dwelling."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palier.accounts.roles import OrganisationKind
from palier.applications import freeing
from palier.applications.models import Application
from palier.common.models import Message
from palier.homes.models import AvailabilityStatement, Offer
from palier.reservations.models import Convention, Turn
from tests.conftest import NOW
from tests.spaces.api.conftest import Landlord, empty, row


def outcomes(answer) -> list[str]:
    assert answer[0] == 200, answer
    return [r["outcome"] for r in answer[1]["results"]]


def codes(answer) -> list[list[str]]:
    return [[e["code"] for e in r["errors"]] for r in answer[1]["results"]]


@pytest.fixture
def housed(landlord):
    landlord.api.post("/dwellings", {"rows": [row("A-1"), row("A-2"), row("A-3")]})
    return landlord


def test_vacancies_become_offers_published_or_not(housed, build):
    holder = build.organisation(OrganisationKind.ACTION_LOGEMENT)
    rows = [empty("A-1"), empty("A-2", publish=False), empty("A-3", contingent="action_logement", holder=holder.pk)]
    first = housed.api.post("/vacancies", {"rows": rows})
    again = housed.api.post("/vacancies", {"rows": rows})
    assert (outcomes(first), outcomes(again)) == (["created"] * 3, ["unchanged"] * 3)
    _, page = housed.api.get("/offers")
    assert [(o["dwelling"], o["state"], o["rent"], o["holder"], o["candidates"]) for o in page["items"]] == [
        ("A-1", "published", 410.25, None, 0), ("A-2", "draft", 410.25, None, 0),
        ("A-3", "published", 410.25, holder.pk, 0),
    ]  # fmt: skip
    assert [h["key"] for h in housed.api.get("/holders")[1]["items"]] == [holder.pk]


def test_each_kind_of_offer_has_its_own_fields(housed):
    rows = [
        {**empty("A-1"), "product": "shared", "rooms": 3, "room_surface": 12.5},
        {**empty("A-2"), "product": "residence", "months_at_most": 12},
        {"dwelling": "A-3", "available_on": "2027-01-04", "charges": 110, "product": "sale", "price": 96000},
    ]
    assert outcomes(housed.api.post("/vacancies", {"rows": rows})) == ["created"] * 3
    _, page = housed.api.get("/offers")
    told = [
        (o["product"], o["rent"], o["price"], o["rooms"], o["room_surface"], o["months_at_most"]) for o in page["items"]
    ]
    assert told == [
        ("shared", 410.25, None, 3, 12.5, None), ("residence", 410.25, None, None, None, 12),
        ("sale", None, 96000.0, None, None, None),
    ]  # fmt: skip


def test_a_kind_that_lacks_a_field_or_that_its_dwelling_forbids_is_refused_beside_it(housed):
    rows = [
        {**empty("A-1"), "product": "sale", "price": 96000},
        {**empty("A-2"), "product": "intermediate"},
        {**empty("A-3"), "product": "shared", "rooms": 3},
    ]
    answer = housed.api.post("/vacancies", {"rows": rows})
    assert [[(e["field"], e["code"]) for e in r["errors"]] for r in answer[1]["results"]] == [
        [("rent", "offer.rent")], [("product", "offer.product_financing")], [("room_surface", "row.missing")],
    ]  # fmt: skip


def test_a_vacancy_of_another_landlord_s_dwelling_is_refused(housed, build):
    other = Landlord(build)
    rows = [
        empty("A-1"),
        empty("A-9"),
        empty("A-2", holder=other.body.pk, contingent="authority"),
        empty("A-3", holder=1),
    ]
    assert codes(other.api.post("/vacancies", {"rows": rows[:1]})) == [["row.unknown"]]
    answer = housed.api.post("/vacancies", {"rows": rows})
    assert outcomes(answer) == ["created", "refused", "refused", "refused"]
    assert codes(answer) == [[], ["row.unknown"], ["offer.holder_unknown"], ["offer.holder"]]


def test_publish_then_withdraw_and_nobody_else_may(housed, build):
    housed.api.post("/vacancies", {"rows": [empty("A-1", publish=False)]})
    key = Offer.objects.get(dwelling__reference="A-1").pk
    other = Landlord(build)
    assert other.api.post(f"/offers/{key}/publish")[0] == other.api.get(f"/offers/{key}")[0] == 404
    assert housed.api.post(f"/offers/{key}/publish") == (200, {"key": key, "state": "published"})
    assert housed.api.post(f"/offers/{key}/withdraw", {"reason": "Travaux"}) == (
        200,
        {"key": key, "state": "withdrawn"},
    )
    status, answer = housed.api.post(f"/offers/{key}/publish")
    assert (status, answer["code"], answer["errors"]) == (409, "offers.publish.state", [])
    status, answer = housed.api.post(f"/offers/{key}/withdraw", {"reason": ""})
    assert (status, answer["field"], answer["detail"]) == (
        422, "reason", "La requête n’est pas valable : voyez chaque champ.",
    )  # fmt: skip


def say(reference: str, says: str, minutes: int = 0) -> dict[str, str]:
    return {"dwelling": reference, "says": says, "at": (NOW + timedelta(minutes=minutes)).isoformat()}


def test_statements_in_any_order_and_twice_leave_the_last_word_to_the_last(housed):
    housed.api.post("/vacancies", {"rows": [empty("A-1"), empty("A-2")]})
    sent = [say("A-1", "available", 3), say("A-1", "available", 3), say("A-1", "available", -60), say("A-2", "let", 2),
            say("A-2", "available", 1)]  # fmt: skip
    assert outcomes(housed.api.post("/statements", {"rows": sent})) == [
        "applied", "repeated", "older", "applied", "older",
    ]  # fmt: skip
    assert outcomes(housed.api.post("/statements", {"rows": sent})) == [
        "repeated", "repeated", "repeated", "repeated", "repeated",
    ]  # fmt: skip
    states = dict(Offer.objects.values_list("dwelling__reference", "state"))
    assert states == {"A-1": "published", "A-2": "let"}
    assert Offer.objects.get(dwelling__reference="A-1").confirmed_at == NOW + timedelta(minutes=3)
    said = (
        AvailabilityStatement.objects.filter(via="system")
        .order_by("pk")
        .values_list("offer__dwelling__reference", "says")
    )
    published = [("A-1", "available"), ("A-2", "available")]
    assert list(said) == [*published, ("A-1", "available"), ("A-1", "available"), ("A-2", "let"), ("A-2", "available")]


def test_a_dwelling_let_elsewhere_frees_its_candidates_at_once(housed, build):
    housed.api.post("/vacancies", {"rows": [empty("A-1")]})
    offer = Offer.objects.get()
    waiting = build.application(build.demand(build.person()), offer)
    assert outcomes(housed.api.post("/statements", {"rows": [say("A-1", "let", 1)]})) == ["applied"]
    waiting = Application.objects.get(pk=waiting.pk)
    freeing.tell_freed()
    assert (waiting.state, Message.objects.filter(kind="applications.released").count()) == ("released", 1)
    offer.vacancy.refresh_from_db()
    assert (offer.vacancy.end_reason, offer.vacancy.ended_on) == ("let_elsewhere", NOW.date())


def test_wrong_statements_are_told_one_by_one(housed, build):
    build.offer(Landlord(build).body, build.dwelling(build.organisation(), reference="B-1"))
    housed.api.post("/vacancies", {"rows": [empty("A-1")]})
    rows = [
        say("B-1", "let"), say("A-2", "available"), say("A-1", "let", 60), say("A-1", "gone"),
        {"dwelling": "A-1", "says": "let", "at": "2026-11-23"}, {"dwelling": "A-1", "says": "let", "at": "2026-11-23T10:00:00"},
    ]  # fmt: skip
    answer = housed.api.post("/statements", {"rows": rows})
    assert outcomes(answer) == ["refused"] * 6
    assert [[e["message"] for e in r["errors"]] for r in answer[1]["results"]] == [
        ["Aucune offre de ce logement n’est connue."], ["Aucune offre de ce logement n’est connue."],
        ["Cet instant est à venir."], ["Valeurs possibles : 'available', 'let' ou 'withdrawn'."],
        ["Un instant dit son fuseau : AAAA-MM-JJThh:mm:ss+hh:mm."],
        ["Un instant dit son fuseau : AAAA-MM-JJThh:mm:ss+hh:mm."],
    ]  # fmt: skip
    assert AvailabilityStatement.objects.filter(via="api").count() == 0


def test_where_conventions_hold_the_turn_decides_and_another_choice_needs_its_reason(housed, build):
    holder, other = build.organisation(OrganisationKind.ACTION_LOGEMENT), build.organisation(OrganisationKind.STATE)
    Convention.objects.create(
        landlord=housed.body, department_id="14", holder=holder, contingent="action_logement", percent=60,
        valid_from=NOW.date(), designation_days=30, recorded_at=NOW,
    )  # fmt: skip
    named = {"contingent": "state_priority", "holder": other.pk}
    answer = housed.api.post("/vacancies", {"rows": [empty("A-1"), empty("A-2", **named)]})
    assert (outcomes(answer), codes(answer)) == (["created", "refused"], [[], ["turn.line"]])
    offer = Offer.objects.get(dwelling__reference="A-1")
    assert (offer.holder_id, Turn.objects.get().vacancy_id) == (holder.pk, offer.vacancy_id)
    # The landlord's turn comes next: giving it to the holder all the same is a choice that says why.
    again = {"contingent": "action_logement", "holder": holder.pk}
    first = housed.api.post("/vacancies", {"rows": [empty("A-3", **again)]})
    assert codes(first) == [["turn.departure"]]
    second = housed.api.post("/vacancies", {"rows": [empty("A-3", **again, departure="Un salarié muté d’urgence")]})
    assert (outcomes(second), Turn.objects.count()) == (["created"], 2)


def test_sent_again_after_its_convention_ended_the_offer_comes_back_as_it_is(housed, build):
    holder = build.organisation(OrganisationKind.ACTION_LOGEMENT)
    convention = Convention.objects.create(
        landlord=housed.body, department_id="14", holder=holder, contingent="action_logement", percent=60,
        valid_from=NOW.date(), designation_days=30, recorded_at=NOW,
    )  # fmt: skip
    row = empty("A-1", contingent="action_logement", holder=holder.pk)
    first = housed.api.post("/vacancies", {"rows": [row]})
    Convention.objects.filter(pk=convention.pk).update(valid_to=NOW.date())
    other = Convention.objects.create(
        landlord=housed.body, department_id="14", holder=build.organisation(OrganisationKind.STATE), contingent="state_priority",
        percent=30, valid_from=NOW.date(), designation_days=30, recorded_at=NOW,
    )  # fmt: skip
    again = housed.api.post("/vacancies", {"rows": [row]})
    assert (outcomes(first), outcomes(again)) == (["created"], ["unchanged"])
    assert (Turn.objects.get().convention_id, other.pk != convention.pk) == (convention.pk, True)
