"""The employer's answers, one by one or a page at a time. It learns who agreed to ask, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.models import Person
from palier.common import clock, mail
from palier.common.errors import Refused
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.employers import queries
from palier.employers.actions.prioritising import points_of
from palier.employers.actions.telling import tell, thread_of
from palier.employers.models import JobAttestation
from palier.employers.states import ATTESTATION


@dataclass(frozen=True, slots=True)
class Answer:
    """`reason`: what does not match, when the job is not confirmed."""

    attestation: int
    confirmed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one answer; `problem`: why it was not taken, empty when it was."""

    attestation: int
    problem: str = ""


@transaction.atomic
def confirm(*, actor: Actor, attestation_id: int) -> JobAttestation:
    """The employer says that the person works there as declared."""
    return _answer(actor, attestation_id, "confirm", "confirmed", "")


@transaction.atomic
def deny(*, actor: Actor, attestation_id: int, reason: str) -> JobAttestation:
    """The employer says that something is wrong, and what."""
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("job.reason", "Dites ce qui ne correspond pas : la personne pourra le corriger.", field="reason")
    if len(reason) > 300:
        raise Refused("job.reason_long", "Écrivez 300 caractères au plus.", field="reason")
    return _answer(actor, attestation_id, "deny", "denied", reason)


def answer_all(*, actor: Actor, answers: Sequence[Answer]) -> list[Result]:
    """Many answers at once, by ascending key: one that cannot be taken stops none of the others, and says why.

    Whoever took their consent back meanwhile is told of as no longer asking, and nothing more.
    """
    results = []
    for one in sorted(answers, key=lambda a: a.attestation):
        try:
            if one.confirmed:
                confirm(actor=actor, attestation_id=one.attestation)
            else:
                deny(actor=actor, attestation_id=one.attestation, reason=one.reason)
            results.append(Result(one.attestation))
        except Refused as refusal:
            results.append(Result(one.attestation, refusal.message))
        except JobAttestation.DoesNotExist:
            results.append(Result(one.attestation, "Cette personne ne vous demande plus rien."))
    return results


def _answer(actor: Actor, attestation_id: int, verb: str, target: str, reason: str) -> JobAttestation:
    job = locked(queries.asked_of(actor), attestation_id)
    if job.state == target:
        return job
    points = points_of(job, state=target)
    ATTESTATION.fire(
        job, verb, actor=actor, thread=thread_of(job.person_id), why=reason,
        data={"employer": actor.organisation_name}, answered_at=clock.now(), denial_reason=reason,
        priority_points=points,
    )  # fmt: skip
    with as_system("the employee is told by mail; the employer never learns the address"):
        person = Person.objects.get(pk=job.person_id)
        mail.post(
            to=person.email,
            kind="attestation_answered",
            subject="Votre employeur a répondu",
            template="attestation_answered",
            context={"employer": actor.organisation_name, "confirmed": target == "confirmed", "reason": reason},
            person=person.pk,
        )
    tell(job)
    return job
