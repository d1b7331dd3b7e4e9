"""A conditional allocation: the document comes and binds the landlord, or the delay passes and the next rank is called."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.allocations.queries import refusals
from palier.applications.models import Application
from palier.commissions import actions as commissions
from palier.common import clock
from palier.common.errors import Refused
from palier.common.models import Event, Message
from palier.documents.actions.telling import tell_later_apps
from palier.documents.models import Piece
from palier.documents.queries import may_be_awaited
from palier.law.calendar import PARIS
from tests.chain.test_chain import AFTER, CLOSES, Stage

DUE = (CLOSES + timedelta(days=15)).date()
BEFORE, LATE = (datetime.combine(DUE + timedelta(days=n), time(6), tzinfo=PARIS) for n in (0, 1))


def begin(build) -> Stage:
    """Rank 1 on condition of the tax notice; ranks 2 to 4 plain."""
    stage = Stage(build)
    stage.candidates = stage.to_agenda()
    stage.vote(stage.candidates)
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, commissions.count, session_id=stage.session.pk)
        stage.as_(
            stage.secretary, commissions.decide, candidate_id=stage.candidates[0].pk, kind="conditional", rank=1,
            condition_document="tax_notice", condition_due=DUE,
        )  # fmt: skip
        stage.as_(stage.president, commissions.sign, session_id=stage.session.pk)
    stage.first = stage.candidates[0].application
    stage.winner = stage.household_of(stage.candidates[0])
    return stage


@pytest.fixture
def signed(begun) -> Stage:
    return begun


def give(demand, at, state: str = "received") -> list[Piece]:
    """The awaited documents, one for each person of whom they are asked."""
    rows = [r for r in may_be_awaited(demand) if r.kind == "tax_notice"]
    assert rows
    return [
        Piece.objects.create(
            demand=demand, kind="tax_notice", about=row.about, original_name="avis.pdf", file_name=f"{demand.pk}-{row.about}",
            media_type="application/pdf", size=9, sha256=f"{demand.pk:064d}", scan="clean", uploaded_at=at,
            uploaded_role="applicant", state=state, checked_at=at if state == "accepted" else None,
            valid_until=(at + timedelta(days=300)).date() if state == "accepted" else None,
        )
        for row in rows
    ]  # fmt: skip


def accept_pieces(demand, pieces, at) -> None:
    with clock.frozen_at(at):
        for piece in pieces:
            Piece.objects.filter(pk=piece.pk).update(
                state="accepted", checked_at=at, valid_until=(at + timedelta(days=300)).date()
            )
        tell_later_apps(demand)


def states() -> list[str]:
    return list(Proposal.objects.order_by("rank").values_list("state", flat=True))


def lease(stage, proposal):
    return stage.as_(
        stage.agent, allocations.record_lease, proposal_id=proposal.pk, signed_on=clock.today(),
        starts_on=clock.today(), rent=Decimal("410"), charges=Decimal("85"),
    )  # fmt: skip


def test_no_lease_before_the_document_then_the_landlord_signs(signed):
    first = Proposal.objects.get(rank=1)
    assert (first.state, first.condition_document, first.condition_due) == ("sent", "tax_notice", DUE)
    with clock.frozen_at(AFTER):
        signed.as_(signed.winner, allocations.accept, proposal_id=first.pk)
        with pytest.raises(Refused) as refusal:
            lease(signed, first)
        assert refusal.value.code == "lease.condition"
        with pytest.raises(IntegrityError, match="proposal_leased_once_condition_met"), transaction.atomic():
            Proposal.objects.filter(pk=first.pk).update(state="leased")
    accept_pieces(signed.first.demand, give(signed.first.demand, AFTER), AFTER)
    first.refresh_from_db()
    assert first.condition_met_at == AFTER
    told = Event.objects.get(verb="proposals.meet_condition")
    assert (told.thread, told.data["application"]) == (signed.first.demand_id, signed.first.pk)
    assert Message.objects.filter(kind="allocations.condition_met", person=signed.winner.person_id).count() == 1
    with clock.frozen_at(LATE):
        assert allocations.fail_overdue() == 0
    with clock.frozen_at(AFTER):
        lease(signed, first)
    assert states() == ["leased", "cancelled", "cancelled", "cancelled"]


def test_the_delay_passes_the_condition_fails_and_the_next_rank_is_called(signed, client_for):
    first = Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER):
        signed.as_(signed.winner, allocations.accept, proposal_id=first.pk)
    with clock.frozen_at(BEFORE):
        assert (allocations.fail_overdue(), states()[0]) == (0, "accepted")
    with clock.frozen_at(LATE):
        assert [allocations.fail_overdue(), allocations.fail_overdue()] == [1, 0]
        page = client_for(signed.winner).get(f"/mon-espace/candidatures/{signed.first.pk}/").content.decode()
    assert states() == ["unmet", "sent", "waiting", "waiting"]
    mine = Application.objects.get(pk=signed.first.pk)
    assert (mine.state, mine.live_slot) == ("unmet", None)
    assert "La pièce attendue n’est pas arrivée à temps" in page
    assert Message.objects.filter(kind="allocations.unmet", person=signed.winner.person_id).count() == 1
    assert refusals(signed.first.demand) == []


def test_a_document_given_in_time_and_not_checked_yet_ends_nothing(signed):
    first = Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER):
        signed.as_(signed.winner, allocations.accept, proposal_id=first.pk)
    pieces = give(signed.first.demand, BEFORE)
    with clock.frozen_at(LATE):
        assert (allocations.fail_overdue(), states()[0]) == (0, "accepted")
    accept_pieces(signed.first.demand, pieces, LATE + timedelta(days=3))
    assert Proposal.objects.get(rank=1).condition_met_at == LATE + timedelta(days=3)


def test_a_document_refused_or_given_too_late_does_not_hold_the_dwelling(signed):
    with clock.frozen_at(AFTER):
        signed.as_(signed.winner, allocations.accept, proposal_id=Proposal.objects.get(rank=1).pk)
    give(signed.first.demand, LATE)
    with clock.frozen_at(LATE + timedelta(hours=1)):
        assert (allocations.fail_overdue(), states()[:2]) == (1, ["unmet", "sent"])


def test_a_condition_that_fails_while_waiting_leaves_its_rank(signed):
    """Silence at rank 1 calls rank 2; a conditional rank that waits and lapses is passed over."""
    Proposal.objects.filter(rank=1).update(condition_document="", condition_due=None)
    Proposal.objects.filter(rank=2).update(condition_document="tax_notice", condition_due=DUE)
    with clock.frozen_at(AFTER):
        signed.as_(signed.winner, allocations.accept, proposal_id=Proposal.objects.get(rank=1).pk)
    with clock.frozen_at(LATE):
        assert allocations.fail_overdue() == 1
        assert states() == ["accepted", "unmet", "waiting", "waiting"]
        signed.as_(signed.winner, allocations.decline, proposal_id=Proposal.objects.get(rank=1).pk, reason="rent")
    assert states() == ["declined", "unmet", "sent", "waiting"]


def test_a_document_accepted_before_the_signature_meets_the_condition_at_once(stage):
    candidates = stage.to_agenda()
    stage.vote(candidates)
    demand = candidates[0].application.demand
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, commissions.count, session_id=stage.session.pk)
        stage.as_(
            stage.secretary, commissions.decide, candidate_id=candidates[0].pk, kind="conditional", rank=1,
            condition_document="tax_notice", condition_due=DUE,
        )  # fmt: skip
    give(demand, CLOSES, "accepted")
    with clock.frozen_at(AFTER):
        stage.as_(stage.president, commissions.sign, session_id=stage.session.pk)
    assert Proposal.objects.get(offer=stage.offer, rank=1).condition_met_at == AFTER


def test_the_household_and_the_landlord_read_the_condition(signed, client_for):
    address = f"/mon-espace/candidatures/{signed.first.pk}/"
    first = Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER):
        own = client_for(signed.winner).get(address).content.decode()
        theirs = client_for(signed.agent).get(f"/bailleur/attributions/{first.pk}/").content.decode()
    assert ("Une pièce est attendue" in own, "Avis d’impôt" in own) == (True, True)
    assert "Attribution sous condition" in theirs
