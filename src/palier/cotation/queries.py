"""Reads on grids and scores; and the household as the rules see it, with every proof held today."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q

from palier.cotation.models import Grid, Score
from palier.demands import facts
from palier.demands.models import Demand
from palier.documents.queries import proofs, situations
from palier.employers.queries import job_of
from palier.law import cotation
from palier.law.household import Household, Refusal
from palier.territories.models import Commune

# Dwellings a household refused: the app that proposes them appends its answer in its AppConfig.ready.
refusal_sources: list[Callable[[Demand], Iterable[Refusal]]] = []


def household_of(demand: Demand, *, on: date, refusals: Iterable[Refusal] = ()) -> Household:
    """The facts of a demand on a day, with the situations and proofs that services have recognised.

    `refusals` weigh on points only: a rent, a size or a ceiling is judged without them.
    """
    return facts.household(
        demand,
        on=on,
        situations=situations(demand, on),
        proofs=proofs(demand, on),
        job=job_of(demand.person_id),
        refusals=refusals,
    )


def scored_household(demand: Demand, *, on: date) -> Household:
    """The same with the dwellings it refused, for a score."""
    return household_of(demand, on=on, refusals=[one for source in refusal_sources for one in source(demand)])


@lru_cache(maxsize=32)
def parsed(source: str) -> cotation.Grid:
    """A grid's TOML read once per process."""
    return cotation.parse_grid(source)


def grids_in_force(on: date) -> dict[str, Grid]:
    """EPCI → the grid in force there on a day; the latest version when two overlap."""
    grids = (
        Grid.objects.filter(state="published", valid_from__lte=on)
        .filter(Q(valid_to=None) | Q(valid_to__gt=on))
        .prefetch_related("epcis")
        .order_by("valid_from", "version", "pk")
    )
    return {epci.pk: grid for grid in grids for epci in grid.epcis.all()}


def territories_of(demand: Demand) -> list[str]:
    """The EPCI of the communes wished: a demand has one score in each (one per couple demand, territory)."""
    return list(
        demand.wishes.exclude(commune__epci=None)
        .order_by("commune__epci")
        .values_list("commune__epci", flat=True)
        .distinct()
    )


def score_for(demand: Demand, epci: str | None) -> Score | None:
    """The stored score of a demand in a territory."""
    return Score.objects.select_related("grid", "epci").filter(demand=demand, epci=epci).first()


def explanation_for(demand: Demand, commune: Commune, *, own: bool = False) -> dict[str, Any] | None:
    """A score with its lines, ready to show; the detail is computed here where only the total was stored.

    `own`: for the household itself, which reads every line as it stands; others read the discreet ones.
    """
    score = score_for(demand, commune.epci_id)
    if score is None:
        return None
    lines = score.lines
    if lines is None or own:
        detail = cotation.score(
            parsed(score.grid.source), scored_household(demand, on=score.computed_on), score.computed_on
        )
        lines = [as_shown(line) for line in detail.lines] if own else stored_lines(detail)
    return {
        "points": score.points,
        "provisional": score.provisional,
        "excluded": score.excluded,
        "territory": score.epci.name,
        "grid": score.grid,
        "lines": lines,
    }


def stored_lines(score: cotation.Score) -> list[dict[str, Any]]:
    """The fired criteria as agents and members may read them: a sensitive situation gives its points, not its name."""
    return [as_shown(line) for line in score.discreet_lines]


def as_shown(line: cotation.Line) -> dict[str, Any]:
    """Label, points, the value that fired it, the proof."""
    return {
        "criterion": line.criterion,
        "label": line.label,
        "points": float(line.points),
        "why": line.text,
        "proof": line.proof,
        "provisional": line.provisional,
        "counted": line.counted,
    }


def scores_of(demand: Demand) -> list[Score]:
    """Every score of a demand, the highest first."""
    return list(Score.objects.filter(demand=demand).select_related("epci", "grid").order_by("-points", "epci"))
