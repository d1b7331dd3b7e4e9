"""Votes that stay equal give no rank: the mayor first, then people, with their reason on the minutes."""

from __future__ import annotations

import pytest

from palier.commissions import actions
from palier.commissions.models import AgendaItem, Decision
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import acting
from tests.chain.test_chain import AFTER, CLOSES, OPENS, Stage
from tests.commissions.reading import text_of

REASON = "Naissance attendue en janvier."


begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def equal_votes(stage, *, mayor: list[int] | None = None):
    """President and tenant contradict each other on the first two candidates; the mayor votes when told how."""
    candidates = stage.to_agenda()
    a, b, *rest = [c.pk for c in candidates]
    with clock.frozen_at(OPENS):
        stage.as_(stage.president, actions.cast_ballot, item_id=candidates[0].item_id, ranking=[a, b, *rest])
        stage.as_(stage.tenant, actions.cast_ballot, item_id=candidates[0].item_id, ranking=[b, a, *rest])
        if mayor is not None:
            stage.as_(
                stage.mayor, actions.cast_ballot, item_id=candidates[0].item_id,
                ranking=[candidates[n].pk for n in mayor],
            )  # fmt: skip
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
    return candidates, AgendaItem.objects.get()


def settle(stage, item, order, reason=REASON):
    with clock.frozen_at(CLOSES):
        return stage.as_(stage.secretary, actions.settle_ties, item_id=item.pk, settlements=[(order, reason)])


def ranks() -> dict[int, int | None]:
    return dict(Decision.objects.order_by("pk").values_list("candidate_id", "rank"))


def test_the_mayor_s_ballot_settles_before_anybody_else(stage):
    candidates, item = equal_votes(stage, mayor=[1, 0, 2, 3])
    assert (item.open_ties, ranks()[candidates[1].pk], ranks()[candidates[0].pk]) == ([], 1, 2)


def test_a_president_has_no_casting_vote(stage):
    """Without the mayor's ballot the tie stays, though the president ranked both."""
    candidates, item = equal_votes(stage)
    assert item.open_ties == [[candidates[0].pk, candidates[1].pk]]


def test_a_mayor_of_another_commune_settles_nothing(stage):
    from palier.commissions.models import Seat

    Seat.objects.filter(capacity="mayor").update(commune_id="14366")
    _, item = equal_votes(stage)
    assert len(item.open_ties) == 1


def test_no_rank_is_given_while_candidates_are_equal(stage):
    candidates, item = equal_votes(stage)
    assert ranks() == {}
    with pytest.raises(Refused) as refusal, clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, actions.decide, candidate_id=candidates[3].pk, kind="ranked", rank=1)
    assert refusal.value.code == "decision.tie"
    with pytest.raises(Refused) as refusal, clock.frozen_at(AFTER):
        stage.as_(stage.president, actions.sign, session_id=stage.session.pk)
    assert refusal.value.code == "sign.tie"
    assert item.open_ties != []


def test_the_secretary_settles_with_a_reason_and_every_rank_follows(stage):
    candidates, item = equal_votes(stage)
    a, b, c, d = [c.pk for c in candidates]
    settle(stage, item, [b, a])
    item.refresh_from_db()
    assert (item.open_ties, ranks()) == ([], {b: 1, a: 2, c: 3, d: 4})
    assert item.settlements == [{"tie": [str(a), str(b)], "order": [str(b), str(a)], "reason": REASON}]


def test_the_reason_is_on_the_minutes_and_in_the_sealed_record(stage):
    candidates, item = equal_votes(stage)
    settle(stage, item, [candidates[1].pk, candidates[0].pk])
    with clock.frozen_at(AFTER):
        stage.as_(stage.president, actions.sign, session_id=stage.session.pk)
    stage.session.refresh_from_db()
    text = text_of(bytes(stage.session.minutes))
    assert "Ordre retenu : candidat 2, puis candidat 1. Raison : Naissance attendue en janvier." in text
    assert stage.session.record["items"][0]["settlements"][0]["reason"] == REASON


@pytest.mark.parametrize(
    ("order", "reason", "code"),
    [((0, 1), " ", "ties.reason"), ((0,), REASON, "ties.order"), ((0, 0), REASON, "ties.order"), ((0, 2), REASON, "ties.order")],
)  # fmt: skip
def test_a_settlement_without_reason_or_with_other_candidates_is_refused(stage, order, reason, code):
    candidates, item = equal_votes(stage)
    with pytest.raises(Refused) as refusal:
        settle(stage, item, [candidates[n].pk for n in order], reason)
    assert (refusal.value.code, ranks()) == (code, {})


def test_settling_twice_is_once_and_never_another_order(stage):
    candidates, item = equal_votes(stage)
    a, b = candidates[0].pk, candidates[1].pk
    settle(stage, item, [a, b])
    settle(stage, item, [a, b])
    with pytest.raises(Refused) as refusal:
        settle(stage, item, [b, a])
    assert (refusal.value.code, ranks()[a]) == ("ties.settled", 1)


def test_only_the_secretary_of_the_session_settles(stage, build):
    from palier.accounts.roles import Role

    candidates, item = equal_votes(stage)
    for actor in (build.actor(Role.SECRETARY), stage.households[0]):
        with pytest.raises(Exception, match="does not exist"), acting(actor.scope):
            actions.settle_ties(actor=actor, item_id=item.pk, settlements=[([candidates[0].pk], REASON)])


def test_the_page_asks_for_the_order_and_its_reason(stage, client_for):
    candidates, item = equal_votes(stage)
    a, b = candidates[0].pk, candidates[1].pk
    client = client_for(stage.secretary)
    address = f"/bailleur/seances/logements/{item.pk}/egalites/"
    session = client.get(f"/bailleur/seances/{stage.session.pk}/").content.decode()
    assert (session.count(f'href="{address}"'), session.count("/bailleur/decisions/")) == (1, 0)
    assert client.get(f"/bailleur/decisions/{a}/").headers["Location"] == address
    shown = client.get(address).content.decode()
    assert (f'name="rank_{a}"' in shown, f'name="rank_{candidates[2].pk}"' in shown) == (True, False)
    empty = client.post(address, {f"rank_{a}": "2", f"rank_{b}": "1", "reason_1": ""})
    assert (empty.status_code, ranks()) == (422, {})
    same = client.post(address, {f"rank_{a}": "1", f"rank_{b}": "1", "reason_1": REASON})
    assert (same.status_code, "une place différente" in same.content.decode()) == (422, True)
    done = client.post(address, {f"rank_{a}": "2", f"rank_{b}": "1", "reason_1": REASON})
    assert (done.status_code, ranks()[b], ranks()[a]) == (302, 1, 2)
    after = client.get(f"/bailleur/seances/{stage.session.pk}/").content.decode()
    assert (REASON in after, after.count("/bailleur/decisions/")) == (True, 4)
