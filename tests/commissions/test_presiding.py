"""The president reads what the votes gave, settles, changes a decision, signs; nobody else does it from there."""

from __future__ import annotations

import pytest
from django.db import transaction

from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import AgendaItem, Decision, Session
from palier.common import clock
from palier.common.errors import NotYours
from palier.common.isolation import acting
from tests.chain.test_chain import AFTER, CLOSES, Stage
from tests.commissions.test_ties import REASON, equal_votes, ranks

begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def test_the_president_settles_changes_and_signs_on_one_page(stage, client_for):
    candidates, item = equal_votes(stage)
    a, b, c, d = [k.pk for k in candidates]
    client, address = client_for(stage.president), f"/commission/seances/{stage.session.pk}/presidence/"
    with clock.frozen_at(CLOSES):
        before = client.get(address).content.decode()
        assert ("Des candidats sont encore à égalité" in before, "Signer le procès-verbal" in before) == (True, False)
        assert item.count["steps"][-1] in before
        settle = f"/commission/logements/{item.pk}/egalites/"
        assert f'href="{settle}"' in before
        done = client.post(settle, {f"rank_{a}": "2", f"rank_{b}": "1", "reason_1": REASON})
        assert (done.status_code, done.headers["Location"], ranks()) == (302, address, {b: 1, a: 2, c: 3, d: 4})
        change = f"/commission/candidats/{d}/decision/"
        ready = client.get(address).content.decode()
        assert (f'href="{change}"' in ready, REASON in ready, "Signer le procès-verbal" in ready) == (True, True, True)
        posted = client.post(
            change, {"kind": "non_allocation", "reasons": ["too_large"], "reason_text": "Un T2 suffit."}
        )
        assert posted.headers["Location"] == address
        page = client.get(address).content.decode()
        assert "Le logement est trop grand pour votre ménage" in page
        signed = client.post(f"/commission/seances/{stage.session.pk}/signer/")
        assert (signed.headers["Location"], Session.objects.get().state) == (address, "signed")
        assert "Procès-verbal signé" in client.get(address).content.decode()


def test_a_rank_before_better_scored_candidates_is_shown_and_told_in_the_minutes(stage, client_for):
    from tests.commissions.reading import text_of

    candidates = stage.to_agenda()
    stage.vote([candidates[3], *candidates[:3]])
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
        page = client_for(stage.president).get(f"/commission/seances/{stage.session.pk}/presidence/").content.decode()
    points = [c.facts["points"] for c in candidates]
    better = [c.position for c in candidates if c.facts["points"] > points[3]]
    assert ("mieux coté" in page) == bool(better)
    with clock.frozen_at(AFTER):
        stage.as_(stage.president, actions.sign, session_id=stage.session.pk)
    stage.session.refresh_from_db()
    told = {c["position"]: c["passed"] for c in stage.session.record["items"][0]["candidates"]}
    assert told == {1: [], 2: [], 3: [], 4: better}
    assert ("Écart à la cotation" in text_of(bytes(stage.session.minutes))) == bool(better)


@pytest.mark.parametrize("who", ["mayor", "tenant"])
def test_other_members_neither_see_the_page_nor_decide(stage, client_for, who):
    candidates, item = equal_votes(stage)
    member = getattr(stage, who)
    client = client_for(member)
    paths = [
        f"/commission/seances/{stage.session.pk}/presidence/",
        f"/commission/logements/{item.pk}/egalites/",
        f"/commission/candidats/{candidates[0].pk}/decision/",
    ]
    with clock.frozen_at(CLOSES):
        assert [client.get(path).status_code for path in paths] == [404] * 3
        for action, more in (
            (actions.settle_ties, {"item_id": item.pk, "settlements": [([c.pk for c in candidates[:2]], REASON)]}),
            (actions.decide, {"candidate_id": candidates[0].pk, "kind": "ranked", "rank": 1}),
        ):
            with pytest.raises((NotYours, Session.DoesNotExist)), transaction.atomic():
                stage.as_(member, action, **more)
    assert ranks() == {}


def test_a_president_who_stepped_out_decides_nothing_there(stage, client_for):
    from tests.chain.test_chain import OPENS

    candidates = stage.to_agenda()
    with clock.frozen_at(OPENS):
        stage.as_(stage.president, actions.declare_interest, item_id=candidates[0].item_id, reason="voisin")
    for member in (stage.mayor, stage.tenant):
        with clock.frozen_at(OPENS):
            stage.as_(member, actions.cast_ballot, item_id=candidates[0].item_id, ranking=[c.pk for c in candidates])
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
        client = client_for(stage.president)
        page = client.get(f"/commission/seances/{stage.session.pk}/presidence/").content.decode()
        shown = [candidates[0].facts["household"].lower() in page, "/commission/candidats/" in page]
        assert ("déporté de ce logement" in page, shown) == (True, [False, False])
        assert client.get(f"/commission/candidats/{candidates[0].pk}/decision/").status_code == 404
        with acting(stage.president.scope):
            assert Decision.objects.update(reason_text="x") == 0
        client.post(f"/commission/seances/{stage.session.pk}/signer/")
    assert Session.objects.get().state == "signed"


def test_the_second_wall_lets_a_president_write_between_the_count_and_the_signature_only(stage, build):
    candidates = stage.to_agenda()
    stage.vote(candidates)
    strangers = [stage.mayor, stage.tenant, build.actor(Role.MEMBER)]

    def written(actor) -> tuple[int, int]:
        with acting(actor.scope):
            items = AgendaItem.objects.filter(session=stage.session.pk).update(settlements=[])
            return items, Decision.objects.filter(candidate__item__session=stage.session.pk).update(reason_text="")

    assert written(stage.president) == (0, 0)
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
    assert written(stage.president) == (1, 4)
    assert [written(actor) for actor in strangers] == [(0, 0)] * 3
    with clock.frozen_at(AFTER):
        stage.as_(stage.president, actions.sign, session_id=stage.session.pk)
    assert written(stage.president) == (0, 0)
