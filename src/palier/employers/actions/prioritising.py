"""An employer's priorities among its employees: publishing a version, and the points that jobs have under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from palier.accounts.actor import PALIER, Actor
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.employers import queries
from palier.employers.actions.telling import tell, thread_of
from palier.employers.models import Company, JobAttestation, Priorities
from palier.law import priorities
from palier.law.grid import GridError
from palier.law.priorities import Choices
from palier.law.reasons import points as in_points
from palier.territories.queries import setting


@transaction.atomic
def publish_priorities(*, actor: Actor, choices: Choices) -> Priorities:
    """A new version, in force at once for the jobs already confirmed. The same choices twice are one version."""
    company = locked(queries.own_company(actor), queries.own_company(actor).get().pk)
    most = setting("employer_priority_most", on=clock.today())
    last = queries.priorities_of(company)
    version = last.version + 1 if last else 1
    source = priorities.compose(choices, company=company.name, version=version, on=clock.today(), most=most)
    try:
        made = priorities.read(source, most)
    except GridError as error:
        raise Refused("priorities.wrong", error.problems[0].message) from error
    if last is not None and priorities.chosen(priorities.read(last.source, most)) == priorities.chosen(made):
        return last
    published = Priorities.objects.create(company=company, version=version, source=source, published_at=clock.now())
    ledger.record(verb="priorities.publish", subject=company, actor=actor, data={"version": version})
    with as_system("the order on the employer's contingent follows its priorities, for every employee it confirmed"):
        _follow(company)
    return published


def refresh_points(companies: Sequence[int]) -> int:
    """Years in a company go by without anybody's action: the points of confirmed jobs on this day. Run by the night."""
    with as_system("points follow the days, for every employer"):
        return sum(_follow(company) for company in Company.objects.filter(pk__in=companies).order_by("pk"))


def _follow(company: Company) -> int:
    moved = 0
    for job in locked_all(JobAttestation.objects.filter(company=company, state="confirmed")):
        points = points_of(job)
        if points != job.priority_points:
            job.priority_points = points
            job.save(update_fields=["priority_points"])
            ledger.record(
                verb="priorities.weigh", subject=job, actor=PALIER, thread=thread_of(job.person_id),
                data={"employer": company.name, "points": in_points(points)},
            )  # fmt: skip
            tell(job)
            moved += 1
    return moved


def points_of(job: JobAttestation, *, state: str = "") -> Decimal:
    """What a job is worth under its employer's priorities of now; `state`: the one it is about to have."""
    grid = queries.priority_grid(job.company)
    if grid is None:
        return Decimal(0)
    held = queries.as_employer(job)
    return priorities.weigh(grid, replace(held, state=state or held.state), clock.today()).points
