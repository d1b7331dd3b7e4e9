"""Let elsewhere: everybody who waited is freed at once, with an excuse and other offers."""

from __future__ import annotations

import pytest

from palier.allocations.models import Proposal
from palier.applications import freeing
from palier.applications.models import Application
from palier.commissions import actions as commissions
from palier.commissions.models import AgendaItem, Correction
from palier.common import clock
from palier.common.models import Message
from palier.homes import actions
from palier.homes.models import AvailabilityStatement, Offer, Vacancy
from tests.chain.test_chain import AFTER, OPENS, Stage
from tests.conftest import NOW
from tests.homes.test_freshness import state


def begin(build) -> Stage:
    """The landlord's own system has confirmed the offer: it is the one that says what becomes of it."""
    made = Stage(build)
    Offer.objects.update(confirmed_via="system")
    return made


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def states() -> set[str]:
    return set(Application.objects.values_list("state", flat=True))


def test_every_candidate_is_freed_told_once_and_may_apply_elsewhere(stage, build):
    stage.apply()
    others = [build.offer(stage.landlord) for _ in range(4)]
    said = state(stage, "let")
    assert (said.effect, said.freed, states()) == ("applied", 4, {"released"})
    assert set(Application.objects.values_list("live_slot", flat=True)) == {None}
    vacancy = Vacancy.objects.get(pk=stage.offer.vacancy_id)
    assert (Offer.objects.get(pk=stage.offer.pk).state, vacancy.ended_on, vacancy.end_reason) == (
        "let", NOW.date(), "let_elsewhere",
    )  # fmt: skip
    assert (freeing.tell_freed(), freeing.tell_freed()) == (4, 0)
    mails = Message.objects.filter(kind="applications.released").order_by("pk")
    assert list(mails.values_list("person", flat=True)) == [h.person_id for h in stage.households]
    text = mails.first().text
    assert ("excuses" in text, "loué en dehors de Palier" in text, "/mon-espace/offres/" in text) == (True, True, True)
    assert [f"/offres/{o.pk}/" in text for o in [stage.offer, *others]] == [False, True, True, True, False]


def test_said_twice_it_frees_once(stage):
    stage.apply()
    assert state(stage, "let").pk == state(stage, "let").pk
    assert state(stage, "let", via="file").effect == "known"
    assert AvailabilityStatement.objects.filter(freed=4).count() == 1


def test_a_household_that_left_the_register_is_offered_nothing(stage, build):
    stage.apply()
    build.offer(stage.landlord)
    state(stage, "let")
    type(stage.demands[0]).objects.filter(pk=stage.demands[0].pk).update(
        state="removed", removal_ground="RADABA", removed_on=NOW.date()
    )
    freeing.tell_freed()
    mail = Message.objects.get(kind="applications.released", person=stage.households[0].person_id)
    assert "par exemple" not in mail.text


def test_the_dwelling_leaves_a_published_agenda_and_members_see_why(stage, client_for):
    candidates = stage.to_agenda()
    with clock.frozen_at(OPENS):
        stage.as_(
            stage.president, commissions.cast_ballot,
            item_id=candidates[0].item_id, ranking=[c.pk for c in candidates],
        )  # fmt: skip
        said = stage.as_(stage.agent, actions.let_elsewhere, offer_id=stage.offer.pk)
        item = AgendaItem.objects.get()
        assert (said.freed, states()) == (4, {"released"})
        assert "loué en dehors de Palier" in item.postponed
        assert (item.withdrawn_at, Correction.objects.get().kind) == (OPENS, "dwelling_withdrawn")
        page = client_for(stage.president).get(f"/commission/logements/{item.pk}/").content.decode()
    assert "loué en dehors de Palier" in page
    assert Message.objects.get(kind="commissions.changed").person == stage.president.person_id


def test_it_leaves_an_agenda_in_preparation_without_a_trace(stage):
    stage.to_agenda()
    type(stage.session).objects.filter(pk=stage.session.pk).update(state="preparing")
    stage.as_(stage.agent, actions.withdraw, offer_id=stage.offer.pk, reason="Travaux")
    assert (AgendaItem.objects.count(), Correction.objects.count()) == (0, 0)


def test_proposals_end_with_it(stage):
    candidates = stage.to_agenda()
    stage.vote_and_sign(candidates)
    with clock.frozen_at(AFTER):
        said = stage.as_(stage.agent, actions.let_elsewhere, offer_id=stage.offer.pk)
    assert (said.freed, states()) == (4, {"released"})
    assert set(Proposal.objects.values_list("state", flat=True)) == {"cancelled"}
