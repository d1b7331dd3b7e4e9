"""Whole sessions drawn at random and counted by the site, then again by a slow and obvious count written apart."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from palier.applications.models import Application
from palier.commissions import actions
from palier.commissions.models import AgendaItem, Ballot, Candidate, Decision, Recusal, Seat, Session
from palier.common import clock
from palier.common.errors import Refused
from palier.law import codes
from palier.law.ballots import RULES, QuorumRule, count, quorum
from palier.law.ballots import Ballot as LawBallot
from tests.builders import CAEN
from tests.chain.test_chain import CLOSES, OPENS, Stage
from tests.commissions.slow_count import Paper, slow_count, slow_quorum

KEYS = "abcd"
VOTERS = [f"v{n}" for n in range(7)]
KINDS = ["board", "tenants", "mayor", "prefect"]


@st.composite
def ballots(draw: Any) -> list[tuple[str, list[str], list[str]]]:
    """Each voter: an order over some candidates, others refused, the rest left out; possibly nothing at all."""
    found = []
    for voter in draw(st.lists(st.sampled_from(VOTERS), unique=True, max_size=7)):
        order = draw(st.permutations(KEYS))
        ranked = draw(st.integers(0, len(KEYS)))
        against = draw(st.integers(0, len(KEYS) - ranked))
        found.append((voter, list(order[:ranked]), list(order[ranked : ranked + against])))
    return found


@examples(max_examples=150)
@given(st.sampled_from(sorted(RULES)), ballots(), st.sampled_from([None, *VOTERS]), st.integers(1, 4))
def test_the_three_rules_agree_with_the_slow_count(rule, drawn, mayor, number) -> None:
    keys = KEYS[:number]
    gone = set(KEYS[number:])
    papers = [Paper(v, order, refused).without(gone) for v, order, refused in drawn]
    fast = count(
        rule, keys, [LawBallot(p.voter, tuple(p.order), frozenset(p.refused)) for p in papers], casting_vote=mayor
    )
    assert (set(fast.refused), [set(g) for g in fast.groups]) == slow_count(rule, keys, papers, mayor)


@examples(max_examples=100)
@given(
    st.integers(0, 6),
    st.dictionaries(st.sampled_from(KINDS), st.integers(0, 3)),
    st.dictionaries(st.sampled_from(VOTERS), st.sampled_from(KINDS)),
    st.lists(st.sampled_from(VOTERS), unique=True),
)
def test_the_quorum_agrees_with_the_slow_one(least, kinds, seats, voted) -> None:
    papers = [Paper(v, []) for v in voted]
    assert quorum(QuorumRule(least, kinds), seats, voted).reached is slow_quorum(least, kinds, seats, papers)


class Drawn:
    """One session written row by row: dwellings, seats, ballots, members who step out, households that leave."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self.stage, self.chance = stage, chance
        self.rule = chance.choice(sorted(RULES))
        self.least = chance.randint(1, 4)
        self.kinds = {"board": 1} if chance.random() < 0.3 else {}
        stage.build.rules(
            stage.commission,
            valid_from=date(2021, 1, 1),
            counting=self.rule,
            quorum=self.least,
            quorum_kinds=self.kinds,
        )
        self.session = Session.objects.create(
            commission=stage.commission, number=str(stage.build.next()), opens_at=OPENS, closes_at=CLOSES,
            state="published",
        )  # fmt: skip
        seats = Seat.objects.filter(commission=stage.commission).order_by("pk")
        self.seats = {str(s.pk): s.capacity for s in seats if s.capacity != "advisory"}
        self.mayor = next((k for k, kind in self.seats.items() if kind == "mayor"), None)
        self.dwellings = [self._dwelling(n) for n in range(1, chance.randint(1, 3) + 1)]

    def _dwelling(self, position: int) -> dict[str, Any]:
        stage, chance = self.stage, self.chance
        offer = stage.build.offer(stage.landlord)
        item = AgendaItem.objects.create(session=self.session, offer=offer, position=position)
        keys, gone = [], set()
        for place in range(1, chance.randint(1, 4) + 1):
            leaves = chance.random() < 0.15
            application = stage.build.application(
                stage.build.demand(), offer, state="withdrawn" if leaves else "on_agenda",
                live_slot=None if leaves else 1,
            )  # fmt: skip
            made = Candidate.objects.create(
                item=item, application=application, position=place,
                facts={"points": chance.randint(0, 60), "household": "Un adulte", "registered_on": "2024-01-01", "position": place},
            )  # fmt: skip
            keys.append(str(made.pk))
            gone |= {str(made.pk)} if leaves else set()
        papers = [p for seat in self.seats if chance.random() < 0.8 and (p := self._vote(item, seat, keys))]
        out = {seat for seat in self.seats if chance.random() < 0.1}
        for seat in out:
            Recusal.objects.create(item=item, seat_id=int(seat), reason="voisin", at=OPENS)
        called = {seat: kind for seat, kind in self.seats.items() if seat not in out}
        papers = [p.without(gone) for p in papers if p.voter not in out]
        return {
            "item": item, "papers": papers, "called": called, "keys": [k for k in keys if k not in gone],
            "mayor": None if self.mayor in out else self.mayor,
        }  # fmt: skip

    def _vote(self, item: AgendaItem, seat: str, keys: list[str]) -> Paper:
        order = self.chance.sample(keys, len(keys))
        against = [k for k in order if self.chance.random() < 0.25]
        blank = self.chance.random() < 0.1
        ranking = [] if blank else [k for k in order if k not in against]
        refused = {} if blank else {k: self.chance.choice(codes.NON_ALLOCATION_REASONS)[0] for k in against}
        Ballot.objects.create(
            item=item, seat_id=int(seat), ranking=[int(k) for k in ranking], refused=refused, meeting=blank,
            cast_at=OPENS + timedelta(minutes=5),
        )  # fmt: skip
        return Paper(seat, ranking, list(refused))


