"""Companies as the public register tells them, and the headcounts that employers tell themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import TypeVar

from django.db import transaction

from palier.accounts.actor import PALIER, Actor
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.employers import queries
from palier.employers.actions.telling import tell
from palier.employers.models import Company, JobAttestation
from palier.employers.register import Establishment
from palier.employers.states import COMPANY
from palier.law.reasons import day

T = TypeVar("T")
BLOCK = 1000
# What a newer reading of the register replaces; what an employer told of itself stays.
_TOLD = ["name", "sector", "band", "band_year", "activity", "commune", "seen_on"]


def load_companies(
    *, establishments: Iterable[Establishment], successions: Mapping[str, str], seen_on: date
) -> dict[str, int]:
    """Bring the companies to what the register of a day says, a block to a transaction; the same day twice changes nothing.

    `successions`: SIRET → the one that follows it. An older register than the one already read is left aside, row by row.
    """
    told = {"read": 0, "new": 0, "changed": 0}
    for block in _blocks(establishments):
        with transaction.atomic(), as_system("the register of companies is public, and read for everybody"):
            for name, count in _block(block, seen_on).items():
                told[name] += count
    for block in _blocks(sorted(successions.items())):
        with transaction.atomic(), as_system("establishments move, and their employees with them"):
            told["changed"] += _moved(dict(block))
    return told


def _blocks(rows: Iterable[T]) -> Iterator[list[T]]:
    left = iter(rows)
    while block := list(islice(left, BLOCK)):
        yield block


def _block(rows: Iterable[Establishment], seen_on: date) -> dict[str, int]:
    by_siret = {row.siret: row for row in rows}
    held = {c.siret: c for c in Company.objects.select_for_update().filter(siret__in=by_siret).order_by("pk")}
    new, changed, states = [], [], 0
    for number, row in by_siret.items():
        company = held.get(number) or Company(siret=number)
        if company.seen_on is not None and company.seen_on > seen_on:
            continue
        for name, value in {**row.told, "seen_on": seen_on}.items():
            setattr(company, name, value)
        if company.pk is None:
            company.state, company.closed_on = ("active", None) if row.closed_on is None else ("closed", row.closed_on)
            new.append(company)
        else:
            changed.append(company)
            states += _state(company, row)
    Company.objects.bulk_create(new)
    Company.objects.bulk_update(changed, _TOLD)
    return {"read": len(by_siret), "new": len(new), "changed": states}


def _state(company: Company, row: Establishment) -> int:
    """Close or reopen as the register says; one that moved stays so until it is open again."""
    if row.closed_on is None and company.state != "active":
        COMPANY.fire(company, "reopen", actor=PALIER, closed_on=None, successor=None)
    elif row.closed_on is not None and company.state == "active":
        COMPANY.fire(company, "close", actor=PALIER, data={"on": day(row.closed_on)}, closed_on=row.closed_on)
    else:
        return 0
    return 1


def _moved(successions: Mapping[str, str]) -> int:
    """A closed establishment whose successor is known has moved; a chain that comes back to itself is no move."""
    known = {c.siret: c for c in Company.objects.filter(siret__in=[*successions, *successions.values()]).order_by("pk")}
    moved = 0
    for former, following in sorted(successions.items()):
        company, successor = known.get(former), known.get(following)
        if company is None or successor is None or company.state != "closed":
            continue
        end = queries.present(successor)
        if end is not None and end.pk != company.pk:
            COMPANY.fire(company, "move", actor=PALIER, data={"siret": successor.siret}, successor=successor)
            moved += 1
    return moved


@transaction.atomic
def tell_headcounts(*, actor: Actor, headcounts: Mapping[int, int]) -> Company:
    """The employer says how many employees it had, by calendar year: what it contributes follows (`law.contribution`)."""
    company = locked(queries.own_company(actor), queries.own_company(actor).get().pk)
    wrong = next((year for year, count in headcounts.items() if count < 0 or year > clock.today().year), None)
    if wrong is not None:
        raise Refused(
            "headcount.year", "Indiquez un effectif d’une année passée ou de celle-ci.", field=f"year_{wrong}"
        )
    kept = {str(year): count for year, count in sorted(headcounts.items())}
    if kept == company.headcounts:
        return company
    company.headcounts = kept
    company.save(update_fields=["headcounts"])
    ledger.record(verb="companies.headcounts", subject=company, actor=actor)
    with as_system("what an employer contributes opens or closes dwellings to its employees"):
        for job in JobAttestation.objects.filter(company=company).exclude(state="declared").order_by("pk"):
            tell(job)
    return company
