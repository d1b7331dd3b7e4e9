"""The six emergencies of mission A15, each from its signal to its end, before both walls."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist

from palier.accounts.roles import OrganisationKind, Role
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.ledger import timeline
from palier.common.models import Event, Message
from palier.cotation.actions import publish_grid, rescore
from palier.cotation.models import Score
from palier.demands import nights
from palier.documents import actions, queries
from palier.documents.kinds import AUTHORISED, PROOF_KINDS, SITUATIONS
from palier.documents.models import Recognition
from palier.law import calendar
from palier.law.grid_files import source_of
from palier.territories.actions import set_from
from palier.territories.models import Commune
from tests.builders import CAEN
from tests.conftest import NOW
from tests.documents import files

TODAY = NOW.date()
UNTIL = date(2027, 2, 28)
ROLE_OF = {OrganisationKind.DESK: Role.DESK, OrganisationKind.STATE: Role.RESERVATION_HOLDER}
families = pytest.mark.parametrize("situation", SITUATIONS)


@pytest.fixture
def grid(build):
    epci = Commune.objects.get(code=CAEN).epci_id
    publish_grid(
        actor=build.actor(Role.AUTHORITY), key="essai", title="Grille d’essai", valid_from=date(2024, 1, 1), epcis=[epci],
        source=source_of("exemple-calvados-orne"),
    )  # fmt: skip


@pytest.fixture
def household(build):
    return build.actor(Role.APPLICANT)


@pytest.fixture
def demand(build, household, grid):
    made = build.demand(household.person)
    rescore(made)
    return made


@pytest.fixture
def services(build):
    """One agent of each kind of body; those that may answer are data."""
    return {
        kind: build.actor(ROLE_OF.get(kind, Role.RESERVATION_HOLDER), build.organisation(kind))
        for kind in (OrganisationKind.DESK, OrganisationKind.STATE, OrganisationKind.ACTION_LOGEMENT)
    } | {OrganisationKind.LANDLORD: build.actor(Role.LANDLORD, build.organisation(OrganisationKind.LANDLORD))}


def ask(household, demand, situation, content=None):
    with acting(household.scope):
        upload = files.upload(content or files.pdf())
        return actions.ask_recognition(actor=household, demand=demand, situation=situation, upload=upload)


def act(actor, action, **given):
    with acting(actor.scope):
        return action(actor=actor, **given)


def one_of(services, situation):
    return services[min(AUTHORISED[situation])]


def night(on: date) -> dict[str, int]:
    with clock.frozen_at(datetime.combine(on, time(2, 30), calendar.PARIS)), acting(SYSTEM):
        return nights.run()


def points() -> float:
    return float(Score.objects.get().points)


def state_of(recognition) -> str:
    return Recognition.objects.get(pk=recognition.pk).state


@families
def test_from_the_signal_to_its_end(household, demand, services, situation):
    before = points()
    recognition = ask(household, demand, situation)
    assert (recognition.piece.kind, points()) == (PROOF_KINDS[situation], before)
    for kind, service in services.items():
        named = kind in AUTHORISED[situation]
        with acting(service.scope):
            # The first wall, the second, and the queue of whoever answers.
            assert list(queries.recognitions(service)) == [recognition] * named, kind
            assert list(Recognition.objects.all()) == [recognition] * named, kind
            assert list(queries.to_recognise(service)) == [recognition] * named, kind
        if not named:
            with pytest.raises((ObjectDoesNotExist, NotYours)), acting(service.scope):
                actions.recognise(actor=service, recognition_id=recognition.pk)
            with acting(service.scope):
                assert Recognition.objects.filter(pk=recognition.pk).update(state="refused", reason="x") == 0
    service = one_of(services, situation)
    act(service, actions.recognise, recognition_id=recognition.pk, valid_to=UNTIL)
    assert points() > before
    assert Message.objects.filter(kind="recognition", to=household.person.email).count() == 1
    # Told before the end, once; then at its end, once; the points fall the day after the last one.
    near = UNTIL - timedelta(days=60)
    assert night(near - timedelta(days=1))["recognitions_remind"] == 0
    assert [night(near)["recognitions_remind"], night(near + timedelta(days=1))["recognitions_remind"]] == [1, 0]
    assert (night(UNTIL)["recognitions_lapse"], state_of(recognition)) == (0, "recognised")
    assert points() > before
    after = UNTIL + timedelta(days=1)
    assert [night(after)["recognitions_lapse"], night(after + timedelta(days=1))["recognitions_lapse"]] == [1, 0]
    # Three months of seniority since.
    assert (points(), state_of(recognition)) == (before + 3, "lapsed")
    told = Message.objects.filter(kind__in=["demands.ending", "demands.ended"]).order_by("pk")
    assert [m.subject for m in told] == [
        "Un élément de votre dossier arrive à échéance", "Un élément de votre dossier est arrivé à échéance",
    ]  # fmt: skip
    words = " ".join(m.subject + m.text + m.html for m in Message.objects.order_by("pk")).lower()
    assert [w for w in ("violence", "plainte", "urgence", "situation", "dalo", "expulsion") if w in words] == []


@families
def test_a_refusal_is_reasoned_and_the_next_question_shows_it(household, demand, services, situation, client_for):
    service = one_of(services, situation)
    first = ask(household, demand, situation)
    act(service, actions.refuse_recognition, recognition_id=first.pk, reason="Le document date de 2019")
    second = ask(household, demand, situation, files.pdf(pages=2))
    assert (second.pk != first.pk, state_of(first), state_of(second)) == (True, "refused", "asked")
    assert ask(household, demand, situation, files.pdf(pages=3)).pk == second.pk
    page = client_for(household).get("/mon-espace/pieces/").content.decode()
    assert "Les réponses d’avant" in page and "Le document date de 2019" in page
    space = "guichet" if service.role == Role.DESK else "reservataire"
    page = client_for(service).get(f"/{space}/situations/{second.pk}/").content.decode()
    assert "Réponses déjà données" in page and "Le document date de 2019" in page


def test_the_reason_of_an_end_is_told_to_the_household_alone(household, demand, services):
    recognition = ask(household, demand, "violence")
    act(services[OrganisationKind.STATE], actions.recognise, recognition_id=recognition.pk, valid_to=UNTIL)
    night(UNTIL + timedelta(days=1))
    with acting(household.scope):
        own = [entry["sentence"] for entry in timeline(demand.pk, "applicant")]
    assert (
        "Une situation reconnue est arrivée à échéance le 28 février 2027 : elle ne compte plus dans vos points" in own
    )
    for kind in (OrganisationKind.DESK, OrganisationKind.LANDLORD):
        with acting(services[kind].scope):
            assert not Event.objects.filter(verb__startswith="recognitions.").exists()
            assert {e["verb"] for e in timeline(demand.pk, "agent")} == {"scores.change"}


def test_a_territory_chooses_how_long_before(build, household, demand, services):
    recognition = ask(household, demand, "unfit")
    act(services[OrganisationKind.DESK], actions.recognise, recognition_id=recognition.pk, valid_to=UNTIL)
    set_from(
        actor=build.actor(Role.ADMINISTRATOR), key="recognition_notice_days", territory="14", value=10,
        valid_from=TODAY + timedelta(days=1), source="Délibération d’essai",
    )  # fmt: skip
    assert night(UNTIL - timedelta(days=11))["recognitions_remind"] == 0
    assert night(UNTIL - timedelta(days=10))["recognitions_remind"] == 1


def test_a_night_that_stopped_halfway_tells_nobody_twice(build, grid, services, monkeypatch):
    held = []
    for _ in range(3):
        household = build.actor(Role.APPLICANT)
        recognition = ask(household, build.demand(household.person), "unfit")
        held.append(
            act(services[OrganisationKind.DESK], actions.recognise, recognition_id=recognition.pk, valid_to=UNTIL)
        )
    monkeypatch.setattr("palier.documents.nights.BLOCK", 1)
    day = UNTIL - timedelta(days=5)
    step = next(step for step in nights.later_steps if step.key == "recognitions_remind")
    with clock.frozen_at(datetime.combine(day, time(2, 30), calendar.PARIS)), acting(SYSTEM):
        nights.NightStep.objects.create(day=day, step=step.key)
        nights._block(step, day)
    assert Message.objects.filter(kind="demands.ending").count() == 1
    assert night(day)["recognitions_remind"] == 3
    assert Message.objects.filter(kind="demands.ending").count() == 3


def test_renewed_in_one_form_the_former_answer_counts_until_the_new_one(household, demand, services, client_for):
    service = services[OrganisationKind.DESK]
    first = ask(household, demand, "disability")
    act(service, actions.recognise, recognition_id=first.pk, valid_to=UNTIL)
    high = points()
    client = client_for(household)
    path = f"/mon-espace/pieces/situations/{first.pk}/renouveler/"
    assert path not in client.get("/mon-espace/pieces/").content.decode()
    night(UNTIL - timedelta(days=20))
    assert path in client.get("/mon-espace/pieces/").content.decode()
    assert client.post(path, {}).status_code == 422
    for _ in range(2):
        assert client.post(path, {"file": files.upload(files.pdf(pages=4))}).status_code == 302
    second = Recognition.objects.get(state="asked")
    assert (points(), Recognition.objects.count()) == (high, 2)
    act(service, actions.recognise, recognition_id=second.pk, valid_to=date(2029, 2, 28))
    assert (state_of(first), state_of(second), points()) == ("renewed", "recognised", high)
    last = UNTIL + timedelta(days=1)
    night(last)
    # The months that went by count by themselves.
    since = demand.first_registered_on
    assert points() == high + calendar.months_between(since, last) - calendar.months_between(since, NOW.date())


def test_a_refused_renewal_leaves_the_answer_in_force_to_its_end(household, demand, services):
    service = services[OrganisationKind.DESK]
    first = ask(household, demand, "disability")
    act(service, actions.recognise, recognition_id=first.pk, valid_to=UNTIL)
    high = points()
    second = act(household, actions.renew_recognition, recognition_id=first.pk, upload=files.upload(files.pdf(pages=2)))
    act(service, actions.refuse_recognition, recognition_id=second.pk, reason="Illisible")
    assert (points(), state_of(first)) == (high, "recognised")


def test_after_a_withdrawal_or_an_end_one_may_ask_again(household, demand, services):
    first = ask(household, demand, "violence")
    act(household, actions.withdraw_recognition, recognition_id=first.pk)
    act(household, actions.withdraw_recognition, recognition_id=first.pk)
    assert (state_of(first), Recognition.objects.get().piece.state) == ("withdrawn", "withdrawn")
    with acting(services[OrganisationKind.STATE].scope):
        assert not Recognition.objects.exists(), "withdrawn, it concerns nobody any more"
    second = ask(household, demand, "violence", files.pdf(pages=2))
    act(services[OrganisationKind.STATE], actions.recognise, recognition_id=second.pk, valid_to=UNTIL)
    assert ask(household, demand, "violence", files.pdf(pages=3)).pk == second.pk
    night(UNTIL + timedelta(days=1))
    with clock.frozen_at(datetime.combine(UNTIL + timedelta(days=2), time(9), calendar.PARIS)):
        assert ask(household, demand, "violence", files.pdf(pages=5)).pk not in (first.pk, second.pk)


def test_what_has_no_end_or_is_not_one_s_own_is_not_renewed(build, household, demand, services):
    held = ask(household, demand, "unfit")
    act(services[OrganisationKind.DESK], actions.recognise, recognition_id=held.pk)
    upload = files.upload(files.pdf(pages=2))
    with pytest.raises(Refused, match="sans date de fin"):
        act(household, actions.renew_recognition, recognition_id=held.pk, upload=upload)
    for action in (actions.withdraw_recognition,):
        with pytest.raises(ObjectDoesNotExist):
            act(build.actor(Role.APPLICANT), action, recognition_id=held.pk)
        with pytest.raises(NotYours):
            act(services[OrganisationKind.DESK], action, recognition_id=held.pk)
