"""What the employee does: declare a job, agree that the employer be asked or follow, take either back at any time."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger, mail
from palier.common.errors import NotYours, Refused
from palier.employers import queries, siret
from palier.employers.actions.telling import tell, thread_of
from palier.employers.models import Company, JobAttestation
from palier.employers.states import ATTESTATION
from palier.law.reasons import day
from palier.territories.models import Commune

OLDEST_ENTRY = date(1940, 1, 1)


@transaction.atomic
def declare(
    *,
    actor: Actor,
    employer_siret: str,
    employer_name: str = "",
    staff_number: str = "",
    entered_on: date | None = None,
    contract: str,
    mobility: bool = False,
    workplace: Commune | None = None,
) -> JobAttestation:
    """Say where one works. A correction takes back what a former employer was asked: one must agree again.

    The register of companies gives the name, follows an establishment that moved, and refuses one that closed; a number
    that it does not know stays declared, for a register is never quite up to date.
    """
    if actor.role != Role.APPLICANT:
        raise NotYours("only the person declares their own job")
    number = siret.normalise(employer_siret)
    _check(number, entered_on, contract)
    known = _present(number)
    name = known.name if known else " ".join(employer_name.split())
    if not name:
        raise Refused(
            "job.name", "Nous ne connaissons pas cet établissement : indiquez le nom de votre employeur.",
            field="employer_name",
        )  # fmt: skip
    facts = {
        "siret": known.siret if known else number,
        "employer_name": name,
        "staff_number": " ".join(staff_number.split()),
        "entered_on": entered_on,
        "contract": contract,
        "mobility": mobility,
        "workplace": workplace,
    }
    job = JobAttestation.objects.select_for_update(of=("self",), no_key=True).filter(person=actor.person).first()
    if job is not None and all(getattr(job, field) == value for field, value in facts.items()):
        return job
    if job is None:
        job = JobAttestation.objects.create(person=actor.person, **facts)
    else:
        if job.state != "declared":
            _withdraw(job, actor)
        for field, value in facts.items():
            setattr(job, field, value)
        job.save(update_fields=list(facts))
    ledger.record(
        verb="attestation.declare", subject=job, actor=actor, thread=thread_of(job.person_id),
        data={"employer": job.employer_name},
    )  # fmt: skip
    tell(job)
    return job


def _check(number: str, entered_on: date | None, contract: str) -> None:
    if not siret.is_valid(number):
        raise Refused(
            "job.siret",
            "Ce numéro SIRET n’est pas valable : il compte 14 chiffres, et figure sur votre bulletin de paie.",
            field="employer_siret",
        )
    if entered_on is not None and entered_on > clock.today():
        raise Refused("job.future", "La date d’entrée ne peut pas être dans le futur.", field="entered_on")
    if entered_on is not None and entered_on < OLDEST_ENTRY:
        raise Refused("job.past", "Cette date d’entrée est trop ancienne.", field="entered_on")
    if contract not in dict(queries.CONTRACTS):
        raise Refused("job.contract", "Choisissez votre contrat dans la liste.", field="contract")


def _present(number: str) -> Company | None:
    """The establishment of that number today, where it moved if it did; None when the register does not know it."""
    company = queries.establishment(number)
    if company is not None and company.state == "closed":
        since = f" depuis le {day(company.closed_on)}" if company.closed_on else ""
        raise Refused(
            "job.closed",
            f"Cet établissement ({company.name}) est fermé{since} : prenez le SIRET de votre dernier bulletin de paie.",
            field="employer_siret",
        )
    return company


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
        job, "ask", actor=actor, thread=thread_of(job.person_id), data={"employer": company.name},
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
    tell(job)
    return job


@transaction.atomic
def withdraw_consent(*, actor: Actor) -> JobAttestation:
    """Take back one's agreement, at any time: the employer sees nothing any more, its answer is forgotten.

    The story keeps what the employer could see, and from when to when.
    """
    job = _own(actor)
    if job.state != "declared":
        _withdraw(job, actor)
        tell(job)
    return job


@transaction.atomic
def follow(*, actor: Actor) -> JobAttestation:
    """Agree that the employer, already asked, also knows where one's applications stand: a state, never the file."""
    job = _own(actor)
    if job.state == "declared":
        raise Refused("job.follow", "Acceptez d’abord que votre employeur soit interrogé.")
    if job.statuses_at is None:
        job.statuses_at = clock.now()
        job.save(update_fields=["statuses_at"])
        _record(job, actor, "attestation.follow", {})
    return job


@transaction.atomic
def unfollow(*, actor: Actor) -> JobAttestation:
    """Take that back: the employer sees no state any more, and may still confirm the job."""
    job = _own(actor)
    if job.statuses_at is not None:
        span = _span(job.statuses_at)
        job.statuses_at = None
        job.save(update_fields=["statuses_at"])
        _record(job, actor, "attestation.unfollow", span)
    return job


def _record(job: JobAttestation, actor: Actor, verb: str, data: dict[str, str]) -> None:
    told = {"employer": _named(job), **data}
    ledger.record(verb=verb, subject=job, actor=actor, thread=thread_of(job.person_id), data=told)


def _withdraw(job: JobAttestation, actor: Actor) -> None:
    seen = [*queries.SEEN, *(["l’état de vos candidatures"] if job.statuses_at else [])]
    ATTESTATION.fire(
        job, "withdraw_consent", actor=actor, thread=thread_of(job.person_id),
        data={"employer": _named(job), "seen": ", ".join(seen), **_span(job.consent_at)},
        consent_at=None, statuses_at=None, answered_at=None, denial_reason="", priority_points=0,
    )  # fmt: skip


def _named(job: JobAttestation) -> str:
    return job.company.name if job.company else job.employer_name


def _span(since: datetime | None) -> dict[str, str]:
    return {"since": day(localdate(since)) if since else "—", "until": day(clock.today())}


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
