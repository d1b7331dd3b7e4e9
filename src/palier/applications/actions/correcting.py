"""A correction that the landlord proposes: known to the household, which accepts it or contests it in its own words."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.applications.models import Application, Doubt
from palier.applications.queries import visible_to
from palier.applications.states import DOUBT, HEADINGS
from palier.applications.telling import tell
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.territories.queries import setting


@transaction.atomic
def propose_correction(
    *, actor: Actor, application_id: int, heading: str, declared: str, proposed: str, why: str
) -> Doubt:
    """Say what seems wrong and what it should be. The household has the territory's days to answer.

    One correction a heading waits at a time: proposing another meanwhile returns the first.
    """
    if actor.role != Role.LANDLORD:
        raise NotYours("the landlord's agents examine")
    application = locked(visible_to(actor), application_id)
    if application.state not in ("sent", "admissible"):
        raise Refused("doubt.over", "Ce dossier n’est plus à l’examen.")
    if heading not in HEADINGS:
        raise Refused("doubt.heading", "Choisissez la rubrique.", field="heading")
    words = {
        name: " ".join(text.split()) for name, text in (("declared", declared), ("proposed", proposed), ("why", why))
    }
    empty = next((name for name, text in words.items() if not text), None)
    if empty is not None:
        raise Refused("doubt.empty", "Écrivez ce que le ménage doit comprendre.", field=empty)
    waiting = Doubt.objects.filter(application=application, heading=heading, state="proposed").first()
    if waiting is not None:
        return waiting
    days = setting("doubt_answer_days", on=clock.today(), territory=application.offer.dwelling.commune.department_id)
    doubt = Doubt.objects.create(
        application=application, heading=heading, proposed_at=clock.now(), answer_by=clock.today() + timedelta(days=days),
        **words,
    )  # fmt: skip
    ledger.record(
        verb="doubts.propose",
        subject=doubt,
        actor=actor,
        thread=application.demand_id,
        why=doubt.why,
        data=_told(doubt),
    )
    tell(
        application,
        "application_doubt",
        "Le bailleur vous propose une correction",
        until=doubt.answer_by,
        heading=HEADINGS[heading],
    )
    return doubt


@transaction.atomic
def accept_correction(*, actor: Actor, doubt_id: int) -> Doubt:
    """The household agrees; it then corrects its own form, which nobody else changes for it."""
    return _answer(actor, doubt_id, "accept", "accepted", "")


@transaction.atomic
def contest_correction(*, actor: Actor, doubt_id: int, answer: str) -> Doubt:
    """The household says that its form is right, and why: the landlord reads it before it answers the file."""
    answer = answer.strip()[:500]
    if not answer:
        raise Refused("doubt.answer", "Dites pourquoi votre demande est exacte.", field="answer")
    return _answer(actor, doubt_id, "contest", "contested", answer)


@transaction.atomic
def withdraw_correction(*, actor: Actor, doubt_id: int) -> Doubt:
    """The landlord was wrong: there is nothing to answer any more."""
    if actor.role != Role.LANDLORD:
        raise NotYours("the landlord takes its own back")
    return _answer(actor, doubt_id, "withdraw", "withdrawn", "")


def _answer(actor: Actor, doubt_id: int, verb: str, target: str, answer: str) -> Doubt:
    mine = visible_to(actor).order_by().values("pk")
    doubt = locked(Doubt.objects.filter(application__in=mine), doubt_id)
    if doubt.state != target:
        thread = Application.objects.values_list("demand", flat=True).get(pk=doubt.application_id)
        DOUBT.fire(
            doubt, verb, actor=actor, thread=thread, why=answer, data=_told(doubt), answer=answer,
            answered_at=clock.now(),
        )  # fmt: skip
    return doubt


def _told(doubt: Doubt) -> dict[str, object]:
    return {"application": doubt.application_id, "heading": HEADINGS[doubt.heading]}


def was_asked(application: Application) -> bool:
    """Whether the household was told of a correction, and contested it or let the days pass."""
    held = Doubt.objects.filter(application=application)
    late = held.filter(state="proposed", answer_by__lt=clock.today())
    return late.exists() or held.filter(state__in=("contested", "accepted")).exists()
