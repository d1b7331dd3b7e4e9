"""Declaring one's job, agreeing that the employer be asked, and the employer's answer.

The employer is told that an employee asks for an attestation, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.models import Person
from palier.accounts.roles import Role
from palier.common import clock, ledger, mail
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.employers import queries, siret
from palier.employers.models import JobAttestation
from palier.employers.states import ATTESTATION
from palier.territories.models import Commune

OLDEST_ENTRY = date(1940, 1, 1)

# Called with the person's key after every change of the attestation's state: later apps (scores) append.
after_answer: list[Callable[[int], None]] = []
# Gives the dossier in whose history a person's attestation is told; set by an app that knows demands.
threads: list[Callable[[int], int | None]] = []


@transaction.atomic
def declare(
    *,
    actor: Actor,
    employer_siret: str,
    employer_name: str,
    staff_number: str = "",
    entered_on: date | None = None,
    contract: str,
    workplace: Commune | None = None,
) -> JobAttestation:
    """Say where one works. A correction takes back what a former employer was asked: one must agree again."""
    if actor.role != Role.APPLICANT:
        raise NotYours("only the person declares their own job")
    number = siret.normalise(employer_siret)
    _check(number, employer_name, entered_on, contract)
    facts = {
        "siret": number,
        "employer_name": " ".join(employer_name.split()),
        "staff_number": " ".join(staff_number.split()),
        "entered_on": entered_on,
        "contract": contract,
        "workplace": workplace,
    }
    job = JobAttestation.objects.select_for_update(of=("self",), no_key=True).filter(person=actor.person).first()
    if job is not None and all(getattr(job, name) == value for name, value in facts.items()):
        return job
    if job is None:
        job = JobAttestation.objects.create(person=actor.person, **facts)
    else:
        if job.state != "declared":
            _withdraw(job, actor)
        for name, value in facts.items():
            setattr(job, name, value)
        job.save(update_fields=list(facts))
    ledger.record(
        verb="attestation.declare", subject=job, actor=actor, thread=_thread(job.person_id),
        data={"employer": job.employer_name},
    )  # fmt: skip
    _tell(job)
    return job


def _check(number: str, name: str, entered_on: date | None, contract: str) -> None:
    if not siret.is_valid(number):
        raise Refused(
            "job.siret",
            "Ce numéro SIRET n’est pas valable : il compte 14 chiffres, et figure sur votre bulletin de paie.",
            field="employer_siret",
        )
    if not name.strip():
        raise Refused("job.name", "Indiquez le nom de votre employeur.", field="employer_name")
    if entered_on is not None and entered_on > clock.today():
        raise Refused("job.future", "La date d’entrée ne peut pas être dans le futur.", field="entered_on")
    if entered_on is not None and entered_on < OLDEST_ENTRY:
        raise Refused("job.past", "Cette date d’entrée est trop ancienne.", field="entered_on")
    if contract not in dict(queries.CONTRACTS):
        raise Refused("job.contract", "Choisissez votre contrat dans la liste.", field="contract")


@transaction.atomic
def ask(*, actor: Actor) -> JobAttestation:
    """Agree that the employer be asked to confirm. Asking twice asks once."""
    job = _own(actor)
    if job.state in ("asked", "confirmed"):
        return job
    company = queries.company_here(job.siret)
    if company is None:
        raise Refused(
            "job.unknown_company",
            "Votre employeur n’a pas encore de compte sur Palier : il ne peut pas répondre ici."
            " Votre emploi reste déclaré ; un bulletin de paie ou une attestation le prouve.",
        )
    ATTESTATION.fire(
        job, "ask", actor=actor, thread=_thread(job.person_id), data={"employer": company.name},
        company=company, consent_at=clock.now(), answered_at=None, denial_reason="",
    )  # fmt: skip
    if company.organisation.email:
        mail.post(
            to=company.organisation.email,
            kind="attestation_asked",
            subject="Un salarié vous demande de confirmer son emploi",
            template="attestation_asked",
            context={"company": company.name},
        )
    _tell(job)
    return job


@transaction.atomic
def withdraw_consent(*, actor: Actor) -> JobAttestation:
    """Take back one's agreement, at any time: the employer sees nothing any more, its answer is forgotten."""
    job = _own(actor)
    if job.state != "declared":
        _withdraw(job, actor)
        _tell(job)
    return job


def _withdraw(job: JobAttestation, actor: Actor) -> None:
    employer = job.company.name if job.company else job.employer_name
    ATTESTATION.fire(
        job, "withdraw_consent", actor=actor, thread=_thread(job.person_id), data={"employer": employer},
        consent_at=None, answered_at=None, denial_reason="",
    )  # fmt: skip


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


def _answer(actor: Actor, attestation_id: int, verb: str, target: str, reason: str) -> JobAttestation:
    job = locked(queries.asked_of(actor), attestation_id)
    if job.state == target:
        return job
    ATTESTATION.fire(
        job, verb, actor=actor, thread=_thread(job.person_id), why=reason,
        data={"employer": actor.organisation_name}, answered_at=clock.now(), denial_reason=reason,
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
    _tell(job)
    return job


def _own(actor: Actor) -> JobAttestation:
    if actor.role != Role.APPLICANT:
        raise NotYours("only the employee agrees")
    job = (
        JobAttestation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .filter(person=actor.person)
        .first()
    )
    if job is None:
        raise Refused("job.none", "Indiquez d’abord votre employeur.")
    return job


def _thread(person_id: int) -> int | None:
    return next((found for find in threads if (found := find(person_id)) is not None), None)


def _tell(job: JobAttestation) -> None:
    for hook in after_answer:
        hook(job.person_id)
