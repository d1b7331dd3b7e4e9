"""Telling a household that its points changed: each change with its reason in its story, one mail for all of them.

Months that pass give points to nearly everybody: they are told in the story, and in the next mail there is, but a mail
is never written for them alone. The others wait for a quiet time without any new change (a territory's setting).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import polars as pl
from django.db import connection

from palier.accounts.actor import PALIER
from palier.common import bulk, clock, ledger
from palier.common.models import Event
from palier.cotation.models import PointsNews
from palier.demands.models import Demand
from palier.demands.telling import tell
from palier.law.grid import Grid
from palier.law.lasting import SENIORITY
from palier.territories.queries import setting

VERB = "scores.change"
NEW_GRID = "nouvelle grille"
QUIET = "points_quiet_hours"


# Changes, a row for each (demand, territory): points before and after in hundredths, reasons in words, and whether nothing
# but months passed.
CHANGES = {
    "demand": pl.Int64, "territory": pl.String, "before": pl.Int64, "after": pl.Int64, "reasons": pl.String,
    "waiting": pl.Boolean,
}  # fmt: skip


@lru_cache(maxsize=64)
def waiting(grid: Grid) -> frozenset[str]:
    """The criteria of a grid that give points for each month of seniority."""
    return frozenset(c.key for c in grid.criteria if c.kind == "per_month" and c.fact == SENIORITY)


def record(changes: pl.DataFrame) -> None:
    """Write changes in the story of their demands, and that those worth a mail wait for theirs."""
    if not len(changes):
        return
    coded = {name: _coded(changes[name]) for name in ("territory", "reasons")}
    numbers = {name: changes[name].cast(pl.Int64).to_list() for name in ("demand", "before", "after", "waiting")}
    numbers |= {name: places for name, (places, _) in coded.items()}
    ledger.record_from(
        verb=VERB, model=Demand, actor=PALIER, rows=_EVENTS,
        values={name: bulk.listed(held) for name, held in numbers.items()}
        | {f"{name}_words": words for name, (_, words) in coded.items()},
    )  # fmt: skip
    worth = changes.filter(~pl.col("waiting"))["demand"].unique().sort().to_list()
    if worth:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO cotation_pointsnews (demand_id, since, last) SELECT key, %(now)s, %(now)s"
                " FROM unnest(%(keys)s::bigint[]) key ON CONFLICT (demand_id) DO UPDATE SET last = excluded.last",
                {"keys": bulk.listed(worth), "now": clock.now()},
            )


_EVENTS = """
    SELECT c.demand, jsonb_strip_nulls(jsonb_build_object(
        'before', replace(trim_scale(c.before / 100.0)::text, '.', ','),
        'after', replace(trim_scale(c.after / 100.0)::text, '.', ','),
        'territory', (%(territory_words)s::text[])[c.territory], 'reasons', (%(reasons_words)s::text[])[c.reasons],
        'waiting', CASE WHEN c.waiting = 1 THEN true END))
    FROM unnest(%(demand)s::bigint[], %(before)s::bigint[], %(after)s::bigint[], %(territory)s::int[], %(reasons)s::int[],
                %(waiting)s::int[]) c (demand, before, after, territory, reasons, waiting)"""


def _coded(words: pl.Series) -> tuple[list[int], list[str]]:
    """Few words that come back often, as their places in a list, from 1."""
    known = words.unique(maintain_order=True)
    return words.replace_strict(known, list(range(1, len(known) + 1)), return_dtype=pl.Int64).to_list(), known.to_list()


def due(now: datetime) -> list[int]:
    """Demands whose points have been quiet long enough to tell of them."""
    hours = setting(QUIET, on=clock.today())
    ready = PointsNews.objects.filter(last__lte=now - timedelta(hours=hours))
    return list(ready.order_by("demand").values_list("demand", flat=True)[:500])


def send(keys: Sequence[int]) -> int:
    """One mail to each household, for every territory: from what to what since the last mail, and why."""
    held = list(PointsNews.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=keys).order_by("pk"))
    demands = Demand.objects.filter(pk__in=[n.pk for n in held], state="active", person__isnull=False)
    words = {n.pk: _words(n) for n in held}
    told = [d for d in demands.defer("form", "unmapped").order_by("pk") if words[d.pk]]
    tell(
        told, "points", "Vos points ont changé", lambda d: {"changes": words[d.pk]},
        path="/mon-espace/demande/points/", label="Voir mes points",
    )  # fmt: skip
    PointsNews.objects.filter(pk__in=[n.pk for n in held]).delete()
    return len(told)


def _words(news: PointsNews) -> str:
    """A paragraph for each territory; a change undone meanwhile is not worth one."""
    events = Event.objects.filter(thread=news.pk, verb=VERB, at__gte=news.since).order_by("at", "pk")
    by_territory: dict[str, list[dict]] = {}
    for data in events.values_list("data", flat=True):
        by_territory.setdefault(data["territory"], []).append(data)
    lines = []
    for territory, story in by_territory.items():
        if story[0]["before"] != story[-1]["after"]:
            reasons = "\n".join(f"- {data['reasons']}" for data in story)
            lines.append(f"{territory} : de {story[0]['before']} à {story[-1]['after']} points.\n{reasons}")
    return "\n\n".join(lines)
