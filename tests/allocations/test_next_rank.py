"""Refusal and silence call the next rank; when nobody is left the dwelling says that it is still empty."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.applications import actions as applications
from palier.applications.models import Application, Shortlist
from palier.common import clock
from palier.common.isolation import acting
from palier.common.models import Event, Message
from palier.homes import actions as homes
from palier.homes.models import Offer
from palier.homes.queries import open_offers
from palier.territories.models import Setting
from tests.chain.test_chain import AFTER, Stage


def begin(build) -> Stage:
    stage = Stage(build)
    stage.candidates = stage.to_agenda()
    stage.vote_and_sign(stage.candidates)
    return stage


@pytest.fixture
def signed(begun) -> Stage:
    return begun


def decline_all(stage, at=AFTER) -> None:
    with clock.frozen_at(at):
        homes_confirmed(stage, at)
        for candidate in stage.candidates:
            proposal = Proposal.objects.get(application=candidate.application_id)
            assert proposal.state == "sent"
            stage.as_(stage.household_of(candidate), allocations.decline, proposal_id=proposal.pk, reason="place")


def homes_confirmed(stage, at) -> None:
    Offer.objects.filter(pk=stage.offer.pk).update(confirmed_at=at - timedelta(hours=1))


def states() -> list[str]:
    return list(Proposal.objects.order_by("rank").values_list("state", flat=True))


def test_the_household_answers_on_its_page(signed, client_for):
    first, second = signed.candidates[:2]
    proposal = Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER):
        client = client_for(signed.household_of(first))
        page = client.get(f"/mon-espace/candidatures/{first.application_id}/").content.decode()
        assert f'action="/mon-espace/propositions/{proposal.pk}/accepter/"' in page
        client.post(f"/mon-espace/propositions/{proposal.pk}/accepter/")
        assert states() == ["accepted", "waiting", "waiting", "waiting"]
        client.post(f"/mon-espace/propositions/{proposal.pk}/refuser/", {"reason": "place"})
        assert states() == ["declined", "sent", "waiting", "waiting"]
        other = client_for(signed.household_of(second))
        assert other.post(f"/mon-espace/propositions/{proposal.pk}/accepter/").status_code == 404


def test_silence_calls_the_next_rank_who_is_told_by_mail_and_in_its_story(signed):
    first = Proposal.objects.get(rank=1)
    with clock.frozen_at(first.answer_by + timedelta(minutes=1)):
        allocations.lapse_overdue()
    second = Proposal.objects.get(rank=2)
    assert states() == ["lapsed", "sent", "waiting", "waiting"]
    demand = second.application.demand
    mail = Message.objects.get(kind="allocations.allocated", person=demand.person_id)
    assert mail.subject == "Votre réponse est attendue avant le 17 décembre 2026 à 23:59"
    story = Event.objects.filter(thread=demand.pk, verb="applications.allocate").order_by("pk")
    assert [e.data["answer_by"] for e in story] == ["17 décembre 2026 à 23:59"]


def test_the_page_says_what_silence_and_refusal_mean(signed, client_for):
    first, second = signed.candidates[:2]
    proposal = Proposal.objects.get(rank=1)
    late = proposal.answer_by + timedelta(minutes=1)
    with clock.frozen_at(late):
        allocations.lapse_overdue()
        lapsed = client_for(signed.household_of(first)).get(f"/mon-espace/candidatures/{first.application_id}/")
        signed.as_(
            signed.household_of(second), allocations.decline,
            proposal_id=Proposal.objects.get(rank=2).pk, reason="place",
        )  # fmt: skip
        declined = client_for(signed.household_of(second)).get(f"/mon-espace/candidatures/{second.application_id}/")
    assert "la loi considère que vous avez refusé ce logement" in lapsed.content.decode()
    assert "Votre raison : Quartier ou éloignement. Votre demande reste active" in declined.content.decode()


def test_the_secretary_prints_the_letter_of_a_later_rank_once_called(signed, client_for):
    second = signed.candidates[1]
    letter = f"/bailleur/candidatures/{second.application_id}/proposition/"
    client = client_for(signed.secretary)
    assert (client.get(letter).status_code, letter in client.get("/bailleur/attributions/").content.decode()) == (
        404,
        False,
    )
    with clock.frozen_at(AFTER):
        first = Proposal.objects.get(rank=1)
        signed.as_(signed.household_of(signed.candidates[0]), allocations.decline, proposal_id=first.pk, reason="rent")
    assert (client.get(letter).status_code, letter in client.get("/bailleur/attributions/").content.decode()) == (
        200,
        True,
    )


def test_a_waiting_household_that_refuses_is_skipped(signed):
    with clock.frozen_at(AFTER):
        second = Proposal.objects.get(rank=2)
        signed.as_(signed.household_of(signed.candidates[1]), allocations.decline, proposal_id=second.pk, reason="rent")
        assert states() == ["sent", "declined", "waiting", "waiting"]
        first = Proposal.objects.get(rank=1)
        signed.as_(signed.household_of(signed.candidates[0]), allocations.decline, proposal_id=first.pk, reason="rent")
    assert states() == ["declined", "declined", "sent", "waiting"]


def test_when_all_refuse_the_offer_takes_applications_again_and_its_vacancy_goes_on(signed, build):
    decline_all(signed)
    offer = Offer.objects.select_related("vacancy").get(pk=signed.offer.pk)
    assert states() == ["declined"] * 4
    assert (offer.state, offer.closes_at, offer.vacancy.ended_on) == ("published", AFTER + timedelta(days=14), None)
    assert list(open_offers(AFTER).values_list("pk", flat=True)) == [offer.pk]
    newcomer = build.actor("applicant")
    demand = build.demand(newcomer.person)
    with clock.frozen_at(AFTER):
        with acting(newcomer.scope):
            made = applications.submit(actor=newcomer, demand=demand, offer_id=offer.pk)
        again = signed.as_(signed.agent, applications.make_shortlist, offer_id=offer.pk)
        twice = signed.as_(signed.agent, applications.make_shortlist, offer_id=offer.pk)
    assert (again.pk, Shortlist.objects.count()) == (twice.pk, 2)
    assert [e.application_id for e in again.entries.order_by("position")] == [made.pk]
    assert Application.objects.get(pk=made.pk).state == "sent"


def test_an_offer_its_landlord_has_not_confirmed_lately_waits_for_it(signed):
    late = AFTER + timedelta(days=9)
    with clock.frozen_at(late):
        for candidate in signed.candidates:
            proposal = Proposal.objects.get(application=candidate.application_id)
            signed.as_(signed.household_of(candidate), allocations.decline, proposal_id=proposal.pk, reason="rent")
        assert Offer.objects.get(pk=signed.offer.pk).state == "suspended"
        signed.as_(signed.agent, homes.confirm, offer_id=signed.offer.pk)
    assert list(open_offers(late).values_list("pk", flat=True)) == [signed.offer.pk]


def test_the_files_left_on_the_list_come_before_new_applications(build):
    from tests.chain.test_chain import Stage

    Setting.objects.create(key="files_sent", territory="14", value=3, valid_from=date(2020, 1, 1), source="essai")
    stage = Stage(build)
    stage.candidates = stage.to_agenda()
    left = Application.objects.get(state="submitted")
    stage.vote_and_sign(stage.candidates)
    decline_all(stage)
    assert Offer.objects.get(pk=stage.offer.pk).state == "closed"
    assert Application.objects.get(pk=left.pk).state == "sent"
    sent = Event.objects.filter(thread=left.demand_id, verb="applications.send").order_by("pk")
    assert [e.role for e in sent] == ["system"]


def test_a_dwelling_for_which_nobody_is_retained_is_offered_again(stage):
    from palier.commissions import actions as commissions
    from tests.chain.test_chain import CLOSES

    candidates = stage.to_agenda()
    stage.vote(candidates)
    with clock.frozen_at(CLOSES):
        homes_confirmed(stage, CLOSES)
        stage.as_(stage.secretary, commissions.count, session_id=stage.session.pk)
        for candidate in candidates:
            stage.as_(
                stage.secretary, commissions.decide, candidate_id=candidate.pk, kind="non_allocation",
                reasons=["too_large"],
            )  # fmt: skip
        stage.as_(stage.president, commissions.sign, session_id=stage.session.pk)
    assert Offer.objects.get(pk=stage.offer.pk).state == "published"
    assert not Proposal.objects.filter(offer=stage.offer).exists()


def test_a_withdrawn_offer_takes_its_proposals_with_it(signed):
    first = Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER):
        signed.as_(signed.agent, homes.withdraw, offer_id=signed.offer.pk, reason="dégât des eaux")
    assert states() == ["cancelled"] * 4
    with clock.frozen_at(first.answer_by + timedelta(minutes=1)):
        assert allocations.lapse_overdue() == 0


def test_a_housed_household_leaves_its_other_dwelling_to_the_next(build):
    """With two live applications, signing one lease cancels the other proposal and calls the next rank there."""
    from tests.chain.test_chain import Stage

    Setting.objects.create(
        key="live_applications", territory="14", value=2, valid_from=date(2020, 1, 1), source="essai"
    )
    one = Stage(build)
    one.candidates = one.to_agenda()
    two = Stage(build)
    two.households, two.demands = one.households, one.demands
    two.candidates = two.to_agenda()
    for stage in (one, two):
        stage.vote_and_sign(stage.candidates)
    winner = one.household_of(one.candidates[0])
    lease = Proposal.objects.get(offer=one.offer, rank=1)
    with clock.frozen_at(AFTER):
        one.as_(winner, allocations.accept, proposal_id=lease.pk)
        one.as_(
            one.agent, allocations.record_lease, proposal_id=lease.pk, signed_on=AFTER.date(), starts_on=AFTER.date(),
            rent=410, charges=85,
        )  # fmt: skip
    there = list(Proposal.objects.filter(offer=two.offer).order_by("rank").values_list("state", flat=True))
    assert (Proposal.objects.get(offer=two.offer, rank=1).application.demand.person_id, there) == (
        winner.person_id,
        ["cancelled", "sent", "waiting", "waiting"],
    )
