"""Reads on conventions and turns: a year's flow, whose turn a dwelling is, what a holder has to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.db.models import Q, QuerySet

from palier.accounts.actor import Actor
from palier.accounts.models import Organisation
from palier.accounts.roles import Role
from palier.common.isolation import as_system
from palier.homes.models import Dwelling, Offer
from palier.law import flow
from palier.law.flow import Line, Row, Vacant
from palier.reservations.models import Balance, Convention, Turn


@dataclass(frozen=True, slots=True)
class Year:
    """A landlord's flow in a department: `rows` by convention, the landlord's last. `excluded`: (label, dwellings)."""

    landlord: Organisation
    department: str
    number: int
    rows: list[Row]
    base: flow.Base
    excluded: list[tuple[str, int]]
    conventions: dict[int, Convention]


def conventions_of(actor: Actor) -> QuerySet[Convention]:
    """The conventions an actor is a party to."""
    every = Convention.objects.select_related("landlord", "holder", "department", "commune").order_by(
        "valid_from", "pk"
    )
    if actor.role in (Role.LANDLORD, Role.SECRETARY):
        return every.filter(landlord=actor.organisation_id)
    return every.filter(holder=actor.organisation_id) if actor.role == Role.RESERVATION_HOLDER else every.none()


def turns_of(actor: Actor) -> QuerySet[Turn]:
    """The turns an actor gave or received."""
    every = Turn.objects.select_related("holder", "landlord", "vacancy__dwelling__commune").order_by("due_at", "pk")
    if actor.role in (Role.LANDLORD, Role.SECRETARY):
        return every.filter(landlord=actor.organisation_id)
    return every.filter(holder=actor.organisation_id) if actor.role == Role.RESERVATION_HOLDER else every.none()


def balances_of(actor: Actor) -> QuerySet[Balance]:
    """The signed balances an actor gave or received, without their documents."""
    every = (
        Balance.objects.select_related("holder", "landlord").defer("document").order_by("-year", "holder__name", "pk")
    )
    if actor.role in (Role.LANDLORD, Role.SECRETARY):
        return every.filter(landlord=actor.organisation_id)
    return every.filter(holder=actor.organisation_id) if actor.role == Role.RESERVATION_HOLDER else every.none()


def in_force(landlord_id: int, department: str, since: date, until: date) -> list[Convention]:
    """Conventions that hold on some day between two, both included, in the order that settles ties."""
    return list(
        Convention.objects.filter(landlord=landlord_id, department=department, valid_from__lte=until)
        .filter(Q(valid_to=None) | Q(valid_to__gt=since))
        .select_related("holder", "commune")
        .order_by("valid_from", "pk")
    )


def lines_of(conventions: Iterable[Convention]) -> list[Line]:
    """Conventions as the law reads them."""
    return [
        Line(
            key=c.pk, name=c.name, percent=Fraction(c.percent), place=c.commune_id or "", since=c.valid_from,
            until=c.valid_to or date.max, returned_counts=c.returned_counts,
        )
        for c in conventions
    ]  # fmt: skip


def vacants_of(landlord_id: int, department: str, year: int) -> list[Vacant]:
    """Every vacancy of a year that had its turn, as the law reads it."""
    held = Turn.objects.filter(
        landlord=landlord_id, on__year=year, vacancy__dwelling__commune__department=department
    ).select_related("vacancy__dwelling")
    return [_vacant(turn) for turn in held.order_by("pk")]


def _vacant(turn: Turn) -> Vacant:
    return Vacant(
        key=turn.pk, commune=turn.vacancy.dwelling.commune_id, on=turn.on, kind=turn.kind, line=turn.convention_id,
        state="designated" if turn.state == "own" else turn.state, let=turn.vacancy.end_reason == "let",
    )  # fmt: skip


def _lines_of_year(dwelling: Dwelling, year: int) -> list[Line]:
    held = in_force(dwelling.landlord_id, dwelling.commune.department_id, date(year, 1, 1), date(year, 12, 31))
    return lines_of(held)


def covering(dwelling: Dwelling, on: date) -> list[int]:
    """The conventions that cover a dwelling offered on a day, in their order."""
    coming = Vacant(-1, dwelling.commune_id, on)
    return [line.key for line in _lines_of_year(dwelling, on.year) if line.covers(coming)]


def next_turn(dwelling: Dwelling, on: date) -> flow.Turn | None:
    """Who designates if this dwelling is offered on a day; None while no convention covers it."""
    department, landlord = dwelling.commune.department_id, dwelling.landlord
    lines = _lines_of_year(dwelling, on.year)
    coming = Vacant(-1, dwelling.commune_id, on)
    if not any(line.covers(coming) for line in lines):
        return None
    return flow.next_turn(lines, vacants_of(landlord.pk, department, on.year), coming, landlord=landlord.name)


def year_of(landlord: Organisation, department: str, year: int) -> Year:
    """The balance of a year as it stands, with what the base leaves out."""
    conventions = in_force(landlord.pk, department, date(year, 1, 1), date(year, 12, 31))
    vacants = vacants_of(landlord.pk, department, year)
    base = flow.base_of(vacants)
    labels = flow.exclusions(date(year, 12, 31))
    return Year(
        landlord=landlord,
        department=department,
        number=year,
        rows=flow.balance(lines_of(conventions), vacants, landlord=landlord.name),
        base=base,
        excluded=[(label, base.excluded[code]) for code, label in labels.items() if code in base.excluded],
        conventions={c.pk: c for c in conventions},
    )


def lot_of(actor: Actor, references: Sequence[str], on: date) -> list[tuple[Dwelling, str]]:
    """A starting point to negotiate the first letting of some dwellings: (dwelling, who would designate), by type.

    `references`: the landlord's own; those that are not in its stock are left out. Nothing is recorded.
    """
    stock = Dwelling.objects.filter(landlord=actor.organisation_id, reference__in=references)
    found = list(
        stock.select_related("commune", "landlord").order_by("commune__department", "type", "floor", "reference")
    )
    names: dict[int, str] = {}
    for department in sorted({home.commune.department_id for home in found}):
        lines = lines_of(in_force(actor.organisation_id or 0, department, on, on))
        lot = [Vacant(home.pk, home.commune_id, on) for home in found if home.commune.department_id == department]
        called = {line.key: line.name for line in lines}
        given = flow.share_out(lines, lot, landlord=actor.organisation_name)
        names |= {key: called.get(line, actor.organisation_name) for key, line in given.items()}
    return [(home, names[home.pk]) for home in found]


def held_years(actor: Actor, year: int) -> list[Year]:
    """A holder's share of each landlord's flow it is a party to; of the lines, its own alone."""
    found = []
    for landlord, department in departments_of(actor, year):
        with as_system("a share is counted on the landlord's whole flow: sums, and no other holder's line is kept"):
            whole = year_of(landlord, department, year)
        mine = {key: c for key, c in whole.conventions.items() if c.holder_id == actor.organisation_id}
        rows = [row for row in whole.rows if row.line.key in mine]
        found.append(replace(whole, rows=rows, conventions=mine))
    return found


def open_turn(offer: Offer) -> Turn | None:
    """The turn under way of an offer's vacancy, with its term; None when nobody's delay runs."""
    return Turn.objects.filter(vacancy=offer.vacancy_id, state="open").first()


def unusual(landlord_id: int, department: str, on: date) -> list[str]:
    """What a landlord's conventions have of unusual on a day, without being forbidden."""
    held = in_force(landlord_id, department, on, on)
    return flow.notices([flow.Share(c.contingent, Fraction(c.percent), c.commune_id or "") for c in held], on)


def departments_of(actor: Actor, year: int) -> list[tuple[Organisation, str]]:
    """(landlord, department) of each flow that an actor is a party to in a year, by name."""
    held = conventions_of(actor).filter(valid_from__lte=date(year, 12, 31))
    held = held.filter(Q(valid_to=None) | Q(valid_to__gt=date(year, 1, 1)))
    found = {(c.landlord_id, c.department_id): c.landlord for c in held}
    return sorted(((landlord, key[1]) for key, landlord in found.items()), key=lambda one: (one[0].name, one[1]))
