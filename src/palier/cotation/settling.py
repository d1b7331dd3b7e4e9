"""Many scores at once by the columns of their outlines: what changed is written, told and ranked, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import polars as pl
from django.db import connection

from palier.common import bulk
from palier.cotation import news, standings
from palier.cotation.models import Grid, Score
from palier.cotation.queries import grids_in_force, parsed
from palier.law import columns, lasting, records
from palier.law import grid as law
from palier.law.cotation import DISCREET

_ROWS = """
    SELECT s.id, d.id AS demand, c.epci_id AS epci, e.name, s.grid_id AS former, s.points, s.provisional, s.excluded,
           s.computed_on, s.due_on, d.first_registered_on AS registered_on, d.revision, o.record, o.until
    FROM demands_demand d
    JOIN (SELECT DISTINCT w.demand_id, c.epci_id FROM demands_wish w JOIN territories_commune c ON c.code = w.commune_id
          WHERE w.demand_id = ANY(%s) AND c.epci_id IS NOT NULL) c ON c.demand_id = d.id
    JOIN territories_epci e ON e.siren = c.epci_id
    JOIN cotation_outline o ON o.demand_id = d.id
    LEFT JOIN cotation_score s ON s.demand_id = d.id AND s.epci_id = c.epci_id
    ORDER BY d.id, epci"""
_SCHEMA = {
    "id": pl.Int64, "demand": pl.Int64, "epci": pl.String, "name": pl.String, "former": pl.Int64, "points": pl.String,
    "provisional": pl.String, "excluded": pl.String, "computed_on": pl.Date, "due_on": pl.Date, "registered_on": pl.Date,
    "revision": pl.Int64, "record": pl.Binary, "until": pl.Date,
}  # fmt: skip


def settle(
    demands: Sequence[int], day: date, *, former: Mapping[int, bytes] | None = None, everything: bool = False
) -> int:
    """Score again, on a day, what is due of some demands; returns how many scores changed.

    `former`: their records before, where the facts themselves changed. `everything`: every score of theirs is due.
    """
    if not demands:
        return 0
    force = grids_in_force(day)
    held = _read(demands)
    ended = held.filter(pl.col("id").is_not_null() & ~pl.col("epci").is_in(list(force)))
    Score.objects.filter(pk__in=ended["id"].to_list()).delete()
    told: list[news.Change] = []
    moved = len(ended)
    wanted = pl.DataFrame(
        {"epci": list(force), "grid": [g.pk for g in force.values()]}, schema={"epci": pl.String, "grid": pl.Int64}
    )
    held = held.join(wanted, on="epci", how="inner", maintain_order="left")
    if not everything:
        due = pl.col("due_on").is_null() | (pl.col("due_on") <= day) | (pl.col("former").ne_missing(pl.col("grid")))
        held = held.filter(due)
    grids = {g.pk: g for g in force.values()}
    for (key,), block in held.partition_by("grid", as_dict=True, maintain_order=True).items():
        moved += _settle_grid(grids[key], block, day, former or {}, told)
    news.record(told)
    standings.place(demands)
    return moved


def _read(demands: Sequence[int]) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.replace("s.points, s.provisional", "s.points::text, s.provisional::text"), [list(demands)])
        rows = cursor.fetchall()
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _settle_grid(
    grid: Grid, block: pl.DataFrame, day: date, former: Mapping[int, bytes], told: list[news.Change]
) -> int:
    rules = parsed(grid.source)
    ready = columns.compiled(rules, day)
    found = ready.details(records.unpack(block["record"], rules.place))
    due_on = _due(rules, block, day)
    amount = {
        steps: Decimal(steps) / ready.scale for steps in {*found["points"].unique(), *found["provisional"].unique()}
    }
    new, changed, kept = [], [], []
    places = []
    rows = zip(
        block.iter_rows(named=True), found.select("points", "provisional", "excluded").iter_rows(), due_on, strict=True
    )
    for place, (row, (points, provisional, reason), due) in enumerate(rows):
        points, provisional = amount[points], amount[provisional]
        excluded = ready.reasons[reason - 1] if reason else ""
        if row["id"] is None:
            new.append(
                Score(
                    demand_id=row["demand"], epci_id=row["epci"], grid=grid, points=points, provisional=provisional,
                    excluded=excluded, demand_revision=row["revision"], computed_on=day, due_on=due,
                )
            )  # fmt: skip
        elif (
            row["former"] != grid.pk or points != Decimal(row["points"])
            or provisional != Decimal(row["provisional"]) or excluded != row["excluded"]
        ):  # fmt: skip
            changed.append((row["id"], grid.pk, points, provisional, excluded, None, row["revision"], day, due))
            if points != Decimal(row["points"]):
                places.append(place)
        else:
            kept.append((row["id"], due))
    if places:
        told += _told(grid, block[places], found[places], ready.scale, day, former)
    if new:
        bulk.insert(Score, new)
    if changed:
        written = ["grid", "points", "provisional", "excluded", "lines", "demand_revision", "computed_on", "due_on"]
        bulk.update(Score, written, changed)
    if kept:
        bulk.update(Score, ["due_on"], kept)
    return len(new) + len(changed)


def _due(rules: law.Grid, block: pl.DataFrame, day: date) -> list[date]:
    """`lasting.score_until` for rows without refusals."""
    steps = pl.Series([*lasting.next_steps(rules), lasting.LONGEST], dtype=pl.Int64)
    since = block.select(
        (pl.col("registered_on").dt.year() * 12 + pl.col("registered_on").dt.month().cast(pl.Int32)).alias("r.month"),
        pl.col("registered_on").dt.day().alias("r.day"), "registered_on", "until",
    )  # fmt: skip
    months = since.select(columns.months_since("r", day)).to_series()
    following = steps.gather(steps.search_sorted(months, side="right").clip(0, len(steps) - 1))
    reached = pl.col("registered_on").dt.offset_by(pl.format("{}mo", pl.lit(following)))
    to_come = pl.when(pl.col("registered_on") > day).then("registered_on")
    return since.select(
        pl.min_horizontal(pl.when(reached > day).then(reached), to_come, "until")
    ).to_series().to_list()  # fmt: skip


def _told(
    grid: Grid, block: pl.DataFrame, found: pl.DataFrame, scale: int, day: date, former: Mapping[int, bytes]
) -> Iterator[news.Change]:
    """Each change of points with its reasons: what each criterion gave on the day of the former score, and gives now."""
    rules = parsed(grid.source)
    waiting = news.waiting(rules)
    sources = {g.pk: g.source for g in Grid.objects.filter(pk__in=block["former"].unique().to_list()).order_by("pk")}
    after = _given(rules, found, scale)
    rows = block.with_row_index("at")
    for (key,), part in rows.partition_by("former", as_dict=True, maintain_order=True).items():
        before_rules = parsed(sources[key])
        before = _before(before_rules, part, day, former)
        for row, then in zip(part.iter_rows(named=True), before, strict=True):
            moved = _moved(before_rules, then, rules, after[row["at"]])
            yield news.Change(
                row["demand"], row["name"], Decimal(row["points"]), Decimal(found["points"][row["at"]]) / scale,
                ", ".join(f"{label} ({float(by):+g})" for _, label, by in moved) or news.NEW_GRID,
                key == grid.pk and {criterion for criterion, _, _ in moved} <= waiting,
            )  # fmt: skip


def _before(rules: law.Grid, part: pl.DataFrame, day: date, former: Mapping[int, bytes]) -> list[dict[str, Decimal]]:
    held = [former.get(demand, record) for demand, record in part.select("demand", "record").iter_rows()]
    ready = columns.compiled(rules, day, columns.months_since("registered", pl.col("computed_on")))
    facts = records.unpack(held, rules.place).collect().with_columns(part["computed_on"])
    return _given(rules, ready.details(facts), ready.scale)


def _given(rules: law.Grid, found: pl.DataFrame, scale: int) -> list[dict[str, Decimal]]:
    keys = [criterion.key for criterion in rules.criteria]
    wide = found.select(f"points.{key}" for key in keys)
    return [
        {key: Decimal(steps) / scale for key, steps in zip(keys, row, strict=True) if steps} for row in wide.iter_rows()
    ]


def _moved(
    old: law.Grid, before: Mapping[str, Decimal], new: law.Grid, after: Mapping[str, Decimal]
) -> list[tuple[str, str, Decimal]]:
    """(criterion, its words, points) of what came, went or moved; sensitive ones share one general word."""
    criteria = {c.key: c for c in (*old.criteria, *new.criteria)}
    moved = [(key, after.get(key, Decimal(0)) - before.get(key, Decimal(0))) for key in {**before, **after}]
    plain = [(key, criteria[key].label, by) for key, by in moved if by and not criteria[key].sensitive]
    general = sum((by for key, by in moved if criteria[key].sensitive), Decimal(0))
    return [*plain, *([("priority", DISCREET, general)] if general else [])]
