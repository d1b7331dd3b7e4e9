"""The receipt of a list, from the stored facts: tickets in the place of people, points in words that a stranger may read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.timezone import localtime

from palier.applications.models import Application
from palier.applications.offers import describe
from palier.applications.queries import Rank
from palier.common.sealing import fingerprint
from palier.cotation.models import Grid, Score
from palier.cotation.queries import lines_of, parsed
from palier.homes.models import Offer
from palier.law import discretion, ranking, receipts
from palier.law.receipts import Entry, GridText


def lot(seed: str, demand_id: int) -> dict[str, str]:
    """What a household draws on an offer: its ticket, and the draw that the seed gives it.

    The ticket is the installation's secret hash of the seed and the demand: nobody can trace it back to a household
    nor find it again on another offer, and withdrawing to apply again draws the same one.
    """
    ticket = fingerprint(f"ticket {seed} {demand_id}")
    return {"ticket": ticket, "draw": ranking.draw(seed, ticket)}


def drawn(offer: Offer) -> Callable[[int], str]:
    """What each demand draws on an offer, or would if it applied."""
    return lambda demand_id: lot(offer.draw_seed, demand_id)["draw"]


def make(
    offer: Offer,
    places: Sequence[Rank],
    live: Mapping[int, Application],
    *,
    departed: Collection[int],
    files: int,
    made_at: datetime,
    made_by: str,
) -> dict[str, Any]:
    """The receipt of the candidates of an offer, as `queries.ranks` reads them; `departed`: their applications."""
    scores = {
        score.demand_id: score
        for score in Score.objects.filter(
            demand__in=[p.demand_id for p in places], epci=offer.dwelling.commune.epci_id
        ).select_related("grid", "demand")
    }
    entries = [
        Entry(
            ticket=live[p.application_id].ticket,
            points=p.points,
            registered_on=p.registered_on,
            departed=p.application_id in departed,
            **_explained(scores.get(p.demand_id), live[p.application_id].employer_points),
        )
        for p in places
    ]
    return receipts.issue(
        offer=offer.pk,
        dwelling=describe(offer),
        published_at=localtime(offer.published_at),
        made_at=localtime(made_at),
        made_by=made_by,
        seed=offer.draw_seed,
        files=files,
        entries=entries,
    )


# What the company's priorities add on its own contingent: one line, for its criteria tell of a job.
EMPLOYER = "Priorités de l’employeur"


def _explained(score: Score | None, added: Decimal) -> dict[str, Any]:
    """The points that count, criterion by criterion; those that tell of a situation or of health are one line."""
    by_employer = [(EMPLOYER, added)] if added else []
    if score is None:
        return {"criteria": tuple(by_employer)}
    told = discretion.told_to_strangers(parsed(score.grid.source)) | {"refusal"}
    open_lines, private = [], Decimal(0)
    for line in lines_of(score):
        if not line["counted"]:
            continue
        if line["criterion"] in told:
            open_lines.append((line["label"], Decimal(str(line["points"]))))
        else:
            private += Decimal(str(line["points"]))
    criteria = [*open_lines, *([(discretion.PRIORITY, private)] if private else []), *by_employer]
    return {"criteria": tuple(criteria), "grid": _grid(score.grid)}


def _grid(grid: Grid) -> GridText:
    sha256 = hashlib.sha256(grid.source.encode()).hexdigest()
    return GridText(grid.key, grid.version, grid.title, grid.valid_from, sha256)


def of_application(application_id: int) -> dict[str, Any] | None:
    """The last receipt where the household's own application stands, its line pointed at; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT receipt, ticket FROM palier_own_receipt(%s)", [application_id])
        row = cursor.fetchone()
    return receipts.for_candidate(json.loads(row[0]), row[1]) if row else None
