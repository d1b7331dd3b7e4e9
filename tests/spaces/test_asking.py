"""Nobody asks a household for a document outside the closed list, nor outside its situation (CCH R441-2-4-1)."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from datetime import timedelta

import pytest
from django import forms

from palier import spaces
from palier.commissions import actions as commissions
from palier.commissions.models import Decision
from palier.common import clock
from palier.common.errors import Refused
from palier.documents.queries import due, may_be_awaited
from palier.law.careful import words
from palier.law.documents import CHOICES, DOCUMENTS
from palier.spaces.careful import CarefulText
from tests.chain.test_chain import CLOSES, Stage
from tests.conftest import NOW

# Where a body names a document to a household; any other place found below must be added here, with its proof.
FIELDS = {("DecisionForm", "condition_document")}
ACTIONS = {("decide", "condition_document")}
# Where a document is given, or where « kind » is not of a document.
GIVING = {(giving, "kind") for giving in ("receive", "begin", "complete", "expect", "decide")}
# What a body writes about a file and the household reads: its words are compared with the careful list.
TOLD = {
    ("RefusalForm", "text"), ("RefuseForm", "reason"), ("AdmitForm", "why"), ("InadmissibleForm", "reason"),
    ("NoteForm", "text"), ("DecisionForm", "reason_text"), ("OfferForm", "description"), ("WithdrawForm", "reason"),
}  # fmt: skip
# The secretary and the president decide through one form of their own module.
BODIES = ("desk", "landlord", "holder", "member", "authority", "employer", "staff", "deciding")


def _modules(package, *, without: str = "\0"):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if without not in found.name and ".management" not in found.name and ".migrations" not in found.name:
            yield importlib.import_module(found.name)


def _forms():
    for module in _modules(spaces):
        for name, one in vars(module).items():
            if inspect.isclass(one) and issubclass(one, forms.Form) and one.__module__ == module.__name__:
                yield module.__name__.split(".")[2], name, one


def test_the_places_where_a_document_is_named_are_all_known():
    named = {
        (form, name)
        for _, form, one in _forms()
        for name, field in one.base_fields.items()
        if "document" in name or "piece" in name or set(CHOICES) & set(map(tuple, getattr(field, "choices", ())))
    }
    assert named == FIELDS
    taking = {
        (name, parameter)
        for app in ("applications", "commissions", "allocations", "documents", "demands", "homes")
        for module in _modules(importlib.import_module(f"palier.{app}"))
        for name, one in vars(module).items()
        if inspect.isfunction(one) and inspect.unwrap(one).__module__ == module.__name__ and not name.startswith("_")
        for parameter, what in inspect.signature(one).parameters.items()
        if "actor" in inspect.signature(one).parameters and what.annotation == "str"
        if parameter in ("kind", "kinds") or "document" in parameter
    }
    assert taking == ACTIONS | GIVING


def test_what_a_body_writes_to_a_household_about_its_file_is_compared_with_the_careful_words():
    careful = {
        (form, name)
        for audience, form, one in _forms()
        for name, field in one.base_fields.items()
        if audience in BODIES and isinstance(field.widget, CarefulText)
    }
    assert careful >= TOLD


@pytest.mark.parametrize(
    "text",
    ["Envoyez aussi vos relevés de compte.", "Il manque votre RIB.", "Fournir un garant", "un chèque de caution"],
)
def test_a_document_outside_the_list_slipped_into_a_text_is_told(text):
    assert [found.subject for found in words(text, NOW.date())] == ["document"]


@pytest.fixture
def stage(build) -> Stage:
    return Stage(build)


@pytest.fixture
def counted(stage):
    """A candidate to decide, tenant without a separation nor an eviction, none of whose documents is there."""
    candidates = stage.to_agenda()
    stage.vote(candidates)
    with clock.frozen_at(CLOSES + timedelta(minutes=1)):
        stage.as_(stage.secretary, commissions.count, session_id=stage.session.pk)
        yield stage, candidates[0]


def _send(client, candidate, kind: str):
    return client.post(
        f"/bailleur/decisions/{candidate.pk}/",
        {"kind": "conditional", "rank": 1, "condition_document": kind, "condition_due": "2026-12-20"},
    )


def test_a_condition_names_only_what_the_situation_makes_due(counted, client_for):
    stage, candidate = counted
    demand = candidate.application.demand
    allowed = {row.kind for row in may_be_awaited(demand)}
    assert allowed == {row.kind for row in due(demand) if not row.optional} == {
        "identity", "birth", "tax_notice", "payslips", "benefits", "lease"
    }  # fmt: skip
    client = client_for(stage.secretary)
    shown = client.get(f"/bailleur/decisions/{candidate.pk}/").content.decode()
    assert {kind for kind in DOCUMENTS if f'<option value="{kind}"' in shown} == allowed
    for kind in [*sorted(set(DOCUMENTS) - allowed), "casier-judiciaire"]:
        answer = _send(client, candidate, kind)
        assert (answer.status_code, "ne peut pas être attendue de ce ménage" in answer.content.decode()) == (422, True)
        with pytest.raises(Refused) as caught:
            stage.as_(
                stage.secretary, commissions.decide, candidate_id=candidate.pk, kind="conditional", rank=1,
                condition_document=kind, condition_due=NOW.date() + timedelta(days=20),
            )  # fmt: skip
        assert caught.value.field == "condition_document"
    assert not Decision.objects.filter(candidate=candidate, kind="conditional").exists()
    assert _send(client, candidate, "payslips").status_code == 302
    assert Decision.objects.get(candidate=candidate).condition_document == "payslips"
    assert _send(client, candidate, "payslips").status_code == 302


def test_a_document_already_accepted_is_not_waited_for(counted):
    stage, candidate = counted
    demand = candidate.application.demand
    demand.pieces.create(
        kind="lease", state="accepted", original_name="bail.pdf", file_name="a" * 48, media_type="application/pdf",
        size=1, sha256="0" * 64, uploaded_at=NOW, uploaded_role="applicant", checked_at=NOW,
    )  # fmt: skip
    with pytest.raises(Refused, match="déjà acceptée"):
        stage.as_(
            stage.secretary, commissions.decide, candidate_id=candidate.pk, kind="conditional", rank=1,
            condition_document="lease", condition_due=NOW.date() + timedelta(days=20),
        )  # fmt: skip
