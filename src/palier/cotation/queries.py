"""Reads on grids and scores; and the household as the rules see it, with every proof held today."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from palier.common import clock
from palier.common.isolation import as_system
from palier.cotation.models import Facts, Grid, Score
from palier.demands import facts
from palier.demands.form import Form
from palier.demands.models import Demand, DemandVersion
from palier.documents.queries import proofs, situations
from palier.employers.queries import job_of
from palier.law import cotation
from palier.law.household import Household, Refusal
from palier.territories.models import Commune, Epci

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


def published_grids() -> list[Grid]:
    """Every published grid, the latest first; `in_force_in`: the EPCI where it holds today, by name."""
    return _placed(Grid.objects.filter(state="published"))


def grids_of(epcis: Iterable[Epci], *, every: bool = False) -> list[Grid]:
    """The grids of some territories, likewise; `every`: those withdrawn too."""
    held = Grid.objects.filter(epcis__in=[e.pk for e in epcis]).distinct()
    return _placed(held if every else held.exclude(state="withdrawn"))


def _placed(grids: QuerySet[Grid]) -> list[Grid]:
    places = Prefetch("epcis", Epci.objects.order_by("name"))
    found = list(grids.order_by("-valid_from", "-version", "pk").prefetch_related(places))
    force = grids_in_force(clock.today())
    for grid in found:
        grid.in_force_in = [e for e in grid.epcis.all() if e.pk in force and force[e.pk].pk == grid.pk]
    return found


def versions_of(grid: Grid) -> list[Grid]:
    """The published versions of one grid, the latest first."""
    return list(Grid.objects.filter(key=grid.key, state="published").order_by("-valid_from", "-version"))


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
    return {
        "points": score.points,
        "provisional": score.provisional,
        "excluded": score.excluded,
        "territory": score.epci.name,
        "grid": score.grid,
        "lines": lines_of(score, own=own),
    }


def lines_of(score: Score, *, own: bool = False) -> list[dict[str, Any]]:
    """The fired criteria of a stored score: discreet for agents, as they stand for the household (`own`)."""
    if score.lines is not None and not own:
        return score.lines
    day = score.computed_on
    with as_system("points are worked out from every fact, whoever reads them; what is shown of them is discreet"):
        detail = cotation.score(parsed(score.grid.source), scored_household(score.demand, on=day), day)
    return [as_shown(line) for line in detail.lines] if own else stored_lines(detail)


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


def household_at(demand: Demand, day: date) -> tuple[Household, str]:
    """The household as the rules saw it at the end of a past day, and where it comes from: "facts" or "form".

    A demand brought in by a file has no facts of its own until something about it changes: its form of that day is then all
    that was known. Raises DoesNotExist when the demand was not here yet.
    """
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone.get_current_timezone())
    kept = Facts.objects.filter(demand=demand, at__lt=end).order_by("-at", "-pk").first()
    if kept is not None:
        return Household.from_dict(kept.household), "facts"
    version = DemandVersion.objects.filter(demand=demand, at__lt=end).order_by("-revision").first()
    if version is None:
        raise DemandVersion.DoesNotExist(f"no version of the demand on {day}")
    form = Form.from_json(version.form)
    epcis = Commune.objects.filter(code__in=form.wish.communes).exclude(epci=None).values_list("epci", flat=True)
    return facts.from_form(form, demand, epcis=tuple(sorted(set(epcis)))), "form"


def replay(demand: Demand, day: date) -> list[tuple[str, Grid, cotation.Score, str]]:
    """The scores of a past day: (EPCI, the grid then in force there, the score, where the facts come from)."""
    household, origin = household_at(demand, day)
    grids = grids_in_force(day)
    return [
        (epci, grids[epci], cotation.score(parsed(grids[epci].source), household, day), origin)
        for epci in household.wish.epcis
        if epci in grids
    ]