def written(item: AgendaItem) -> dict[str, tuple[str, int | None]]:
    found = Decision.objects.filter(candidate__item=item).order_by("pk")
    return {str(d.candidate_id): (d.kind, d.rank) for d in found}


def expected(refused: set[str], groups: list[set[str]]) -> dict[str, tuple[str, int | None]]:
    """The decisions that a count proposes: refusals always, ranks only when nobody is level."""
    found: dict[str, tuple[str, int | None]] = {k: ("non_allocation", None) for k in refused}
    if all(len(g) == 1 for g in groups):
        kind = "ranked" if len(groups) > 1 else "allocation"
        found |= {next(iter(g)): (kind, rank) for rank, g in enumerate(groups, start=1)}
    return found


@pytest.mark.parametrize("seed", range(10))
def test_a_random_session_is_counted_as_by_hand(build, seed) -> None:
    chance = random.Random(seed)
    stage = Stage(build)
    for capacity in chance.sample(["board", "board", "prefect", "advisory"], chance.randint(0, 4)):
        stage._member(capacity)
    if chance.random() < 0.3:
        Seat.objects.filter(commission=stage.commission, capacity="mayor").update(commune_id="14366")
    drawn = Drawn(stage, chance)
    elsewhere = Seat.objects.filter(commission=stage.commission, capacity="mayor").exclude(commune_id=CAEN)
    for seat in elsewhere:
        for dwelling in drawn.dwellings:
            # A mayor of another commune is not called here; such a ballot cannot be cast through the site.
            Ballot.objects.filter(item=dwelling["item"], seat=seat).delete()
            Recusal.objects.filter(item=dwelling["item"], seat=seat).delete()
            dwelling["called"].pop(str(seat.pk), None)
            dwelling["papers"] = [p for p in dwelling["papers"] if p.voter != str(seat.pk)]
            dwelling["mayor"] = None
    reached = [slow_quorum(drawn.least, drawn.kinds, d["called"], d["papers"]) for d in drawn.dwellings]
    with clock.frozen_at(CLOSES):
        if not all(reached):
            with pytest.raises(Refused) as refusal:
                stage.as_(stage.secretary, actions.count, session_id=drawn.session.pk)
            assert refusal.value.code == "count.quorum"
            for dwelling, enough in zip(drawn.dwellings, reached, strict=True):
                if not enough:
                    stage.as_(stage.secretary, actions.postpone, item_id=dwelling["item"].pk)
        if any(reached):
            stage.as_(stage.secretary, actions.count, session_id=drawn.session.pk)
    for dwelling, enough in zip(drawn.dwellings, reached, strict=True):
        item = AgendaItem.objects.get(pk=dwelling["item"].pk)
        assert (bool(item.postponed), item.count is not None) == (not enough, enough)
        if not enough:
            assert written(item) == {}
            continue
        refused, groups = slow_count(drawn.rule, dwelling["keys"], dwelling["papers"], dwelling["mayor"])
        assert (set(item.count["refused"]), [set(g) for g in item.count["groups"]]) == (refused, groups)
        assert written(item) == expected(refused, groups)
    assert Application.objects.filter(state="withdrawn", candidacies__decision__isnull=False).count() == 0
