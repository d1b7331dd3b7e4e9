"""The five decisions and their combinations (CCH R441-3): refused in words by the action, and by PostgreSQL itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from palier.commissions import actions
from palier.commissions.models import AgendaItem, Decision, Session
from palier.common import clock
from palier.common.errors import Refused
from tests.chain.test_chain import AFTER, CLOSES, OPENS, Stage

SOON = (CLOSES + timedelta(days=15)).date()


def begin(build) -> Stage:
    stage = Stage(build)
    stage.candidates = stage.to_agenda()
    stage.vote(stage.candidates)
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
    return stage


@pytest.fixture
def counted(begun) -> Stage:
    return begun


def decide(stage, place: int, kind: str, **more):
    with clock.frozen_at(CLOSES):
        return stage.as_(stage.secretary, actions.decide, candidate_id=stage.candidates[place].pk, kind=kind, **more)


def decided() -> list[tuple]:
    rows = Decision.objects.order_by("candidate__position")
    return list(rows.values_list("kind", "rank", "condition_document"))


def test_the_five_decisions_and_the_ranked_one_on_condition(counted):
    """Rank 2 on condition is both ranked and conditional: its rank and its document are kept together."""
    decide(counted, 1, "conditional", rank=2, condition_document="tax_notice", condition_due=SOON)
    decide(counted, 2, "non_allocation", reasons=["too_large", "place"])
    decide(counted, 3, "rejection", reasons=["income_over_ceiling"])
    assert decided() == [
        ("ranked", 1, ""), ("conditional", 2, "tax_notice"), ("non_allocation", None, ""), ("rejection", None, ""),
    ]  # fmt: skip
    decide(counted, 1, "non_allocation", reasons=["place"])
    decide(counted, 0, "allocation", rank=1)
    assert decided()[:2] == [("allocation", 1, ""), ("non_allocation", None, "")]
    with clock.frozen_at(AFTER):
        counted.as_(counted.president, actions.sign, session_id=counted.session.pk)
    assert Session.objects.get().state == "signed"


IMPOSSIBLE = [
    ("allocation", {"rank": 1}, "decision.not_alone"),
    ("allocation", {"rank": 2}, "decision.allocation_first"),
    ("ranked", {}, "decision.rank"),
    ("conditional", {"condition_document": "tax_notice", "condition_due": SOON}, "decision.rank"),
    ("conditional", {"rank": 1, "condition_due": SOON}, "decision.document"),
    ("conditional", {"rank": 1, "condition_document": "tax_notice"}, "decision.due"),
    ("conditional", {"rank": 1, "condition_document": "tax_notice", "condition_due": CLOSES.date()}, "decision.due"),
    ("conditional", {"rank": 1, "condition_document": "violence", "condition_due": SOON}, "decision.document.outside"),
    ("non_allocation", {}, "decision.reasons"),
    ("non_allocation", {"reasons": ["moon"]}, "decision.reasons"),
    ("rejection", {"reasons": ["too_large"]}, "decision.rejection"),
    ("rejection", {"reasons": ["residence", "priority"]}, "decision.rejection"),
    ("postponed", {}, "decision.kind"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "more", "code"), IMPOSSIBLE, ids=[f"{k}-{c}-{i}" for i, (k, _, c) in enumerate(IMPOSSIBLE)]
)
def test_an_impossible_decision_is_refused_in_words(counted, kind, more, code):
    before = decided()
    with pytest.raises(Refused) as refusal:
        decide(counted, 0, kind, **more)
    assert (refusal.value.code, decided()) == (code, before)


WRITTEN = [
    ({"kind": "allocation"}, "an allocation stands alone"),
    ({"kind": "allocation", "rank": 2}, "decision_allocation_is_first|stands alone"),
    ({"rank": None}, "decision_rank"),
    ({"rank": 0}, "decision_rank"),
    ({"kind": "conditional"}, "decision_condition_is_whole"),
    ({"kind": "conditional", "rank": None, "condition_document": "tax_notice", "condition_due": SOON}, "decision_rank"),
    ({"kind": "conditional", "condition_document": "tax_notice"}, "decision_condition_is_whole"),
    ({"kind": "conditional", "condition_document": "tax_notice", "condition_due": CLOSES.date()}, "delay of a condition"),
    ({"kind": "conditional", "condition_document": "violence", "condition_due": SOON}, "tells_no_danger"),
    ({"condition_document": "tax_notice", "condition_due": SOON}, "decision_condition_is_whole"),
    ({"reasons": ["place"]}, "decision_allocated_has_no_ground"),
    ({"kind": "non_allocation", "rank": None}, "decision_refusal_has_grounds"),
    ({"kind": "non_allocation", "rank": 1, "reasons": ["place"]}, "decision_rank"),
    ({"kind": "non_allocation", "rank": None, "reasons": ["moon"]}, "decision_grounds_are_listed"),
    ({"kind": "rejection", "rank": None, "reasons": ["too_large"]}, "decision_rejection_is_of_access"),
    ({"kind": "rejection", "rank": None, "reasons": ["residence", "priority"]}, "decision_rejection_is_of_access"),
    ({"kind": "waiting"}, "decision_is_legal"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "name"), WRITTEN, ids=[f"{i}-{n[:24]}" for i, (_, n) in enumerate(WRITTEN)])
def test_postgresql_refuses_it_too(counted, fields, name):
    """Written by SQL, under the scope that may write everything."""
    one = Decision.objects.filter(candidate=counted.candidates[0])
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        one.update(**fields)


def test_postgresql_keeps_an_allocation_alone_whoever_comes_second(counted):
    for candidate in counted.candidates[1:]:
        Decision.objects.filter(candidate=candidate).update(kind="non_allocation", rank=None, reasons=["place"])
    Decision.objects.filter(candidate=counted.candidates[0]).update(kind="allocation")
    with pytest.raises(DatabaseError, match="stands alone"), transaction.atomic():
        Decision.objects.filter(candidate=counted.candidates[1]).update(kind="ranked", rank=2, reasons=[])


def test_no_decision_before_the_count_nor_while_candidates_are_equal(stage):
    a, b, *rest = stage.to_agenda()
    with pytest.raises(DatabaseError, match="outside the count"), transaction.atomic():
        Decision.objects.create(candidate=a, kind="ranked", rank=1, taken_at=OPENS)
    with clock.frozen_at(OPENS):
        stage.as_(stage.president, actions.cast_ballot, item_id=a.item_id, ranking=[c.pk for c in (a, b, *rest)])
        stage.as_(stage.tenant, actions.cast_ballot, item_id=a.item_id, ranking=[c.pk for c in (b, a, *rest)])
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
    with pytest.raises(DatabaseError, match="candidates are equal"), transaction.atomic():
        Decision.objects.create(candidate=a, kind="ranked", rank=1, taken_at=CLOSES)


BROKEN = [
    (lambda s: Decision.objects.filter(candidate=s.candidates[3]).delete(), "undecided"),
    (lambda s: Decision.objects.filter(rank=4).update(rank=3), "two of one rank"),
    (lambda s: Decision.objects.filter(rank=4).update(rank=7), "a gap in the ranks"),
    (lambda s: Decision.objects.filter(rank=4).update(
        kind="conditional", condition_document="tax_notice", condition_due=(CLOSES + timedelta(days=1)).date(),
    ), "a delay that is over"),
    (lambda s: AgendaItem.objects.update(count=None), "not counted"),
]  # fmt: skip


@pytest.mark.parametrize(("harm", "name"), BROKEN, ids=[n for _, n in BROKEN])
def test_postgresql_refuses_the_signature_of_decisions_that_are_not_whole(counted, harm, name):
    harm(counted)
    seat = counted.commission.seats.get(president=True)
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        Session.objects.filter(pk=counted.session.pk).update(
            state="signed", signed_at=CLOSES + timedelta(days=2), signed_by=seat, minutes_sha256="0" * 64
        )


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (BROKEN[0][0], "sign.missing"),
        (BROKEN[1][0], "sign.ranks"),
        (BROKEN[2][0], "sign.ranks"),
        (BROKEN[3][0], "sign.due"),
    ],
    ids=["missing", "double", "gap", "due"],
)
def test_the_president_is_told_why_it_cannot_be_signed(counted, harm, code):
    harm(counted)
    with pytest.raises(Refused) as refusal, clock.frozen_at(CLOSES + timedelta(days=2)):
        counted.as_(counted.president, actions.sign, session_id=counted.session.pk)
    assert refusal.value.code == code
