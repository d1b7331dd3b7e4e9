"""Why one's rank moved since it was last seen: kept once a day, counted by the database, told on the page."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from palier.applications import actions
from palier.applications.models import Application, SeenRank
from palier.applications.queries import last_seen, move_since, own_rank
from palier.common import clock
from palier.common.isolation import acting
from palier.cotation.actions import rescore
from palier.cotation.models import Score
from palier.documents.models import Recognition
from palier.law import moves
from tests.chain.test_chain import Stage
from tests.conftest import NOW
from tests.spaces.applicant.test_offers import words

LATER = NOW + timedelta(days=2)


begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def told(stage: Stage, application: Application) -> moves.Move:
    with acting(stage.households[0].scope):
        return move_since(application, last_seen(application, clock.today()), own_rank(application))


def one_after_the_other(stage: Stage) -> list[Application]:
    """The youngest demand applies first, and is alone for an hour."""
    made = []
    for n, (household, demand) in enumerate(zip(stage.households, stage.demands, strict=True)):
        with clock.frozen_at(NOW + timedelta(hours=n)):
            made.append(stage.as_(household, actions.submit, demand=demand, offer_id=stage.offer.pk))
    return made


def kinds(move: moves.Move) -> dict[str, int]:
    return {cause.kind: cause.by for cause in move.causes}


def test_applying_keeps_the_first_place(stage):
    made = stage.apply()
    seen = SeenRank.objects.get(application=made[0])
    assert (seen.on, seen.position, seen.of, seen.registered_on) == (NOW.date(), 1, 1, date(2025, 3, 10))


def test_those_who_came_and_those_who_left_are_told_apart(stage):
    """The first household applied alone; three older demands came; one of them leaves again two days later."""
    made = one_after_the_other(stage)
    with clock.frozen_at(LATER):
        move = told(stage, made[0])
        assert (move.before, move.now) == (1, 4)
        assert kinds(move) == {moves.MORE_POINTS: 3}
        with acting(stage.households[0].scope):
            actions.note_rank(actor=stage.households[0], application=made[0], rank=own_rank(made[0]))
    with clock.frozen_at(LATER + timedelta(days=1)):
        stage.as_(stage.households[2], actions.withdraw, application_id=made[2].pk)
        assert kinds(told(stage, made[0])) == {moves.LEFT: -1}


def test_one_s_own_points_are_told_with_their_reason(stage, client_for):
    made = stage.apply()[0]
    client = client_for(stage.households[0])
    page = reverse("applicant:application", args=[made.pk])
    with clock.frozen_at(LATER):
        client.get(page)
    with clock.frozen_at(LATER + timedelta(days=3)):
        Recognition.objects.create(
            demand=stage.demands[0], situation="unfit", state="recognised", asked_at=NOW, decided_at=NOW,
            decided_by=stage.landlord, valid_from=NOW.date(),
        )  # fmt: skip
        rescore(stage.demands[0])
        text = words(client.get(page))
    assert "Depuis le 25 novembre 2026 Vous étiez 4e sur 4, vous êtes 1er sur 4." in text
    assert "3 places gagnées Vos points ont augmenté" in text
    assert "Situation prioritaire (+" in text
    assert ": vous passez devant 3 ménages." in text


def test_a_page_seen_twice_the_same_day_tells_the_same(stage, client_for):
    made = one_after_the_other(stage)[0]
    client, page = client_for(stage.households[0]), reverse("applicant:application", args=[made.pk])
    assert "Depuis le" not in words(client.get(page))
    with clock.frozen_at(LATER):
        first, again = words(client.get(page)), words(client.get(page))
        assert "3 nouveaux candidats ont plus de points que vous." in first
        assert "3 nouveaux candidats ont plus de points que vous." in again
    with clock.frozen_at(LATER + timedelta(days=1)):
        assert "Votre rang n’a pas changé." in words(client.get(page))
    with clock.frozen_at(LATER + timedelta(days=2)):
        client.get(page)
    assert [s.on for s in SeenRank.objects.filter(application=made)] == [
        (LATER + timedelta(days=n)).date() for n in (2, 1)
    ]


def test_no_other_household_reads_it(stage):
    made = stage.apply()
    with acting(stage.households[1].scope):
        assert [s.application_id for s in SeenRank.objects.all()] == [made[1].pk]
    for actor in (stage.agent, stage.tenant, stage.holder):
        with acting(actor.scope):
            assert SeenRank.objects.count() == 0


def test_what_it_reads_of_rivals_names_nobody(stage):
    made = stage.apply()
    with acting(stage.households[0].scope), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM palier_rivals(%s, %s)", [made[0].pk, NOW])
        assert [column.name for column in cursor.description] == ["points", "registered", "draw", "joined", "gone"]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_causes_add_up(stage, seed):
    """Random days: points change, households leave, apply again, come; each morning the household looks."""
    chance = random.Random(seed)
    made = stage.apply()[0]
    household = stage.households[0]
    others = list(zip(stage.households[1:], stage.demands[1:], strict=True))
    for day in range(1, 8):
        with clock.frozen_at(NOW + timedelta(days=day)):
            for actor, demand in others:
                act = chance.choice(["points", "leave", "apply", "nothing"])
                live = Application.objects.filter(demand=demand, live_slot__isnull=False).first()
                if act == "points":
                    Score.objects.filter(demand=demand).update(points=Decimal(chance.randint(0, 60)))
                elif act == "leave" and live is not None:
                    stage.as_(actor, actions.withdraw, application_id=live.pk)
                elif act == "apply" and live is None:
                    stage.as_(actor, actions.submit, demand=demand, offer_id=stage.offer.pk)
            if chance.random() < 0.5:
                Score.objects.filter(demand=stage.demands[0]).update(points=Decimal(chance.randint(0, 60)))
        with clock.frozen_at(NOW + timedelta(days=day, hours=2)), acting(household.scope):
            rank = own_rank(made)
            move = move_since(made, last_seen(made, clock.today()), rank)
            assert move.now == rank.position
            assert sum(cause.by for cause in move.causes) == rank.position - move.before
            actions.note_rank(actor=household, application=made, rank=rank)
