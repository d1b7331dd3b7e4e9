"""Publishing grids and keeping every score up to date, in the transaction of the change that moves it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date

import polars as pl
from django.db import transaction

from palier.accounts.actor import Actor
from palier.common import bulk, clock
from palier.common.isolation import as_system
from palier.cotation import news, standings
from palier.cotation.models import Facts, Grid, PointsNews, Score
from palier.cotation.queries import grids_in_force, household_at, parsed, scored_household, stored_lines, territories_of
from palier.cotation.states import GRID
from palier.demands import facts
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.law import cotation, lasting
from palier.law.household import Household
from palier.territories.models import Commune, Epci


@transaction.atomic
def publish_grid(
    *, actor: Actor, key: str, title: str, source: str, valid_from: date, epcis: list[str], example: bool = False
) -> Grid:
    """A new version of a territory's grid, in force from `valid_from`. The same text twice is one version.

    Raises `law.cotation.GridError` when the text does not hold; every problem names its line.
    """
    rules = cotation.parse_grid(source)
    last = Grid.objects.filter(key=key).order_by("-version").first()
    if last is not None and last.source == source and last.valid_from == valid_from:
        return last
    grid = Grid.objects.create(
        key=key,
        version=last.version + 1 if last else 1,
        title=title,
        source=source,
        valid_from=valid_from,
        valid_to=rules.valid_to,
        example=example,
    )
    grid.epcis.set(Epci.objects.filter(pk__in=epcis))
    GRID.fire(grid, "publish", actor=actor)
    return grid


def rescore(demand: Demand) -> None:
    """Recompute a demand's scores after anything about it changed; each change of points tells its reason."""
    with as_system("points follow every change, whoever made it, in every territory wished"):
        today = clock.today()
        grids = grids_in_force(today)
        wanted = [epci for epci in territories_of(demand) if epci in grids]
        stored = {s.epci_id: s for s in Score.objects.filter(demand=demand).select_related("epci").order_by("epci")}
        Score.objects.filter(demand=demand).exclude(epci__in=wanted).delete()
        household = scored_household(demand, on=today)
        former = {epci: _former_lines(demand, score) for epci, score in stored.items() if epci in wanted}
        _keep_facts(demand, household)
        for epci in wanted:
            grid = parsed(grids[epci].source)
            score = cotation.score(grid, household, today)
            due_on = lasting.score_until(grid, household, today)
            _store(demand, epci, grids[epci], score, due_on, stored.get(epci), former.get(epci, []))
        standings.keep([(demand.pk, household)], today)
        standings.place([demand.pk])


def _former_lines(demand: Demand, score: Score) -> list[dict]:
    """The explanation of a stored score, worked out again where only its totals were stored."""
    if score.lines is not None:
        return score.lines
    day = score.computed_on
    household, _ = household_at(demand, day)
    return stored_lines(cotation.score(parsed(score.grid.source), household, day))


def follow_life(verb: str, demands: Sequence[Demand], actor: Actor) -> None:
    """Points tell much of a household: they go with its data."""
    if verb in ("remove", "erase"):
        standings.leave([d.pk for d in demands])
        # Nothing falls due for whoever is gone: the night does not come back to it.
        Score.objects.filter(demand__in=demands).update(due_on=None)
    if verb == "reactivate":
        for demand in demands:
            rescore(demand)
    if verb == "erase":
        PointsNews.objects.filter(demand__in=demands).delete()
        Score.objects.filter(demand__in=demands).delete()
        Facts.objects.filter(demand__in=demands).delete()


def _keep_facts(demand: Demand, household: Household) -> None:
    """Keep what the points are worked out from, when it is not what is kept already."""
    plain = household.to_dict()
    sha256 = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
    last = Facts.objects.filter(demand=demand).order_by("-at", "-pk").values_list("sha256", flat=True).first()
    if last != sha256:
        Facts.objects.create(demand=demand, at=clock.now(), household=plain, sha256=sha256)


def score_new(households: Sequence[tuple[Demand, Form]]) -> None:
    """The first scores of many demands that nobody has joined anything to: neither account, document, situation nor
    application. The same points and lines as `rescore` would write, in a few statements; a score already there stays.
    """
    today = clock.today()
    grids = grids_in_force(today)
    epci_of = dict(Commune.objects.exclude(epci=None).order_by("code").values_list("code", "epci"))
    scored = set(
        Score.objects.filter(demand__in=[d.pk for d, _ in households]).order_by("pk").values_list("demand", flat=True)
    )
    rows, outlined = [], []
    for demand, form in households:
        if demand.pk in scored:
            continue
        epcis = tuple(sorted({epci_of[code] for code in form.wish.communes if code in epci_of}))
        wanted = [epci for epci in epcis if epci in grids]
        household = facts.from_form(form, demand, epcis=epcis)
        outlined.append((demand.pk, household))
        # Territories that voted one grid text score alike: worked out once.
        told: dict[str, tuple[cotation.Score, list[dict], date]] = {}
        for epci in wanted:
            grid = grids[epci]
            if grid.source not in told:
                rules = parsed(grid.source)
                score = cotation.score(rules, household, today)
                told[grid.source] = score, stored_lines(score), lasting.score_until(rules, household, today)
            score, lines, due_on = told[grid.source]
            rows.append(
                Score(
                    demand_id=demand.pk, epci_id=epci, grid=grid, points=score.points, provisional=score.provisional,
                    excluded=score.excluded, lines=lines, demand_revision=demand.revision, computed_on=today, due_on=due_on,
                )
            )  # fmt: skip
    bulk.insert(Score, rows)
    standings.keep(outlined, today)
    standings.place([pk for pk, _ in outlined])


def rescore_person(person_id: int) -> None:
    """The same for whoever's job was confirmed, denied or kept private again."""
    with as_system("an employer's answer moves points of a demand that the employer never sees"):
        for demand in Demand.objects.filter(person=person_id, state="active").order_by("pk"):
            rescore(demand)


def _store(
    demand: Demand, epci: str, grid: Grid, score: cotation.Score, due_on: date, former: Score | None, before: list[dict]
) -> None:
    lines = stored_lines(score)
    Score.objects.update_or_create(
        demand=demand,
        epci_id=epci,
        defaults={
            "grid": grid,
            "points": score.points,
            "provisional": score.provisional,
            "excluded": score.excluded,
            "lines": lines,
            "demand_revision": demand.revision,
            "computed_on": clock.today(),
            "due_on": due_on,
        },
    )
    if former is not None and former.points != score.points:
        moved = _difference(before, lines)
        change = (
            demand.pk, former.epci.name, int(former.points * 100), int(score.points * 100),
            ", ".join(f"{label} ({by:+g})" for _, label, by in moved) or news.NEW_GRID,
            {key for key, _, _ in moved} <= news.waiting(parsed(grid.source)) and former.grid_id == grid.pk,
        )  # fmt: skip
        news.record(pl.DataFrame([change], schema=news.CHANGES, orient="row"))


def _difference(before: list[dict], after: list[dict]) -> list[tuple[str, str, float]]:
    """What came, went or moved between two explanations: (criterion, its own words, points)."""
    old = {line["criterion"]: line for line in before}
    new = {line["criterion"]: line for line in after}
    return [
        (
            key,
            (new.get(key) or old[key])["label"],
            new.get(key, {}).get("points", 0) - old.get(key, {}).get("points", 0),
        )
        for key in {**old, **new}
        if new.get(key, {}).get("points", 0) != old.get(key, {}).get("points", 0)
    ]
