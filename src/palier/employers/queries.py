"""Reads: companies and what they open, a person's job, what an employer was asked, its agents and priorities."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.db.models import Case, IntegerField, QuerySet, When

from palier.accounts.actor import Actor
from palier.accounts.models import Person
from palier.accounts.roles import Role
from palier.common.errors import NotYours
from palier.employers.models import Company, JobAttestation, Priorities
from palier.law import contribution, priorities
from palier.law.contribution import Rights
from palier.law.grid import Grid
from palier.law.household import Employer

# Those of the register's contract codes that have an employer (the others: self-employed, unemployed, retired…).
CONTRACTS = [
    ("CDI", "CDI ou fonctionnaire"),
    ("CDD", "CDD, intérim ou stage"),
    ("APP", "Apprentissage ou alternance"),
    ("AUT", "Autre contrat"),
]
# What an employer sees of whoever agreed, in the words of the story.
SEEN = ("votre nom", "votre matricule", "votre contrat", "votre date d’entrée", "une mobilité demandée par l’emploi")
# An establishment may move again and again; a longer chain is a fault of the register.
MOVES = 8


def job_of(person: Person | int | None) -> JobAttestation | None:
    """What the person declared of their job, if anything and if the scope sees it."""
    key = person.pk if isinstance(person, Person) else person
    if key is None:
        return None
    return JobAttestation.objects.select_related("company", "workplace").filter(person=key).first()


def establishment(siret: str) -> Company | None:
    """The establishment of that number as the register knows it, where it moved if it did."""
    found = Company.objects.select_related("successor").filter(siret=siret, seen_on__isnull=False).first()
    return found and (present(found) or found)


def present(company: Company) -> Company | None:
    """Where an establishment is today, following its moves; None when they lead nowhere."""
    for _ in range(MOVES):
        if company.state != "moved":
            return company
        company = company.successor
    return None


def company_here(siret: str) -> Company | None:
    """Who can be asked of that establishment: itself when it has an account here, else its company's account."""
    with_account = Company.objects.select_related("organisation").filter(organisation__isnull=False)
    exact = with_account.filter(siret=siret).first()
    return exact or with_account.filter(siret__startswith=siret[:9]).order_by("pk").first()


def own_company(actor: Actor) -> QuerySet[Company]:
    """The company that the actor's organisation is."""
    if actor.role != Role.EMPLOYER:
        raise NotYours(f"{actor.role} is not an employer")
    return Company.objects.filter(organisation=actor.organisation_id)


def contributing(on: date) -> list[Company]:
    """Companies with an account whose contribution reserves dwellings, by name."""
    held = Company.objects.filter(organisation__isnull=False, state="active").order_by("name", "pk")
    return [company for company in held if rights_of(company, on).dwellings]


def rights_of(company: Company, on: date) -> Rights:
    """What a company owes and opens on a day: by what it told, else by the register's band."""
    told = {int(year): count for year, count in company.headcounts.items()}
    least = contribution.least(company.band, on) if company.band and company.band_year else None
    if not told and least is not None:
        told = {company.band_year: least}
    return contribution.rights(company.sector, told, on)


def as_employer(job: JobAttestation, on: date | None = None) -> Employer:
    """A job as the law reads it; with a day, what its employer opens on that day."""
    company = job.company
    return Employer(
        siret=job.siret,
        state=job.state if job.state in ("confirmed", "denied") else "declared",
        contributes=rights_of(company, on).dwellings if company and on else None,
        public=company is not None and company.sector == contribution.PUBLIC,
        entered_on=job.entered_on,
        contract=job.contract,
        mobility=job.mobility,
    )


def asked_of(actor: Actor) -> QuerySet[JobAttestation]:
    """The employees who agreed that this employer be asked; those without an answer first."""
    if actor.role != Role.EMPLOYER:
        raise NotYours(f"{actor.role} is not an employer")
    waiting = Case(When(state="asked", then=0), default=1, output_field=IntegerField())
    return (
        JobAttestation.objects.filter(company__organisation=actor.organisation_id, consent_at__isnull=False)
        .exclude(state="declared")
        .select_related("person", "company")
        .order_by(waiting, "-consent_at", "pk")
    )


def priorities_of(company: Company | None) -> Priorities | None:
    """The version in force, the last one published."""
    return Priorities.objects.filter(company=company).order_by("-version").first() if company else None


def priority_grid(company: Company | None) -> Grid | None:
    """The same as a grid that can be applied; None for an employer without priorities."""
    held = priorities_of(company)
    return _parsed(held.source) if held else None


@lru_cache(maxsize=256)
def _parsed(source: str) -> Grid:
    # Its bound was checked when it was published; a bound lowered since does not take away what was promised.
    return priorities.read(source, most=10**6)
