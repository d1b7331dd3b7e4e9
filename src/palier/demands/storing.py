"""Writing many demands at once, as a file brings them: the same rows and events as one by one, in a few statements.

Callers hold one transaction and the system's scope. Points are theirs to compute afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from palier.accounts.actor import Actor
from palier.common import bulk, clock, ledger
from palier.demands.actions import ONLINE_DESK, next_number
from palier.demands.form import Form, columns
from palier.demands.models import Demand, DemandVersion, NumberCounter, Wish
from palier.law import calendar, numbers
from palier.territories.models import Commune

# Beyond, a sequence of a file is taken for an older tool's own series: following it would use up the month's numbers.
_FOLLOWED = 899_999


@dataclass(frozen=True, slots=True)
class Arrival:
    """A demand of a file. `number`: empty when one is to be issued."""

    number: str
    register_code: str
    department: str
    registered_on: date
    renewed_on: date | None
    form: Form
    unmapped: list[dict[str, Any]]

    def expires_on(self, today: date) -> date:
        """One year from the renewal that the file tells, else from today: nobody loses a demand by being taken over."""
        if self.renewed_on:
            return calendar.life(self.registered_on, self.renewed_on, today).expires_on
        return calendar.add_months(max(self.registered_on, today), 12)


def follow_numbers(held: Iterable[str]) -> None:
    """Move each month's counter past the numbers that a file brings, so that none of them is issued again.

    The counters stay locked until the transaction ends: called before any demand is read or written.
    """
    last: dict[tuple[str, str], int] = {}
    for number in map(numbers.parse, held):
        key = (number.territory, f"{number.month:02d}{number.year:02d}")
        if number.sequence <= _FOLLOWED:
            last[key] = max(last.get(key, 0), number.sequence)
    table = connection.ops.quote_name(NumberCounter._meta.db_table)
    with connection.cursor() as cursor:
        # In one order for everyone, so that two files at once wait and never deadlock.
        for (register, month), sequence in sorted(last.items()):
            cursor.execute(
                f"INSERT INTO {table} AS held (register_code, month, last) VALUES (%s, %s, %s)"
                " ON CONFLICT (register_code, month) DO UPDATE SET last = greatest(held.last, excluded.last)",
                [register, month, sequence],
            )


def create(
    arrivals: Sequence[Arrival], *, actor: Actor, verb: str, data: Mapping[str, Any], desk: str = ""
) -> list[int]:
    """Insert demands that are not here yet; their keys, in the order given."""
    today, now = clock.today(), clock.now()
    given = _numbered(arrivals, desk or ONLINE_DESK)
    rows = [
        Demand(
            number=number, register_code=a.register_code, department_id=a.department,
            first_registered_on=a.registered_on, received_at=now, renewed_on=a.renewed_on,
            expires_on=a.expires_on(today), form=a.form.to_json(), unmapped=a.unmapped, **columns(a.form),
        )
        for a, number in zip(arrivals, given, strict=True)
    ]  # fmt: skip
    keys = {number: key for key, number in bulk.insert(Demand, rows, returning=["id", "number"])}
    made = [keys[number] for number in given]
    bulk.insert(
        DemandVersion,
        (DemandVersion(demand_id=key, revision=1, at=now, form=row.form) for key, row in zip(made, rows, strict=True)),
    )
    _write_wishes(list(zip(made, arrivals, strict=True)))
    ledger.record_many(verb=verb, model=Demand, keys=made, actor=actor, data=data)
    return made


def rewrite(changes: Sequence[tuple[int, int, Arrival]], *, actor: Actor, verb: str, data: Mapping[str, Any]) -> None:
    """Replace what locked demands declare: `(key, revision held, arrival)`. Number and renewals made here are kept."""
    now = clock.now()
    derived = list(columns(changes[0][2].form)) if changes else []
    documents = {key: arrival.form.to_json() for key, _, arrival in changes}
    bulk.update(
        Demand,
        ["revision", "form", "unmapped", "first_registered_on", *derived],
        (
            (key, revision + 1, documents[key], a.unmapped, a.registered_on, *columns(a.form).values())
            for key, revision, a in changes
        ),
    )
    bulk.insert(
        DemandVersion,
        (
            DemandVersion(demand_id=key, revision=revision + 1, at=now, form=documents[key])
            for key, revision, _ in changes
        ),
    )
    Wish.objects.filter(demand__in=list(documents)).delete()
    _write_wishes([(key, arrival) for key, _, arrival in changes])
    ledger.record_many(verb=verb, model=Demand, keys=documents, actor=actor, data=data)


def _numbered(arrivals: Sequence[Arrival], desk: str) -> list[str]:
    """The number of each, issued where the file has none; months in order, as `follow_numbers` locks them."""
    given = [a.number for a in arrivals]
    without = [rank for rank, number in enumerate(given) if not number]
    for rank in sorted(without, key=lambda r: (arrivals[r].register_code, f"{arrivals[r].registered_on:%m%y}", r)):
        given[rank] = next_number(arrivals[rank].register_code, arrivals[rank].registered_on, desk)
    return given


def _write_wishes(pairs: Sequence[tuple[int, Arrival]]) -> None:
    named = {code for _, a in pairs for code in a.form.wish.communes}
    known = set(Commune.objects.filter(code__in=named).order_by("code").values_list("code", flat=True))
    bulk.insert(
        Wish,
        (
            Wish(demand_id=key, commune_id=code, rank=rank)
            for key, a in pairs
            for rank, code in enumerate(dict.fromkeys(a.form.wish.communes), 1)
            if code in known
        ),
    )
