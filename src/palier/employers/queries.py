"""Reads: a person's job, and what an employer was asked."""

from __future__ import annotations

from django.db.models import Case, IntegerField, QuerySet, When

from palier.accounts.actor import Actor
from palier.accounts.models import Person
from palier.accounts.roles import Role
from palier.common.errors import NotYours
from palier.employers.models import Company, JobAttestation

# Those of the register's contract codes that have an employer (the others: self-employed, unemployed, retired…).
CONTRACTS = [
    ("CDI", "CDI ou fonctionnaire"),
    ("CDD", "CDD, intérim ou stage"),
    ("APP", "Apprentissage ou alternance"),
    ("AUT", "Autre contrat"),
]


def job_of(person: Person | int | None) -> JobAttestation | None:
    """What the person declared of their job, if anything and if the scope sees it."""
    key = person.pk if isinstance(person, Person) else person
    if key is None:
        return None
    return JobAttestation.objects.select_related("company", "workplace").filter(person=key).first()


def company_here(siret: str) -> Company | None:
    """The company of that SIRET when it has an account here, so that it can be asked."""
    return Company.objects.filter(siret=siret, organisation__isnull=False).first()


def asked_of(actor: Actor) -> QuerySet[JobAttestation]:
    """The employees who agreed that this employer be asked; those without an answer first."""
    if actor.role != Role.EMPLOYER:
        raise NotYours(f"{actor.role} is not an employer")
    waiting = Case(When(state="asked", then=0), default=1, output_field=IntegerField())
    return (
        JobAttestation.objects.filter(company__organisation=actor.organisation_id, consent_at__isnull=False)
        .exclude(state="declared")
        .select_related("person")
        .order_by(waiting, "-consent_at", "pk")
    )
