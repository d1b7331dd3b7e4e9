"""Many scores at once by the columns of their outlines: what changed is written, told and ranked, and nothing else.

A block goes from the database to the database as columns of whole numbers (`bulk.pulled`, `bulk.staged`); only what a
household is told is made of words, for the scores that moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy
import polars as pl
from django.db import connection
from numpy.typing import NDArray

from palier.common import bulk
from palier.cotation import news, standings
from palier.cotation.models import Grid
from palier.cotation.queries import grids_in_force, parsed
from palier.law import columns, lasting, records
from palier.law import grid as law
from palier.law.cotation import DISCREET
from palier.territories.models import Epci

_EPOCH = date(1970, 1, 1)
_NEVER = -1
# One row for each (demand, territory wished), whether it has a score or not; the first of January 1970 is day 0.
_ROWS = f"""
    SELECT d.id AS demand, c.epci_id AS epci, coalesce(s.id, 0) AS id, coalesce(s.grid_id, 0) AS former,
           coalesce(s.points * 100, 0) AS points, coalesce(s.computed_on - date '{_EPOCH}', 0) AS computed_on,
           coalesce(s.due_on - date '{_EPOCH}', {_NEVER}) AS due_on, d.first_registered_on - date '{_EPOCH}' AS registered_on,
           d.revision, o.until - date '{_EPOCH}' AS until, o.record
    FROM demands_demand d
    JOIN (SELECT DISTINCT w.demand_id, c.epci_id FROM demands_wish w JOIN territories_commune c ON c.code = w.commune_id
          WHERE w.demand_id = ANY(%(demands)s::bigint[]) AND c.epci_id IS NOT NULL) c ON c.demand_id = d.id
    JOIN cotation_outline o ON o.demand_id = d.id
    LEFT JOIN cotation_score s ON s.demand_id = d.id AND s.epci_id = c.epci_id"""
_DAYS = ("computed_on", "due_on", "registered_on", "until")


@dataclass(frozen=True, slots=True)
class _Block:
    """`rows`: what `_ROWS` says and the `grid` in force; `held`: the record of each row, in the same order."""

    rows: pl.DataFrame
    held: NDArray[numpy.void]

    def only(self, mask: pl.Series) -> _Block:
        return _Block(self.rows.filter(mask), self.held[mask.to_numpy()])


def settle(
    demands: Sequence[int], day: date, *, former: Mapping[int, bytes] | None = None, everything: bool = False
) -> int:
    """Score again, on a day, what is due of some demands; returns how many scores changed.

    `former`: their records before, where the facts themselves changed. `everything`: every score of theirs is due.
    """
    if not demands:
        return 0
    force = {int(epci): grid for epci, grid in grids_in_force(day).items()}
    block = _read(demands, force)
    ended = block.rows.filter((pl.col("grid") == 0) & (pl.col("id") > 0))
    rows = block.rows
    due = rows["grid"] > 0
    if not everything:
        due &= (rows["due_on"] <= _number(day)) | (rows["former"] != rows["grid"])
    block = block.only(due)
    scored, appeared = [], [ended["demand"]]
    told: list[pl.DataFrame] = []
    grids = {grid.pk: grid for grid in force.values()}
    reasons: list[str] = []
    for (key,), numbers in block.rows.with_row_index("at").group_by("grid", maintain_order=True):
        part = _Block(numbers.drop("at"), block.held[numbers["at"].to_numpy()])
        rules = parsed(grids[key].source)
        ready = columns.compiled(rules, day)
        found = ready.totals(records.unpack(part.held.tobytes(), rules.place, ready.names))
        after = part.rows.select(
            "id", "demand", "epci", "grid", "revision", "former", "points",
            now=_hundredths(found["points"], ready.scale), provisional=_hundredths(found["provisional"], ready.scale),
            reason=pl.when(found["excluded"] > 0).then(found["excluded"].cast(pl.Int64) + len(reasons)).otherwise(0),
            until=_due(rules, part.rows, day),
        )  # fmt: skip
        reasons += ready.reasons
        scored.append(after)
        changed = after["now"] != after["points"]
        appeared.append(after.filter(after["id"] == 0)["demand"])
        changed &= after["id"] > 0
        if changed.any():
            told += _told(grids[key], part.only(changed), after.filter(changed), day, former or {})
    done = _write(pl.concat(scored) if scored else None, reasons, ended["id"].to_list(), day)
    if told:
        news.record(pl.concat(told))
    standings.place(demands if everything else pl.concat(appeared).unique().sort().to_list())
    return done


def _read(demands: Sequence[int], force: Mapping[int, Grid]) -> _Block:
    numbers, held = bulk.pulled(_ROWS, {"demands": bulk.listed(demands)}, record="record")
    rows = pl.DataFrame(numbers).with_columns(
        grid=pl.col("epci").replace_strict(
            list(force), [g.pk for g in force.values()], default=0, return_dtype=pl.Int64
        )
        if force else pl.lit(0, dtype=pl.Int64)
    )  # fmt: skip
    return _Block(rows, numpy.frombuffer(held, numpy.dtype((numpy.void, records.SIZE))))


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _hundredths(steps: pl.Series, scale: int) -> pl.Series:
    """Whole hundredths of a point, halves away from zero, as the database rounds what it keeps."""
    amount = steps.cast(pl.Int64) * 200
    return (amount + amount.sign() * scale) // (2 * scale) if scale > 100 else amount // (2 * scale)


# What a scored row says; `kept` rows say what they said and take their next day alone.
_INSERT = """
    INSERT INTO cotation_score (demand_id, epci_id, grid_id, points, provisional, excluded, demand_revision, computed_on, due_on)
    SELECT x.demand, lpad(x.epci::text, 9, '0'), x.grid, x.now / 100.0, x.provisional / 100.0,
           coalesce((%(reasons)s::text[])[x.reason], ''), x.revision, %(day)s, date '1970-01-01' + x.until::int
    FROM {staged} x WHERE x.id = 0"""
_UPDATE = """
    UPDATE cotation_score t
    SET grid_id = x.grid, points = x.now / 100.0, provisional = x.provisional / 100.0, lines = NULL,
        excluded = coalesce((%(reasons)s::text[])[x.reason], ''), demand_revision = x.revision, computed_on = %(day)s,
        due_on = date '1970-01-01' + x.until::int
    FROM {staged} x
    WHERE t.id = x.id AND (t.grid_id, t.points, t.provisional, t.excluded) IS DISTINCT FROM
          (x.grid, x.now / 100.0, x.provisional / 100.0, coalesce((%(reasons)s::text[])[x.reason], ''))"""
_KEEP = """
    UPDATE cotation_score t SET due_on = date '1970-01-01' + x.until::int FROM {staged} x
    WHERE t.id = x.id AND x.moved = 0 AND t.due_on IS DISTINCT FROM date '1970-01-01' + x.until::int"""


def _write(scored: pl.DataFrame | None, reasons: Sequence[str], ended: Sequence[int], day: date) -> int:
    done = 0
    values = {"day": day, "reasons": list(reasons)}
    with connection.cursor() as cursor:
        if ended:
            cursor.execute("DELETE FROM cotation_score WHERE id = ANY(%s)", [list(ended)])
            done += cursor.rowcount
        if scored is not None and len(scored):
            names = ("id", "demand", "epci", "grid", "revision", "now", "provisional", "reason", "until")
            moved = (scored["now"] != scored["points"]) | (scored["grid"] != scored["former"])
            held = {name: scored[name].to_numpy() for name in names} | {"moved": moved.cast(pl.Int64).to_numpy()}
            staged = bulk.staged("scored", held)
            for sql in (_INSERT, _UPDATE):
                cursor.execute(sql.format(staged=staged), values)
                done += cursor.rowcount
            cursor.execute(_KEEP.format(staged=staged))
            standings.move(staged, scored.filter(pl.col("now") != pl.col("points"))["demand"].unique().sort().to_list())
            cursor.execute(f"DROP TABLE {staged}")
    return done


def _due(rules: law.Grid, rows: pl.DataFrame, day: date) -> pl.Series:
    """`lasting.score_until` for rows without refusals."""
    steps = pl.Series([*lasting.next_steps(rules), lasting.LONGEST], dtype=pl.Int64)
    since = rows.select(registered_on=pl.col("registered_on").cast(pl.Int32).cast(pl.Date), until="until").with_columns(
        (pl.col("registered_on").dt.year() * 12 + pl.col("registered_on").dt.month().cast(pl.Int32)).alias("r.month"),
        pl.col("registered_on").dt.day().alias("r.day"),
    )
    months = since.select(columns.months_since("r", day)).to_series()
    following = steps.gather(steps.search_sorted(months, side="right").clip(0, len(steps) - 1))
    reached = pl.col("registered_on").dt.offset_by(pl.format("{}mo", pl.lit(following)))
    to_come = pl.when(pl.col("registered_on") > day).then("registered_on")
    return since.select(
        pl.min_horizontal(
            *(day.cast(pl.Int32).cast(pl.Int64) for day in (pl.when(reached > day).then(reached), to_come)), "until"
        )
    ).to_series()


def _told(grid: Grid, block: _Block, after: pl.DataFrame, day: date, former: Mapping[int, bytes]) -> list[pl.DataFrame]:
    """Each change of points with its reasons: what each criterion gave on the day of the former score, and gives now."""
    rules = parsed(grid.source)
    names = {int(epci): name for epci, name in Epci.objects.order_by("siren").values_list("siren", "name")}
    sources = {
        g.pk: g.source for g in Grid.objects.filter(pk__in=block.rows["former"].unique().to_list()).order_by("pk")
    }
    told = []
    for (key,), numbers in block.rows.with_row_index("at").group_by("former", maintain_order=True):
        at = numbers["at"].to_numpy()
        held, old = block.held[at], parsed(sources[key])
        known = [former.get(demand) for demand in numbers["demand"]] if former else []
        earlier = held.tobytes() if not known else b"".join(k or h.tobytes() for k, h in zip(known, held, strict=True))
        reasons, waited = _reasons(
            old, _given(old, earlier, day, numbers["computed_on"]), rules, _given(rules, held.tobytes(), day)
        )
        told.append(
            after[at].select(
                "demand", pl.col("epci").replace_strict(names, return_dtype=pl.String).alias("territory"),
                pl.col("points").alias("before"), pl.col("now").alias("after"),
                pl.when(reasons != "").then(reasons).otherwise(pl.lit(news.NEW_GRID)).alias("reasons"),
                (waited & pl.lit(key == grid.pk)).alias("waiting"),
            )
        )  # fmt: skip
    return told


def _given(rules: law.Grid, held: bytes, day: date, computed_on: pl.Series | None = None) -> dict[str, NDArray]:
    """What each criterion gives to each row in millionths of a point, on a day or on days of their own."""
    own = None if computed_on is None else columns.months_since("registered", pl.col("computed_on"))
    ready = columns.compiled(rules, day, own)
    facts = records.unpack(held, rules.place, ready.names)
    if computed_on is not None:
        facts = facts.collect().with_columns(computed_on.cast(pl.Int32).cast(pl.Date)).lazy()
    found = ready.details(facts)
    return {
        c.key: found[f"points.{c.key}"].to_numpy().astype(numpy.int64) * (_FINE // ready.scale) for c in rules.criteria
    }


_FINE = 1_000_000


def _reasons(
    old: law.Grid, before: Mapping[str, NDArray], new: law.Grid, after: Mapping[str, NDArray]
) -> tuple[pl.Series, pl.Series]:
    """What came, went or moved, in words, and whether it was nothing but months; sensitive criteria share one general word."""
    criteria = {c.key: c for c in (*old.criteria, *new.criteria)}
    none = numpy.zeros(len(next(iter(after.values()))), numpy.int64)
    general, other = none.copy(), none.astype(bool)
    first, then = [], []
    for key, criterion in criteria.items():
        was = before.get(key, none)
        by = after.get(key, none) - was
        if not by.any():
            continue
        if key not in news.waiting(new):
            other |= by != 0
        if criterion.sensitive:
            general += by
            continue
        # What counted already is told before what comes.
        first.append(_words(criterion.label, numpy.where(was != 0, by, 0)))
        then.append(_words(criterion.label, numpy.where(was == 0, by, 0)))
    parts = [*first, *then, _words(DISCREET, general)]
    return pl.select(pl.concat_str(parts, separator=", ", ignore_nulls=True)).to_series(), ~pl.Series(other)


def _words(label: str, by: NDArray) -> pl.Series:
    amounts = numpy.unique(by).tolist()
    words = [f"{label} ({amount / _FINE:+g})" if amount else None for amount in amounts]
    return pl.Series(by).replace_strict(amounts, words, return_dtype=pl.String)
