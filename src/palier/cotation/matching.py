"""The register's candidates for one dwelling: those to whom it is open, in order, out of everybody who wishes its place.

Points, then seniority, then the draw of the offer (`law.ranking`). The ranking is an index (`Standing`): the first ones
are its beginning, a rank is what comes before. Who may ask is settled by the caller, and so is what a demand draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from django.db import connection

from palier.law.eligibility import OfferFacts
from palier.law.keys import needs

# What a demand draws on the offer; the smallest comes first.
Draw = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Stands:
    """One demand in the order; `position` from 1."""

    position: int
    demand_id: int
    points: Decimal
    registered_on: date


def first_of_register(dwelling: OfferFacts, draw: Draw, most: int) -> list[Stands]:
    """The first candidates that the register holds for a dwelling, whether they applied or not.

    A dwelling that a company's contribution reserves is open to its employees alone.
    """
    if dwelling.employees_of:
        return firsts_of_register([(dwelling, draw)], most)[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM palier_first_of_register(%s, %s, %s, %s, %s)", [*asked(dwelling), most])
        return _in_order(cursor.fetchall(), draw, most)


def firsts_of_register(homes: Sequence[tuple[OfferFacts, Draw]], most: int) -> list[list[Stands]]:
    """`first_of_register` for many (dwelling, draw) in one statement for each of the two cases, in their order."""
    found: list[list[tuple[int, int, date]]] = [[] for _ in homes]
    for statement, kept in ((_ANYONE, False), (_EMPLOYEES, True)):
        places = [at for at, (dwelling, _) in enumerate(homes) if bool(dwelling.employees_of) == kept]
        if not places:
            continue
        told = (homes[at][0] for at in places)
        rows = [(*asked(dwelling), dwelling.employees_of) if kept else asked(dwelling) for dwelling in told]
        with connection.cursor() as cursor:
            cursor.execute(statement, [*(list(column) for column in zip(*rows, strict=True)), most])
            for home, *row in cursor.fetchall():
                found[places[home - 1]].append(row)
    return [_in_order(rows, draw, most) for rows, (_, draw) in zip(found, homes, strict=True)]


_ANYONE = "SELECT * FROM palier_firsts_of_register(%s::text[], %s::text[], %s::int[], %s::int[], %s)"
_EMPLOYEES = "SELECT * FROM palier_firsts_of_employees(%s::text[], %s::text[], %s::int[], %s::int[], %s::text[], %s)"


def asked(dwelling: OfferFacts) -> tuple[str, str, int, int]:
    """What the functions ask of a dwelling: its places, what it needs, its whole square metres."""
    return dwelling.commune, dwelling.epci, needs(dwelling), int(dwelling.surface)


def _in_order(rows: Iterable[tuple[int, int, date]], draw: Draw, most: int) -> list[Stands]:
    """Rows by points and seniority, all equals together: the draw parts them, then the last ones are left out."""
    order: list[tuple[int, int, date]] = []
    for _, group in groupby(rows, itemgetter(1, 2)):
        equals = list(group)
        order += sorted(equals, key=lambda row: (draw(row[0]), row[0])) if len(equals) > 1 else equals
    return [
        Stands(position, demand, Decimal(hundredths) / 100, since)
        for position, (demand, hundredths, since) in enumerate(order[:most], 1)
    ]
