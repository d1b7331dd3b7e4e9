"""A household contests a decision: recorded, told, answered; nobody else waits unless a person says why."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations.models import Contest, Proposal
from palier.allocations.queries import contests
from palier.commissions import actions as commissions
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.common.models import Message
from palier.law.calendar import add_months
from tests.chain.test_chain import AFTER, CLOSES, Stage

WORDS = "Le loyer ne dépasse pas mes ressources : mon salaire a augmenté en mai."


def begin(build) -> Stage:
    stage = Stage(build)
    stage.candidates = stage.to_agenda()
    stage.vote(stage.candidates)
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, commissions.count, session_id=stage.session.pk)
        stage.as_(
            stage.secretary, commissions.decide, candidate_id=stage.candidates[3].pk, kind="non_allocation",
            reasons=["effort_too_high"],
        )  # fmt: skip
        stage.as_(stage.president, commissions.sign, session_id=stage.session.pk)
    stage.people = [stage.household_of(c) for c in stage.candidates]
    stage.refused = stage.candidates[3].application_id
    return stage


@pytest.fixture
def signed(begun) -> Stage:
    return begun


def contest(stage, at=AFTER, text=WORDS):
    with clock.frozen_at(at):
        return stage.as_(stage.people[3], allocations.contest, application_id=stage.refused, text=text)


def states() -> list[str]:
    return list(Proposal.objects.order_by("rank").values_list("state", flat=True))


def test_a_contest_is_recorded_once_and_told_to_who_answers(signed):
    with pytest.raises(Refused) as refusal:
        contest(signed, text="non")
    assert refusal.value.code == "contest.text"
    made = contest(signed)
    assert contest(signed, text="Une autre phrase, plus tard.").pk == made.pk
    assert (made.text, made.answer_by) == (WORDS, add_months(AFTER.date(), 2))
    told = Message.objects.filter(kind="allocations.contested").order_by("person")
    assert sorted(m.person for m in told) == sorted([signed.secretary.person_id, signed.president.person_id])
    assert [WORDS in m.text for m in told] == [False, False]


def test_nobody_waits_for_a_contest(signed):
    contest(signed)
    first = Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER):
        signed.as_(signed.people[0], allocations.decline, proposal_id=first.pk, reason="rent")
        assert states() == ["declined", "sent", "waiting"]
        second = Proposal.objects.get(rank=2)
        signed.as_(signed.people[1], allocations.accept, proposal_id=second.pk)
        lease(signed, second)
    assert states() == ["declined", "leased", "cancelled"]


def lease(stage, proposal):
    return stage.as_(
        stage.agent, allocations.record_lease, proposal_id=proposal.pk, signed_on=clock.today(),
        starts_on=clock.today(), rent=Decimal("410"), charges=Decimal("85"),
    )  # fmt: skip


@pytest.mark.parametrize("who", ["secretary", "president"])
def test_a_person_may_suspend_with_a_reason_and_every_delay_grows_by_it(signed, who):
    made, person = contest(signed), getattr(signed, who)
    first = Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER):
        with pytest.raises(Refused) as refusal:
            signed.as_(person, allocations.suspend, contest_id=made.pk, reason=" ")
        assert refusal.value.code == "contest.reason"
        signed.as_(person, allocations.suspend, contest_id=made.pk, reason="Le revenu compté était faux.")
    late = first.answer_by + timedelta(hours=1)
    with clock.frozen_at(late):
        assert (allocations.lapse_overdue(), states()) == (1, ["sent", "waiting", "waiting"])
        signed.as_(signed.people[0], allocations.accept, proposal_id=first.pk)
        with pytest.raises(Refused) as refusal:
            lease(signed, first)
        assert refusal.value.code == "lease.suspended"
        signed.as_(signed.people[0], allocations.decline, proposal_id=first.pk, reason="rent")
        assert states() == ["declined", "waiting", "waiting"]
        signed.as_(person, allocations.resume, contest_id=made.pk)
        signed.as_(person, allocations.resume, contest_id=made.pk)
    assert states() == ["declined", "sent", "waiting"]


def test_who_was_waited_for_gets_its_days_back(signed):
    made, first = contest(signed), Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER):
        signed.as_(signed.secretary, allocations.suspend, contest_id=made.pk, reason="Le revenu compté était faux.")
    with clock.frozen_at(AFTER + timedelta(days=4)):
        signed.as_(signed.secretary, allocations.resume, contest_id=made.pk)
    assert Proposal.objects.get(rank=1).answer_by == first.answer_by + timedelta(days=5)


def test_an_answer_is_given_once_with_its_reasons_and_lifts_the_suspension(signed, client_for):
    made = contest(signed)
    client = client_for(signed.president)
    address = f"/commission/contestations/{made.pk}/"
    with clock.frozen_at(AFTER):
        signed.as_(signed.president, allocations.suspend, contest_id=made.pk, reason="Le revenu compté était faux.")
        assert WORDS in client.get(address).content.decode()
        assert client.post(address, {"outcome": "again", "text": ""}).status_code == 422
        done = client.post(address, {"outcome": "again", "text": "Votre revenu sera relu à la séance de décembre."})
        assert done.status_code == 302
        with pytest.raises(Refused) as refusal:
            signed.as_(
                signed.secretary, allocations.answer, contest_id=made.pk, outcome="kept", text="Autre réponse donnée."
            )
        assert refusal.value.code == "contest.answered"
        page = client_for(signed.people[3]).get(f"/mon-espace/candidatures/{signed.refused}/").content.decode()
    made.refresh_from_db()
    assert (made.outcome, made.suspends, made.answered_by_id) == ("again", False, signed.president.person_id)
    assert "Votre revenu sera relu à la séance de décembre." in page
    assert Message.objects.filter(kind="allocations.contest_answered", person=signed.people[3].person_id).count() == 1


def test_the_household_s_page_and_its_form(signed, client_for):
    client = client_for(signed.people[3])
    address = f"/mon-espace/candidatures/{signed.refused}/contester/"
    with clock.frozen_at(AFTER):
        assert f'href="{address}"' in client.get(f"/mon-espace/candidatures/{signed.refused}/").content.decode()
        wrong = client.post(address, {"text": "non"})
        assert (wrong.status_code, "en une phrase" in wrong.content.decode()) == (422, True)
        assert client.post(address, {"text": WORDS}).status_code == 302
        page = client.get(f"/mon-espace/candidatures/{signed.refused}/").content.decode()
    assert ("Votre contestation" in page, f'href="{address}"' in page) == (True, False)


def test_only_those_concerned_read_or_answer_a_contest(signed, build, client_for):
    made = contest(signed)
    allowed = {"secretary": signed.secretary, "president": signed.president}
    others = [signed.mayor, signed.tenant, signed.people[0], build.actor(Role.SECRETARY), build.actor(Role.MEMBER)]

    def seen(actor) -> int:
        with acting(actor.scope):
            return contests(actor).count() if actor.role != Role.APPLICANT else Contest.objects.count()

    assert {name: seen(actor) for name, actor in allowed.items()} == {"secretary": 1, "president": 1}
    assert [seen(actor) for actor in others] == [0] * 5
    with pytest.raises((NotYours, Contest.DoesNotExist)), transaction.atomic():
        signed.as_(signed.mayor, allocations.answer, contest_id=made.pk, outcome="kept", text="La décision est bonne.")
    with pytest.raises(NotYours), transaction.atomic():
        signed.as_(signed.agent, allocations.suspend, contest_id=made.pk, reason="Une raison assez longue.")


def test_postgresql_wants_a_person_and_a_reason_for_a_suspension(signed):
    made = contest(signed)
    for fields in (
        {"suspended_at": AFTER},
        {"suspended_at": AFTER, "suspended_by": signed.president.person},
        {"outcome": "kept"},
    ):
        with pytest.raises(IntegrityError, match="contest_"), transaction.atomic():
            Contest.objects.filter(pk=made.pk).update(**fields)


def test_an_application_without_a_decision_is_not_contested(stage):
    candidates = stage.to_agenda()
    with pytest.raises(Refused) as refusal:
        stage.as_(
            stage.household_of(candidates[0]),
            allocations.contest,
            application_id=candidates[0].application_id,
            text=WORDS,
        )
    assert refusal.value.code == "contest.none"
