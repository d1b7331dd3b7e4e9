"""The landlord examines a file: takes it, notes, finds it admissible or not (CCH R441-3).

Locks are taken in the order of `common.locks`: the application, then its instruction.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.timezone import localdate

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.applications.actions.applying import call_next_file, end, move
from palier.applications.actions.correcting import was_asked
from palier.applications.models import Application, Instruction
from palier.applications.queries import visible_to
from palier.applications.telling import tell
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.documents.queries import unchecked
from palier.law import admissibility


@transaction.atomic
def take(*, actor: Actor, application_id: int) -> Instruction:
    """Say that one examines this file, so that nobody else does. Whoever takes a colleague's file has it from then on."""
    application = _examined(actor, application_id)
    held = _instruction(application)
    if held.taken_by_id != actor.person_id:
        held.taken_by, held.taken_at = actor.person, clock.now()
        held.save(update_fields=["taken_by", "taken_at"])
        ledger.record(verb="applications.take", subject=application, actor=actor, thread=application.demand_id)
    return held


@transaction.atomic
def put_back(*, actor: Actor, application_id: int) -> Instruction:
    """Leave the file to whoever takes it next."""
    application = _examined(actor, application_id)
    held = _instruction(application)
    if held.taken_by_id is not None:
        held.taken_by, held.taken_at = None, None
        held.save(update_fields=["taken_by", "taken_at"])
        ledger.record(verb="applications.put_back", subject=application, actor=actor, thread=application.demand_id)
    return held


def _examined(actor: Actor, application_id: int) -> Application:
    if actor.role != Role.LANDLORD:
        raise NotYours("the landlord's agents examine")
    application = locked(visible_to(actor), application_id)
    if application.state != "sent":
        raise Refused("instruction.over", "Ce dossier n’attend plus d’examen.")
    return application


def _instruction(application: Application) -> Instruction:
    """The work on a file; it came when the application reached the state that waits."""
    made, _ = Instruction.objects.select_for_update().get_or_create(
        application=application, defaults={"received_at": application.state_at}
    )
    return made


def _answered(application: Application, actor: Actor) -> None:
    """Before the state moves: the answer and who gave it, nobody for a landlord's system; a file that nobody took is theirs."""
    held, now = _instruction(application), clock.now()
    if held.taken_by_id is None and actor.person is not None:
        held.taken_by, held.taken_at = actor.person, now
    held.answered_by, held.answered_at = actor.person, now
    held.save(update_fields=["taken_by", "taken_at", "answered_by", "answered_at"])


@transaction.atomic
def admit(*, actor: Actor, application_id: int, why: str = "") -> Application:
    """The landlord examined the file: admissible.

    A document still to be checked does not forbid the commission's examination (it may allocate on condition that
    it comes, CCH R441-3): the landlord then says why the file goes on, and the household's story keeps it. A proof that
    held on the day of the application holds for it.
    """
    application = locked(visible_to(actor), application_id)
    if application.state == "admissible":
        return application
    why = why.strip()
    waiting = unchecked(application.demand, actor, held_on=localdate(application.applied_at))
    if waiting and not why:
        raise Refused("documents.unchecked", "Dites pourquoi le dossier passe sans ces pièces.", field="why")
    _answered(application, actor)
    found = f"recevable, sans attendre toutes les pièces : {why}" if waiting else "complet et recevable"
    move(application, "admit", actor=actor, why=why, found=found, unchecked=[row.kind for row in waiting])
    labels = [row.label for row in waiting]
    subject = f"Votre dossier est {'recevable' if waiting else found}"
    tell(application, "application_admitted", subject, waiting=labels, direct=application.offer.terms.direct)
    return application


@transaction.atomic
def find_inadmissible(*, actor: Actor, application_id: int, codes: Sequence[str], reason: str) -> None:
    """The file does not meet the conditions of this dwelling; every ground is of the law's list, in plain words."""
    if not codes:
        raise Refused("reason.missing", "Indiquez au moins un motif.", field="codes")
    if admissibility.foreign(codes, clock.today()):
        raise Refused(
            "reason.foreign",
            "Choisissez des motifs de la liste : les autres reviennent à la commission.",
            field="codes",
        )
    application = locked(visible_to(actor), application_id)
    if "file_inconsistent" in codes and not was_asked(application):
        raise Refused(
            "reason.not_asked", "Proposez d’abord une correction au ménage : il doit pouvoir y répondre.", field="codes"
        )
    if application.state == "sent":
        _answered(application, actor)
    end(application, "find_inadmissible", actor=actor, reason=reason, codes=codes)
    tell(application, "application_inadmissible", "Votre dossier n’est pas recevable pour ce logement", reason=reason)
    call_next_file(actor=actor, offer_id=application.offer_id)


@transaction.atomic
def write_note(*, actor: Actor, application_id: int, text: str) -> None:
    """The landlord's note on the instruction: objective, and readable by the household on request."""
    application = locked(visible_to(actor), application_id)
    before, application.note = application.note, text.strip()
    if before != application.note:
        application.save(update_fields=["note"])
        ledger.record(verb="applications.note", subject=application, actor=actor, thread=application.demand_id)
