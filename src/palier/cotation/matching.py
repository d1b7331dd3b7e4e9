"""The register's candidates for one dwelling: those to whom it is open, in order, out of everybody who wishes its place.

Points, then seniority, then the draw of the offer's published seed (`law.ranking`). The ranking is an index
(`Standing`): the first ones are its beginning, a rank is what comes before. Who may ask is settled by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from palier.law.eligibility import OfferFacts
from palier.law.keys import needs


@dataclass(frozen=True, slots=True)
class Stands:
    """One demand in the order; `position` from 1."""

    position: int
    demand_id: int
    points: Decimal
    registered_on: date


def first_of_register(dwelling: OfferFacts, seed: str, most: int) -> list[Stands]:
    """The first candidates that the register holds for a dwelling, whether they applied or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT demand_id, hundredths, registered_on FROM palier_first_of_register(%s, %s, %s, %s, %s, %s)",
            [*asked(dwelling, seed), most],
        )
        rows = cursor.fetchall()
    return [
        Stands(position, demand, Decimal(hundredths) / 100, since)
        for position, (demand, hundredths, since) in enumerate(rows, 1)
    ]


def firsts_of_register(homes: Sequence[tuple[OfferFacts, str]], most: int) -> list[list[Stands]]:
    """`first_of_register` for many (dwelling, seed) at once, in their order."""
    found: list[list[Stands]] = [[] for _ in homes]
    columns = [list(column) for column in zip(*(asked(dwelling, seed) for dwelling, seed in homes), strict=True)]
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM palier_firsts_of_register(%s::text[], %s::text[], %s::int[], %s::int[], %s::text[], %s)",
                [*columns, most],
            )
            for home, demand, hundredths, since in cursor.fetchall():
                held = found[home - 1]
                held.append(Stands(len(held) + 1, demand, Decimal(hundredths) / 100, since))
    return found


def register_rank(demand: int, dwelling: OfferFacts, seed: str) -> int | None:
    """The demand's own rank among all those of the register to whom the dwelling is open; None when it is not one of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ahead FROM palier_register_rank(%s, %s, %s, %s, %s, %s)", [demand, *asked(dwelling, seed)]
        )
        row = cursor.fetchone()
    return row[0] if row else None


def asked(dwelling: OfferFacts, seed: str) -> tuple[str, str, int, int, str]:
    """What the functions ask of a dwelling: its places, what it needs, its whole square metres, its draw."""
    return dwelling.commune, dwelling.epci, needs(dwelling), int(dwelling.surface), seed
